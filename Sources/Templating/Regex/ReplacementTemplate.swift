/// A replacement with groups in it, read once (Go's `Regexp.Expand`).
struct ReplacementTemplate {
    private enum Part {
        case text([UInt8])
        case group(Int)
    }

    private var parts: [Part] = []

    /// A name that no group has is replaced by nothing; a malformed `$` stands for itself.
    init(_ template: [UInt8], groupNames: [String]) {
        var literal: [UInt8] = []
        var rest = template[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "$") else {
                literal.append(byte)
                continue
            }
            if rest.first == UInt8(ascii: "$") {
                rest.removeFirst()
                literal.append(byte)
                continue
            }
            guard let name = Self.takeName(&rest) else {
                literal.append(byte)
                continue
            }
            parts.append(.text(literal))
            literal = []
            if let group = Self.number(name) ?? groupNames.dropFirst().firstIndex(of: name),
                group < groupNames.count
            {
                parts.append(.group(group))
            }
        }
        parts.append(.text(literal))
    }

    var isLiteral: Bool {
        parts.allSatisfy { part in
            switch part {
            case .text: true
            case .group(let index): index == 0
            }
        }
    }

    /// Writes the replacement for a match, whose positions are two for each group.
    func expand(_ slots: [Int], from text: [UInt8], into output: inout [UInt8]) {
        for part in parts {
            switch part {
            case .text(let literal): output += literal
            case .group(let index):
                guard 2 * index + 1 < slots.count, slots[2 * index] >= 0 else { continue }
                output += text[slots[2 * index]..<slots[2 * index + 1]]
            }
        }
    }

    /// Takes the longest name: letters, digits and `_`, with or without braces.
    private static func takeName(_ rest: inout ArraySlice<UInt8>) -> String? {
        let bytes = Array(rest)
        let hasBrace = bytes.first == UInt8(ascii: "{")
        let start = hasBrace ? 1 : 0
        var end = start
        while end < bytes.count {
            let (point, width) = CodePoint.decode(bytes, at: end)
            guard CodePoint.isLetter(point) || CodePoint.isDigit(point) || point == 0x5F else {
                break
            }
            end += width
        }
        guard end > start else { return nil }
        if hasBrace { guard end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil } }
        rest = rest.dropFirst(end + (hasBrace ? 1 : 0))
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// nil for names; a number with a leading zero is a name.
    private static func number(_ name: String) -> Int? {
        guard name.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), name.utf8.count <= 8 else { return nil }
        if name.utf8.count > 1 && name.utf8.first == 0x30 { return nil }
        return Int(name)
    }
}
