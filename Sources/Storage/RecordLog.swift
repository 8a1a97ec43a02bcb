import POSIX

/// An append-only log of records that survives a crash: written in batches, one flush each.
///
/// One thread's. `stage` gathers, `commit` makes durable all that was staged or none of it. The
/// log is a row of segments: the last one grows, the others are closed and end with an index.
/// Nothing above this room sees a file: it appends, commits, replays and drops.
package struct RecordLog: ~Copyable {
    package struct Options: Sendable {
        /// A segment that has grown to this is closed, in bytes.
        package var segmentBytes = 64 << 20
        /// So is one whose index has, in bytes: it lies in memory until then.
        package var indexBytes = 4 << 20
        /// Room reserved ahead, so that a full disk shows at a write and not at the flush.
        package var reserveBytes: Int64 = 1 << 20
        /// Whether that room is filled with zeros too.
        ///
        /// A flush then writes the records alone; into room that is only reserved it writes the
        /// file's size and what says that the room is used as well. For twice the bytes it takes
        /// half the time: right for small records with many flushes.
        package var fillsRoom = false
        /// How many of a record's first bytes its segment's index repeats.
        ///
        /// `replayHeads` gives them. A function of the record alone, since an index can be made
        /// anew from records; at least 1 for a record that has bytes. nil: no heads.
        package var headLength: (@Sendable (_ kind: UInt8, _ bytes: UnsafeRawBufferPointer) -> Int)?
        package var files = LogFiles.live

        package init() {}
    }

    let names: SegmentNames
    let options: Options
    let reader: RecordReader
    /// Closed segments, oldest first.
    package internal(set) var closed: [ClosedSegment]
    var open: OpenSegment
    /// What opening and replaying found that was no record.
    package internal(set) var damage: [Damage] = []
    /// Why no new segment could be begun; nil once one was.
    ///
    /// The log goes on in the old one.
    package private(set) var trouble: StorageError?
    /// No record in the open segment was written before, in milliseconds since 1970; nil: unknown,
    /// since none is closed.
    package private(set) var openSince: Int64?
    private var staged: [UInt8] = []
    private var stagedIndex = SegmentIndex()

    /// Opens the log in `folder`, or begins it; recovers what a crash left.
    ///
    /// Reads the open segment and, of the closed ones, only their last bytes. Needs no room on
    /// the disk and, where a log has been before, no right to write: it opens on a full disk or in
    /// a read-only folder, and `commit` and `makeRoom` then say `.full`.
    ///
    /// - Throws: `.unreadable` when the folder or a file cannot be used at all; `.newerVersion`.
    package init(
        folder: String,
        name: String,
        options: Options = Options()
    ) throws(StorageError) {
        let names = SegmentNames(folder: folder, log: name)
        let opening = try Opening(names, options)
        self.names = names
        self.options = options
        reader = RecordReader(folder: folder, name: name)
        closed = opening.closed
        damage = opening.damage
        open = opening.take()
        openSince = closed.last?.closedAt
        if openSince == nil, open.index.count == 0 { openSince = options.files.now() }
    }

    /// The size of the log `name` in `folder` as its files have it; nil when there is none.
    package static func byteCount(folder: String, name: String) -> Int64? {
        let names = SegmentNames(folder: folder, log: name)
        do {
            let sizes = try names.numbers().map { FileSystem.stamp(names.path($0))?[2] ?? 0 }
            return sizes.isEmpty ? nil : sizes.reduce(0, +)
        } catch {
            return nil
        }
    }

    // MARK: - Writing

    /// Where the next record will lie.
    package var end: RecordPosition {
        let offset = open.size + Int64(staged.count)
        return RecordPosition(segment: open.number, offset: UInt32(truncatingIfNeeded: offset))
    }

    /// Size of all segments, in bytes.
    package var byteCount: Int64 { closed.reduce(open.size) { $0 + $1.byteCount } }

    /// Records staged since the last commit.
    package var stagedCount: Int { stagedIndex.count }

    /// Their size, in bytes.
    package var stagedBytes: Int { staged.count }

    /// Adds a record to the next commit; gives where it lies once that commit has succeeded.
    ///
    /// - Precondition: `kind` is below 252 and the record no larger than 1 GiB.
    package mutating func stage(kind: UInt8, _ bytes: [UInt8]) -> RecordPosition {
        precondition(kind < SegmentFormat.droppedKind)
        return stage(kind, bytes, nil)
    }

    /// Adds a record, or the copy of one.
    @discardableResult
    mutating func stage(_ kind: UInt8, _ bytes: [UInt8], _ copy: RecordCopy?) -> RecordPosition {
        precondition(bytes.count <= SegmentFormat.longest - 2 - RecordCopy.leadBytes)
        let position = end
        let lead = copy?.lead ?? []
        let written = copy == nil ? kind : SegmentFormat.copyKind
        SegmentFormat.append(kind: written, lead: lead, bytes, seed: open.seed, to: &staged)
        bytes.withUnsafeBytes { bytes in
            stagedIndex.add(
                offset: Int(position.offset),
                kind: written,
                byteCount: lead.count + bytes.count,
                lead: lead,
                head: options.head(kind, bytes)
            )
        }
        return position
    }

    /// Forgets what was staged.
    package mutating func discardStaged() {
        staged.removeAll(keepingCapacity: staged.capacity < 1 << 20)
        stagedIndex.removeAll()
    }

    /// Makes all staged records durable: one write, one flush.
    ///
    /// Nothing stays staged, whether it succeeds or not.
    ///
    /// - Throws: `.full` when nothing of the batch is promised and the log can go on;
    ///   `.flushFailed` when it cannot be known, and never again will be; `.lost` when the file is
    ///   no longer this log's.
    package mutating func commit() throws(StorageError) {
        guard stagedCount > 0 else { return }
        defer { discardStaged() }
        try open.append(staged, stagedIndex, options)
        if isGrown { beginSegment() }
    }

    /// Whether the open segment is to be closed.
    private var isGrown: Bool {
        open.size >= options.segmentBytes || open.index.entries.count >= options.indexBytes
    }

    /// Closes the open segment, so that it can be dropped some time; the next one begins.
    ///
    /// Nothing happens while the open one holds no record, or when no other can be begun
    /// (`trouble`).
    ///
    /// - Precondition: Nothing is staged.
    package mutating func closeSegment() {
        precondition(stagedCount == 0)
        if open.index.count > 0 { beginSegment() } else { openSince = options.files.now() }
    }

    /// Finds out whether a commit would succeed now, and clears the way for it; leaves no record.
    ///
    /// After `.full`, to go on before anybody has something to write; asks for all the room that
    /// is reserved ahead, so that a log that has hardly any does not come and go.
    ///
    /// - Throws: As `commit`.
    /// - Precondition: Nothing is staged.
    package mutating func makeRoom() throws(StorageError) {
        precondition(stagedCount == 0)
        if isGrown { beginSegment() }
        try open.makeRoom(reserving: options.reserveBytes)
    }

    /// Whether the log's file is still where it was: two calls that only look.
    ///
    /// - Throws: `.full` while it is away, `.lost` when it does not come back.
    package func checkPlace() throws(StorageError) { try open.checkPlace() }

    /// Begins the next segment, then closes the present one; when the first fails it goes on.
    ///
    /// In this order a crash in between leaves a segment without an index behind a new one, which
    /// the next start reads whole and gives its index. That the present one is still in its place
    /// once the new one has a name proves that both are in the same folder.
    private mutating func beginSegment() {
        do {
            var segment = try Opening.begin(open.number + 1, names, options.files)
            try open.checkPlace()
            swap(&open, &segment)
            closed.append(segment.close())
            openSince = closed.last?.closedAt
            trouble = nil
        } catch {
            trouble = error
        }
    }

    /// The first segment that is there.
    var firstSegment: UInt32 { closed.first?.number ?? open.number }

    // MARK: - Reading

    /// One committed record, its checksum checked.
    ///
    /// - Throws: `.damaged`; `.dropped` when its segment is gone.
    package func read(_ position: RecordPosition) throws(StorageError) -> Record {
        try reader.read(position)
    }
}

extension RecordLog.Options {
    /// What an index repeats of a record; of what says that a segment is gone, all.
    func head(_ kind: UInt8, _ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard kind != SegmentFormat.droppedKind else { return bytes }
        let length = headLength.map { $0(kind, bytes) } ?? 0
        return UnsafeRawBufferPointer(rebasing: bytes[..<min(max(0, length), bytes.count)])
    }
}
