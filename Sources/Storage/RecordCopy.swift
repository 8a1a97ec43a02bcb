/// A record that was carried forward, so that its segment could be dropped.
///
///     copy     attempt u64 · dropped segment u32 · origin's segment u32 · origin's offset u32 ·
///              kind u8 · the record's bytes                                (kind 253)
///     dropped  attempt u64 · segment u32                                   (kind 252)
///
/// A segment's copies stand for it once it is gone; those of the last attempt alone, for an
/// earlier one may have ended half-way and may have carried what is no longer needed.
struct RecordCopy {
    let attempt: UInt64
    /// The segment that was being dropped when the copy was made.
    let segment: UInt32
    /// Where the record was written first: its place in the order of all records.
    let origin: RecordPosition
    let kind: UInt8

    /// Bytes in front of the record's own.
    static let leadBytes = 21
    static let droppedBytes = 12

    init(attempt: UInt64, segment: UInt32, origin: RecordPosition, kind: UInt8) {
        (self.attempt, self.segment, self.origin, self.kind) = (attempt, segment, origin, kind)
    }

    /// Reads what `lead` wrote; nil when there are too few bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.leadBytes else { return nil }
        attempt = bytes.number(at: 0)
        segment = bytes.number(at: 8)
        origin = RecordPosition(segment: bytes.number(at: 12), offset: bytes.number(at: 16))
        kind = bytes[20]
    }

    var lead: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: attempt)
        bytes.append(littleEndian: segment)
        bytes.append(littleEndian: origin.segment)
        bytes.append(littleEndian: origin.offset)
        bytes.append(kind)
        return bytes
    }

    static func dropped(_ segment: UInt32, attempt: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: attempt)
        bytes.append(littleEndian: segment)
        return bytes
    }
}

/// Which copies stand for records whose segments are gone.
struct CopyRules {
    /// The first segment that is there: the originals in it and behind it stand for themselves.
    private let first: UInt32
    /// The last attempt to drop a segment.
    private var attempts: [UInt32: UInt64] = [:]

    init(first: UInt32) { self.first = first }

    mutating func note(dropped bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= RecordCopy.droppedBytes else { return }
        attempts[bytes.number(at: 8)] = bytes.number(at: 0)
    }

    func counts(_ copy: RecordCopy) -> Bool {
        copy.segment < first && copy.origin.segment < first
            && attempts[copy.segment].map { $0 == copy.attempt } ?? true
    }
}
