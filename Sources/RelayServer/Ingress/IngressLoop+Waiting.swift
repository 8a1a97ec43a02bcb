import Formats
import GitLab
import HTTP
import POSIX
import Relay
import Storage

/// `Prefer: wait=N`: the sender wants to see what GitLab says (DESIGN §2.3).
extension IngressLoop {
    /// More is cut to this, in seconds.
    private static var longestWait: Int { 60 }

    /// A ticket when this request asks to wait and may; nil: answer at once.
    mutating func wait(
        for delivery: AcceptedDelivery,
        on id: UInt64,
        _ exchange: Exchange,
        _ connection: Connection
    ) -> UInt64? {
        guard let asked = PreferHeader.waitSeconds(exchange.head.fields), asked > 0,
            waiters.count < limits.waiters, !isDraining
        else { return nil }
        connection.waitingExchange = exchange
        return waiters.add(
            connection.id,
            for: delivery,
            on: id,
            deadline: Clock.monotonic() + Int64(min(asked, Self.longestWait)) * 1000
        )
    }

    /// A duplicate's sender may wait too: for the delivery that says the same.
    mutating func answerDuplicate(
        of id: UInt64?,
        _ reason: String,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        let plain = Answers.passed("duplicate", id: id, reason: reason)
        guard let id, PreferHeader.waitSeconds(exchange.head.fields) ?? 0 > 0,
            let entry = entry(id), let delivery = acceptedDelivery(entry)
        else {
            noteAfterCommit(exchange, 200)
            // What it repeats may have come in this very turn, and is not on disk yet.
            return owes(.afterCommit(plain, otherwise: Answers.cannotWrite), connection)
        }
        if let end = settlement(of: entry) {
            var response = Answers.settled(delivery, end)
            if response.status == 201 { response.status = 200 }
            note(exchange, response.status)
            return owes(.ready(response), connection)
        }
        guard let ticket = wait(for: delivery, on: id, exchange, connection) else {
            note(exchange, 200)
            return owes(.ready(plain), connection)
        }
        owes(.waiting(ticket: ticket), connection)
        if let hold = ledger.hold(over: entry) {
            answerWait(ticket, Answers.held(delivery, reason: hold.reason, remedy: hold.remedy))
        }
    }

    /// Something was written down about a delivery that somebody waits for.
    mutating func settleWaiters(_ record: SettledRecord, _ ended: LedgerEntry?) {
        switch record {
        case .attempt(let attempt):
            waiters.note(attempt)
        case .settled(let end):
            if let ended, end.state == .dead || end.state == .dropped { forget(ended) }
            if end.state == .superseded, let next = successor(of: end) {
                waiters.move(from: end.delivery, to: next)
                return
            }
            for ticket in waiters.tickets(for: end.delivery) {
                guard let waiter = waiters[ticket] else { continue }
                answerWait(ticket, Answers.settled(waiter.delivery, end))
            }
        case .sending, .project, .row, .environment, .mark, .address:
            break
        }
    }

    /// Dead or dropped: what it said may be accepted again (DESIGN §2.6).
    private mutating func forget(_ entry: LedgerEntry) {
        if entry.isDeadLetter {
            intake.forgetLetter(entry.id)
        } else if let delivery = acceptedDelivery(entry) {
            intake.forget(delivery)
        }
    }

    /// The newest delivery of the same operation that is still to end.
    private func successor(of end: Settlement) -> UInt64? {
        guard let ticket = waiters.tickets(for: end.delivery).first,
            let waiter = waiters[ticket]
        else { return nil }
        let next = intake.latestDelivery(
            of: waiter.delivery.operation.identity,
            in: waiter.delivery.operation.application
        )
        return next == end.delivery ? nil : next
    }

    /// Who waits for something that is held need not wait: somebody must mend it first.
    mutating func tellHeldWaiters() {
        guard waiters.count > 0, !ledger.held.isEmpty else { return }
        for ticket in waiters.all {
            guard let waiter = waiters[ticket], let entry = ledger[waiter.target],
                let hold = ledger.hold(over: entry)
            else { continue }
            answerWait(
                ticket,
                Answers.held(waiter.delivery, reason: hold.reason, remedy: hold.remedy)
            )
        }
    }

    /// Time ran out.
    mutating func endWait(_ ticket: UInt64) {
        guard let waiter = waiters[ticket] else { return }
        answerWait(ticket, Answers.notYet(waiter.delivery, last: waiter.lastAttempt))
    }

    private mutating func answerWait(_ ticket: UInt64, _ response: HTTPResponse) {
        guard let waiter = waiters.remove(ticket),
            let connection = connections[waiter.connection]
        else { return }
        connection.answerWait(ticket, response)
        if let exchange = connection.waitingExchange { note(exchange, response.status) }
        connection.waitingExchange = nil
        owing.append(connection.id)
    }

    // MARK: - Reading the logs

    /// A delivery's entry; that of one which waits beyond the ledger's limit is made of its record.
    mutating func entry(_ id: UInt64) -> LedgerEntry? {
        if let entry = ledger[id] { return entry }
        guard let locator = ledger.locator(of: id) else { return olderEntry(id) }
        guard
            let record = RecordReader(folder: running.configuration.data, name: "accepted")
                .acceptedRecord(at: locator)
        else { return nil }
        return LedgerEntry(record, locator: locator)
    }

    /// What is said of it in words.
    func words(_ entry: LedgerEntry) -> LedgerWords {
        LedgerWords(
            acceptedRecord(entry),
            last: entry.settledLocators.last.flatMap { settledRecord($0) }
        )
    }

    /// The accepted delivery behind an entry; nil for dead letters and damaged records.
    func acceptedDelivery(_ entry: LedgerEntry) -> AcceptedDelivery? {
        guard case .delivery(let delivery) = acceptedRecord(entry) else { return nil }
        return delivery
    }

    func acceptedRecord(_ entry: LedgerEntry) -> AcceptedRecord? {
        guard let record = try? accepted.read(RecordPosition(locator: entry.locator)) else {
            return nil
        }
        return try? AcceptedRecord(kind: record.kind, bytes: record.bytes)
    }

    func settledRecord(_ locator: UInt64) -> SettledRecord? {
        guard let record = try? settled.read(RecordPosition(locator: locator)) else { return nil }
        return try? SettledRecord(kind: record.kind, bytes: record.bytes)
    }

    /// How a delivery ended; nil while it waits.
    func settlement(of entry: LedgerEntry) -> Settlement? {
        guard entry.state != .accepted, let last = entry.settledLocators.last,
            case .settled(let end) = settledRecord(last), end.generation >= entry.generation
        else { return nil }
        return end
    }
}

extension Connection {
    /// The waiting place in the order of answers is taken by the answer; by a promise, while this
    /// turn's records are not on disk yet.
    func answerWait(_ ticket: UInt64, _ response: HTTPResponse) {
        let refusal = unlessWritten
        owed.replace { owed in
            guard case .waiting(ticket) = owed else { return nil }
            return refusal.map { .afterCommit(response, otherwise: $0) } ?? .ready(response)
        }
    }
}
