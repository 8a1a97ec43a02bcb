import POSIX

/// What a segment holds, without the bodies: written behind its records when it is closed.
///
///     entry  offset u32 · byte count u32 · kind u8 · head length u32 · head
///     index  a record of kind 254: the entries in the order of the records
///     end    a record of kind 255: offset of the index u32 · records u32 · closed at i64
///
/// Both are framed and checksummed like any record. The end is the last of the file and of fixed
/// length, so a reader finds it, then the index, and reads nothing else.
struct SegmentIndex: Sendable {
    private(set) var entries: [UInt8] = []
    private(set) var count = 0

    /// The end's record, frame included.
    static let endBytes = SegmentFormat.overhead + 16

    /// Adds a record; `lead` is what a copy has in front of the record's own bytes.
    mutating func add(
        offset: Int,
        kind: UInt8,
        byteCount: Int,
        lead: [UInt8] = [],
        head: UnsafeRawBufferPointer
    ) {
        entries.append(littleEndian: UInt32(offset))
        entries.append(littleEndian: UInt32(byteCount))
        entries.append(kind)
        entries.append(littleEndian: UInt32(lead.count + head.count))
        entries += lead
        entries += head
        count += 1
    }

    mutating func append(_ other: SegmentIndex) {
        entries += other.entries
        count += other.count
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: entries.capacity < 1 << 16)
        count = 0
    }

    /// One entry, as it stands in an index.
    struct Entry {
        let offset: UInt32
        /// Of what the room above wrote, or of a copy with its lead.
        let byteCount: UInt32
        let kind: UInt8
        let head: UnsafeRawBufferPointer
        /// Where the next entry begins.
        let end: Int
    }

    /// Offset, byte count, kind and length of the head.
    static let entryBytes = 13

    /// The entry that begins at `start` of an index's bytes.
    ///
    /// They come from a record whose checksum fits, or from this process.
    static func entry(at start: Int, in bytes: UnsafeRawBufferPointer) -> Entry {
        let head = start + entryBytes
        let end = head + Int(bytes.number(at: start + 9, as: UInt32.self))
        return Entry(
            offset: bytes.number(at: start),
            byteCount: bytes.number(at: start + 4),
            kind: bytes[start + 8],
            head: UnsafeRawBufferPointer(rebasing: bytes[head..<end]),
            end: end
        )
    }

    /// Calls `body` with each entry, in order.
    func forEach(_ body: (Entry) -> Void) {
        entries.withUnsafeBytes { bytes in
            var at = 0
            while at < bytes.count {
                let entry = Self.entry(at: at, in: bytes)
                body(entry)
                at = entry.end
            }
        }
    }

    /// Whether it was written before there were heads, or by somebody who wanted none.
    var lacksHeads: Bool {
        entries.withUnsafeBytes { bytes in
            guard !bytes.isEmpty else { return false }
            let first = Self.entry(at: 0, in: bytes)
            return first.head.isEmpty && first.byteCount > 0
        }
    }

    /// Index and end as they stand at `offset` of the file.
    func frames(at offset: Int64, closedAt: Int64, seed: UInt32) -> [UInt8] {
        var out: [UInt8] = []
        SegmentFormat.append(kind: SegmentFormat.indexKind, entries, seed: seed, to: &out)
        var end: [UInt8] = []
        end.append(littleEndian: UInt32(offset))
        end.append(littleEndian: UInt32(count))
        end.append(littleEndian: closedAt)
        SegmentFormat.append(kind: SegmentFormat.endKind, end, seed: seed, to: &out)
        return out
    }

    /// The end of a closed segment.
    struct End: Equatable {
        let seed: UInt32
        let indexOffset: Int64
        let recordCount: Int
        let closedAt: Int64
    }

    /// Reads a segment's end; nil when it has none that is whole.
    static func end(of file: Int32, size: Int64) throws(SystemError) -> End? {
        let first = try FileSystem.read(SegmentHeader.byteCount, from: file, at: 0)
        guard case .header(let header) = first.withUnsafeBytes(SegmentHeader.read),
            size >= Int64(SegmentHeader.byteCount + endBytes)
        else { return nil }
        let last = try FileSystem.read(endBytes, from: file, at: size - Int64(endBytes))
        return last.withUnsafeBytes { bytes in
            guard let found = SegmentFormat.record(at: 0, in: bytes, seed: header.seed),
                found.kind == SegmentFormat.endKind, found.body.count == 16
            else { return nil }
            let start = found.body.lowerBound
            return End(
                seed: header.seed,
                indexOffset: Int64(bytes.number(at: start, as: UInt32.self)),
                recordCount: Int(bytes.number(at: start + 4, as: UInt32.self)),
                closedAt: bytes.number(at: start + 8)
            )
        }
    }

    /// Reads the index that `end` names; nil when its checksum does not fit.
    init?(of file: Int32, size: Int64, _ end: End) throws(SystemError) {
        let length = size - Int64(Self.endBytes) - end.indexOffset
        guard length >= SegmentFormat.overhead else { return nil }
        let frame = try FileSystem.read(Int(length), from: file, at: end.indexOffset)
        let body = frame.withUnsafeBytes { bytes -> Range<Int>? in
            let found = SegmentFormat.record(at: 0, in: bytes, seed: end.seed)
            guard let found, found.kind == SegmentFormat.indexKind, found.end == bytes.count else {
                return nil
            }
            return found.body
        }
        guard let body else { return nil }
        entries = frame
        entries.removeSubrange(body.upperBound...)
        entries.removeSubrange(..<body.lowerBound)
        count = end.recordCount
    }

    init() {}
}
