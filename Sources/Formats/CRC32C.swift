import CProcessor

/// CRC-32C (Castagnoli; RFC 3720 appendix B.4), eight bytes a step.
package enum CRC32C {
    private static let hasInstructions = processor_has_crc32c()

    /// Goes on from `continuing`, the checksum of what came before `bytes`; 0 at the beginning.
    package static func checksum(
        _ bytes: UnsafeRawBufferPointer,
        continuing: UInt32 = 0
    ) -> UInt32 {
        guard hasInstructions else { return portable(bytes, continuing: continuing) }
        return ~processor_crc32c(~continuing, bytes.baseAddress, bytes.count)
    }

    /// The same without the processor's own instructions.
    package static func portable(
        _ bytes: UnsafeRawBufferPointer,
        continuing: UInt32 = 0
    ) -> UInt32 {
        var crc = ~continuing
        var offset = 0
        tables.withUnsafeBufferPointer { table in
            while bytes.count - offset >= 8 {
                let word =
                    UInt64(
                        littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                    ) ^ UInt64(crc)
                var next: UInt32 = 0
                for lane in 0..<8 {
                    let byte = Int(truncatingIfNeeded: word >> UInt64(lane * 8)) & 0xFF
                    next ^= table[(7 - lane) * 256 + byte]
                }
                crc = next
                offset += 8
            }
            while offset < bytes.count {
                crc = crc >> 8 ^ table[Int((crc ^ UInt32(bytes[offset])) & 0xFF)]
                offset += 1
            }
        }
        return ~crc
    }

    package static func checksum(_ bytes: [UInt8], continuing: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { checksum($0, continuing: continuing) }
    }

    /// Eight tables of 256: the effect of a byte that lies 0…7 bytes before the end.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var crc = UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
            tables[byte] = crc
        }
        for table in 1..<8 {
            for byte in 0..<256 {
                let before = tables[(table - 1) * 256 + byte]
                tables[table * 256 + byte] = before >> 8 ^ tables[Int(before & 0xFF)]
            }
        }
        return tables
    }()
}
