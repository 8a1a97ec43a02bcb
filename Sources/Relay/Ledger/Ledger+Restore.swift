/// What a start finds of the ledger: deliveries by the heads of their records.
extension Ledger {
    /// Takes a delivery that a start finds.
    ///
    /// `end` is how it ended before the start, if it did; `isDistant`: more than `limit` younger
    /// ones come behind it.
    mutating func restore(
        _ head: AcceptedHead,
        locator: UInt64,
        byteCount: Int,
        isOver: Bool,
        _ end: SettledSummary.End?,
        isDistant: Bool
    ) {
        let place = texts.places.number(of: head.place)
        let byteCount = UInt32(clamping: byteCount)
        if isDistant, !isIndexed(head.id) {
            let state = isOver ? end?.state.map { DeliveryState($0) } ?? .delivered : nil
            let entry = DistantEntry(
                id: head.id,
                locator: locator,
                receivedAt: head.receivedAt,
                byteCount: byteCount,
                place: place,
                generation: head.generation
            )
            return restore(entry, endedAs: state)
        }
        // A deletion is of an environment, not of a deployment.
        let isOfEnvironment = head.task == .stop || head.task == .stay
        put(
            PackedEntry(
                id: head.id,
                generation: head.generation,
                locator: locator,
                byteCount: byteCount,
                receivedAt: head.receivedAt,
                hook: texts.number(of: head.hook),
                place: place,
                application: texts.number(of: head.applicationName),
                operationKey: head.operation.low,
                status: isOfEnvironment ? nil : head.status,
                isDeadLetter: false
            )
        )
        if let end { restore(head.id, end) }
    }

    mutating func restore(_ letter: LetterHead, locator: UInt64, _ end: SettledSummary.End?) {
        put(
            PackedEntry(
                id: letter.id,
                generation: letter.generation,
                locator: locator,
                byteCount: 0,
                receivedAt: letter.receivedAt,
                hook: texts.number(of: letter.hook),
                place: nil,
                application: nil,
                operationKey: 0,
                status: nil,
                isDeadLetter: true
            )
        )
        if let end { restore(letter.id, end) }
    }
}
