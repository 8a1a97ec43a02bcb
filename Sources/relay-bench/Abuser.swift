import POSIX
import Synchronization

/// What strangers do to a relay all at once.
struct Abuse: Sendable {
    /// Connections that send a byte a second, half of them of a head and half of a body.
    let slow: Int
    /// Connections that say nothing and stay.
    let idle: Int
    /// Connections that come and go without a word, spread over `seconds`.
    let churn: Int
    let seconds: Int
}

/// Strangers, on a thread of their own; what the relay closes they open again.
struct Abuser: ~Copyable {
    struct Counts: Sendable {
        var slow = 0
        var idle = 0
        var churned = 0
        var reopened = 0
    }

    private final class Shared: Sendable {
        let counts = Mutex(Counts())
        let isReady = Atomic(false)
        let isOver = Atomic(false)
    }

    private let shared = Shared()
    private let thread: LoopThread

    /// Returns once the slow and the idle ones are there.
    init(_ abuse: Abuse, at address: SocketAddress) throws {
        let shared = shared
        thread = try LoopThread(named: "abuser") {
            do {
                var work = try AbuserWork(abuse, address)
                shared.isReady.store(true, ordering: .releasing)
                while !shared.isOver.load(ordering: .relaxed) { try work.turn() }
                let counts = work.counts
                shared.counts.withLock { $0 = counts }
            } catch {
                shared.isReady.store(true, ordering: .releasing)
                Output.complain("relay-bench: abuse ended early: \(error)")
            }
        }
        while !shared.isReady.load(ordering: .acquiring) { Host.sleep(milliseconds: 5) }
    }

    consuming func finish() -> Counts {
        shared.isOver.store(true, ordering: .relaxed)
        let shared = shared
        thread.join()
        return shared.counts.withLock { $0 }
    }
}

/// The strangers' own state.
private struct AbuserWork: ~Copyable {
    private final class Stranger {
        let socket: OwnedDescriptor
        let isSlow: Bool
        init(_ socket: consuming OwnedDescriptor, isSlow: Bool) {
            self.socket = socket
            self.isSlow = isSlow
        }
    }

    private let abuse: Abuse
    private let address: SocketAddress
    private var poller: Poller
    private var strangers: [Stranger]
    private let start: Int64
    private var churned = 0
    private var reopened = 0
    /// Bytes sent by the slow ones so far.
    private var trickled = 0

    init(_ abuse: Abuse, _ address: SocketAddress) throws {
        let poller = try Poller()
        var strangers: [Stranger] = []
        for number in 0..<abuse.slow + abuse.idle {
            strangers.append(try Self.open(address, number, isSlow: number < abuse.slow))
            try poller.add(strangers[number].socket.number, token: UInt64(number))
        }
        self.abuse = abuse
        self.address = address
        self.poller = poller
        self.strangers = strangers
        start = Clock.monotonic()
    }

    var counts: Abuser.Counts {
        Abuser.Counts(slow: abuse.slow, idle: abuse.idle, churned: churned, reopened: reopened)
    }

    /// A few milliseconds of all that they do.
    mutating func turn() throws {
        for ready in try poller.wait(milliseconds: 2) {
            let number = Int(ready.token)
            strangers[number] = try Self.open(address, number, isSlow: number < abuse.slow)
            try poller.add(strangers[number].socket.number, token: ready.token)
            reopened += 1
        }
        let elapsed = Clock.monotonic() - start
        let due = min(abuse.churn, Int(elapsed) * abuse.churn / (abuse.seconds * 1000))
        for _ in 0..<min(200, due - churned) {
            try comeAndGo()
            churned += 1
        }
        let dueBytes = Int(elapsed) * abuse.slow / 1000
        while trickled < dueBytes {
            trickle(strangers[trickled % abuse.slow])
            trickled += 1
        }
    }

    private func trickle(_ stranger: Stranger) {
        _ = [UInt8(0x20)].withUnsafeBytes { Socket.send(stranger.socket.number, $0) }
    }

    /// From many addresses: one alone has too few ports for so many that linger in TIME_WAIT.
    private func comeAndGo() throws {
        let source = try SocketAddress("127.0.\(1 + churned % 8).\(2 + churned % 11):0")
        let socket = try Socket.connect(to: address, timeoutSeconds: 30, from: source)
        if churned.isMultiple(of: 2) { Socket.cutOnClose(socket.number) }
    }

    private static func open(
        _ address: SocketAddress,
        _ number: Int,
        isSlow: Bool
    ) throws -> Stranger {
        let source = try SocketAddress("127.0.0.\(2 + number % 7):0")
        let stranger = Stranger(
            try Socket.connect(to: address, timeoutSeconds: 30, from: source),
            isSlow: isSlow
        )
        guard isSlow else { return stranger }
        let words =
            number.isMultiple(of: 2)
            ? "POST /hooks/argocd HTTP/1.1\r\nHost: a\r\nX: "
            : "POST /hooks/argocd HTTP/1.1\r\nHost: a\r\nContent-Length: 4096\r\n\r\n"
        _ = Array(words.utf8).withUnsafeBytes { Socket.send(stranger.socket.number, $0) }
        return stranger
    }
}
