import Formats

/// Which Application or operation is meant: 128 bits that stand for any number of texts.
///
/// A digest and not the texts themselves, so that an index over a million events stays small;
/// the texts stand in the record.
package struct Identity: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identity of `parts` in their order; no two different lists give the same bytes to hash.
    package init(of parts: [String]) {
        var hash = SHA256()
        for part in parts {
            var part = part
            part.withUTF8 { utf8 in
                withUnsafeBytes(of: UInt32(utf8.count).littleEndian) { hash.update($0) }
                hash.update(UnsafeRawBufferPointer(utf8))
            }
        }
        let words = hash.finishWords()
        self.init(
            high: UInt64(words[0]) << 32 | UInt64(words[1]),
            low: UInt64(words[2]) << 32 | UInt64(words[3])
        )
    }
}
