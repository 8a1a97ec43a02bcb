/// Quoted texts, and flow collections (`[a, b]`, `{a: b}`), from a piece of one or more lines.
struct YAMLFlow {
    private let bytes: [UInt8]
    private let firstLine: Int
    private(set) var offset = 0
    private var depth = 0

    private static let depthLimit = 64

    /// - Parameters:
    ///   - bytes: Begins with the value; lines are parted by line feeds.
    ///   - line: Number of the first line.
    init(_ bytes: [UInt8], line: Int) {
        self.bytes = bytes
        firstLine = line
    }

    /// The number of the line that is being read.
    var line: Int { firstLine + bytes[..<min(offset, bytes.count)].count { $0 == 0x0A } }

    private var byte: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private func error(_ problem: String) -> YAMLError { YAMLError(line: line, problem: problem) }

    /// Whether nothing but a comment follows on this line.
    var isAtLineEnd: Bool {
        let rest = bytes[offset...].prefix { $0 != 0x0A }
        guard let next = rest.first(where: { !YAMLBytes.isBlank($0) }) else { return true }
        return next == UInt8(ascii: "#") && rest.first != UInt8(ascii: "#")
    }

    /// Passes over blanks, line ends and comments; the next byte.
    @discardableResult
    mutating func skipBlanks() -> UInt8? {
        while let next = byte {
            let isAfterBlank =
                offset == 0 || YAMLBytes.isBlank(bytes[offset - 1]) || bytes[offset - 1] == 0x0A
            if next == UInt8(ascii: "#"), isAfterBlank {
                while let inner = byte, inner != 0x0A { offset += 1 }
            } else if YAMLBytes.isBlank(next) || next == 0x0A {
                offset += 1
            } else {
                return next
            }
        }
        return nil
    }

    mutating func value() throws(YAMLError) -> YAMLNode {
        guard let first = skipBlanks() else { throw error("the value ends too early") }
        let line = line
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit)") }
        switch first {
        case UInt8(ascii: "\""): return YAMLNode(.scalar(try doubleQuoted()), line: line)
        case UInt8(ascii: "'"): return YAMLNode(.scalar(try singleQuoted()), line: line)
        case UInt8(ascii: "["): return YAMLNode(.list(try list()), line: line)
        case UInt8(ascii: "{"): return YAMLNode(.map(try map()), line: line)
        default:
            if let problem = YAMLBytes.refusal(first) { throw error(problem) }
            return YAMLNode(YAMLReader.plainContent(plain()), line: line)
        }
    }

    // MARK: - Collections

    private mutating func list() throws(YAMLError) -> [YAMLNode] {
        offset += 1
        var items: [YAMLNode] = []
        while let next = skipBlanks() {
            if next == UInt8(ascii: "]") {
                offset += 1
                return items
            }
            items.append(try value())
            try endItem(before: UInt8(ascii: "]"))
        }
        throw error("] is missing")
    }

    private mutating func map() throws(YAMLError) -> [YAMLMember] {
        offset += 1
        var members: [YAMLMember] = []
        while let next = skipBlanks() {
            if next == UInt8(ascii: "}") {
                offset += 1
                return members
            }
            let line = line
            let key = try value()
            guard let text = key.text ?? (key.content == .null ? "null" : nil) else {
                throw error("complex keys are not read")
            }
            var found = YAMLNode(.null, line: line)
            if skipBlanks() == UInt8(ascii: ":") {
                offset += 1
                let after = skipBlanks()
                if after != UInt8(ascii: ","), after != UInt8(ascii: "}") { found = try value() }
            }
            guard !members.contains(where: { $0.key == text }) else {
                throw error("the key \(text) is there already")
            }
            members.append(YAMLMember(key: text, line: line, value: found))
            try endItem(before: UInt8(ascii: "}"))
        }
        throw error("} is missing")
    }

    private mutating func endItem(before end: UInt8) throws(YAMLError) {
        guard let next = skipBlanks() else {
            throw error("\(Character(UnicodeScalar(end))) is missing")
        }
        if next == UInt8(ascii: ",") {
            offset += 1
        } else if next != end {
            throw error("a comma is missing")
        }
    }

    /// A text without quotes: to the next sign of the collection around it.
    private mutating func plain() -> [UInt8] {
        var text: [UInt8] = []
        while let next = byte {
            if ",[]{}".utf8.contains(next) { break }
            let after = offset + 1 < bytes.count ? bytes[offset + 1] : 0x20
            if next == UInt8(ascii: ":"),
                YAMLBytes.isBlank(after) || after == 0x0A || ",[]{}".utf8.contains(after)
            {
                break
            }
            if next == UInt8(ascii: "#"), text.last == 0x20 { break }
            text.append(next == 0x0A || next == 0x09 ? 0x20 : next)
            offset += 1
        }
        return Array(YAMLBytes.withoutTrailingBlanks(text[...]))
    }

    // MARK: - Quoted texts

    private mutating func singleQuoted() throws(YAMLError) -> String {
        offset += 1
        var text: [UInt8] = []
        while let next = byte {
            offset += 1
            switch next {
            case UInt8(ascii: "'"):
                guard byte == UInt8(ascii: "'") else {
                    return String(decoding: text, as: UTF8.self)
                }
                offset += 1
                text.append(next)
            case 0x0A: fold(into: &text)
            default: text.append(next)
            }
        }
        throw error("the closing ' is missing")
    }

    private mutating func doubleQuoted() throws(YAMLError) -> String {
        offset += 1
        var text: [UInt8] = []
        while let next = byte {
            offset += 1
            switch next {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0x0A: fold(into: &text)
            default: text.append(next)
            }
        }
        throw error("the closing \" is missing")
    }

    /// A line end inside quotes is a blank; empty lines are line ends.
    private mutating func fold(into text: inout [UInt8]) {
        text = Array(YAMLBytes.withoutTrailingBlanks(text[...]))
        var emptyLines = 0
        while let next = byte, next == 0x0A || YAMLBytes.isBlank(next) {
            if next == 0x0A { emptyLines += 1 }
            offset += 1
        }
        text += emptyLines == 0 ? [0x20] : Array(repeating: 0x0A, count: emptyLines)
    }

    private mutating func escape(into text: inout [UInt8]) throws(YAMLError) {
        guard let next = byte else { throw error("the closing \" is missing") }
        offset += 1
        switch next {
        case 0x0A:
            while let blank = byte, YAMLBytes.isBlank(blank) { offset += 1 }
        case UInt8(ascii: "x"): try append(digits: 2, to: &text)
        case UInt8(ascii: "u"): try append(digits: 4, to: &text)
        case UInt8(ascii: "U"): try append(digits: 8, to: &text)
        default:
            guard let scalar = Self.escapes[next] else {
                throw error("\\\(Character(UnicodeScalar(next))) is no escape")
            }
            text += Array(String(scalar).utf8)
        }
    }

    private static let escapes: [UInt8: UnicodeScalar] = [
        UInt8(ascii: "0"): "\0", UInt8(ascii: "a"): "\u{07}", UInt8(ascii: "b"): "\u{08}",
        UInt8(ascii: "t"): "\t", 0x09: "\t", UInt8(ascii: "n"): "\n", UInt8(ascii: "v"): "\u{0B}",
        UInt8(ascii: "f"): "\u{0C}", UInt8(ascii: "r"): "\r", UInt8(ascii: "e"): "\u{1B}",
        0x20: " ", UInt8(ascii: "\""): "\"", UInt8(ascii: "/"): "/", UInt8(ascii: "\\"): "\\",
        UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}", UInt8(ascii: "L"): "\u{2028}",
        UInt8(ascii: "P"): "\u{2029}",
    ]

    /// A code point by its hexadecimal digits; two halves of a pair, as JSON writes it, are one.
    private mutating func append(digits: Int, to text: inout [UInt8]) throws(YAMLError) {
        var value = try number(digits)
        if (0xD800..<0xDC00).contains(value), bytes[offset...].starts(with: Array("\\u".utf8)) {
            offset += 2
            let low = try number(4)
            if (0xDC00..<0xE000).contains(low) {
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
        }
        let scalar = UnicodeScalar(value) ?? "\u{FFFD}"
        text += Array(String(Character(scalar)).utf8)
    }

    private mutating func number(_ digits: Int) throws(YAMLError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = byte.flatMap(Hex.value) else {
                throw error("\(digits) hexadecimal digits are needed")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
