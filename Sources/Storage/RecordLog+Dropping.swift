import POSIX

/// Letting go of what is old, a segment at a time.
extension RecordLog {
    /// A record that was carried forward.
    package struct Move: Equatable, Sendable {
        package let from: RecordPosition
        package let to: RecordPosition
    }

    /// Drops the oldest closed segment; what is still needed of it is written anew at the end.
    ///
    /// The copies are durable before the original goes, and the drop is durable when this
    /// returns. After a crash or `.full` in between, records may stand twice, the copy behind the
    /// original: whoever replays takes the later of two.
    ///
    /// - Parameter isNeeded: Asked once for each record of the segment, oldest first.
    /// - Returns: Where the needed records lie now; nil when no segment is closed.
    /// - Throws: As `commit`; `.unreadable` when the file cannot be removed. The original then
    ///   still stands.
    /// - Precondition: Nothing is staged.
    package mutating func dropOldest(
        carrying isNeeded: (RecordHead) -> Bool
    ) throws(StorageError) -> [Move]? {
        precondition(stagedCount == 0)
        guard let oldest = closed.first else { return nil }
        var needed: [RecordPosition] = []
        try heads(ofClosed: 0) { if isNeeded($0) { needed.append($0.position) } }
        var moves: [Move] = []
        var stagedBytes = 0
        for position in needed {
            guard let record = try undamaged(position) else { continue }
            moves.append(Move(from: position, to: stage(kind: record.kind, record.bytes)))
            stagedBytes += record.bytes.count
            if stagedBytes > 1 << 20 {
                try commit()
                stagedBytes = 0
            }
        }
        try commit()
        try dropSegments(before: oldest.number + 1)
        return moves
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
