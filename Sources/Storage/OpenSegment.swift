import POSIX

/// The segment that grows: its file, and how much of it is durable.
struct OpenSegment: ~Copyable {
    let number: UInt32
    let path: String
    /// Begins every checksum of this segment.
    let seed: UInt32
    /// Behind the last durable record; the header counts, even while it is still to be written.
    private(set) var size: Int64
    private(set) var index: SegmentIndex
    private let file: OwnedDescriptor
    private let files: LogFiles
    private var hasHeader: Bool
    /// Up to here room is reserved.
    private var reserved: Int64 = 0
    /// A write failed half-way, and what it left must be cut off before the next one: half a
    /// batch, for which nobody was promised anything, must not look like records.
    private var hasDebris = false
    private var isBroken = false

    /// A segment without a record; its header is written with the first batch.
    init(
        beginning number: UInt32,
        _ path: String,
        _ file: consuming OwnedDescriptor,
        _ files: LogFiles
    ) {
        (self.number, self.path, self.files) = (number, path, files)
        self.file = file
        seed = files.seed()
        size = Int64(SegmentHeader.byteCount)
        index = SegmentIndex()
        hasHeader = false
    }

    /// A segment that holds records up to `size`.
    init(
        continuing number: UInt32,
        _ path: String,
        _ file: consuming OwnedDescriptor,
        seed: UInt32,
        size: Int64,
        _ index: SegmentIndex,
        _ files: LogFiles
    ) {
        (self.number, self.path, self.files) = (number, path, files)
        (self.seed, self.size, self.index) = (seed, size, index)
        self.file = file
        hasHeader = true
    }

    /// Writes and flushes one batch of whole records.
    mutating func append(
        _ batch: [UInt8],
        _ entries: SegmentIndex,
        reserving room: Int64
    ) throws(StorageError) {
        guard !isBroken else {
            throw .flushFailed(file: path, reason: "an earlier flush had failed")
        }
        guard size + Int64(batch.count) <= SegmentFormat.largestSegment else {
            throw .full(file: path, reason: "no new segment can be begun, and this one is full")
        }
        let bytes = hasHeader ? batch : SegmentHeader.bytes(seed: seed) + batch
        let start = hasHeader ? size : 0
        do {
            if hasDebris { try sweep(start) }
            try reserve(start, Int64(bytes.count), room)
            hasDebris = true
            try files.write(bytes, file.number, start)
            hasDebris = false
        } catch {
            reserved = 0
            // What cannot be swept up now is swept up before the next write.
            do { if hasDebris { try sweep(start) } } catch {}
            throw .full(file: path, reason: "\(error)")
        }
        do {
            try files.flush(file.number)
        } catch {
            isBroken = true
            throw .flushFailed(file: path, reason: "\(error)")
        }
        hasHeader = true
        size += Int64(batch.count)
        index.append(entries)
    }

    private mutating func sweep(_ start: Int64) throws(SystemError) {
        try files.cut(file.number, start)
        hasDebris = false
    }

    private mutating func reserve(
        _ start: Int64,
        _ count: Int64,
        _ room: Int64
    ) throws(SystemError) {
        guard start + count > reserved else { return }
        try files.reserve(file.number, start, count + room)
        reserved = start + count + room
    }

    /// Writes the index behind the records and lets go of reserved room.
    ///
    /// The records are durable already: when the index cannot be written, the next start reads
    /// the segment whole and tries again.
    consuming func close() -> ClosedSegment {
        let closedAt = files.now()
        var closed = ClosedSegment(
            number: number,
            byteCount: size,
            recordCount: index.count,
            closedAt: closedAt,
            hasIndex: false
        )
        do {
            try closed.write(index, at: size, seed: seed, to: file.number, files)
        } catch {
            closed.hasIndex = false
        }
        return closed
    }
}
