import Relay
import HTTP
import POSIX

/// The time a phase may take, and what a connection is owed.
extension IngressLoop {
    /// The time this phase may take; counted from its beginning, so that nobody gains by trickling.
    mutating func setDeadline(_ connection: Connection) {
        guard !connection.isLost else { return }
        let phase = connection.presentPhase
        if phase != connection.phase {
            connection.phase = phase
            connection.phaseBeganAt = Clock.monotonic()
            if phase == .idle { withCrowd(connection.role) { $0.touch(connection) } }
        }
        let began = connection.phaseBeganAt
        switch phase {
        case .idle, .head: connection.deadline = began + Int64(limits.headSeconds) * 1000
        case .body: connection.deadline = min(bodyEnd(connection), paceEnd(connection))
        case .answering: connection.deadline = began + Int64(limits.answerSeconds) * 1000
        case .deciding: connection.deadline = 0
        // It has a heartbeat.
        case .streaming: return
        case .discarding: connection.deadline = began + Self.discardMilliseconds
        }
        deadlines.note(connection)
    }

    /// So long a peer that was answered without reading its body may take to see it.
    private static var discardMilliseconds: Int64 { 2000 }
    /// So long a body may come as slowly as it likes: a connection has to get going.
    private static var graceMilliseconds: Int64 { 5000 }

    private func bodyEnd(_ connection: Connection) -> Int64 {
        connection.phaseBeganAt + Int64(limits.bodySeconds) * 1000
    }

    /// When a body falls behind `limits.bodyBytesPerSecond`, unless more of it comes.
    private func paceEnd(_ connection: Connection) -> Int64 {
        guard limits.bodyBytesPerSecond > 0 else { return .max }
        let earned = Int64(connection.parser.buffered) * 1000 / Int64(limits.bodyBytesPerSecond)
        return connection.phaseBeganAt + max(Self.graceMilliseconds, earned)
    }

    /// Connections whose time is over that one turn ends; thousands may have come at once, and
    /// others must not wait for all of them to go.
    private static var endingsPerTurn: Int { 16 }
    /// Deadlines that one turn looks at; most are of connections that are gone, or have a later one.
    private static var deadlinesPerTurn: Int { 256 }

    mutating func closeOverdue() {
        let now = Clock.monotonic()
        var ended = 0
        for _ in 0..<Self.deadlinesPerTurn where ended < Self.endingsPerTurn {
            guard let id = deadlines.popDue(at: now) else { break }
            guard let connection = connections[id] else { continue }
            connection.listedDeadline = nil
            if connection.deadline > now {
                deadlines.note(connection)
            } else if connection.deadline > 0 {
                ended += 1
                endPhase(connection, at: now)
            }
        }
        for ticket in waiters.due(at: now) { endWait(ticket) }
    }

    /// A phase took too long: said, when a request has begun, and closed.
    private mutating func endPhase(_ connection: Connection, at now: Int64) {
        if connection.isLost { return close(connection) }
        switch connection.phase {
        case .streaming: return beat(connection)
        case .idle, .deciding, .discarding: return close(connection)
        case .answering:
            let words = "the answer was not read within limits.answerSeconds"
            tellRefusal(connection.peer, status: nil, words)
            return close(connection)
        case .head: tooSlow(connection, "the request took longer than limits.headSeconds")
        case .body where now >= bodyEnd(connection):
            tooSlow(connection, "the request took longer than limits.bodySeconds")
        case .body:
            tooSlow(connection, "the body came more slowly than limits.bodyBytesPerSecond")
        }
    }

    /// 408, and the connection is closed (RFC 9110 §15.5.9).
    private mutating func tooSlow(_ connection: Connection, _ words: String) {
        metrics.request(connection.current?.route.label ?? "unknown", 408, seconds: 0)
        tellRefusal(connection.peer, status: 408, words)
        owes(.ready(connection.shown(.text(408, words))), connection)
        connection.closesAfterAnswer = true
        connection.current = nil
        connection.isDiscarding = true
        account(connection)
        setDeadline(connection)
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
            // An interim answer is never the last (RFC 9110 §15.2).
            let isLast =
                connection.closesAfterAnswer && connection.owed.isEmpty && response.status >= 200
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
        case 401:
            "the admin token is meant: RELAY_ADMIN_TOKEN for the command line, "
                + "Authorization: Bearer TOKEN for everything else"
        case 404: "the console is at /; GET /api/deliveries lists the deliveries"
        case 405: "see the field Allow of this answer"
        case 503: "try again in a moment"
        default: "see the relay's log"
        }
    }
}
