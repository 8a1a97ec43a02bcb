import Formats

/// Dead letters, what delivery reports back, and restarts.
extension Intake {
    mutating func bury(_ taking: Taking, status: Int, reason: String) -> Reception {
        let hash = DeadLetter.identity(of: taking.webhook.body, at: taking.webhook.hook)
        let subject = [taking.object ?? "", taking.operation ?? "", taking.phase ?? ""]
        let key =
            status == 400 ? hash : Identity(of: [taking.webhook.hook] + subject + [reason])
        let known = letters[key]
        let id = taking.again?.id ?? known?.id ?? takeID()
        let generation = taking.again?.generation ?? known?.generation ?? 0
        if let again = taking.again { letters.remove(again.id) }
        letters.put(
            .init(
                id: id,
                generation: generation,
                body: hash,
                count: (known?.count ?? 0) + (taking.again == nil || known == nil ? 1 : 0),
                operation: taking.operationIdentity
            ),
            at: key
        )
        var reception = Reception(outcome: .dead(id: id, status: status, reason: reason))
        reception.application = taking.application
        // The same body again is only counted; a newer one takes the older one's place.
        guard known?.body != hash || taking.again != nil else { return reception }
        reception.records = [
            .deadLetter(
                DeadLetter(
                    id: id,
                    generation: generation,
                    receivedAt: taking.now,
                    hook: taking.webhook.hook,
                    key: key,
                    operation: taking.operationIdentity,
                    operationName: taking.operation,
                    httpStatus: UInt16(status),
                    reason: reason,
                    pathProject: taking.webhook.pathProject,
                    body: taking.webhook.body
                )
            )
        ]
        return reception
    }

    /// How often this dead letter has come; nil when it is none.
    package func repeats(of letter: UInt64) -> Int? {
        letters.key(of: letter).flatMap { letters[$0]?.count }
    }

    /// The newest delivery of an operation.
    package func latestDelivery(of operation: Identity, in application: Identity) -> UInt64? {
        book[application]?.operation(operation)?.last.delivery
    }

    // MARK: - What delivery reports

    /// A delivery is dead or dropped: what it said may be accepted again.
    package mutating func forget(_ delivery: AcceptedDelivery) {
        let name = delivery.operation
        book.forget(delivery.id, of: name.identity, in: name.application)
        // The end that was told is not: an operation that is open again grows old again.
        if let operation = book[name.application]?.operation(name.identity), operation.isOpen {
            schedule(operation)
        }
    }

    /// A dead letter is over.
    package mutating func forgetLetter(_ id: UInt64) { letters.forget(id) }

    // MARK: - Restart

    /// Gives no id that the other log speaks of, although its own record may be gone.
    package mutating func reserve(idsUpTo id: UInt64) { nextID = max(nextID, id + 1) }

    /// Takes a record of the log at a start, in the log's order; `isForgotten` says that it ended
    /// as dead or dropped.
    package mutating func replay(_ record: AcceptedRecord, isForgotten: Bool) {
        nextID = max(nextID, record.id + 1)
        switch record {
        case .delivery(let delivery):
            letters.remove(delivery.id)
            for id in letters.letters(about: delivery.operation.identity) { letters.remove(id) }
            if !isForgotten { replay(delivery) }
        case .deadLetter(let letter):
            let count = letters[letter.key]?.count ?? 0
            letters.remove(letter.id)
            guard !isForgotten else { break }
            letters.put(
                .init(
                    id: letter.id,
                    generation: letter.generation,
                    body: letter.bodyIdentity,
                    count: count + 1,
                    operation: letter.operation
                ),
                at: letter.key
            )
        }
        confirm()
    }

    private mutating func replay(_ delivery: AcceptedDelivery) {
        book.replay(delivery)
        let name = delivery.operation
        if let operation = book[name.application]?.operation(name.identity), operation.isOpen,
            operation.last.delivery == delivery.id
        {
            schedule(operation)
        }
    }

    /// Takes a dead letter's head at a start.
    mutating func replay(_ letter: LetterHead, isForgotten: Bool) {
        nextID = max(nextID, letter.id + 1)
        let count = letters[letter.key]?.count ?? 0
        letters.remove(letter.id)
        if !isForgotten {
            letters.put(
                .init(
                    id: letter.id,
                    generation: letter.generation,
                    body: letter.body,
                    count: count + 1,
                    operation: letter.operation
                ),
                at: letter.key
            )
        }
        letters.confirm()
    }

    /// Takes a delivery's head at a start: what letters about it are over.
    mutating func replay(_ head: AcceptedHead) {
        nextID = max(nextID, head.id + 1)
        guard !letters.isEmpty else { return }
        letters.remove(head.id)
        for id in letters.letters(about: head.operation) { letters.remove(id) }
        letters.confirm()
    }

    /// Takes over what was accepted before a start; `read` gives the records back.
    mutating func restore(_ past: PastBook, reading read: @escaping DeliveryReader) {
        book.restore(past, reading: read)
        scheduleExpiries()
    }

    // MARK: - What the log may let go of

    /// Whether a record must be carried forward when its segment goes: it is the last that was
    /// told of an operation which must stay known (DESIGN §3.3).
    ///
    /// `isRecent`: a late event of the operation would still be news if it were forgotten.
    func needs(_ head: AcceptedHead, locator: UInt64, isRecent: Bool) -> Bool {
        book.needs(head, locator: locator, isRecent: isRecent)
    }

    /// A record was written anew at another place.
    mutating func move(_ application: Identity, from old: UInt64, to new: UInt64) {
        book.move(application, from: old, to: new)
    }
}
