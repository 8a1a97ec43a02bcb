/// The text between a string's quotes, as Go's encoding/json decodes it.
enum StringDecoder {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    /// - Parameter inner: Without the quotes; its escapes are known to be whole.
    static func decode(_ inner: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(inner.count)
        var at = inner.startIndex
        while at < inner.endIndex {
            let byte = inner[at]
            if byte == 0x5C {
                escape(inner, &at, &out)
            } else if byte < 0x80 {
                out.append(byte)
                at += 1
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
        _ inner: ArraySlice<UInt8>,
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
        _ inner: ArraySlice<UInt8>,
        _ at: inout Int,
        _ out: inout [UInt8]
    ) {
        let first = hex(inner, at)
        at += 4
        if (0xD800..<0xDC00).contains(first), at + 6 <= inner.endIndex, inner[at] == 0x5C,
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
        guard let scalar = UnicodeScalar(code) else {
            out += replacement
            return
        }
        out += Array(String(Character(scalar)).utf8)
    }

    private static func hex(_ inner: ArraySlice<UInt8>, _ start: Int) -> UInt32 {
        inner[start..<start + 4].reduce(0) { value, digit in
            let low = digit | 0x20
            return value << 4 | UInt32(low >= 0x61 ? low - 0x61 + 10 : digit - 0x30)
        }
    }
}

/// UTF-8 byte by byte (RFC 3629 §4).
package enum UTF8Text {
    /// The length of the well-formed character at `at`; 0 when there is none.
    package static func lengthOfValid(_ bytes: ArraySlice<UInt8>, at: Int) -> Int {
        let first = bytes[at]
        if first < 0x80 { return 1 }
        let (length, low, high): (Int, UInt8, UInt8) =
            switch first {
            case 0xC2...0xDF: (2, 0x80, 0xBF)
            case 0xE0: (3, 0xA0, 0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: (3, 0x80, 0xBF)
            case 0xED: (3, 0x80, 0x9F)
            case 0xF0: (4, 0x90, 0xBF)
            case 0xF1...0xF3: (4, 0x80, 0xBF)
            case 0xF4: (4, 0x80, 0x8F)
            default: (0, 0, 0)
            }
        guard length > 0, at + length <= bytes.endIndex, (low...high).contains(bytes[at + 1]) else {
            return 0
        }
        for offset in 2..<max(2, length) where bytes[at + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
