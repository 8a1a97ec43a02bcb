import Relay
import Formats
import HTTP
import POSIX

/// Peers come, send, are answered, and go.
extension IngressLoop {
    /// Peers that are let in at one address in one turn: strangers may come faster than they can be
    /// let in, and wait in the kernel's queue then, not between a kept connection and its answer.
    private static var arrivalsPerTurn: Int { 16 }

    mutating func accept(_ role: Connection.Role) {
        for _ in 0..<Self.arrivalsPerTurn {
            do {
                let arrival =
                    switch role {
                    case .hooks: try hooksListener?.accept()
                    case .admin: try adminListener?.accept()
                    }
                guard let arrival else { return }
                welcome(arrival, role)
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
        do {
            if let listener = hooksListener?.descriptor {
                try poller.watch(listener, token: Self.hooksToken, read: true, write: false)
            }
            if let listener = adminListener?.descriptor {
                try poller.watch(listener, token: Self.adminToken, read: true, write: false)
            }
        } catch {
            pauseAccepting(error)
        }
    }

    /// Lets it in, with what it has sent already: most send at once, and are answered in this turn.
    ///
    /// Who has gone again by now takes nobody's place.
    private mutating func welcome(
        _ arrival: consuming ListeningSocket.Arrival,
        _ role: Connection.Role
    ) {
        let received = Socket.receive(arrival.socket.number, into: buffer)
        switch received {
        case .ended, .failed: return
        case .bytes, .wouldBlock: break
        }
        guard makeRoom(for: arrival.network, peer: arrival.peer, role) else { return }
        let id = nextConnection
        nextConnection += 1
        var sizes = HTTPLimits()
        sizes.headBytes = limits.headBytes
        sizes.bodyBytes = limits.bodyBytes
        let (peer, network) = (arrival.peer, arrival.network)
        let connection = Connection(
            id: id,
            socket: arrival.take(),
            role: role,
            peer: peer,
            network: network,
            limits: sizes,
            at: Clock.monotonic()
        )
        connections[id] = connection
        withCrowd(role) { $0.add(connection) }
        setDeadline(connection)
        if take(received, connection) { read(connection) }
    }

    mutating func withCrowd<Value>(
        _ role: Connection.Role,
        _ body: (inout Crowd) -> Value
    ) -> Value {
        switch role {
        case .hooks: body(&hooksCrowd)
        case .admin: body(&adminCrowd)
        }
    }

    /// At the limit somebody has to go: of whom there are most.
    private mutating func makeRoom(
        for network: UInt64,
        peer: String,
        _ role: Connection.Role
    ) -> Bool {
        let limit = min(limits.connections, descriptorRoom)
        guard withCrowd(role, { $0.count }) >= limit else { return true }
        let words = "\(limit) connections are open already (limits.connections)"
        guard let leaving = withCrowd(role, { $0.givingWay(to: network) }) else {
            metrics.request("unknown", 503, seconds: 0)
            tellRefusal(peer, status: 503, words)
            return false
        }
        if leaving.isReadingOnly {
            metrics.request(leaving.current?.route.label ?? "unknown", 503, seconds: 0)
            tellRefusal(leaving.peer, status: 503, words)
            leaving.shown(.text(503, words)).append(to: &leaving.output, close: true)
            leaving.closesAfterAnswer = true
            leaving.current = nil
            write(leaving)
        }
        close(leaving)
        return true
    }

    /// What the platform allows, less what the logs, GitLab and the rest need: a stranger's
    /// connections must not keep a log from its next file.
    static func descriptorRoom(_ configuration: Configuration) -> Int {
        let calls = configuration.endpoints.reduce(0) { $0 + $1.connections }
        return max(8, (ProcessUsage.now().maximumDescriptors - calls - 64) / 2)
    }

    func tellDescriptorRoom() {
        guard descriptorRoom < limits.connections else { return }
        log.warn(
            "connections-limited",
            [
                ("connections", .number(Int64(descriptorRoom))),
                ("reason", .text("open files (ulimit -n) leave room for so many at each address")),
                ("hint", .text("raise ulimit -n (open files), or lower limits.connections")),
            ]
        )
    }

    mutating func serve(_ readiness: Poller.Readiness) {
        guard let connection = connections[readiness.token] else { return }
        if readiness.writable {
            write(connection)
            resume(connection)
            guard connections[connection.id] != nil else { return }
            setDeadline(connection)
        }
        if readiness.readable || readiness.closed { read(connection) }
    }

    /// Pieces that one sender may have read in one turn, so that it leaves room to others.
    private static var piecesPerTurn: Int { 16 }

    private mutating func read(_ connection: Connection) {
        for _ in 0..<Self.piecesPerTurn {
            let received = Socket.receive(connection.socket.number, into: buffer)
            guard take(received, connection) else { return }
        }
        watch(connection)
    }

    /// Takes up what was received, which lies in `buffer`.
    ///
    /// - Returns: Whether more may lie there, and may be read in this turn.
    private mutating func take(_ received: Socket.Received, _ connection: Connection) -> Bool {
        switch received {
        case .bytes(let count):
            if !connection.isDiscarding {
                connection.parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                parse(connection)
            }
            guard connections[connection.id] != nil else { return false }
            if count == buffer.count, !connection.isHeldBack { return true }
            // What is owed an answer in this turn is watched once it has that.
            if !connection.owed.endsThisTurn { watch(connection) }
        case .wouldBlock:
            watch(connection)
        case .ended:
            connection.isPeerDone = true
            if connection.isServed { close(connection) } else { watch(connection) }
        case .failed:
            close(connection)
        }
        return false
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
        let unproven = connection.current?.needsSignature == true ? held : 0
        bodyBytes += held - connection.accounted
        unprovenBytes += unproven - connection.accountedUnproven
        connection.accounted = held
        connection.accountedUnproven = unproven
        guard let exchange = connection.current, exchange.head.isChunked,
            !connection.isDiscarding, let refusal = lackOfMemory(for: exchange, more: 0)
        else { return }
        turnAway(connection, exchange, refusal)
        account(connection)
    }

    /// Not HTTP, or too large: answered as HTTP says, and closed.
    private mutating func refuse(_ connection: Connection, _ error: HTTPParseError) {
        metrics.request("unknown", error.status, seconds: 0)
        tellRefusal(connection.peer, status: error.status, "\(error)")
        owes(.ready(connection.shown(.text(error.status, "\(error)"))), connection)
        connection.closesAfterAnswer = true
        connection.current = nil
        // Of another protocol all has been read that matters: it is closed at once.
        connection.isDiscarding = !error.isOtherProtocol
    }

    /// One line in the log for a refusal, unless there were many of its reason lately.
    mutating func tellRefusal(
        _ peer: String,
        status: Int?,
        _ reason: String,
        as message: String = "request-refused",
        _ more: [(String, Log.Value?)] = []
    ) {
        guard let leftOut = refusals.admit(reason, at: Clock.monotonic()) else { return }
        log.warn(
            message,
            [
                ("peer", .text(peer)), ("status", status.map { .number(Int64($0)) }),
                ("reason", .text(reason)),
            ] + more + [("leftOut", leftOut == 0 ? nil : .number(Int64(leftOut)))]
        )
    }

    mutating func write(_ connection: Connection) {
        let before = connection.sent
        while connection.sent < connection.output.count {
            let result = connection.output.withUnsafeBytes { bytes in
                Socket.send(
                    connection.socket.number,
                    UnsafeRawBufferPointer(rebasing: bytes[connection.sent...])
                )
            }
            switch result {
            case .bytes(let count): connection.sent += count
            case .wouldBlock:
                if connection.sent > before { connection.phaseBeganAt = Clock.monotonic() }
                return watch(connection)
            case .failed: return close(connection)
            }
        }
        connection.output.removeAll(keepingCapacity: connection.output.capacity <= 16_384)
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
        setDeadline(connection)
        watch(connection)
    }

    mutating func watch(_ connection: Connection) {
        let writes = connection.sent < connection.output.count
        let reads = !connection.isPeerDone && (!connection.isHeldBack || connection.isDiscarding)
        // A peer that has hung up would be told again and again, although nothing can be done.
        guard writes || reads || !connection.isPeerDone else { return forget(connection) }
        guard
            !connection.isWatched || writes != connection.watchesWriting
                || reads != connection.watchesReading
        else { return }
        let number = connection.socket.number
        do {
            if !connection.isWatched, reads, !writes {
                try poller.add(number, token: connection.id)
            } else {
                try poller.watch(number, token: connection.id, read: reads, write: writes)
            }
            connection.isWatched = true
            connection.watchesWriting = writes
            connection.watchesReading = reads
        } catch {
            tellRefusal(connection.peer, status: nil, "\(error)", as: "connection-lost")
            connection.isLost = true
            connection.deadline = Clock.monotonic()
            deadlines.note(connection)
        }
    }

    private mutating func forget(_ connection: Connection) {
        guard connection.isWatched else { return }
        connection.isWatched = false
        poller.forget(connection.socket.number)
    }

    mutating func close(_ connection: Connection) {
        guard connections.removeValue(forKey: connection.id) != nil else { return }
        bodyBytes -= connection.accounted
        unprovenBytes -= connection.accountedUnproven
        connection.accounted = 0
        connection.accountedUnproven = 0
        forgetSlowed(connection)
        withCrowd(connection.role) { $0.remove(connection) }
        // The descriptor may live on for as long as somebody up the stack holds the connection.
        forget(connection)
        streams.remove(connection.id)
    }
}
