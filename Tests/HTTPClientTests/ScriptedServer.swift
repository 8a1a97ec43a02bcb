import POSIX
import Synchronization

/// A raw server that reads whole requests and does as it is told with each: for what no decent
/// server does too.
final class ScriptedServer: Sendable {
    struct Request: Sendable {
        /// 0 for the first connection that came.
        var connection: Int
        /// Head and body as they came.
        var text: String

        var line: String { String(text.prefix { $0 != "\r\n" }) }
        var fields: [String] { text.split(separator: "\r\n").dropFirst().map(String.init) }
        var body: String {
            let end = text.firstRange(of: "\r\n\r\n")?.upperBound ?? text.endIndex
            return String(text[end...])
        }
    }

    enum Reply: Sendable {
        case answer(String)
        case answerAndClose(String)
        /// Some bytes, then RST.
        case cut(String)
        case silence
    }

    let address: SocketAddress
    private let log: Log
    private let stop: Mailbox<Bool>

    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        let connections = Atomic<Int>(0)
    }

    /// All whole requests so far, in the order they came.
    var requests: [Request] { log.requests.withLock { $0 } }
    var connections: Int { log.connections.load(ordering: .relaxed) }
    var url: String { "http://\(address)" }

    init(_ reply: @escaping @Sendable (Request) -> Reply) throws {
        let listener = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        address = listener.address
        let log = Log()
        let stop = try Mailbox<Bool>(capacity: 1)
        (self.log, self.stop) = (log, stop)
        let owner = Handover(listener)
        _ = try LoopThread(named: "scripted") {
            guard let listener = owner.take() else { return }
            var loop = Loop(listener, stop, log, reply)
            do { try loop.run() } catch { preconditionFailure("\(error)") }
        }
    }

    deinit { _ = stop.put(true) }

    /// Takes the listener to the thread that owns it from then on.
    private final class Handover: Sendable {
        private let listener: Mutex<ListeningSocket?>

        init(_ listener: consuming ListeningSocket) { self.listener = Mutex(listener) }

        func take() -> ListeningSocket? { listener.withLock { $0.take() } }
    }

    private final class Connection {
        let socket: OwnedDescriptor
        let number: Int
        var bytes: [UInt8] = []

        init(_ socket: consuming OwnedDescriptor, _ number: Int) {
            self.socket = socket
            self.number = number
        }
    }

    private struct Loop: ~Copyable {
        let listener: ListeningSocket
        let stop: Mailbox<Bool>
        let log: Log
        let reply: @Sendable (Request) -> Reply
        var connections: [UInt64: Connection] = [:]
        var next: UInt64 = 2

        init(
            _ listener: consuming ListeningSocket,
            _ stop: Mailbox<Bool>,
            _ log: Log,
            _ reply: @escaping @Sendable (Request) -> Reply
        ) {
            self.listener = listener
            (self.stop, self.log, self.reply) = (stop, log, reply)
        }

        mutating func run() throws(SystemError) {
            var poller = try Poller()
            try poller.watch(stop.doorbell.number, token: 0, read: true, write: false)
            try poller.watch(listener.descriptor, token: 1, read: true, write: false)
            while true {
                for ready in try poller.wait(milliseconds: -1) {
                    switch ready.token {
                    case 0: return
                    case 1: try accept(poller)
                    default: read(ready.token)
                    }
                }
            }
        }

        private mutating func accept(_ poller: borrowing Poller) throws(SystemError) {
            while let arrival = try listener.accept() {
                let number = log.connections.add(1, ordering: .relaxed).oldValue
                let connection = Connection(arrival.take(), number)
                try poller.watch(connection.socket.number, token: next, read: true, write: false)
                connections[next] = connection
                next += 1
            }
        }

        private mutating func read(_ token: UInt64) {
            guard let connection = connections[token] else { return }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let received = buffer.withUnsafeMutableBytes {
                Socket.receive(connection.socket.number, into: $0)
            }
            switch received {
            case .bytes(let count): connection.bytes += buffer[..<count]
            case .wouldBlock: return
            case .ended, .failed: return connections[token] = nil
            }
            while connections[token] != nil, let request = request(connection) {
                log.requests.withLock { $0.append(request) }
                act(reply(request), connection, token)
            }
        }

        /// The next request that is whole: a head, and a body as long as it says.
        private func request(_ connection: Connection) -> Request? {
            let text = String(decoding: connection.bytes, as: UTF8.self)
            guard let end = text.firstRange(of: "\r\n\r\n")?.upperBound else { return nil }
            let head = text[..<end].lowercased()
            let length = head.split(separator: "\r\n").compactMap { line in
                line.hasPrefix("content-length: ") ? Int(line.dropFirst(16)) : nil
            }.first
            let whole = text[..<end].utf8.count + (length ?? 0)
            guard connection.bytes.count >= whole else { return nil }
            let request = Request(
                connection: connection.number,
                text: String(decoding: connection.bytes[..<whole], as: UTF8.self)
            )
            connection.bytes.removeFirst(whole)
            return request
        }

        private mutating func act(_ reply: Reply, _ connection: Connection, _ token: UInt64) {
            switch reply {
            case .answer(let text): send(text, connection)
            case .answerAndClose(let text):
                send(text, connection)
                connections[token] = nil
            case .cut(let text):
                send(text, connection)
                Socket.cutOnClose(connection.socket.number)
                connections[token] = nil
            case .silence: break
            }
        }

        private func send(_ text: String, _ connection: Connection) {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes { Socket.send(connection.socket.number, $0) }
                switch sent {
                case .bytes(let count): rest = rest.dropFirst(count)
                case .wouldBlock: continue
                case .failed: return
                }
            }
        }
    }
}

/// A whole answer with its length.
func answer(_ status: Int, _ body: String = "", _ fields: String...) -> String {
    let lines = ["HTTP/1.1 \(status) Whatever", "Content-Length: \(body.utf8.count)"] + fields
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}
