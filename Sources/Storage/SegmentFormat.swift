import Formats

/// The bytes of a segment file; `Sources/README.md` has the table.
///
///     header  8 bytes  "DRLOG" version(1) 0 0
///     record  length u32 · crc32c u32 · version u8 · kind u8 · bytes
///
/// Integers are little-endian. `length` counts version, kind and bytes; the checksum covers the
/// length and all that follows it. Zeros behind the last record are reserved room.
enum SegmentFormat {
    static let header: [UInt8] = Array("DRLOG".utf8) + [1, 0, 0]
    /// Length, checksum, version and kind.
    static let overhead = 10
    static let recordVersion: UInt8 = 1
    /// A length beyond this is damage: no record may be larger, in bytes.
    static let longest = 1 << 30

    /// Appends one record to `out`.
    static func append(kind: UInt8, _ bytes: [UInt8], to out: inout [UInt8]) {
        let start = out.count
        let length = UInt32(bytes.count + 2).littleEndian
        withUnsafeBytes(of: length) { out.append(contentsOf: $0) }
        out += [0, 0, 0, 0, recordVersion, kind]
        out += bytes
        let checksum = out.withUnsafeBytes { all in
            let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: all[start..<start + 4]))
            return CRC32C.checksum(
                UnsafeRawBufferPointer(rebasing: all[(start + 8)...]),
                continuing: head
            )
        }
        withUnsafeBytes(of: checksum.littleEndian) { crc in
            for (index, byte) in crc.enumerated() { out[start + 4 + index] = byte }
        }
    }

    /// A record found in a segment's bytes.
    struct Found {
        let kind: UInt8
        let body: Range<Int>
        let end: Int
    }

    /// The record that begins at `offset`; nil when none whole and undamaged does.
    static func record(at offset: Int, in bytes: UnsafeRawBufferPointer) -> Found? {
        guard offset >= 0, bytes.count - offset >= overhead else { return nil }
        let length = Int(
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        )
        guard length >= 2, length <= longest, bytes.count - offset - 8 >= length,
            bytes[offset + 8] == recordVersion
        else { return nil }
        let stored = UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        )
        let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 4]))
        let end = offset + 8 + length
        let checksum = CRC32C.checksum(
            UnsafeRawBufferPointer(rebasing: bytes[(offset + 8)..<end]),
            continuing: head
        )
        guard checksum == stored else { return nil }
        return Found(kind: bytes[offset + 9], body: offset + overhead..<end, end: end)
    }
}
