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
        var bytes: [UInt8] = []
        for part in parts {
            let utf8 = Array(part.utf8)
            withUnsafeBytes(of: UInt32(utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: utf8)
        }
        let digest = SHA256.digest(bytes)
        func word(at start: Int) -> UInt64 {
            digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(high: word(at: 0), low: word(at: 8))
    }
}
