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
    /// nil: it could not be made yet.
    private var file: OwnedDescriptor?
    private let folder: String
    private let files: LogFiles
    private var hasHeader: Bool
    /// Up to here room is reserved.
    private var reserved: Int64 = 0
    /// A write failed half-way, and what it left must be cut off before the next one: half a
    /// batch, for which nobody was promised anything, must not look like records.
    private var hasDebris = false
    private var isBroken = false

    /// A segment without a record; its header is written with the first batch.
    ///
    /// `file`: nil while it cannot be made; then each commit, and `makeRoom`, tries.
    init(
        beginning number: UInt32,
        _ names: SegmentNames,
        _ file: consuming OwnedDescriptor?,
        _ files: LogFiles
    ) {
        (self.number, self.files) = (number, files)
        (path, folder) = (names.path(number), names.folder)
        self.file = consume file
        seed = files.seed()
        size = Int64(SegmentHeader.byteCount)
        index = SegmentIndex()
        hasHeader = false
    }

    /// A segment that holds records up to `size`.
    init(
        continuing number: UInt32,
        _ names: SegmentNames,
        _ file: consuming OwnedDescriptor,
        seed: UInt32,
        size: Int64,
        _ index: SegmentIndex,
        _ files: LogFiles
    ) {
        (self.number, self.files) = (number, files)
        (path, folder) = (names.path(number), names.folder)
        (self.seed, self.size, self.index) = (seed, size, index)
        self.file = consume file
        hasHeader = true
    }

    private var descriptor: Int32? {
        switch file {
        case .some(let file): file.number
        case .none: nil
        }
    }

    /// Where the next batch is written: over the header, as long as there is none.
    private var start: Int64 { hasHeader ? size : 0 }

    // MARK: - Writing

    /// Writes and flushes one batch of whole records.
    mutating func append(
        _ batch: [UInt8],
        _ entries: SegmentIndex,
        _ options: RecordLog.Options
    ) throws(StorageError) {
        try checkUsable(for: batch.count)
        let bytes = hasHeader ? batch : SegmentHeader.bytes(seed: seed) + batch
        let file: Int32
        do {
            file = try opened()
            if hasDebris { try sweep(file) }
            let room = try reserve(file, Int64(bytes.count), ahead: options.reserveBytes)
            hasDebris = true
            try files.write(bytes, file, start)
            if options.fillsRoom, let room { fill(file, room) }
        } catch {
            throw refused(error)
        }
        do {
            try files.flush(file)
        } catch {
            isBroken = true
            throw .flushFailed(file: path, reason: "\(error)")
        }
        // What went into a file that nobody will find again is not promised.
        try checkPlace()
        hasDebris = false
        hasHeader = true
        size += Int64(batch.count)
        index.append(entries)
    }

    /// Finds out whether a batch could be written now, and clears the way for it.
    ///
    /// Leaves no record: writes zeros where the next one will stand, which are reserved room to
    /// every reader, and cuts them off. Reserving alone would not do: it proves nothing where a
    /// process's files may not grow, or where a file system cannot reserve.
    mutating func makeRoom(reserving room: Int64) throws(StorageError) {
        try checkUsable(for: Self.trialBytes)
        do {
            let file = try opened()
            if hasDebris { try sweep(file) }
            try files.reserve(file, start, room)
            reserved = start + room
            hasDebris = true
            try files.write([UInt8](repeating: 0, count: Self.trialBytes), file, start)
            try sweep(file)
            // The cut has let go of the room, too.
            try files.reserve(file, start, room)
        } catch {
            throw refused(error)
        }
    }

    private static let trialBytes = 1 << 16

    private func checkUsable(for count: Int) throws(StorageError) {
        guard !isBroken else {
            throw .flushFailed(file: path, reason: "an earlier flush had failed")
        }
        guard size + Int64(count) <= SegmentFormat.largestSegment else {
            throw .full(file: path, reason: "no new segment can be begun, and this one is full")
        }
        try checkPlace()
    }

    /// Nothing is promised of the batch, and nothing of it must stay.
    private mutating func refused(_ error: SystemError) -> StorageError {
        reserved = 0
        if hasDebris, let file = descriptor {
            // What cannot be swept up now is swept up before the next write.
            do { try sweep(file) } catch {}
        }
        return .full(file: path, reason: "\(error)")
    }

    private mutating func sweep(_ file: Int32) throws(SystemError) {
        try files.cut(file, start)
        hasDebris = false
        reserved = 0
    }

    /// Keeps `room` reserved behind the batch, less a quarter; where there is not so much room,
    /// what the batch itself needs.
    ///
    /// - Returns: The room behind the batch that is reserved since now.
    private mutating func reserve(
        _ file: Int32,
        _ count: Int64,
        ahead room: Int64
    ) throws(SystemError) -> Range<Int64>? {
        let end = start + count
        guard end + room / 4 > reserved else { return nil }
        let before = max(end, reserved)
        do throws(SystemError) {
            try files.reserve(file, start, count + room)
            reserved = end + room
            return before..<reserved
        } catch {
            guard end > reserved else { return nil }
            try files.reserve(file, start, count)
            reserved = end
            return nil
        }
    }

    /// Writes zeros into room, which is reserved to every reader as before; the batch's flush is
    /// theirs too.
    ///
    /// Where they cannot be written, this room goes without. In pieces: the kernel may keep what
    /// one write brings as one large page, and writes all of it back when a part changes.
    private func fill(_ file: Int32, _ room: Range<Int64>) {
        let zeros = [UInt8](repeating: 0, count: 16 << 10)
        do throws(SystemError) {
            for place in stride(from: room.lowerBound, to: room.upperBound, by: zeros.count) {
                let left = Int(room.upperBound - place)
                let piece = left < zeros.count ? Array(zeros.prefix(left)) : zeros
                try files.write(piece, file, place)
            }
        } catch {}
    }

    // MARK: - The file and its name

    private mutating func opened() throws(SystemError) -> Int32 {
        if let number = descriptor { return number }
        let made = try files.open(path)
        try files.flushFolder(folder)
        let number = made.number
        file = consume made
        return number
    }

    /// Whether its path still names this file; a segment that is still to be made has no place.
    ///
    /// A file that is away may come back, and the log goes on in it. Deleted, or with another in
    /// its place, it does not.
    func checkPlace() throws(StorageError) {
        guard let file = descriptor else { return }
        switch files.place(file, path) {
        case .here: return
        case .away:
            throw .full(
                file: path,
                reason: "is not in its place: its folder was moved or unmounted; "
                    + "the relay goes on when it is back"
            )
        case .deleted:
            throw .lost(
                file: path,
                reason: "was deleted while the relay ran; nothing can be promised in it, "
                    + "and a restart begins with what is there"
            )
        case .taken:
            throw .lost(
                file: path,
                reason: "is another file than the one the relay had opened; "
                    + "a restart reads the one that is there"
            )
        }
    }

    // MARK: - Closing

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
        guard let file = descriptor else { return closed }
        do {
            try closed.write(index, at: size, seed: seed, to: file, files)
        } catch {
            closed.hasIndex = false
        }
        return closed
    }
}
