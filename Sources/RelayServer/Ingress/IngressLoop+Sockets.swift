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
        if connectionCounts[role, default: 0] >= limits.connections, !evictIdle(role) { return }
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
            connectionCounts[role, default: 0] += 1
            deadlines.note(connection)
        } catch {
            log.warn("accept-failed", [("reason", .text("\(error)"))])
        }
    }

    /// Makes room for a newcomer: the connection that has been idle longest goes.
    private mutating func evictIdle(_ role: Connection.Role) -> Bool {
        let idle = connections.values.lazy.filter { $0.role == role && $0.isIdle }
        guard let oldest = idle.min(by: { $0.deadline < $1.deadline }) else { return false }
        close(oldest)
        return true
    }

    mutating func serve(_ readiness: Poller.Readiness) {
        guard let connection = connections[readiness.token] else { return }
        if readiness.writable {
            write(connection)
            resume(connection)
        }
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
                    connection.parser.feed(bytes)
                    parse(connection)
                }
                guard connections[connection.id] != nil else { return }
                if count < buffer.count || connection.isHeldBack { return watch(connection) }
            case .wouldBlock:
                return watch(connection)
            case .ended:
                connection.isPeerDone = true
                return connection.isServed ? close(connection) : watch(connection)
            case .failed:
                return close(connection)
            }
        }
    }

    /// Takes every whole request out of what was read, until one must wait.
    mutating func parse(_ connection: Connection) {
        defer { account(connection) }
        do {
            while !connection.isHeldBack, !connection.isDiscarding,
                let event = try connection.parser.next()
            {
                switch event {
                case .head(let head): begin(head, connection)
                case .body(let body): finish(body, connection)
                }
            }
            connection.hasMore = connection.isHeldBack && connection.parser.buffered > 0
        } catch {
            refuse(connection, error)
        }
        setDeadline(connection)
    }

    /// Requests that were read and held back go on, in the next turn.
    mutating func resume(_ connection: Connection) {
        guard connections[connection.id] != nil, connection.mayGoOn else { return }
        resumable.append(connection.id)
    }

    mutating func parseResumable() {
        let ids = resumable
        resumable.removeAll(keepingCapacity: true)
        for id in ids {
            guard let connection = connections[id] else { continue }
            parse(connection)
            guard connections[id] != nil else { continue }
            if connection.isServed { close(connection) } else { watch(connection) }
        }
    }

    /// Books what the connection holds: what is buffered, or what its head has announced.
    mutating func account(_ connection: Connection) {
        let announced = connection.isDiscarding ? 0 : connection.current?.head.contentLength ?? 0
        let held = connection.isDiscarding ? 0 : max(connection.parser.buffered, announced)
        bodyBytes += held - connection.accounted
        connection.accounted = held
        guard connection.current?.head.isChunked == true, !connection.isDiscarding,
            bodyBytes > limits.bodyMemoryBytes, let exchange = connection.current
        else { return }
        turnAway(connection, exchange, bodyMemoryIsFull)
        account(connection)
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
        owes(.ready(connection.shown(.text(error.status, "\(error)"))), connection)
        connection.closesAfterAnswer = true
        connection.isDiscarding = true
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
        let isOver = connection.closesAfterAnswer && connection.current == nil
        if connection.owed.isEmpty, isOver || connection.isServed {
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

    mutating func watch(_ connection: Connection) {
        let writes = connection.sent < connection.output.count
        let reads = !connection.isPeerDone && (!connection.isHeldBack || connection.isDiscarding)
        guard writes != connection.watchesWriting || reads != connection.watchesReading else {
            return
        }
        connection.watchesWriting = writes
        connection.watchesReading = reads
        let number = connection.socket.number
        // A peer that has hung up would be told again and again, although nothing can be done.
        guard writes || reads || !connection.isPeerDone else { return poller.forget(number) }
        do {
            try poller.watch(number, token: connection.id, read: reads, write: writes)
        } catch {
            log.warn("connection-lost", [("reason", .text("\(error)"))])
            connection.deadline = Clock.monotonic()
            deadlines.note(connection)
        }
    }

    mutating func close(_ connection: Connection) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        bodyBytes -= connection.accounted
        connection.accounted = 0
        forgetSlowed(connection)
        connectionCounts[connection.role, default: 0] -= 1
        poller.forget(connection.socket.number)
        streams.remove(connection.id)
    }
}
