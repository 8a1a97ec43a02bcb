/// Tells JSON from what is none (RFC 8259), by other means than the product's reader.
///
/// The plainest recursive descent there is: slow, and easy to believe.
struct StrictJSON {
    private let text: [UInt8]
    private var at = 0
    private let depthLimit: Int

    private init(_ text: [UInt8], depthLimit: Int) {
        self.text = text
        self.depthLimit = depthLimit
    }

    /// Whether the text is one JSON value; a byte order mark in front is passed over.
    ///
    /// Strings may hold bytes that are no UTF-8, as our reader has it.
    static func accepts(_ text: [UInt8], depthLimit: Int = 512) -> Bool {
        var reader = StrictJSON(text, depthLimit: depthLimit)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { reader.at = 3 }
        guard reader.value(depth: 0) else { return false }
        reader.blanks()
        return reader.at == text.count
    }

    /// Whether the text is UTF-8 and one JSON object, and nothing stands in front.
    static func isObject(_ text: [UInt8]) -> Bool {
        let first = text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return first == 0x7B && accepts(text) && String(validating: text, as: UTF8.self) != nil
    }

    private mutating func blanks() {
        while at < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard at < text.count, text[at] == byte else { return false }
        at += 1
        return true
    }

    private mutating func take(word: String) -> Bool {
        for byte in word.utf8 { guard take(byte) else { return false } }
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        blanks()
        guard at < text.count else { return false }
        switch text[at] {
        case 0x22: return string()
        case 0x5B, 0x7B: return depth < depthLimit && container(depth: depth + 1)
        case 0x74: return take(word: "true")
        case 0x66: return take(word: "false")
        case 0x6E: return take(word: "null")
        default: return number()
        }
    }

    private mutating func container(depth: Int) -> Bool {
        let isObject = text[at] == 0x7B
        let closing: UInt8 = isObject ? 0x7D : 0x5D
        at += 1
        blanks()
        if take(closing) { return true }
        while true {
            if isObject {
                blanks()
                guard string() else { return false }
                blanks()
                guard take(0x3A) else { return false }
            }
            guard value(depth: depth) else { return false }
            blanks()
            if take(closing) { return true }
            guard take(0x2C) else { return false }
        }
    }

    private mutating func string() -> Bool {
        guard take(0x22) else { return false }
        while at < text.count {
            let byte = text[at]
            at += 1
            if byte == 0x22 { return true }
            if byte < 0x20 { return false }
            if byte == 0x5C { guard escape() else { return false } }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard at < text.count else { return false }
        at += 1
        if text[at - 1] != 0x75 { return "\"\\/bfnrt".utf8.contains(text[at - 1]) }
        for _ in 0..<4 {
            guard at < text.count, "0123456789abcdefABCDEF".utf8.contains(text[at]) else {
                return false
            }
            at += 1
        }
        return true
    }

    private mutating func number() -> Bool {
        _ = take(0x2D)
        if !take(0x30) { guard digits() else { return false } }
        if take(0x2E) { guard digits() else { return false } }
        if take(0x65) || take(0x45) {
            _ = take(0x2B) || take(0x2D)
            guard digits() else { return false }
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = at
        while at < text.count, (0x30...0x39).contains(text[at]) { at += 1 }
        return at > start
    }
}
