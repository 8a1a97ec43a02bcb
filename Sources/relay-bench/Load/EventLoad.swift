import Formats
import POSIX

/// Senders of events on this thread: as fast as they are answered, or at a fixed rate.
///
/// At a rate, an event that finds no free connection waits, and its time runs from when it was due.
struct EventLoad {
    var connections = 64
    var applications = 64
    var bodyBytes = 4096
    var token: String?
    /// A connection for each event, as Argo CD's notifications make them.
    var isFresh = false
    /// Events a second; nil: a closed loop.
    var rate: Int?

    struct Outcome {
        var times = Quantiles()
        var codes: [Int: Int] = [:]
        var elapsedSeconds = 0.0
        /// When each event was to be sent, by its Application, in monotonic nanoseconds.
        var starts: [[Int64]] = []
        /// Processor time of this thread.
        var loadSeconds = 0.0

        var accepted: Int { codes[202] ?? 0 }
    }

    /// Until `events` are answered or `seconds` are over, whichever is first.
    func run(_ address: SocketAddress, events: Int = .max, seconds: Int) throws -> Outcome {
        var run = try Run(self, address)
        return try run.run(events, Int64(seconds) * 1_000_000_000)
    }

    private struct Run: ~Copyable {
        private let load: EventLoad
        private let address: SocketAddress
        private var requests: EventRequests
        private var poller: Poller
        /// nil: still to be opened.
        private var senders: [EventConnection?]
        private var free: [Int]
        private var outcome = Outcome()
        private var sent = 0
        private static var burst: Int { 64 }

        init(_ load: EventLoad, _ address: SocketAddress) throws {
            poller = try Poller()
            (self.load, self.address) = (load, address)
            requests = EventRequests(
                applications: load.applications,
                bodyBytes: load.bodyBytes,
                token: load.token,
                isLast: load.isFresh,
                now: Timestamp(milliseconds: Clock.now())
            )
            free = Array(0..<load.connections)
            senders = Array(repeating: nil, count: load.connections)
            outcome.starts = Array(repeating: [], count: load.applications)
        }

        /// The connection of that number, opened if there is none.
        private mutating func sender(_ number: Int) throws -> EventConnection {
            if let sender = senders[number] { return sender }
            let sender = try EventConnection(to: address)
            try poller.add(sender.socket.number, token: UInt64(number))
            senders[number] = sender
            return sender
        }

        mutating func run(_ events: Int, _ nanoseconds: Int64) throws -> Outcome {
            // At a rate all are there from the beginning; a closed loop opens each when it uses it,
            // for many would be idle for too long.
            if !load.isFresh, load.rate != nil { for number in free { _ = try sender(number) } }
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
            defer { buffer.deallocate() }
            let usage = ThreadTimes.own()
            let start = Clock.monotonicNanoseconds()
            var now = start
            while outcome.times.count < events, now - start < nanoseconds {
                try sendDue(start, now, events)
                let canSend = load.rate == nil && !free.isEmpty && sent < events
                let wait: Int32 = canSend ? 0 : load.rate == nil ? 100 : 1
                for ready in try poller.wait(milliseconds: wait) {
                    try receive(Int(ready.token), buffer)
                }
                now = Clock.monotonicNanoseconds()
            }
            outcome.elapsedSeconds = Double(now - start) / 1e9
            outcome.loadSeconds = ThreadTimes.own() - usage
            return outcome
        }

        private mutating func sendDue(_ start: Int64, _ now: Int64, _ events: Int) throws {
            // The first is due at once.
            let due = load.rate.map { Int((now - start) / 1000) * $0 / 1_000_000 + 1 } ?? .max
            // Answers are read in between, or those that came first would be kept waiting.
            for _ in 0..<Self.burst where sent < min(due, events) && !free.isEmpty {
                // In turns, or some would be idle for so long that the relay closes them.
                let number = free.removeFirst()
                var moment = Clock.monotonicNanoseconds()
                if let rate = load.rate {
                    let intended = start + Int64(sent) * 1_000_000_000 / Int64(rate)
                    // Late by our own timer's millisecond is no fault of the relay's.
                    if moment - intended >= 2_000_000 { moment = intended }
                }
                try send(number, at: moment)
            }
        }

        private mutating func send(_ number: Int, at moment: Int64) throws {
            let application = sent % load.applications
            sent += 1
            outcome.starts[application].append(moment)
            let sender = try sender(number)
            sender.startedAt = moment
            try requests.withNext(of: application) { try sender.send($0) }
        }

        private mutating func receive(
            _ number: Int,
            _ buffer: UnsafeMutableRawBufferPointer
        ) throws {
            guard let sender = senders[number], let status = try sender.receive(buffer) else {
                return
            }
            outcome.codes[status, default: 0] += 1
            outcome.times.add(sender.readAt - sender.startedAt)
            free.append(number)
            if load.isFresh { senders[number] = nil }
        }
    }
}
