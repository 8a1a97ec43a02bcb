/// One `{{ … }}` of a Go template, taken apart as far as the traps need it.
struct TemplateAction {
    /// What stands between the braces.
    let text: String
    /// Line of the text it stands in, 1 for the first.
    let line: Int
    /// Whether it stands directly between double quotes.
    let isQuoted: Bool
    /// Chains such as `.app.metadata.name`, a hyphen in them included.
    let fields: [String]
    /// Names of functions and keywords.
    let words: Set<String>

    /// The actions of `text`, in their order.
    static func actions(in text: String) -> [TemplateAction] {
        var actions: [TemplateAction] = []
        let bytes = Array(text.utf8)
        var line = 1
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x0A { line += 1 }
            guard bytes[at...].starts(with: [0x7B, 0x7B]),
                let end = end(of: bytes, from: at + 2)
            else {
                at += 1
                continue
            }
            let before = at > 0 ? bytes[at - 1] : 0
            let after = end + 2 < bytes.count ? bytes[end + 2] : 0
            let isQuoted = before == UInt8(ascii: "\"") && after == UInt8(ascii: "\"")
            actions.append(TemplateAction(Array(bytes[(at + 2)..<end]), line: line, isQuoted))
            line += bytes[at..<end].count { $0 == 0x0A }
            at = end + 2
        }
        return actions
    }

    /// Where the closing braces of an action stand; not those inside a text of it.
    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        var quote: UInt8?
        var at = start
        while at < bytes.count {
            if let open = quote {
                if bytes[at] == UInt8(ascii: "\\"), open != UInt8(ascii: "`") { at += 1 }
                if at < bytes.count, bytes[at] == open { quote = nil }
            } else if "\"`".utf8.contains(bytes[at]) {
                quote = bytes[at]
            } else if bytes[at...].starts(with: [0x7D, 0x7D]) {
                return at
            }
            at += 1
        }
        return nil
    }

    private init(_ bytes: [UInt8], line: Int, _ isQuoted: Bool) {
        text = String(decoding: bytes, as: UTF8.self)
        self.line = line
        self.isQuoted = isQuoted
        var fields: [String] = []
        var words: Set<String> = []
        var at = 0
        while at < bytes.count {
            if let open = Self.quotes[bytes[at]] {
                at += 1
                while at < bytes.count, bytes[at] != open { at += 1 }
                at += 1
                continue
            }
            let start = at
            while at < bytes.count, Self.isOfChain(bytes, at) { at += 1 }
            if at == start {
                at += 1
                continue
            }
            let chain = String(decoding: bytes[start..<at], as: UTF8.self)
            if chain.hasPrefix(".") || chain.hasPrefix("$") {
                fields.append(chain)
            } else {
                words.insert(chain)
            }
        }
        self.fields = fields
        self.words = words
    }

    private static let quotes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "`"): UInt8(ascii: "`"),
    ]

    private static func isOfChain(_ bytes: [UInt8], _ at: Int) -> Bool {
        let byte = bytes[at]
        if isLetter(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "$") { return true }
        // A hyphen in the middle of a name is meant as part of it, and is none.
        return byte == UInt8(ascii: "-") && at > 0 && at + 1 < bytes.count
            && isLetter(bytes[at - 1]) && isLetter(bytes[at + 1])
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            || byte == UInt8(ascii: "_")
    }
}
