/// Go's quoted literals (The Go Programming Language Specification, "String literals").
struct GoLiteral {
    private let text: [UInt8]
    private let quote: UInt8
    private(set) var at: Int
    private(set) var problem = ""

    /// Reads from behind the opening quote.
    init(_ text: [UInt8], at: Int, quote: UInt8) {
        self.text = text
        self.at = at
        self.quote = quote
    }

    /// The bytes up to the closing quote; nil with `problem` set.
    mutating func string() -> [UInt8]? {
        var bytes: [UInt8] = []
        while at < text.count {
            let byte = text[at]
            if byte == quote {
                at += 1
                return bytes
            }
            if byte == 0x0A { break }
            guard byte == 0x5C else {
                bytes.append(byte)
                at += 1
                continue
            }
            guard let unit = escape() else { return nil }
            switch unit {
            case .byte(let byte): bytes.append(byte)
            case .scalar(let scalar): bytes += Array(String(Character(scalar)).utf8)
            }
        }
        problem = "the string that begins here has no closing quote"
        return nil
    }

    /// The code point of a character constant; nil with `problem` set.
    mutating func character() -> UInt32? {
        guard at < text.count, text[at] != quote, text[at] != 0x0A else {
            problem = "an empty character constant"
            return nil
        }
        let code: UInt32
        if text[at] == 0x5C {
            guard let unit = escape() else { return nil }
            switch unit {
            case .byte(let byte): code = UInt32(byte)
            case .scalar(let scalar): code = scalar.value
            }
        } else {
            var end = at + 1
            while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
            code = String(decoding: text[at..<end], as: UTF8.self).unicodeScalars.first?.value ?? 0
            at = end
        }
        guard at < text.count, text[at] == quote else {
            problem = "a character constant holds one character"
            return nil
        }
        at += 1
        return code
    }

    private enum Unit { case byte(UInt8), scalar(UnicodeScalar) }

    private mutating func escape() -> Unit? {
        guard at + 1 < text.count else {
            problem = "an escape without an end"
            return nil
        }
        let letter = text[at + 1]
        at += 2
        switch letter {
        case 0x61: return .byte(7)
        case 0x62: return .byte(8)
        case 0x66: return .byte(12)
        case 0x6E: return .byte(10)
        case 0x72: return .byte(13)
        case 0x74: return .byte(9)
        case 0x76: return .byte(11)
        case 0x5C: return .byte(0x5C)
        case quote: return .byte(quote)
        case 0x78:
            guard let value = number(digits: 2, radix: 16) else { return nil }
            return .byte(UInt8(value))
        case 0x75: return scalar(number(digits: 4, radix: 16))
        case 0x55: return scalar(number(digits: 8, radix: 16))
        case 0x30...0x37:
            at -= 1
            guard let value = number(digits: 3, radix: 8), value < 256 else {
                problem = "an octal escape is \\000 to \\377"
                return nil
            }
            return .byte(UInt8(value))
        default:
            problem = "\\\(String(decoding: [letter], as: UTF8.self)) is no escape of Go's"
            return nil
        }
    }

    private mutating func scalar(_ code: UInt32?) -> Unit? {
        guard let code else { return nil }
        if let scalar = UnicodeScalar(code) { return .scalar(scalar) }
        problem = "the escape names no character"
        return nil
    }

    private mutating func number(digits: Int, radix: Int) -> UInt32? {
        guard at + digits <= text.count,
            let value = UInt32(
                String(decoding: text[at..<at + digits], as: UTF8.self),
                radix: radix
            ), text[at] != 0x2B, text[at] != 0x2D
        else {
            problem = "an escape with too few digits"
            return nil
        }
        at += digits
        return value
    }
}
