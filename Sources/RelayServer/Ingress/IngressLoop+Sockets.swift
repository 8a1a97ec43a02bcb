import Relay
import Formats
import HTTP
import POSIX

/// Peers come, send, are answered, and go.
extension IngressLoop {
    mutating func accept(_ role: Connection.Role) {
        while true {
            do {
                let arrival =
                    switch role {
                    case .hooks: try hooksListener?.accept()
                    case .admin: try adminListener?.accept()
                    }
                guard let arrival else { return }
                let peer = arrival.peer
                welcome(arrival.take(), peer: peer, role)
            } catch {
                return pauseAccepting(error)
            }
        }
    }

    /// Out of descriptors or memory: newcomers wait in the kernel's queue for a moment.
    private mutating func pauseAccepting(_ error: SystemError) {
        let now = Clock.monotonic()
        if let listener = hooksListener?.descriptor { poller.forget(listener) }
        if let listener = adminListener?.descriptor { poller.forget(listener) }
        acceptsAgainAt = now + 200
        guard acceptToldAt.map({ now - $0 >= 60_000 }) ?? true else { return }
        acceptToldAt = now
        log.error(
            "accept-failed",
            [
                ("reason", .text("\(error)")),
                ("hint", .text("raise ulimit -n (open files), or lower limits.connections")),
            ]
        )
    }

    /// Watches both addresses again once the pause is over.
    mutating func acceptAgain() {
        guard let moment = acceptsAgainAt, moment <= Clock.monotonic() else { return }
        acceptsAgainAt = nil
        if let listener = hooksListener?.descriptor {
            try? poller.watch(listener, token: Self.hooksToken, read: true, write: false)
        }
        if let listener = adminListener?.descriptor {
            try? poller.watch(listener, token: Self.adminToken, read: true, write: false)
        }
    }

    private mutating func welcome(
        _ socket: consuming OwnedDescriptor,
        peer: String,
        _ role: Connection.Role
    ) {
        if connections.count >= limits.connections, !evictIdle() { return }
        let id = nextConnection
        nextConnection += 1
        var sizes = HTTPLimits()
        sizes.headBytes = limits.headBytes
        sizes.bodyBytes = limits.bodyBytes
        let connection = Connection(id: id, socket: socket, role: role, peer: peer, limits: sizes)
        connection.deadline = Clock.monotonic() + Int64(limits.headSeconds) * 1000
        do {
            try poller.watch(connection.socket.number, token: id, read: true, write: false)
            connections[id] = connection
            deadlines.note(connection)
        } catch {
            log.warn("accept-failed", [("reason", .text("\(error)"))])
        }
    }

    /// Makes room for a newcomer: the connection that has been idle longest goes.
    private mutating func evictIdle() -> Bool {
        guard
            let oldest = connections.values.filter(\.isIdle).min(by: { $0.deadline < $1.deadline })
        else { return false }
        close(oldest)
        return true
    }

    mutating func serve(_ readiness: Poller.Readiness) {
        guard let connection = connections[readiness.token] else { return }
        if readiness.writable { write(connection) }
        guard connections[connection.id] != nil else { return }
        if readiness.readable || readiness.closed { read(connection) }
    }

    /// Pieces that one sender may have read in one turn, so that it leaves room to others.
    private static var piecesPerTurn: Int { 16 }

    private mutating func read(_ connection: Connection) {
        for _ in 0..<Self.piecesPerTurn {
            switch Socket.receive(connection.socket.number, into: buffer) {
            case .bytes(let count):
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                if !connection.isDiscarding {
                    let before = connection.parser.buffered
                    connection.parser.feed(bytes)
                    bodyBytes += connection.parser.buffered - before
                    parse(connection)
                }
                guard connections[connection.id] != nil else { return }
                if count < buffer.count || connection.isBlocked { return watch(connection) }
            case .wouldBlock:
                return watch(connection)
            case .ended:
                connection.isPeerDone = true
                if connection.owed.isEmpty, connection.output.isEmpty {
                    close(connection)
                } else {
                    watch(connection)
                }
                return
            case .failed:
                return close(connection)
            }
        }
    }

    /// Takes every whole request out of what was read, until one must wait.
    mutating func parse(_ connection: Connection) {
        let before = connection.parser.buffered
        defer { bodyBytes += connection.parser.buffered - before }
        do {
            while !connection.isBlocked, !connection.isDiscarding,
                let event = try connection.parser.next()
            {
                switch event {
                case .head(let head): begin(head, connection)
                case .body(let body): finish(body, connection)
                }
            }
        } catch {
            refuse(connection, error)
        }
        setDeadline(connection)
    }

    /// Not HTTP, or too large: answered as HTTP says, and closed.
    private mutating func refuse(_ connection: Connection, _ error: HTTPParseError) {
        metrics.request("unknown", error.status, seconds: 0)
        log.warn(
            "request-refused",
            [
                ("peer", .text(connection.peer)), ("status", .number(Int64(error.status))),
                ("reason", .text("\(error)")),
            ]
        )
        owes(.ready(.text(error.status, "\(error)")), connection)
        connection.closesAfterAnswer = true
        connection.isDiscarding = true
    }

    /// The time this phase may take: a head, a body, or the wait for the next request.
    private mutating func setDeadline(_ connection: Connection) {
        let now = Clock.monotonic()
        if connection.isDiscarding {
            connection.deadline = now + 2000
        } else if connection.isStreaming {
            return
        } else if connection.isBlocked {
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
        if connection.isStreaming { return beat(connection) }
        let isMidRequest = connection.current != nil || !connection.parser.isIdle
        guard isMidRequest, connection.owed.isEmpty, !connection.isDiscarding else {
            return close(connection)
        }
        let limit = connection.current == nil ? "headSeconds" : "bodySeconds"
        metrics.request(connection.current?.route.label ?? "unknown", 408, seconds: 0)
        owes(.ready(.text(408, "the request took longer than limits.\(limit)")), connection)
        connection.closesAfterAnswer = true
        connection.isDiscarding = true
        connection.deadline = now + 2000
        deadlines.note(connection)
    }

    // MARK: - Answers

    mutating func owes(_ owed: Connection.Owed, _ connection: Connection) {
        connection.owed.append(owed)
        owing.append(connection.id)
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
        var wasBlocked = false
        while let first = connection.owed.first {
            guard case .ready(let response) = first else {
                wasBlocked = true
                break
            }
            connection.owed.removeFirst()
            let isLast = connection.closesAfterAnswer && connection.owed.isEmpty
            response.append(to: &connection.output, close: isLast)
        }
        write(connection)
        guard connections[connection.id] != nil, !wasBlocked else { return }
        if connection.parser.buffered > 0, !connection.isDiscarding, !isDraining {
            parse(connection)
            if connection.owed.contains(where: { if case .ready = $0 { true } else { false } }) {
                owing.append(connection.id)
            }
        }
        setDeadline(connection)
    }

    mutating func write(_ connection: Connection) {
        while connection.sent < connection.output.count {
            let result = connection.output.withUnsafeBytes { bytes in
                Socket.send(
                    connection.socket.number,
                    UnsafeRawBufferPointer(rebasing: bytes[connection.sent...])
                )
            }
            switch result {
            case .bytes(let count): connection.sent += count
            case .wouldBlock: return watch(connection)
            case .failed: return close(connection)
            }
        }
        connection.output.removeAll(keepingCapacity: connection.output.capacity < 65_536)
        connection.sent = 0
        if connection.owed.isEmpty, connection.closesAfterAnswer || connection.isPeerDone {
            linger(connection)
        } else {
            watch(connection)
        }
    }

    /// Closes without cutting the answer off: a reset would, while unread bytes lie here.
    private mutating func linger(_ connection: Connection) {
        guard connection.isDiscarding, !connection.isPeerDone else { return close(connection) }
        Socket.endWriting(connection.socket.number)
        connection.deadline = Clock.monotonic() + 2000
        deadlines.note(connection)
        watch(connection)
    }

    func watch(_ connection: Connection) {
        let writes = connection.sent < connection.output.count
        let reads = !connection.isPeerDone && (!connection.isBlocked || connection.isDiscarding)
        guard writes != connection.watchesWriting || reads != connection.watchesReading else {
            return
        }
        connection.watchesWriting = writes
        connection.watchesReading = reads
        try? poller.watch(
            connection.socket.number,
            token: connection.id,
            read: reads,
            write: writes
        )
    }

    mutating func close(_ connection: Connection) {
        bodyBytes -= connection.parser.buffered
        poller.forget(connection.socket.number)
        connections[connection.id] = nil
        streams.remove(connection.id)
    }
}

extension Connection {
    /// The commit is over: what was promised under its condition is now owed, or its refusal.
    func promise(_ wasWritten: Bool) {
        for index in owed.indices {
            switch owed[index] {
            case .afterCommit(let response, let otherwise):
                owed[index] = .ready(wasWritten ? response : otherwise)
            case .waiting:
                if !wasWritten, let unlessWritten { owed[index] = .ready(unlessWritten) }
            case .ready, .streaming:
                break
            }
        }
        unlessWritten = nil
    }
}
