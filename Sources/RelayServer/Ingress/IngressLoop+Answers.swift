import Relay
import HTTP
import POSIX

/// The time a phase may take, and what a connection is owed.
extension IngressLoop {
    /// The time this phase may take: a head, a body, or the wait for the next request.
    mutating func setDeadline(_ connection: Connection) {
        let now = Clock.monotonic()
        if connection.isSlowed {
            connection.deadline = 0
        } else if connection.isDiscarding {
            connection.deadline = now + 2000
        } else if connection.owed.isStreaming {
            return
        } else if connection.owed.isBlocked {
            connection.deadline = 0
        } else if let exchange = connection.current {
            // Counted from its head: a sender that trickles does not gain time by it.
            connection.deadline = exchange.startedAt / 1_000_000 + Int64(limits.bodySeconds) * 1000
        } else if connection.isIdle {
            connection.deadline = now + Int64(limits.headSeconds) * 1000
        }
        deadlines.note(connection)
    }

    mutating func closeOverdue() {
        let now = Clock.monotonic()
        while let id = deadlines.popDue(at: now) {
            guard let connection = connections[id] else { continue }
            connection.listedDeadline = nil
            if connection.deadline > now {
                deadlines.note(connection)
            } else if connection.deadline > 0 {
                endPhase(connection, at: now)
            }
        }
        for ticket in waiters.due(at: now) { endWait(ticket) }
    }

    /// A phase took too long: said, when a request has begun, and closed.
    private mutating func endPhase(_ connection: Connection, at now: Int64) {
        if connection.owed.isStreaming { return beat(connection) }
        let isMidRequest = connection.current != nil || !connection.parser.isIdle
        guard isMidRequest, connection.owed.isEmpty, !connection.isDiscarding else {
            return close(connection)
        }
        let limit = connection.current == nil ? "headSeconds" : "bodySeconds"
        metrics.request(connection.current?.route.label ?? "unknown", 408, seconds: 0)
        owes(
            .ready(connection.shown(.text(408, "the request took longer than limits.\(limit)"))),
            connection
        )
        connection.closesAfterAnswer = true
        connection.isDiscarding = true
        account(connection)
        connection.deadline = now + 2000
        deadlines.note(connection)
    }

    // MARK: - Answers

    mutating func owes(_ owed: OwedAnswers.Owed, _ connection: Connection) {
        connection.owed.append(slowed(owed, connection))
        owing.append(connection.id)
    }

    /// The commit is over: what was promised under its condition is owed now, or its refusal.
    mutating func promise(_ wasWritten: Bool) {
        for id in owing {
            guard let connection = connections[id] else { continue }
            let refusal = wasWritten ? nil : connection.unlessWritten
            var given: [UInt64] = []
            connection.owed.replace { owed in
                switch owed {
                case .afterCommit(let response, let otherwise):
                    return .ready(wasWritten ? response : otherwise)
                case .waiting(let ticket):
                    guard let refusal else { return nil }
                    given.append(ticket)
                    return .ready(refusal)
                case .ready, .streaming, .slowed:
                    return nil
                }
            }
            for ticket in given { giveUp(ticket, connection) }
            connection.unlessWritten = nil
        }
    }

    /// Its event was never accepted: nothing is left to wait for.
    private mutating func giveUp(_ ticket: UInt64, _ connection: Connection) {
        _ = waiters.remove(ticket)
        if let exchange = connection.waitingExchange { note(exchange, 503) }
        connection.waitingExchange = nil
    }

    /// Sends what is known now; every connection gets its answers in one write.
    mutating func answer() {
        let debtors = owing
        owing.removeAll(keepingCapacity: true)
        for id in debtors {
            if let connection = connections[id] { settleDebts(connection) }
        }
    }

    private mutating func settleDebts(_ connection: Connection) {
        while var response = connection.owed.popReady() {
            if connection.role == .admin { AdminFields.add(to: &response) }
            let isLast = connection.closesAfterAnswer && connection.owed.isEmpty
            response.append(to: &connection.output, close: isLast)
        }
        write(connection)
        resume(connection)
        if connections[connection.id] != nil { setDeadline(connection) }
    }
}

extension Connection {
    /// The admin address tells every refusal in its own form; the hook address in one plain line.
    func shown(_ response: HTTPResponse) -> HTTPResponse {
        guard role == .admin, response.status >= 400 else { return response }
        let words = String(decoding: response.body, as: UTF8.self)
        let line = words.hasSuffix("\n") ? String(words.dropLast()) : words
        var told = Answers.mistake(response.status, line, hint: Self.hint(response.status))
        told.isHeadOnly = response.isHeadOnly
        told.fields += response.fields.filter { !$0.name.lowercased().hasPrefix("content-") }
        return told
    }

    private static func hint(_ status: Int) -> String {
        switch status {
        case 401: "send the admin token (RELAY_ADMIN_TOKEN) as Authorization: Bearer TOKEN"
        case 404: "the console is at /; GET /api/deliveries lists the deliveries"
        case 405: "see the field Allow of this answer"
        case 503: "try again in a moment"
        default: "see the relay's log"
        }
    }
}
