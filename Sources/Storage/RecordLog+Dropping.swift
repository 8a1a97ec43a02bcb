import POSIX

/// The oldest segment on its way out, a step at a time.
package struct SegmentDrop: Sendable {
    package let segment: UInt32
    /// Its index, and how far that is read.
    fileprivate let index: SegmentIndex
    fileprivate var at = 0
    fileprivate let attempt: UInt64
    /// Where needed records lie once `finish` has returned.
    package fileprivate(set) var moves: [RecordLog.Move] = []

    /// Whether every record was asked for.
    package var isCarried: Bool { at == index.entries.count }

    /// Gives the head of each of its records, oldest first, and leaves all as it is.
    package func forEach(_ body: (RecordHead) -> Void) {
        index.forEach { entry in
            if let head = RecordHead(entry, of: segment) { body(head) }
        }
    }
}

/// Letting go of what is old, a segment at a time.
extension RecordLog {
    /// A record that was carried forward.
    package struct Move: Equatable, Sendable {
        package let from: RecordPosition
        package let to: RecordPosition
    }

    /// What becomes of a record whose segment goes.
    package enum Fate: Equatable, Sendable {
        case goes
        case stays
        /// Something shorter takes its place in the order of records.
        case becomes(kind: UInt8, [UInt8])
    }

    /// Begins to drop the oldest closed segment; nil when none is closed.
    ///
    /// Nothing of it counts before `finish`: a drop that is given up, or cut off by a crash,
    /// leaves the log as it was.
    package mutating func beginDrop() throws(StorageError) -> SegmentDrop? {
        guard let oldest = closed.first else { return nil }
        let attempt = UInt64(end.segment) << 32 | UInt64(end.offset)
        return SegmentDrop(
            segment: oldest.number,
            index: try index(ofClosed: 0),
            attempt: attempt
        )
    }

    /// Stages copies of what is still needed, as far as one step goes; the caller commits.
    ///
    /// The step ends when copies of so many `bytes` are staged, or so many `records` were asked
    /// for. `fate` is asked once for each record of the segment, oldest first.
    ///
    /// A damaged record makes no move: who cannot do without it gives the drop up.
    ///
    /// - Throws: `.unreadable`, when the segment cannot be read.
    package mutating func carry(
        _ drop: inout SegmentDrop,
        bytes: Int,
        records: Int,
        _ fate: (RecordHead) -> Fate
    ) throws(StorageError) {
        var (needed, asked, size) = ([(RecordHead.Place, Fate)](), 0, 0)
        drop.index.entries.withUnsafeBytes { all in
            while drop.at < all.count, asked < records, size < bytes {
                let entry = SegmentIndex.entry(at: drop.at, in: all)
                drop.at = entry.end
                guard let head = RecordHead(entry, of: drop.segment) else { continue }
                asked += 1
                let decided = fate(head)
                guard decided != .goes else { continue }
                needed.append((RecordHead.Place(head), decided))
                size += head.byteCount
            }
        }
        for (place, decided) in needed { try carry(place, decided, &drop) }
    }

    private mutating func carry(
        _ place: RecordHead.Place,
        _ fate: Fate,
        _ drop: inout SegmentDrop
    ) throws(StorageError) {
        let (kind, bytes): (UInt8, [UInt8])
        switch fate {
        case .goes: return
        case .becomes(let newKind, let newBytes): (kind, bytes) = (newKind, newBytes)
        case .stays:
            guard let record = try undamaged(place.position) else { return }
            (kind, bytes) = (record.kind, record.bytes)
        }
        let copy = RecordCopy(
            attempt: drop.attempt,
            segment: drop.segment,
            origin: place.origin,
            kind: kind
        )
        drop.moves.append(Move(from: place.position, to: stage(kind, bytes, copy)))
    }

    /// Ends a drop whose copies are committed: from now on they stand for the segment, and its
    /// file is gone.
    ///
    /// - Throws: As `commit`; `.unreadable` when the file cannot be removed. The originals then
    ///   still stand.
    /// - Precondition: Nothing is staged, and `isCarried`.
    package mutating func finish(_ drop: SegmentDrop) throws(StorageError) {
        precondition(stagedCount == 0 && drop.isCarried)
        let bytes = RecordCopy.dropped(drop.segment, attempt: drop.attempt)
        stage(SegmentFormat.droppedKind, bytes, nil)
        try commit()
        try dropSegments(before: drop.segment + 1)
    }

    /// Drops the oldest closed segment in one go; what is still needed of it is written anew.
    ///
    /// - Parameter isNeeded: Asked once for each record of the segment, oldest first.
    /// - Returns: Where the needed records lie now; nil when no segment is closed.
    /// - Throws: As `finish`.
    /// - Precondition: Nothing is staged.
    package mutating func dropOldest(
        carrying isNeeded: (RecordHead) -> Bool
    ) throws(StorageError) -> [Move]? {
        precondition(stagedCount == 0)
        guard var drop = try beginDrop() else { return nil }
        while !drop.isCarried {
            try carry(&drop, bytes: 1 << 20, records: 4096) { isNeeded($0) ? .stays : .goes }
            try commit()
        }
        try finish(drop)
        return drop.moves
    }

    /// A record to be carried; nil, and noted, when it is damaged.
    private mutating func undamaged(_ position: RecordPosition) throws(StorageError) -> Record? {
        do {
            return try read(position)
        } catch .damaged(let file, let offset) {
            damage.append(
                Damage(kind: .damaged, file: file, offset: offset, count: 0, quarantine: nil)
            )
            return nil
        }
    }

    /// Drops whole segments below `number`, oldest first; the open one stays.
    ///
    /// - Throws: `.unreadable` when a file cannot be removed; those before it are gone.
    package mutating func dropSegments(before number: UInt32) throws(StorageError) {
        guard let first = closed.first, first.number < number else { return }
        while let oldest = closed.first, oldest.number < number {
            let path = names.path(oldest.number)
            do {
                try options.files.remove(path)
            } catch {
                guard error.isNoSuchFile else { throw .unreadable(file: path, reason: "\(error)") }
            }
            closed.removeFirst()
        }
        do {
            try options.files.flushFolder(names.folder)
        } catch {
            throw .unreadable(file: names.folder, reason: "\(error)")
        }
    }
}

extension RecordHead {
    fileprivate struct Place {
        let position: RecordPosition
        let origin: RecordPosition

        init(_ head: RecordHead) { (position, origin) = (head.position, head.origin) }
    }

    /// A record of the room above, or the copy of one; nil for what is the log's own.
    fileprivate init?(_ entry: SegmentIndex.Entry, of segment: UInt32) {
        position = RecordPosition(segment: segment, offset: entry.offset)
        guard entry.kind >= SegmentFormat.droppedKind else {
            (origin, kind, bytes) = (position, entry.kind, entry.head)
            byteCount = Int(entry.byteCount)
            return
        }
        guard entry.kind == SegmentFormat.copyKind, let copy = RecordCopy(entry.head) else {
            return nil
        }
        (origin, kind) = (copy.origin, copy.kind)
        bytes = UnsafeRawBufferPointer(rebasing: entry.head.dropFirst(RecordCopy.leadBytes))
        byteCount = Int(entry.byteCount) - RecordCopy.leadBytes
    }
}
