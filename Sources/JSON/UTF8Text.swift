/// UTF-8 byte by byte (RFC 3629 §4).
package enum UTF8Text {
    /// The length of the well-formed character at `at`; 0 when there is none.
    package static func lengthOfValid(_ bytes: UnsafeBufferPointer<UInt8>, at: Int) -> Int {
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
        guard length > 0, at + length <= bytes.count, (low...high).contains(bytes[at + 1]) else {
            return 0
        }
        for offset in 2..<max(2, length) where bytes[at + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
