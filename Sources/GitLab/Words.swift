/// Text from outside, made fit for a reason: one line, no control characters, not long.
enum Words {
    /// Puts `text` on one line of at most `limit` characters; what is cut off shows as `…`.
    static func cleaned(_ text: String, limit: Int = 300) -> String {
        var cleaned = String.UnicodeScalarView()
        var length = 0
        var gap = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace || isControl(scalar) {
                gap = length > 0
                continue
            }
            guard length < limit else {
                cleaned.append("…")
                break
            }
            if gap {
                cleaned.append(" ")
                length += 1
                gap = false
            }
            cleaned.append(scalar)
            length += 1
        }
        return String(cleaned)
    }

    /// Controls, and what turns the direction of a line round: neither belongs in a terminal.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            true
        default: false
        }
    }

    /// What a browser would show for a page of HTML, shortly: its title, else its text.
    static func ofPage(_ page: some Sequence<UInt8>) -> String {
        var title: [UInt8] = []
        var text: [UInt8] = []
        var tag: [UInt8]?
        var silent: [UInt8]?  // `script` or `style`: their content is not for readers
        var isInTitle = false
        for byte in page {
            if var name = tag {
                guard byte == UInt8(ascii: ">") else {
                    if name.count < 8 { name.append(byte | 0x20) }
                    tag = name
                    continue
                }
                tag = nil
                text.append(UInt8(ascii: " "))
                let closes = name.first == UInt8(ascii: "/")
                let element = name.dropFirst(closes ? 1 : 0)
                if element.starts(with: "title".utf8) { isInTitle = !closes }
                if element.starts(with: "script".utf8) || element.starts(with: "style".utf8) {
                    silent = closes ? nil : name
                }
            } else if byte == UInt8(ascii: "<") {
                tag = []
            } else if silent == nil {
                if isInTitle { title.append(byte) } else { text.append(byte) }
            }
        }
        let shown = cleaned(String(decoding: title, as: UTF8.self))
        return shown.isEmpty ? cleaned(String(decoding: text, as: UTF8.self)) : shown
    }
}
