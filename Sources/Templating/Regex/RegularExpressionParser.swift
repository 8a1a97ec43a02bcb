/// Reads RE2's syntax, as Go's `regexp/syntax` does with its Perl flags.
struct RegularExpressionParser {
    struct Flags {
        /// `(?i)`: small letters and capitals are the same.
        var foldsCase = false
        /// `(?m)`: `^` and `$` at lines.
        var isMultiline = false
        /// `(?s)`: `.` takes newlines.
        var dotTakesNewline = false
        /// `(?U)`: `x*` and `x*?` change places.
        var isUngreedy = false
    }

    /// Groups inside each other.
    static let nestingLimit = 250
    /// Largest count of a repetition, also of nested ones together.
    static let repetitionLimit = 1000

    let pattern: [UInt8]
    var position = 0
    var flags = Flags()
    /// The names of the groups; index 0 is the whole match; "" for a group without a name.
    private(set) var groupNames = [""]
    private var depth = 0

    init(_ pattern: [UInt8]) throws(RegularExpressionError) {
        var index = 0
        while index < pattern.count {
            let (point, width) = CodePoint.decode(pattern, at: index)
            guard point != CodePoint.replacement || width == 3 else { throw .invalidUTF8 }
            index += width
        }
        self.pattern = pattern
    }

    mutating func parse() throws(RegularExpressionError) -> RegularExpressionNode {
        let node = try alternatives()
        guard position == pattern.count else { throw .unexpectedParenthesis(text(from: 0)) }
        return node
    }

    // MARK: - Structure

    /// Up to the closing parenthesis or the end; flags set inside end with it.
    private mutating func alternatives() throws(RegularExpressionError) -> RegularExpressionNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.nestingLimit else { throw .nestsTooDeeply(limit: Self.nestingLimit) }
        var all = [try sequence()]
        while skip("|") { all.append(try sequence()) }
        return all.count == 1 ? all[0] : .alternatives(all)
    }

    private mutating func sequence() throws(RegularExpressionError) -> RegularExpressionNode {
        var parts: [RegularExpressionNode] = []
        /// Where the repetition just read begins; nil behind anything else.
        var repetitionStart: Int?
        while let byte = peek, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
            let start = position
            if let bounds = try repetition() {
                guard let last = parts.popLast() else {
                    throw .missingRepetitionArgument(text(from: start))
                }
                let isLazy = skip("?")
                if let before = repetitionStart { throw .nestedRepetition(text(from: before)) }
                repetitionStart = start
                let node = RegularExpressionNode.repetition(
                    last,
                    least: bounds.least,
                    most: bounds.most,
                    isGreedy: isLazy == flags.isUngreedy
                )
                guard node.repeats(atMost: Self.repetitionLimit) else {
                    throw .invalidRepetitionCount(text(from: start))
                }
                parts.append(node)
            } else {
                repetitionStart = nil
                try element(into: &parts)
            }
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    /// One thing that a repetition may follow; flags and an empty `\Q\E` add nothing.
    private mutating func element(
        into parts: inout [RegularExpressionNode]
    ) throws(RegularExpressionError) {
        let byte = pattern[position]
        switch byte {
        case UInt8(ascii: "("):
            if let group = try group() { parts.append(group) }
        case UInt8(ascii: "["):
            parts.append(.characterClass(try bracketClass()))
        case UInt8(ascii: "."):
            position += 1
            parts.append(.anyCharacter(withNewline: flags.dotTakesNewline))
        case UInt8(ascii: "^"):
            position += 1
            parts.append(.assertion(flags.isMultiline ? .lineStart : .textStart))
        case UInt8(ascii: "$"):
            position += 1
            parts.append(.assertion(flags.isMultiline ? .lineEnd : .textEnd))
        case UInt8(ascii: "\\"):
            try backslash(into: &parts)
        default:
            parts.append(literal(next()))
        }
    }

    private func literal(_ point: UInt32) -> RegularExpressionNode {
        let isFolded = flags.foldsCase && CaseFolding.orbit(of: point).count > 1
        return .literal(isFolded ? CaseFolding.key(of: point) : point, isFolded: isFolded)
    }

    // MARK: - Groups and flags

    private mutating func group() throws(RegularExpressionError) -> RegularExpressionNode? {
        let start = position
        let outer = flags
        position += 1
        if skip("?") {
            if skip("P<") || skip("<") {
                let name = try groupName(from: start)
                return try capture(named: name, from: start, restoring: outer)
            }
            guard try readFlags(from: start) else { return nil }
            let inner = try alternatives()
            guard skip(")") else { throw .missingParenthesis(text(from: 0)) }
            flags = outer
            return inner
        }
        return try capture(named: "", from: start, restoring: outer)
    }

    private mutating func capture(
        named name: String,
        from start: Int,
        restoring outer: Flags
    ) throws(RegularExpressionError) -> RegularExpressionNode {
        let index = groupNames.count
        groupNames.append(name)
        let inner = try alternatives()
        guard skip(")") else { throw .missingParenthesis(text(from: 0)) }
        flags = outer
        return .group(index, inner)
    }

    private mutating func groupName(from start: Int) throws(RegularExpressionError) -> String {
        let first = position
        while let byte = peek, byte != UInt8(ascii: ">") { position += 1 }
        let name = pattern[first..<position]
        guard skip(">") else { throw .invalidGroupName(text(from: start)) }
        let isWord = name.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        guard !name.isEmpty, isWord else {
            throw .invalidGroupName(text(from: start, to: position))
        }
        let text = String(decoding: name, as: UTF8.self)
        guard !groupNames.contains(text) else { throw .duplicateGroupName(text) }
        return text
    }

    /// - Returns: Whether a group follows, `(?i:…)`; false for `(?i)`.
    private mutating func readFlags(from start: Int) throws(RegularExpressionError) -> Bool {
        var isOn = true
        var sawFlag = true
        while position < pattern.count {
            let byte = pattern[position]
            position += 1
            switch byte {
            case UInt8(ascii: "i"): flags.foldsCase = isOn
            case UInt8(ascii: "m"): flags.isMultiline = isOn
            case UInt8(ascii: "s"): flags.dotTakesNewline = isOn
            case UInt8(ascii: "U"): flags.isUngreedy = isOn
            case UInt8(ascii: "-") where isOn:
                isOn = false
                sawFlag = false
                continue
            case UInt8(ascii: ":") where sawFlag: return true
            case UInt8(ascii: ")") where sawFlag: return false
            default: throw .invalidGroup(text(from: start, to: position))
            }
            sawFlag = true
        }
        throw .missingParenthesis(text(from: 0))
    }

    // MARK: - Repetitions

    /// nil where there is none: also for a brace that no count is in, which stands for itself.
    private mutating func repetition() throws(RegularExpressionError) -> (least: Int, most: Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        let start = position
        guard skip("{") else { return nil }
        guard let least = count() else {
            position = start
            return nil
        }
        var most: Int? = least
        if skip(",") { most = peek == UInt8(ascii: "}") ? nil : count() ?? -1 }
        guard most != -1, skip("}") else {
            position = start
            return nil
        }
        guard least <= Self.repetitionLimit, most ?? least <= Self.repetitionLimit,
            least <= most ?? least
        else { throw .invalidRepetitionCount(text(from: start, to: position)) }
        return (least, most)
    }

    /// Decimal digits without leading zeros; too large ones stop counting.
    private mutating func count() -> Int? {
        let start = position
        var value = 0
        while let byte = peek, 0x30...0x39 ~= byte {
            value = min(value * 10 + Int(byte - 0x30), 100_000)
            position += 1
        }
        let digits = position - start
        return digits == 0 || digits > 1 && pattern[start] == 0x30 ? nil : value
    }

    // MARK: - Reading

    var peek: UInt8? { position < pattern.count ? pattern[position] : nil }

    mutating func next() -> UInt32 {
        let (point, width) = CodePoint.decode(pattern, at: position)
        position += width
        return point
    }

    mutating func skip(_ mark: StaticString) -> Bool {
        let end = position + mark.utf8CodeUnitCount
        guard end <= pattern.count else { return false }
        let isThere = mark.withUTF8Buffer { $0.elementsEqual(pattern[position..<end]) }
        if isThere { position = end }
        return isThere
    }

    func text(from start: Int, to end: Int? = nil) -> String {
        String(decoding: pattern[start..<(end ?? pattern.count)], as: UTF8.self)
    }
}
