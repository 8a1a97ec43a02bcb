/// Strings and characters between quotes, as Go's strconv.Quote writes them.
enum GoQuote {
    /// `%q`.
    static func quoted(_ bytes: [UInt8], onlyASCII: Bool = false) -> [UInt8] {
        var out: [UInt8] = [0x22]
        out.reserveCapacity(bytes.count + 2)
        var at = 0
        while at < bytes.count {
            let (point, width) = CodePoint.decode(bytes, at: at)
            if width == 1, point >= 0x80 {
                out += Array("\\x\(hex(UInt32(bytes[at]), 2))".utf8)
            } else {
                append(point, quote: 0x22, onlyASCII, &out)
            }
            at += width
        }
        out.append(0x22)
        return out
    }

    /// `%q` of an integer; what is no code point is U+FFFD.
    static func quoted(character code: UInt32, onlyASCII: Bool = false) -> [UInt8] {
        var out: [UInt8] = [0x27]
        append(UnicodeScalar(code)?.value ?? 0xFFFD, quote: 0x27, onlyASCII, &out)
        out.append(0x27)
        return out
    }

    private static func append(
        _ code: UInt32,
        quote: UInt8,
        _ onlyASCII: Bool,
        _ out: inout [UInt8]
    ) {
        if code == UInt32(quote) || code == 0x5C {
            out += [0x5C, UInt8(code)]
            return
        }
        if code < 0x80 ? (0x20..<0x7F).contains(code) : !onlyASCII && isPrintable(code) {
            CodePoint.append(code, to: &out)
            return
        }
        let escapes: [UInt32: String] = [
            7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v",
        ]
        if let escape = escapes[code] {
            out += Array(escape.utf8)
        } else if code < 0x20 || code == 0x7F {
            out += Array("\\x\(hex(code, 2))".utf8)
        } else if code < 0x10000 {
            out += Array("\\u\(hex(code, 4))".utf8)
        } else {
            out += Array("\\U\(hex(code, 8))".utf8)
        }
    }

    private static func hex(_ code: UInt32, _ width: Int) -> String {
        let digits = String(code, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Letters, marks, numbers, punctuation, symbols and the ASCII space (strconv.IsPrint).
    static func isPrintable(_ code: UInt32) -> Bool {
        guard let scalar = UnicodeScalar(code) else { return false }
        if code == 0x20 { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            return false
        default: return true
        }
    }
}
