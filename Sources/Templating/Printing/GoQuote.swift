import JSON

/// Strings and characters between quotes, as Go's strconv.Quote writes them.
enum GoQuote {
    /// `%q`.
    static func quoted(_ bytes: [UInt8], onlyASCII: Bool = false) -> [UInt8] {
        var out: [UInt8] = [0x22]
        out.reserveCapacity(bytes.count + 2)
        var at = 0
        while at < bytes.count {
            let length = UTF8Text.lengthOfValid(bytes[...], at: at)
            if length == 0 {
                out += Array("\\x\(hex(UInt32(bytes[at]), 2))".utf8)
                at += 1
                continue
            }
            append(UTF8Text.code(bytes[at..<at + length]), quote: 0x22, onlyASCII, &out)
            at += length
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
            out += UTF8Text.encoded(code)
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

extension UTF8Text {
    /// The code point of one well-formed character.
    static func code(_ character: ArraySlice<UInt8>) -> UInt32 {
        guard let first = character.first else { return 0xFFFD }
        let lead: UInt32 =
            switch character.count {
            case 1: UInt32(first)
            case 2: UInt32(first & 0x1F)
            case 3: UInt32(first & 0x0F)
            default: UInt32(first & 0x07)
            }
        return character.dropFirst().reduce(lead) { $0 << 6 | UInt32($1 & 0x3F) }
    }

    /// The bytes of a code point; U+FFFD for what is none.
    static func encoded(_ code: UInt32) -> [UInt8] {
        let scalar = UnicodeScalar(code) ?? "\u{FFFD}"
        return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    /// Code points of any bytes, as Go's `range` over a string gives them.
    ///
    /// A byte that begins no character counts as U+FFFD of its own.
    static func codes(_ bytes: [UInt8]) -> [UInt32] {
        var codes: [UInt32] = []
        codes.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            if bytes[at] < 0x80 {
                codes.append(UInt32(bytes[at]))
                at += 1
                continue
            }
            let length = lengthOfValid(bytes[...], at: at)
            codes.append(length == 0 ? 0xFFFD : code(bytes[at..<at + length]))
            at += max(length, 1)
        }
        return codes
    }
}
