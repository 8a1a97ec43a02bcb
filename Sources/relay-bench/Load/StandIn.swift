import Formats
import POSIX
import Synchronization

/// A GitLab that says yes at once: what the relay's side of an exchange costs is measured against
/// it, so it does no more than an answer needs.
///
/// Unlike the sandbox it knows no rules; a POST is a row, a PUT is done, a project is there.
final class StandIn: Sendable {
    let address: SocketAddress
    var url: String { "http://\(address)" }
    private let state: State

    /// What its thread and those that watch it share.
    fileprivate final class State: Sendable {
        let writes = Atomic(0)
        let calls = Atomic(0)
        let isHanging = Atomic(false)
        let isOver = Atomic(false)
        let first = Atomic<Int64>(0)
        let last = Atomic<Int64>(0)
        /// When writes came, by the number at the end of their environment's name; nil: not noted.
        let arrivals = Mutex<[Int: [Int64]]?>(nil)
        let cpu = Mutex(0.0)
        let listener: ListeningSocket

        init(_ listener: consuming ListeningSocket) { self.listener = listener }
    }

    /// Listens and answers from now on.
    ///
    /// - Parameters:
    ///   - listen: Where.
    ///   - isNoting: Whether it keeps when writes came.
    ///   - rows: It has so many deployments in each environment, and answers every second POST with
    ///     Rails' own 500, so that the list is read; nil: neither.
    /// - Throws: What the kernel has against the address.
    init(
        _ listen: SocketAddress = .ipv4(0x7F00_0001, port: 0),
        isNoting: Bool = false,
        rows: Int? = nil
    ) throws {
        let state = State(try ListeningSocket(listen))
        address = state.listener.address
        self.state = state
        if isNoting { state.arrivals.withLock { $0 = [:] } }
        _ = try LoopThread(named: "stand-in") {
            do {
                var loop = try StandInLoop(state, rows: rows)
                try loop.listen()
                while !state.isOver.load(ordering: .relaxed) { try loop.turn() }
            } catch {
                Output.complain("stand-in: \(error)")
            }
        }
    }

    deinit { state.isOver.store(true, ordering: .relaxed) }

    /// POSTs and PUTs that it has read.
    var writes: Int { state.writes.load(ordering: .relaxed) }
    /// All that it was asked.
    var calls: Int { state.calls.load(ordering: .relaxed) }
    /// Monotonic nanoseconds at which the first and the newest write came.
    var first: Int64 { state.first.load(ordering: .relaxed) }
    var last: Int64 { state.last.load(ordering: .relaxed) }
    var cpuSeconds: Double { state.cpu.withLock { $0 } }

    /// While it hangs it reads and does not answer.
    func hang(_ isHanging: Bool) { state.isHanging.store(isHanging, ordering: .relaxed) }

    /// When writes came, by the number at the end of their environment's name.
    var arrivals: [Int: [Int64]] { state.arrivals.withLock { $0 ?? [:] } }
}

/// Its thread's own: connections, and what it has made.
private struct StandInLoop: ~Copyable {
    private final class Peer {
        let socket: OwnedDescriptor
        var input: [UInt8] = []

        init(_ socket: consuming OwnedDescriptor) { self.socket = socket }
    }

    private let state: StandIn.State
    private var poller: Poller
    private var peers: [Int32: Peer] = [:]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    private var answers: StandInAnswers
    private var waiting: Set<Int32> = []

    init(_ state: StandIn.State, rows: Int?) throws {
        answers = StandInAnswers(rows: rows)
        poller = try Poller()
        self.state = state
    }

    deinit { buffer.deallocate() }

    func listen() throws { try poller.add(state.listener.descriptor, token: 0) }

    mutating func turn() throws {
        for ready in try poller.wait(milliseconds: waiting.isEmpty ? 200 : 5) {
            guard ready.token > 0 else {
                try accept()
                continue
            }
            read(Int32(ready.token))
        }
        if !waiting.isEmpty, !state.isHanging.load(ordering: .relaxed) {
            let late = waiting
            waiting = []
            for number in late { answer(number) }
        }
        let seconds = ThreadTimes.own()
        state.cpu.withLock { $0 = seconds }
    }

    private mutating func accept() throws {
        while let arrival = try state.listener.accept() {
            let socket = arrival.take()
            let number = socket.number
            try poller.add(number, token: UInt64(number))
            peers[number] = Peer(socket)
        }
    }

    private mutating func read(_ number: Int32) {
        guard let peer = peers[number] else { return }
        switch Socket.receive(number, into: buffer) {
        case .bytes(let count):
            peer.input.append(
                contentsOf: UnsafeRawBufferPointer(
                    rebasing: UnsafeRawBufferPointer(buffer)[..<count]
                )
            )
            answer(number)
        case .ended, .failed:
            peers[number] = nil
            waiting.remove(number)
        case .wouldBlock: break
        }
    }

    private mutating func answer(_ number: Int32) {
        guard let peer = peers[number] else { return }
        guard !state.isHanging.load(ordering: .relaxed) else {
            waiting.insert(number)
            return
        }
        while let answer = next(peer) {
            let result = answer.withUnsafeBytes { Socket.send(number, $0) }
            guard case .bytes(answer.count) = result else {
                peers[number] = nil
                return
            }
        }
    }

    /// The answer to the peer's next whole request.
    private mutating func next(_ peer: Peer) -> [UInt8]? {
        let found = peer.input.withUnsafeBytes { bytes -> (Int, [UInt8], isWrite: Bool)? in
            guard let head = PlainAnswer.endOfHead(bytes) else { return nil }
            let end = head + PlainAnswer.contentLength(bytes, before: head)
            guard bytes.count >= end else { return nil }
            let body = UnsafeRawBufferPointer(rebasing: bytes[head..<end])
            let isWrite = bytes[0] == UInt8(ascii: "P")
            if isWrite { note(body) }
            return (end, answers.answer(to: bytes, body), isWrite)
        }
        guard let (end, answer, isWrite) = found else { return nil }
        state.calls.add(1, ordering: .relaxed)
        if isWrite { state.writes.add(1, ordering: .relaxed) }
        if end == peer.input.count {
            peer.input.removeAll(keepingCapacity: true)
        } else {
            peer.input.removeFirst(end)
        }
        return answer
    }

    private func note(_ body: UnsafeRawBufferPointer) {
        let now = Clock.monotonicNanoseconds()
        if state.writes.load(ordering: .relaxed) == 0 {
            state.first.store(now, ordering: .relaxed)
        }
        state.last.store(now, ordering: .relaxed)
        state.arrivals.withLock { arrivals in
            guard arrivals != nil else { return }
            let name = StandInAnswers.text("environment", in: body)
            let digits = name.reversed().prefix { (0x30...0x39).contains($0) }.reversed()
            let number = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
            arrivals?[number, default: []].append(now)
        }
    }
}
