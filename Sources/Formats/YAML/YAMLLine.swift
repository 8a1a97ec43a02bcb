/// One line of a YAML text.
struct YAMLLine {
    /// 1 for the first.
    let number: Int
    /// As it stands, without its line end.
    let raw: [UInt8]
    /// Column of `text`: leading spaces, and what was taken off as an item's mark.
    private(set) var indent: Int
    /// What is still to be read, without blanks behind it.
    private(set) var text: ArraySlice<UInt8>

    init(_ raw: [UInt8], number: Int) {
        self.number = number
        self.raw = raw
        text = raw.drop { $0 == 0x20 }
        indent = raw.count - text.count
        text = YAMLBytes.withoutTrailingBlanks(text)
    }

    static func lines(of bytes: [UInt8]) -> [YAMLLine] {
        var lines: [YAMLLine] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let raw = line.last == 0x0D ? line.dropLast() : line
            lines.append(YAMLLine(Array(raw), number: lines.count + 1))
        }
        return lines
    }

    /// Whether nothing stands there but perhaps a comment.
    var isBlank: Bool { text.isEmpty || text.first == UInt8(ascii: "#") }

    /// Whether an item of a list begins here.
    var isItem: Bool {
        text.first == UInt8(ascii: "-")
            && (text.count == 1 || YAMLBytes.isBlank(text[text.startIndex + 1]))
    }

    /// Takes the item's mark off: what follows stands where it stands.
    mutating func takeItemMark() { take(1) }

    /// Takes `count` bytes and the blanks behind them off.
    mutating func take(_ count: Int) {
        let rest = text.dropFirst(count).drop(while: YAMLBytes.isBlank)
        indent += text.count - rest.count
        text = rest
    }

    /// The key that the text begins with, and how many bytes it takes with its colon.
    func key() throws(YAMLError) -> (key: String, length: Int)? {
        guard let first = text.first else { return nil }
        if first == 0x09 {
            throw YAMLError(line: number, problem: "a tab cannot indent; use spaces")
        }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            var flow = YAMLFlow(Array(text), line: number)
            guard let key = try? flow.value().text, flow.skipBlanks() == UInt8(ascii: ":") else {
                return nil
            }
            return (key, flow.offset + 1)
        }
        if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") { return nil }
        guard let colon = YAMLBytes.colon(in: text) else { return nil }
        if let problem = YAMLBytes.refusal(first) {
            throw YAMLError(line: number, problem: problem)
        }
        let key = YAMLBytes.withoutTrailingBlanks(text[..<colon])
        return (String(decoding: key, as: UTF8.self), colon - text.startIndex + 1)
    }
}

/// What YAML takes for what.
enum YAMLBytes {
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    static func withoutTrailingBlanks(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let last = text.lastIndex(where: { !isBlank($0) }) else { return text.prefix(0) }
        return text[...last]
    }

    /// The colon that ends a plain key: with a blank or nothing behind it, before any comment.
    static func colon(in text: ArraySlice<UInt8>) -> Int? {
        for index in text.indices {
            let next = index + 1 < text.endIndex ? text[index + 1] : 0x20
            if text[index] == UInt8(ascii: ":"), isBlank(next) { return index }
            if isBlank(text[index]), next == UInt8(ascii: "#") { return nil }
        }
        return nil
    }

    /// Without a comment behind it: a `#` with a blank before it.
    static func withoutComment(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        for index in text.indices.dropFirst()
        where text[index] == UInt8(ascii: "#") && isBlank(text[index - 1]) {
            return withoutTrailingBlanks(text[..<index])
        }
        return text
    }

    /// Why a value that begins with this byte is not read; nil when it is.
    static func refusal(_ first: UInt8) -> String? {
        switch first {
        case UInt8(ascii: "&"), UInt8(ascii: "*"): "anchors and aliases (& and *) are not read"
        case UInt8(ascii: "!"): "tags (!) are not read"
        case UInt8(ascii: "%"): "directives (%) are not read"
        case UInt8(ascii: "@"), UInt8(ascii: "`"):
            "a plain text cannot begin with \(Character(UnicodeScalar(first))): put it in quotes"
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
            "\(Character(UnicodeScalar(first))) does not fit here"
        default: nil
        }
    }
}
