/// Text that stands in JSON as it is.
enum PlainText {
    /// The first byte at or behind `start` that needs a look, or `count`.
    ///
    /// That is a quote, a backslash, a control character, and what is not ASCII. Looks at eight
    /// bytes at once. A byte's high bit in `found` says that it needs one; a borrow can set the bit
    /// of a byte above such a one, so only the lowest counts.
    @inline(__always)
    static func end(_ base: UnsafePointer<UInt8>, _ count: Int, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var here = start
        while count - here >= 8 {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base + here).loadUnaligned(as: UInt64.self)
            )
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            let found =
                (quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- ones &* 0x20) & ~word
                | word
            if found & highs != 0 { return here + (found & highs).trailingZeroBitCount / 8 }
            here += 8
        }
        while here < count {
            let byte = base[here]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { break }
            here += 1
        }
        return here
    }
}
