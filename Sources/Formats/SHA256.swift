import CProcessor

/// SHA-256 (FIPS 180-4 §6.2), fed in pieces.
///
/// Keeps all it needs in itself: hashing takes no memory but for the digest.
package struct SHA256: Sendable {
    private var state = SIMD8<UInt32>(
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19
    )
    /// A block that is not whole yet, and how much of it is there.
    private var pending = SIMD64<UInt8>()
    private var pendingCount = 0
    private var length: UInt64 = 0
    private let usesInstructions: Bool

    private static let hasInstructions = processor_has_sha256()

    package init() { usesInstructions = Self.hasInstructions }

    /// The same without the processor's own instructions.
    package init(portable: Bool) { usesInstructions = !portable && Self.hasInstructions }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update(UnsafeRawBufferPointer($0)) }) == nil {
            Array(bytes).withUnsafeBytes { update($0) }
        }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var at = 0
        if pendingCount > 0 {
            at = min(64 - pendingCount, bytes.count)
            hold(UnsafeRawBufferPointer(rebasing: bytes[..<at]))
            guard pendingCount == 64 else { return }
            compressPending()
        }
        let whole = (bytes.count - at) & ~63
        compress(UnsafeRawBufferPointer(rebasing: bytes[at..<at + whole]))
        hold(UnsafeRawBufferPointer(rebasing: bytes[(at + whole)...]))
    }

    private mutating func hold(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes(of: &pending) { pending in
            UnsafeMutableRawBufferPointer(rebasing: pending[pendingCount...])
                .copyMemory(from: bytes)
        }
        pendingCount += bytes.count
    }

    private mutating func compressPending() {
        let block = pending
        withUnsafeBytes(of: block) { compress($0) }
        pending = SIMD64()
        pendingCount = 0
    }

    /// The 32 bytes of the digest.
    package consuming func finish() -> [UInt8] {
        let words = finishWords()
        return [UInt8](unsafeUninitializedCapacity: 32) { bytes, count in
            for index in 0..<8 {
                UnsafeMutableRawBufferPointer(bytes)
                    .storeBytes(
                        of: words[index].bigEndian,
                        toByteOffset: index * 4,
                        as: UInt32.self
                    )
            }
            count = 32
        }
    }

    /// The digest as eight numbers, the first bytes in the first one's upper half.
    package consuming func finishWords() -> SIMD8<UInt32> {
        // A one, and zeros up to the last eight bytes of a block, which tell the length.
        pending[pendingCount] = 0x80
        for index in pendingCount + 1..<64 { pending[index] = 0 }
        if pendingCount >= 56 { compressPending() }
        let bits = (length * 8).bigEndian
        withUnsafeMutableBytes(of: &pending) {
            $0.storeBytes(of: bits, toByteOffset: 56, as: UInt64.self)
        }
        compressPending()
        return state
    }

    package static func digest(_ bytes: some Collection<UInt8>) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// - Parameter blocks: Whole blocks of 64 bytes.
    private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
        guard usesInstructions else {
            for start in stride(from: 0, to: blocks.count, by: 64) {
                compressPortably(UnsafeRawBufferPointer(rebasing: blocks[start..<start + 64]))
            }
            return
        }
        withUnsafeMutableBytes(of: &state) { state in
            processor_sha256(
                state.assumingMemoryBound(to: UInt32.self).baseAddress,
                blocks.baseAddress,
                blocks.count / 64
            )
        }
    }

    private mutating func compressPortably(_ block: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for index in 0..<16 {
                w[index] = UInt32(
                    bigEndian: block.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                )
            }
            for index in 16..<64 {
                let a = w[index - 15]
                let b = w[index - 2]
                let small = Self.rotate(a, 7) ^ Self.rotate(a, 18) ^ a >> 3
                let large = Self.rotate(b, 17) ^ Self.rotate(b, 19) ^ b >> 10
                w[index] = w[index - 16] &+ small &+ w[index - 7] &+ large
            }
            rounds(w)
        }
    }

    private mutating func rounds(_ w: UnsafeMutableBufferPointer<UInt32>) {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        Self.constants.withUnsafeBufferPointer { k in
            for index in 0..<64 {
                let large = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
                let choice = (e & f) ^ (~e & g)
                let first = h &+ large &+ choice &+ k[index] &+ w[index]
                let small = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
                let majority = (a & b) ^ (a & c) ^ (b & c)
                (h, g, f, e) = (g, f, e, d &+ first)
                (d, c, b, a) = (c, b, a, first &+ small &+ majority)
            }
        }
        state &+= SIMD8(a, b, c, d, e, f, g, h)
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    private static let constants: [UInt32] = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
        0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
        0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
        0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
        0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
        0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
        0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
        0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
        0xc671_78f2,
    ]
}
