import Formats
import HTTP
import POSIX
import Synchronization

/// Reads requests, has the sandbox decide, and delivers its answers, whole or broken as the fault
/// has it.
struct SandboxLoop: ~Copyable {
    /// What waits for its time; requests are processed even when their peer is gone.
    enum Job {
        case carryOut(SandboxPlan, connection: UInt64?)
        case deliver(HTTPResponse, SandboxFault.Delivery, connection: UInt64?)
        case trickle(bytes: Int, everyMilliseconds: Int64, connection: UInt64)
        case acceptAgain

        var connection: UInt64? {
            switch self {
            case .carryOut(_, let connection), .deliver(_, _, let connection): connection
            case .trickle(_, _, let connection): connection
            case .acceptAgain: nil
            }
        }
    }

    private let shared: SandboxShared
    private let listener: ListeningSocket
    private var poller: Poller
    private var connections: [UInt64: SandboxConnection] = [:]
    private var lastConnection = Self.listenerToken
    private var timers = SandboxTimers<Job>()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)

    private static let mailToken: UInt64 = 0
    private static let listenerToken: UInt64 = 1
    /// Read ahead of a request that waits, in bytes; the peer waits beyond.
    private static let readAhead = 1 << 20

    init(
        _ shared: SandboxShared,
        _ listener: consuming ListeningSocket,
        _ poller: consuming Poller
    ) {
        self.shared = shared
        self.listener = listener
        self.poller = poller
    }

    deinit { buffer.deallocate() }

    /// Serves until the mail says stop.
    mutating func run() {
        do throws(SystemError) {
            try poller.watch(
                shared.mailbox.doorbell.number,
                token: Self.mailToken,
                read: true,
                write: false
            )
            try watchListener(true)
            while try turn() {}
        } catch {
            // epoll itself is broken; peers see their connections end.
            connections = [:]
        }
    }

    /// - Returns: Whether to go on.
    private mutating func turn() throws(SystemError) -> Bool {
        let wait = timers.next.map { Int32(clamping: max(0, $0 - Clock.monotonic())) } ?? -1
        for readiness in try poller.wait(milliseconds: wait) {
            switch readiness.token {
            case Self.mailToken:
                if !shared.mailbox.takeAll().isEmpty { return false }
            case Self.listenerToken: accept()
            default: serve(readiness)
            }
        }
        for job in timers.take(dueBy: Clock.monotonic()) {
            perform(job)
            if let connection = job.connection.flatMap({ connections[$0] }) { advance(connection) }
        }
        return true
    }

    // MARK: - Peers

    private mutating func watchListener(_ isOn: Bool) throws(SystemError) {
        try poller.watch(listener.descriptor, token: Self.listenerToken, read: isOn, write: false)
    }

    private mutating func accept() {
        do throws(SystemError) {
            while let arrival = try listener.accept() {
                lastConnection += 1
                let connection = SandboxConnection(id: lastConnection, socket: arrival.take())
                try poller.watch(
                    connection.socket.number,
                    token: connection.id,
                    read: true,
                    write: false
                )
                connections[connection.id] = connection
            }
        } catch {
            // Out of descriptors, most likely: epoll would tell again at once.
            try? watchListener(false)
            timers.add(.acceptAgain, due: Clock.monotonic() + 100)
        }
    }

    private mutating func serve(_ readiness: Poller.Readiness) {
        guard let connection = connections[readiness.token] else { return }
        if readiness.closed, !readiness.readable { return close(connection) }
        if readiness.writable { write(connection) }
        guard connections[connection.id] != nil, readiness.readable else { return }
        read(connection)
    }

    private mutating func read(_ connection: SandboxConnection) {
        switch Socket.receive(connection.socket.number, into: buffer) {
        case .bytes(let count):
            connection.parser.feed(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        case .wouldBlock: return
        case .failed: return close(connection)
        case .ended:
            connection.isPeerDone = true
            if connection.isHanging { return close(connection) }
        }
        advance(connection)
    }

    private mutating func close(_ connection: SandboxConnection) {
        poller.forget(connection.socket.number)
        connections[connection.id] = nil
    }

    /// Ends the connection by a TCP reset.
    private mutating func cut(_ connection: SandboxConnection) {
        Socket.cutOnClose(connection.socket.number)
        close(connection)
    }

    // MARK: - Requests

    /// Takes whole requests out of what was read, as long as none waits for its answer.
    private mutating func advance(_ connection: SandboxConnection) {
        do throws(HTTPParseError) {
            while !connection.isBusy, !connection.closesAfterOutput,
                let event = try connection.parser.next()
            {
                switch event {
                case .head(let head):
                    connection.head = head
                    if head.wantsContinue, connection.parser.buffered == 0 {
                        connection.output += Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
                    }
                case .body(let body): begin(body, connection)
                }
            }
        } catch {
            HTTPResponse.text(error.status, "\(error)").append(to: &connection.output, close: true)
            connection.closesAfterOutput = true
        }
        if connections[connection.id] != nil { write(connection) }
    }

    private mutating func begin(_ body: [UInt8], _ connection: SandboxConnection) {
        guard let head = connection.head.take() else { return }
        connection.isBusy = true
        connection.closesAfterOutput = !head.keepsAlive
        let request = SandboxRequest(head, body: body)
        let now = Timestamp(milliseconds: shared.clock())
        if let response = shared.sandbox.withLock({ $0.control(request, at: now) }) {
            return deliver(response, .whole, connection)
        }
        let plan = shared.sandbox.withLock { $0.take(request, at: now) }
        var peer: UInt64? = connection.id
        if plan.effect.delivery == .cutFirst {
            cut(connection)
            peer = nil
        }
        schedule(.carryOut(plan, connection: peer), in: plan.effect.delayBefore)
    }

    private mutating func schedule(_ job: Job, in milliseconds: Int64) {
        guard milliseconds > 0 else { return perform(job) }
        timers.add(job, due: Clock.monotonic() + milliseconds)
    }

    private mutating func perform(_ job: Job) {
        switch job {
        case .carryOut(let plan, let peer):
            let now = Timestamp(milliseconds: shared.clock())
            let response = shared.sandbox.withLock { $0.carryOut(plan, at: now) }
            let effect = plan.effect
            schedule(.deliver(response, effect.delivery, connection: peer), in: effect.delayAfter)
        case .deliver(let response, let delivery, let peer):
            guard let connection = peer.flatMap({ connections[$0] }) else { return }
            deliver(response, delivery, connection)
        case .trickle(let bytes, let pause, let peer):
            guard let connection = connections[peer] else { return }
            trickle(bytes, pause, connection)
        case .acceptAgain:
            try? watchListener(true)
        }
    }

    // MARK: - Answers

    private mutating func deliver(
        _ response: HTTPResponse,
        _ delivery: SandboxFault.Delivery,
        _ connection: SandboxConnection
    ) {
        var bytes: [UInt8] = []
        response.append(to: &bytes, close: connection.closesAfterOutput)
        let bodyCount = response.isHeadOnly ? 0 : response.body.count
        switch delivery {
        case .whole:
            connection.output += bytes
            connection.isBusy = false
        case .truncated(let kept):
            let dropped = max(0, bodyCount - (kept ?? bodyCount / 2))
            connection.output += bytes.dropLast(dropped)
            connection.closesAfterOutput = true
            connection.isBusy = false
        case .slow(let count, let pause):
            connection.output += bytes.dropLast(bodyCount)
            connection.trickle = bytes.suffix(bodyCount)
            trickle(count, pause, connection)
        case .cut, .cutFirst:
            cut(connection)
        case .hang:
            connection.isHanging = true
            if connection.isPeerDone { close(connection) }
        }
    }

    private mutating func trickle(_ count: Int, _ pause: Int64, _ connection: SandboxConnection) {
        guard !connection.trickle.isEmpty else {
            connection.isBusy = false
            return
        }
        connection.output += connection.trickle.prefix(count)
        connection.trickle = connection.trickle.dropFirst(count)
        timers.add(
            .trickle(bytes: count, everyMilliseconds: pause, connection: connection.id),
            due: Clock.monotonic() + pause
        )
        write(connection)
    }

    private mutating func write(_ connection: SandboxConnection) {
        while connection.hasOutput {
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
        connection.output.removeAll(keepingCapacity: true)
        connection.sent = 0
        if !connection.isBusy, connection.closesAfterOutput || connection.isPeerDone {
            return close(connection)
        }
        watch(connection)
    }

    private mutating func watch(_ connection: SandboxConnection) {
        let held = max(connection.parser.buffered, connection.output.count - connection.sent)
        let reads = !connection.isPeerDone && held < Self.readAhead
        let wanted = (read: reads, write: connection.hasOutput)
        guard wanted != connection.watches else { return }
        connection.watches = wanted
        try? poller.watch(
            connection.socket.number,
            token: connection.id,
            read: wanted.read,
            write: wanted.write
        )
    }
}
