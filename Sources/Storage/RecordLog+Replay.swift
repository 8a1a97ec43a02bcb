import POSIX

/// Reading all that the log holds: after a start, before anything is written.
///
/// Each record comes once and in the order in which records were first written, whether it lies
/// where it was written or was carried forward since.
extension RecordLog {
    /// Gives every whole record, oldest first; damage is set aside and noted in `damage`.
    package mutating func replay(_ body: (Record) -> Void) throws(StorageError) {
        for place in try copies() {
            do {
                body(try read(place))
            } catch .damaged(let file, let offset) {
                noteNew([
                    Damage(kind: .damaged, file: file, offset: offset, count: 0, quarantine: nil)
                ])
            }
        }
        for segment in closed.map(\.number) + [open.number] {
            let path = names.path(segment)
            let bytes = try Opening.contents(path)
            let scan = bytes.withUnsafeBytes { all in
                SegmentScan(all) { offset, kind, record in
                    guard kind < SegmentFormat.droppedKind else { return }
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
    /// A closed segment whose index is damaged, or has no heads, is read whole, and gets a new
    /// one.
    package mutating func replayHeads(_ body: (RecordHead) -> Void) throws(StorageError) {
        try replayCopies(body)
        for place in closed.indices {
            let number = closed[place].number
            try index(ofClosed: place).forEachOriginal(of: number, body)
        }
        open.index.forEachOriginal(of: open.number, body)
    }

    /// Records in all segments, copies and originals: how many heads there may be.
    package var recordCount: Int { closed.reduce(open.index.count) { $0 + $1.recordCount } }

    // MARK: - Copies

    /// Where the copies lie that stand for records of dropped segments, in their originals' order.
    private mutating func copies() throws(StorageError) -> [RecordPosition] {
        var found: [(origin: RecordPosition, position: RecordPosition)] = []
        try replayCopies { found.append(($0.origin, $0.position)) }
        return found.map(\.position)
    }

    private mutating func replayCopies(_ body: (RecordHead) -> Void) throws(StorageError) {
        // Nothing was ever dropped.
        guard firstSegment > 1 else { return }
        var gathered = GatheredCopies(first: firstSegment)
        for place in closed.indices {
            let number = closed[place].number
            gathered.take(try index(ofClosed: place), of: number)
        }
        gathered.take(open.index, of: open.number)
        gathered.replay(body)
    }

    // MARK: - Indexes

    /// The index of a closed segment, made anew if need be.
    mutating func index(ofClosed place: Int) throws(StorageError) -> SegmentIndex {
        let number = closed[place].number
        if let index = try index(of: number), options.headLength == nil || !index.lacksHeads {
            return index
        }
        var found: [Damage] = []
        closed[place] = try Opening.reindexed(number, names, options, &found)
        noteNew(found)
        if let index = try index(of: number) { return index }
        // No room for an index: the records themselves then.
        return try Opening.index(ofRecordsIn: names.path(number), options)
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

extension SegmentIndex {
    /// Gives each record that lies where it was written first.
    func forEachOriginal(of segment: UInt32, _ body: (RecordHead) -> Void) {
        forEach { entry in
            guard entry.kind < SegmentFormat.droppedKind else { return }
            let position = RecordPosition(segment: segment, offset: entry.offset)
            body(
                RecordHead(
                    position: position,
                    origin: position,
                    kind: entry.kind,
                    bytes: entry.head,
                    byteCount: Int(entry.byteCount)
                )
            )
        }
    }
}

/// The copies of a log, while it is found out which of them count.
private struct GatheredCopies {
    private struct Copy {
        let lead: RecordCopy
        let position: RecordPosition
        let head: [UInt8]
        let byteCount: Int
    }

    private var rules: CopyRules
    private var copies: [Copy] = []

    init(first: UInt32) { rules = CopyRules(first: first) }

    mutating func take(_ index: SegmentIndex, of segment: UInt32) {
        index.forEach { entry in
            if entry.kind == SegmentFormat.droppedKind { return rules.note(dropped: entry.head) }
            guard entry.kind == SegmentFormat.copyKind, let lead = RecordCopy(entry.head) else {
                return
            }
            copies.append(
                Copy(
                    lead: lead,
                    position: RecordPosition(segment: segment, offset: entry.offset),
                    head: Array(entry.head.dropFirst(RecordCopy.leadBytes)),
                    byteCount: Int(entry.byteCount) - RecordCopy.leadBytes
                )
            )
        }
    }

    /// Gives those that count by their origins; of one origin the last.
    func replay(_ body: (RecordHead) -> Void) {
        let found = copies.filter { rules.counts($0.lead) }
            .sorted { ($0.lead.origin, $0.position) < ($1.lead.origin, $1.position) }
        for (number, copy) in found.enumerated() {
            if number + 1 < found.count, found[number + 1].lead.origin == copy.lead.origin {
                continue
            }
            copy.head.withUnsafeBytes { bytes in
                body(
                    RecordHead(
                        position: copy.position,
                        origin: copy.lead.origin,
                        kind: copy.lead.kind,
                        bytes: bytes,
                        byteCount: copy.byteCount
                    )
                )
            }
        }
    }
}
