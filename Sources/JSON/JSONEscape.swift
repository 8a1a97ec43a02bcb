/// What stands between a JSON string's quotes.
package enum JSONEscape {
    package enum Style: Sendable {
        /// Only what RFC 8259 §7 demands.
        case minimal
        /// As Go's encoding/json: `<`, `>`, `&`, U+2028 and U+2029 too.
        case go
        /// As Go's without HTML escapes: U+2028 and U+2029 only.
        case goRaw
    }

    package static func append(_ utf8: [UInt8], to out: inout [UInt8], style: Style) {
        utf8.withUnsafeBufferPointer { append($0, to: &out, style: style) }
    }

    package static func append(
        _ utf8: UnsafeBufferPointer<UInt8>,
        to out: inout [UInt8],
        style: Style
    ) {
        guard let base = utf8.baseAddress else { return }
        var plain = 0
        var at = 0
        while at < utf8.count {
            if style != .go {
                at = PlainText.end(base, utf8.count, from: at)
                guard at < utf8.count else { break }
            }
            let byte = utf8[at]
            if byte < 0x80 {
                let isSpecial = byte < 0x20 || byte == 0x22 || byte == 0x5C
                let isHTML = style == .go && (byte == 0x3C || byte == 0x3E || byte == 0x26)
                if isSpecial || isHTML {
                    out += utf8[plain..<at]
                    escape(byte, &out)
                    plain = at + 1
                }
                at += 1
                continue
            }
            let length = UTF8Text.lengthOfValid(utf8, at: at)
            if length == 0 {
                out += utf8[plain..<at]
                out += style == .minimal ? [0xEF, 0xBF, 0xBD] : Array("\\ufffd".utf8)
                at += 1
                plain = at
            } else if style != .minimal, length == 3, byte == 0xE2, utf8[at + 1] == 0x80,
                utf8[at + 2] & 0xFE == 0xA8
            {
                out += utf8[plain..<at]
                out += Array((utf8[at + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
                at += 3
                plain = at
            } else {
                at += length
            }
        }
        out += utf8[plain..<utf8.count]
    }

    private static func escape(_ byte: UInt8, _ out: inout [UInt8]) {
        out.append(0x5C)
        switch byte {
        case 0x22, 0x5C: out.append(byte)
        case 0x08: out.append(0x62)
        case 0x0C: out.append(0x66)
        case 0x0A: out.append(0x6E)
        case 0x0D: out.append(0x72)
        case 0x09: out.append(0x74)
        default:
            let digits = Array("0123456789abcdef".utf8)
            out += [0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
