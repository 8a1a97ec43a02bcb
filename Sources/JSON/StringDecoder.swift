/// The text between a string's quotes, as Go's encoding/json decodes it.
enum StringDecoder {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// Decodes what stands between the quotes; its escapes are known to be whole.
    static func decode(_ inner: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(inner.count)
        var at = 0
        while at < inner.count {
            let start = at
            while at < inner.count, inner[at] != 0x5C, inner[at] < 0x80 { at += 1 }
            out += inner[start..<at]
            guard at < inner.count else { break }
            if inner[at] == 0x5C {
                escape(inner, &at, &out)
            } else {
                let length = UTF8Text.lengthOfValid(inner, at: at)
                if length == 0 {
                    out += replacement
                    at += 1
                } else {
                    out += inner[at..<at + length]
                    at += length
                }
            }
        }
        return out
    }

    private static func escape(
        _ inner: UnsafeBufferPointer<UInt8>,
        _ at: inout Int,
        _ out: inout [UInt8]
    ) {
        let letter = inner[at + 1]
        at += 2
        switch letter {
        case 0x62: out.append(0x08)
        case 0x66: out.append(0x0C)
        case 0x6E: out.append(0x0A)
        case 0x72: out.append(0x0D)
        case 0x74: out.append(0x09)
        case 0x75: unicode(inner, &at, &out)
        default: out.append(letter)
        }
    }

    /// `\uXXXX`, and its second half when it begins a surrogate pair (RFC 8259 §7).
    private static func unicode(
        _ inner: UnsafeBufferPointer<UInt8>,
        _ at: inout Int,
        _ out: inout [UInt8]
    ) {
        let first = hex(inner, at)
        at += 4
        if (0xD800..<0xDC00).contains(first), at + 6 <= inner.count, inner[at] == 0x5C,
            inner[at + 1] == 0x75
        {
            let second = hex(inner, at + 2)
            if (0xDC00..<0xE000).contains(second) {
                at += 6
                append(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00), &out)
                return
            }
        }
        append(first, &out)
    }

    private static func append(_ code: UInt32, _ out: inout [UInt8]) {
        if let scalar = UnicodeScalar(code) { out += scalar.utf8 } else { out += replacement }
    }

    private static func hex(_ inner: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32 {
        inner[start..<start + 4].reduce(0) { value, digit in
            let low = digit | 0x20
            return value << 4 | UInt32(low >= 0x61 ? low - 0x61 + 10 : digit - 0x30)
        }
    }
}
