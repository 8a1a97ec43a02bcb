import Formats

/// The bytes of a segment behind its header; `README.md` beside this file has the table.
///
///     record  length u32 · crc32c u32 · version u8 · kind u8 · bytes
///
/// Integers are little-endian. `length` counts version, kind and bytes; the checksum begins with
/// the segment's seed and covers the length and all that follows it. Zeros behind the last record
/// are room that was reserved.
enum SegmentFormat {
    /// Of header and records.
    static let version: UInt8 = 1
    /// Of copies and of what says that they stand for their originals: an earlier relay, which
    /// knows neither, refuses to start instead of losing them.
    static let copyVersion: UInt8 = 2
    /// Length, checksum, version and kind.
    static let overhead = 10
    /// No record is larger, in bytes; a length beyond this is damage.
    static let longest = 1 << 30
    /// No segment is larger, in bytes: positions have 32 bits, and its index stands behind it.
    static let largestSegment = 0xF000_0000

    /// Kinds of the log's own; those of the room above lie below them.
    static let droppedKind: UInt8 = 252
    static let copyKind: UInt8 = 253
    static let indexKind: UInt8 = 254
    static let endKind: UInt8 = 255

    /// Whether a record of this version and kind can be read.
    static func isReadable(version: UInt8, kind: UInt8) -> Bool {
        version == self.version
            || version == copyVersion && (kind == copyKind || kind == droppedKind)
    }

    /// Appends one record to `out`: `lead` and `bytes`, one behind the other.
    static func append(
        kind: UInt8,
        lead: [UInt8] = [],
        _ bytes: [UInt8],
        seed: UInt32,
        to out: inout [UInt8]
    ) {
        let start = out.count
        let isCopy = kind == copyKind || kind == droppedKind
        out.append(littleEndian: UInt32(lead.count + bytes.count + 2))
        out += [0, 0, 0, 0, isCopy ? copyVersion : version, kind]
        out += lead
        out += bytes
        let crc = out.withUnsafeBytes {
            checksum(UnsafeRawBufferPointer(rebasing: $0[start...]), seed: seed)
        }
        withUnsafeBytes(of: crc.littleEndian) { crc in
            for (index, byte) in crc.enumerated() { out[start + 4 + index] = byte }
        }
    }

    /// A record found in a segment's bytes.
    struct Found {
        let version: UInt8
        let kind: UInt8
        let body: Range<Int>
        let end: Int

        /// Whether it is an index or an end, and none that is counted.
        var isOfLog: Bool { kind >= SegmentFormat.indexKind }
        var isReadable: Bool { SegmentFormat.isReadable(version: version, kind: kind) }
    }

    /// Where the record that seems to begin at `offset` would end; nil when none can.
    static func end(ofRecordAt offset: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard offset >= 0, bytes.count - offset >= overhead else { return nil }
        let length = Int(bytes.number(at: offset, as: UInt32.self))
        guard length >= 2, length <= longest, bytes.count - offset - 8 >= length else { return nil }
        return offset + 8 + length
    }

    /// The record that begins at `offset`; nil when none whole and undamaged does.
    static func record(
        at offset: Int,
        in bytes: UnsafeRawBufferPointer,
        seed: UInt32
    ) -> Found? {
        guard let end = end(ofRecordAt: offset, in: bytes) else { return nil }
        let record = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
        guard checksum(record, seed: seed) == record.number(at: 4) else { return nil }
        return Found(
            version: record[8],
            kind: record[9],
            body: offset + overhead..<end,
            end: end
        )
    }

    /// Over the length and all behind the checksum's own place.
    private static func checksum(_ record: UnsafeRawBufferPointer, seed: UInt32) -> UInt32 {
        let head = CRC32C.checksum(
            UnsafeRawBufferPointer(rebasing: record[..<4]),
            continuing: seed
        )
        return CRC32C.checksum(UnsafeRawBufferPointer(rebasing: record[8...]), continuing: head)
    }
}
