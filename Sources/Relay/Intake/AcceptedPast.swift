/// What the `accepted` log says: all that a start needs of it, from the heads of its records.
package struct AcceptedPast: Sendable {
    private var intake: Intake
    private var ledger: Ledger
    private var book = PastBook()
    private var places = PlaceTable()
    private let settled: SettledSummary
    /// Records that are still to come, about.
    private var expected: Int
    private let limit: Int
    /// Which ids have records in the log.
    private var extent = AcceptedExtent()

    /// `settled` is what the other log says, `expected` how many records there are, about; more is
    /// better than less.
    package init(hooks: [Hook], limits: Limits, settled: SettledSummary, expecting expected: Int) {
        intake = Intake(hooks: hooks, limits: limits)
        ledger = Ledger(limit: limits.ledgerEntries)
        limit = limits.ledgerEntries
        self.settled = settled
        self.expected = expected
        intake.reserve(idsUpTo: settled.highestDelivery)
        book.reserve(expected)
        for project in settled.projects { ledger.note(.project(project), locator: 0) }
    }

    /// Takes the next record's head, in the log's order.
    ///
    /// `locator` is where the record lies, `byteCount` its size, `isCarried` says that it was first
    /// written elsewhere.
    ///
    /// - Returns: What delivery must go on with; nil when nothing waits.
    /// - Throws: `RecordError` for a kind or a form this version does not know.
    package mutating func take(
        kind: UInt8,
        head bytes: UnsafeRawBufferPointer,
        locator: UInt64,
        byteCount: Int,
        isCarried: Bool
    ) throws(RecordError) -> QueueEntry? {
        expected -= 1
        if kind == AcceptedRecord.lastIDKind {
            intake.reserve(idsUpTo: try AcceptedRecord.lastID(bytes))
            return nil
        }
        guard AcceptedHead.isDelivery(kind) else {
            let letter = try LetterHead(kind: kind, bytes)
            extent.note(letter.id, locator: locator, isCarried: isCarried)
            let isForgotten = settled.isForgotten(letter.id, generation: letter.generation)
            intake.replay(letter, isForgotten: isForgotten)
            let isOver = settled.isSettled(letter.id, generation: letter.generation)
            let end = settled.ends[letter.id]
            if !isOver || end != nil { ledger.restore(letter, locator: locator, end) }
            return nil
        }
        let head = try AcceptedHead(kind: kind, bytes)
        intake.replay(head)
        if head.isMemo {
            book.take(head, locator: locator)
            return nil
        }
        extent.note(head.id, locator: locator, isCarried: isCarried)
        let isOver = settled.isSettled(head.id, generation: head.generation)
        if !isOver || !settled.isForgotten(head.id, generation: head.generation) {
            book.take(head, locator: locator)
        }
        let end = settled.ends[head.id]
        ledger.restore(
            head,
            locator: locator,
            byteCount: byteCount,
            isOver: isOver,
            end,
            isDistant: expected >= limit || isOver && end == nil
        )
        guard !isOver else { return nil }
        let place = places.keptName(places.number(of: head.place))
        return QueueEntry(head, place, locator: locator)
    }

    /// What ingress begins with; `read` gives records back.
    package consuming func finish(
        reading read: @escaping DeliveryReader
    ) -> (intake: Intake, ledger: Ledger, extent: AcceptedExtent) {
        intake.restore(book, reading: read)
        return (intake, ledger, extent)
    }
}

/// Which deliveries have records in the `accepted` log: all from some id on, and stragglers.
///
/// Ids rise as records are written; what was carried forward, taken in again or came again as a
/// letter lies behind younger ones.
package struct AcceptedExtent: Sendable {
    private var highest: UInt64 = 0
    /// The highest id in each segment, of those in order; the oldest segment first.
    private var tops: [(segment: UInt32, id: UInt64)] = []
    /// The segment in which each straggler's newest record lies.
    private var stragglers: [UInt64: UInt32] = [:]
    /// Below it all are gone, but for the stragglers.
    package private(set) var floor: UInt64 = 0

    package init() {}

    /// Those below `floor` whose records are there all the same.
    package var kept: [UInt64] { stragglers.keys.filter { $0 < floor } }

    /// The segments in which ids rise, oldest first, with the lowest id that each can have.
    package var spans: [(segment: UInt32, lowest: UInt64)] {
        let lowest = [floor] + tops.dropLast().map { $0.id + 1 }
        return zip(tops, lowest).map { ($0.segment, $1) }
    }

    /// The segment in which the record of this id was written first, if it is still there.
    package func segment(of id: UInt64) -> UInt32? {
        guard id >= floor else { return nil }
        return tops.first { $0.id >= id }?.segment
    }

    /// A record is there.
    package mutating func note(_ id: UInt64, locator: UInt64, isCarried: Bool = false) {
        let segment = UInt32(locator >> 32)
        guard !isCarried, id > highest else {
            stragglers[id] = segment
            return
        }
        if highest == 0, tops.isEmpty { floor = id }
        highest = id
        if tops.last?.segment == segment {
            tops[tops.count - 1].id = id
        } else {
            tops.append((segment, id))
        }
    }

    /// A segment is gone; of what it held, these lie elsewhere now.
    package mutating func drop(_ segment: UInt32, moved: [(id: UInt64, locator: UInt64)]) {
        while let first = tops.first, first.segment <= segment {
            floor = first.id + 1
            tops.removeFirst()
        }
        for (id, _) in moved { stragglers[id] = nil }
        stragglers = stragglers.filter { $0.value > segment }
        for (id, locator) in moved { stragglers[id] = UInt32(locator >> 32) }
    }
}
