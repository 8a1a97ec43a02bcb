import POSIX

/// Reading all that the log holds: after a start, before anything is written.
extension RecordLog {
    /// Gives every whole record, oldest first; damage is set aside and noted in `damage`.
    ///
    /// Records that were carried forward come at the place of their copy. When a crash came
    /// between a copy and the drop, both are there, the copy behind the original.
    package mutating func replay(_ body: (Record) -> Void) throws(StorageError) {
        for segment in closed.map(\.number) + [open.number] {
            let path = names.path(segment)
            let bytes = try Opening.contents(path)
            let scan = bytes.withUnsafeBytes { all in
                SegmentScan(all) { offset, kind, record in
                    let position = RecordPosition(segment: segment, offset: UInt32(offset))
                    body(Record(position: position, kind: kind, bytes: Array(record)))
                }
            }
            if let version = scan.newerVersion {
                throw .newerVersion(file: path, version: version)
            }
            // What the open segment had was noted when it was opened.
            guard segment != open.number else { continue }
            note(scan, bytes, path)
        }
    }

    /// Gives the head of every record, oldest first, reading indexes and not bodies.
    ///
    /// A closed segment whose index is damaged is read whole, and gets a new one.
    package mutating func replayHeads(_ body: (RecordHead) -> Void) throws(StorageError) {
        for place in closed.indices { try heads(ofClosed: place, body) }
        open.index.forEach(segment: open.number, body)
    }

    mutating func heads(
        ofClosed place: Int,
        _ body: (RecordHead) -> Void
    ) throws(StorageError) {
        let number = closed[place].number
        if let index = try index(of: number) {
            index.forEach(segment: number, body)
            return
        }
        var found: [Damage] = []
        closed[place] = try Opening.reindexed(number, names, options, &found)
        noteNew(found)
        if let index = try index(of: number) {
            index.forEach(segment: number, body)
        } else {
            // No room for an index: the records themselves then.
            try Opening.index(ofRecordsIn: names.path(number), options)
                .forEach(segment: number, body)
        }
    }

    private func index(of number: UInt32) throws(StorageError) -> SegmentIndex? {
        let path = names.path(number)
        do throws(SystemError) {
            let file = try FileSystem.openForReading(path)
            let size = try FileSystem.size(of: file.number)
            guard let end = try SegmentIndex.end(of: file.number, size: size) else { return nil }
            return try SegmentIndex(of: file.number, size: size, end)
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    private mutating func note(_ scan: SegmentScan, _ bytes: [UInt8], _ path: String) {
        var found: [Damage] = []
        Opening.note(scan, bytes, path, tail: .damaged, names, options, &found)
        noteNew(found)
    }

    /// Replaying twice must not count the same damage twice.
    private mutating func noteNew(_ found: [Damage]) {
        for one in found where !damage.contains(one) { damage.append(one) }
    }
}
