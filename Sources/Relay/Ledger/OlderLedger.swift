/// A part of the ledger that is not in memory any more: what one segment of `accepted` holds.
///
/// Put together from heads of records as a start does: first `survey` each of the segment's, then
/// `note` those of `settled` from about that time on until it `isComplete`, then `take` each of the
/// segment's again.
package struct OlderLedger: Sendable {
    package private(set) var ledger: Ledger
    private var settled = SettledSummary(endLimit: 10_000_000)
    private var surveyed: [(id: UInt64, generation: UInt32)] = []
    /// How many of those have ended, as far as was looked.
    private var ended = 0
    /// When the oldest delivery of the segment came, in milliseconds since 1970.
    package private(set) var since: Int64 = .max

    /// `ledger` is the present one: what stands still now is held here too.
    package init(besides ledger: Ledger) { self.ledger = ledger.empty }

    /// Takes note that there is a record; those of other kinds and versions are passed over.
    package mutating func survey(kind: UInt8, head bytes: UnsafeRawBufferPointer) {
        guard AcceptedHead.isDelivery(kind), let head = try? AcceptedHead(kind: kind, bytes),
            !head.isMemo
        else { return }
        surveyed.append((head.id, head.generation))
        since = min(since, head.receivedAt)
    }

    /// Whether the end of each delivery of the segment is known.
    package var isComplete: Bool {
        mutating get {
            while ended < surveyed.count {
                let (id, generation) = surveyed[ended]
                guard settled.isSettled(id, generation: generation) else { return false }
                ended += 1
            }
            return true
        }
    }

    /// Takes a record of `settled`, in the log's order.
    package mutating func note(
        kind: UInt8,
        head bytes: UnsafeRawBufferPointer,
        locator: UInt64
    ) {
        // A newer version's says nothing here.
        try? settled.note(kind: kind, head: bytes, locator: locator)
    }

    /// Takes a record of the segment into the ledger.
    package mutating func take(
        kind: UInt8,
        head bytes: UnsafeRawBufferPointer,
        locator: UInt64,
        byteCount: Int
    ) {
        guard kind != AcceptedRecord.lastIDKind else { return }
        guard AcceptedHead.isDelivery(kind) else {
            guard let letter = try? LetterHead(kind: kind, bytes) else { return }
            return ledger.restore(letter, locator: locator, settled.ends[letter.id])
        }
        guard let head = try? AcceptedHead(kind: kind, bytes), !head.isMemo else { return }
        ledger.restore(
            head,
            locator: locator,
            byteCount: byteCount,
            isOver: settled.isSettled(head.id, generation: head.generation),
            settled.ends[head.id],
            isDistant: false
        )
    }
}
