import Formats
import POSIX
import Synchronization

/// Events at a fixed rate over kept connections, on this thread.
///
/// An event that finds no free connection waits, and its time runs from when it was due.
struct PacedLoad: ~Copyable {
    private let senders: [EventConnection]
    private var requests: EventRequests
    private var poller: Poller
    private var free: [Int]

    struct Refused: Error, CustomStringConvertible {
        let status: Int
        var description: String { "an event was answered \(status)" }
    }

    init(_ address: SocketAddress, connections: Int, now: Timestamp) throws {
        let poller = try Poller()
        var senders: [EventConnection] = []
        for number in 0..<connections {
            let sender = try EventConnection(to: address)
            try poller.add(sender.socket.number, token: UInt64(number))
            senders.append(sender)
        }
        self.senders = senders
        self.poller = poller
        requests = EventRequests(applications: connections, bodyBytes: 4096, now: now)
        free = Array(senders.indices)
    }

    mutating func run(rate: Int, seconds: Int) throws -> PacedTimes {
        var times = PacedTimes()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        let start = Clock.monotonicNanoseconds()
        let all = rate * seconds
        var sent = 0
        while times.count < all {
            // In turns, or some would be idle for so long that the relay closes them.
            while sent < all, let number = free.first {
                let moment = start + Int64(sent) * 1_000_000_000 / Int64(rate)
                guard moment <= Clock.monotonicNanoseconds() else { break }
                free.removeFirst()
                let sender = senders[number]
                sender.startedAt = moment
                try requests.withNext(of: number) { try sender.send($0) }
                sent += 1
            }
            for ready in try poller.wait(milliseconds: 1) {
                let sender = senders[Int(ready.token)]
                let freeAt = sender.cameAt
                guard let status = try sender.receive(buffer) else { continue }
                guard status == 202 else { throw Refused(status: status) }
                times.add(
                    due: sender.startedAt,
                    freeAt: freeAt,
                    writtenAt: sender.writtenAt,
                    cameAt: sender.cameAt,
                    readAt: sender.readAt
                )
                free.append(Int(ready.token))
            }
        }
        return times
    }
}

/// A sender that opens a connection for each event, as Argo CD's does, on a thread of its own.
struct FreshSender: ~Copyable {
    private final class Shared: Sendable {
        let times = Mutex(PacedTimes())
        let failure = Mutex<String?>(nil)
        let isOver = Atomic(false)
    }

    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    private let shared = Shared()
    private let thread: LoopThread

    /// Its events are of an Application that no other load has.
    init(_ address: SocketAddress, now: Timestamp, perSecond: Int) throws {
        let shared = shared
        thread = try LoopThread(named: "fresh-sender") {
            do {
                try Self.send(address, now, perSecond, shared)
            } catch {
                shared.failure.withLock { $0 = "a new connection: \(error)" }
            }
        }
    }

    /// Due is the moment before the connection is made.
    consuming func finish() throws -> PacedTimes {
        shared.isOver.store(true, ordering: .relaxed)
        let shared = shared
        thread.join()
        if let words = shared.failure.withLock({ $0 }) { throw Failed(description: words) }
        return shared.times.withLock { $0 }
    }

    private static func send(
        _ address: SocketAddress,
        _ now: Timestamp,
        _ perSecond: Int,
        _ shared: Shared
    ) throws {
        var requests = EventRequests(
            applications: 1,
            from: 1_000_000,
            bodyBytes: 4096,
            isLast: true,
            now: now
        )
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        while !shared.isOver.load(ordering: .relaxed) {
            let start = Clock.monotonicNanoseconds()
            let sender = try EventConnection(to: address)
            try requests.withNext(of: 0) { try sender.send($0) }
            var answer: Int?
            while answer == nil { answer = try sender.receive(buffer) }
            guard answer == 202 else { throw PacedLoad.Refused(status: answer ?? 0) }
            // What connecting took is the relay's as well.
            shared.times.withLock {
                $0.add(
                    due: start,
                    freeAt: sender.writtenAt,
                    writtenAt: sender.writtenAt,
                    cameAt: sender.cameAt,
                    readAt: sender.readAt
                )
            }
            let time = sender.readAt - start
            let rest = 1000 / perSecond - Int(time / 1_000_000)
            if rest > 0 { Host.sleep(milliseconds: rest) }
        }
    }
}
