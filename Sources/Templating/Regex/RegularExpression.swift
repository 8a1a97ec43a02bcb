/// A regular expression of RE2's syntax and Go's semantics: leftmost, first alternative first.
///
/// Works on bytes; each ill-formed byte counts as one U+FFFD. No look-around and no
/// back-references: those need a backtracker, which a pattern can hang.
package struct RegularExpression: Sendable {
    /// Steps of one call's search before it is given up.
    package static let stepLimit = 20_000_000

    private let program: RegularExpressionProgram
    private let groupNames: [String]
    private let isEmpty: Bool

    package init(_ pattern: [UInt8]) throws(RegularExpressionError) {
        var parser = try RegularExpressionParser(pattern)
        program = try RegularExpressionProgram(try parser.parse())
        groupNames = parser.groupNames
        isEmpty = pattern.isEmpty
    }

    package init(_ pattern: String) throws(RegularExpressionError) {
        try self.init(Array(pattern.utf8))
    }

    /// Instructions of its program.
    var size: Int { program.instructions.count }

    // MARK: - Finding

    package func isMatch(
        in text: [UInt8],
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> Bool {
        var machine = machine(on: text, groups: 0, budget)
        return try machine.firstMatch(from: 0) != nil
    }

    package func firstMatch(
        in text: [UInt8],
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> Range<Int>? {
        var machine = machine(on: text, groups: 1, budget)
        return try machine.firstMatch(from: 0).map { $0[0]..<$0[1] }
    }

    /// The whole match and each group of the first match; nil for a group that took no part.
    package func firstGroups(
        in text: [UInt8],
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> [Range<Int>?]? {
        var machine = machine(on: text, groups: groupNames.count, budget)
        guard let slots = try machine.firstMatch(from: 0) else { return nil }
        return stride(from: 0, to: slots.count, by: 2).map {
            slots[$0] < 0 ? nil : slots[$0]..<slots[$0 + 1]
        }
    }

    /// Matches that follow each other, at most `limit`; all when it is negative.
    ///
    /// An empty one right behind another does not count.
    package func matches(
        in text: [UInt8],
        limit: Int,
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> [Range<Int>] {
        var machine = machine(on: text, groups: 1, budget)
        var found: [Range<Int>] = []
        var position = 0
        var lastEnd = -1
        while position <= text.count, limit < 0 || found.count < limit {
            guard let slots = try machine.firstMatch(from: position) else { break }
            let match = slots[0]..<slots[1]
            let repeatsLast = match.upperBound == position && match.lowerBound == lastEnd
            if !repeatsLast { found.append(match) }
            if match.upperBound == position {
                position += position < text.count ? CodePoint.decode(text, at: position).width : 1
            } else {
                position = match.upperBound
            }
            lastEnd = match.upperBound
        }
        return found
    }

    /// The pieces between matches, as Go's `Regexp.Split`.
    ///
    /// At most `limit` pieces; none when it is 0, all when it is negative.
    package func split(
        _ text: [UInt8],
        limit: Int,
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> [[UInt8]] {
        if limit == 0 { return [] }
        if !isEmpty && text.isEmpty { return [[]] }
        var pieces: [[UInt8]] = []
        var start = 0
        var end = 0
        for match in try matches(in: text, limit: limit, budget: budget) {
            if limit > 0 && pieces.count == limit - 1 { break }
            end = match.lowerBound
            if match.upperBound != 0 { pieces.append(Array(text[start..<end])) }
            start = match.upperBound
        }
        if end != text.count { pieces.append(Array(text[start...])) }
        return pieces
    }

    // MARK: - Replacing

    /// Replaces matches, where `$1`, `${1}`, `$name` and `${name}` are groups and `$$` is a dollar.
    package func replacingAll(
        in text: [UInt8],
        with replacement: [UInt8],
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> [UInt8] {
        let template = ReplacementTemplate(replacement, groupNames: groupNames)
        let groups = template.isLiteral ? 1 : groupNames.count
        return try replacing(in: text, groups: groups, budget) {
            template.expand($1, from: text, into: &$0)
        }
    }

    package func replacingAllLiterally(
        in text: [UInt8],
        with replacement: [UInt8],
        budget: SearchBudget = SearchBudget()
    ) throws(RegularExpressionError) -> [UInt8] {
        try replacing(in: text, groups: 1, budget) { output, _ in output += replacement }
    }

    private func replacing(
        in text: [UInt8],
        groups: Int,
        _ budget: SearchBudget,
        with write: (inout [UInt8], [Int]) -> Void
    ) throws(RegularExpressionError) -> [UInt8] {
        var machine = machine(on: text, groups: groups, budget)
        var output: [UInt8] = []
        var copied = 0
        var position = 0
        while position <= text.count, let match = try machine.firstMatch(from: position) {
            output += text[copied..<match[0]]
            // An empty match right behind another is not replaced a second time.
            if match[1] > copied || match[0] == 0 { write(&output, match) }
            guard output.count <= budget.bytes else { throw .resultTooLong(limit: budget.bytes) }
            copied = match[1]
            let width = position < text.count ? CodePoint.decode(text, at: position).width : 1
            position = max(position + width, match[1])
        }
        return output + text[copied...]
    }

    private func machine(
        on text: [UInt8],
        groups: Int,
        _ budget: SearchBudget
    ) -> RegularExpressionMachine {
        RegularExpressionMachine(program, on: text, slotCount: 2 * groups, budget)
    }

    /// Go's `regexp.QuoteMeta`: a pattern that matches just `text`.
    package static func quoting(_ text: [UInt8]) -> [UInt8] {
        let special = Array("\\.+*?()|[]{}^$".utf8)
        return text.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    }
}

extension RegularExpression {
    /// A pattern that stands in the program.
    static func known(_ pattern: String) -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The whole match and each group of the first match as text, "" for one that took no part.
    ///
    /// nil also when the search is given up: for short texts and patterns of the program.
    func texts(in text: [UInt8]) -> [String]? {
        guard let groups = try? firstGroups(in: text) else { return nil }
        return groups.map { $0.map { String(decoding: text[$0], as: UTF8.self) } ?? "" }
    }
}
