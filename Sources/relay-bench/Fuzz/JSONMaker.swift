/// Makes JSON trees, and writes them in all the ways that RFC 8259 leaves open.
struct JSONMaker {
    var chance: Chance
    /// Whether comments and trailing commas may stand between, as in configuration files.
    var isCommented = false

    private static let words = [
        "a", "b", "name", "app", "status", "metadata", "revision", "items", "", "0", "é", "😀",
        "a.b/c", "with \"quotes\"", "\\", "\u{0}", "\u{1F}", "line\nbreak", "\u{2028}", "\u{7F}",
        "<no value>", "Ünïcödé", "eight888", "sixteen characters", "//", "/* */", "{{", "}}",
        "\u{FFFF}\u{10FFFF}", "\t", "]", "}", ",", ":", "null", "\u{FEFF}",
    ]
    private static let numbers = [
        "0", "-0", "1", "-1", "0.0", "1.50", "1e5", "1E+05", "2e-7", "123456789012345678901234",
        "9007199254740993", "-9223372036854775808", "9223372036854775807", "18446744073709551616",
        "1e308", "1e400", "-1e-400", "4.9e-324", "0.1", "100000000000000000000000", "1e21",
    ]

    mutating func tree(depth: Int = 5) -> JSONTree {
        if depth == 0 || chance.isOne(in: 3) { return scalar() }
        let count = chance.isOne(in: 20) ? chance.below(60) : chance.below(5)
        if chance.isOne(in: 2) { return .array((0..<count).map { _ in tree(depth: depth - 1) }) }
        return .object(
            (0..<count).map { _ in JSONTree.Member(key: text(), value: tree(depth: depth - 1)) }
        )
    }

    private mutating func scalar() -> JSONTree {
        switch chance.below(8) {
        case 0: .null
        case 1: .bool(chance.isOne(in: 2))
        case 2, 3: .number(chance.isOne(in: 2) ? chance.pick(Self.numbers) : randomNumber())
        default: .string(text())
        }
    }

    private mutating func randomNumber() -> String {
        let bits = chance.next()
        let double = Double(bitPattern: bits)
        if chance.isOne(in: 2) || !double.isFinite { return String(Int64(bitPattern: bits)) }
        return "\(double)"
    }

    /// Valid UTF-8.
    private mutating func text() -> [UInt8] {
        var out: [UInt8] = []
        for _ in 0..<chance.number(in: 1...(chance.isOne(in: 10) ? 12 : 2)) {
            out += chance.pick(Self.words).utf8
        }
        return out
    }

    // MARK: - Writing

    mutating func written(_ tree: JSONTree) -> [UInt8] {
        var out: [UInt8] = chance.isOne(in: 20) ? [0xEF, 0xBB, 0xBF] : []
        blanks(&out)
        write(tree, &out)
        blanks(&out)
        return out
    }

    private mutating func write(_ tree: JSONTree, _ out: inout [UInt8]) {
        switch tree {
        case .null: out += "null".utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .number(let text): out += text.utf8
        case .string(let bytes): quote(bytes, &out)
        case .array(let elements):
            list("[", elements, "]", &out) { maker, element, out in maker.write(element, &out) }
        case .object(let members):
            list("{", members, "}", &out) { maker, member, out in
                maker.quote(member.key, &out)
                maker.blanks(&out)
                out.append(0x3A)
                maker.blanks(&out)
                maker.write(member.value, &out)
            }
        }
    }

    private mutating func list<Element>(
        _ opening: String,
        _ elements: [Element],
        _ closing: String,
        _ out: inout [UInt8],
        _ write: (inout JSONMaker, Element, inout [UInt8]) -> Void
    ) {
        out += opening.utf8
        blanks(&out)
        for (index, element) in elements.enumerated() {
            if index > 0 {
                out.append(0x2C)
                blanks(&out)
            }
            write(&self, element, &out)
            blanks(&out)
        }
        if isCommented, !elements.isEmpty, chance.isOne(in: 3) {
            out.append(0x2C)
            blanks(&out)
        }
        out += closing.utf8
    }

    private mutating func blanks(_ out: inout [UInt8]) {
        guard chance.isOne(in: 4) else { return }
        for _ in 0..<chance.below(chance.isOne(in: 8) ? 40 : 3) {
            out.append(chance.pick([0x20, 0x20, 0x0A, 0x0D, 0x09]))
        }
        if isCommented, chance.isOne(in: 3) { out += "// \"[{,\n".utf8 }
    }

    private mutating func quote(_ bytes: [UInt8], _ out: inout [UInt8]) {
        out.append(0x22)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let short: [UnicodeScalar: String] = [
                "\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "/": "\\/",
                "\u{8}": "\\b", "\u{C}": "\\f",
            ]
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            guard mustEscape || chance.isOne(in: 12) else {
                out += String(scalar).utf8
                continue
            }
            if let short = short[scalar], chance.isOne(in: 2) {
                out += short.utf8
            } else {
                for unit in String(scalar).utf16 { out += hexEscape(unit).utf8 }
            }
        }
        out.append(0x22)
    }

    private mutating func hexEscape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16, uppercase: chance.isOne(in: 2))
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
