import Formats

/// Dead letters, what delivery reports back, and restarts.
extension Intake {
    mutating func bury(_ taking: Taking, status: Int, reason: String) -> Reception {
        let hash = Self.hash(of: taking.webhook.body, at: taking.webhook.hook)
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

    private static func hash(of body: [UInt8], at hook: String) -> Identity {
        Identity(of: [hook, Hex.encode(SHA256.digest(body))])
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
                    body: Self.hash(of: letter.body, at: letter.hook),
                    count: count + 1,
                    operation: letter.operation
                ),
                at: letter.key
            )
        }
        confirm()
    }

    private mutating func replay(_ delivery: AcceptedDelivery) {
        let name = delivery.operation
        if case .deletion = delivery.cause { return book.leave(name.application, by: delivery.id) }
        if delivery.generation > 0 {
            // What it was accepted as before was dead or dropped, and its place may be another.
            book.forget(delivery.id, of: name.identity, in: name.application)
        }
        if book[name.application]?.operation(name.identity) != nil {
            book.tell(name.identity, of: name.application, .init(delivery))
        } else {
            add(KnownOperation(beginningWith: delivery))
        }
    }
}
