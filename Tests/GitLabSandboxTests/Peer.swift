import GitLabSandbox
import HTTP
import POSIX

/// A client on a raw socket, which sees what a well-mannered library would hide.
struct Peer: ~Copyable {
    /// How an attempt to read one answer ended.
    enum Ending: Equatable {
        /// A whole answer came.
        case answered
        /// The connection ended in good order, with this many bytes of an answer.
        case ended(bytes: Int)
        case reset
        /// Nothing came for ten seconds.
        case silent
    }

    private let socket: OwnedDescriptor
    private(set) var received: [UInt8] = []

    init(_ server: SandboxServer) throws {
        socket = try Socket.connect(to: server.address, timeoutSeconds: 10)
    }

    func send(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { Socket.send(socket.number, $0) }
            guard case .bytes(let count) = sent else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    func endWriting() { Socket.endWriting(socket.number) }

    /// Reads until one answer is whole or none can come any more.
    mutating func receive() -> (ending: Ending, answer: Answer?) {
        while true {
            if let end = wholeAnswer() { return (.answered, end) }
            var piece = [UInt8](repeating: 0, count: 4096)
            switch piece.withUnsafeMutableBytes({ Socket.receive(socket.number, into: $0) }) {
            case .bytes(let count): received += piece[..<count]
            case .ended: return (.ended(bytes: received.count), nil)
            case .wouldBlock: return (.silent, nil)
            case .failed: return (.reset, nil)
            }
        }
    }

    /// The first answer in what was received, taken out of it.
    private mutating func wholeAnswer() -> Answer? {
        let text = String(decoding: received, as: UTF8.self)
        guard let head = text.firstRange(of: "\r\n\r\n") else { return nil }
        let headCount = text[..<head.upperBound].utf8.count
        let length = text[..<head.lowerBound].lowercased().split(separator: "\r\n")
            .first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
        let count = headCount + (length ?? 0)
        guard received.count >= count else { return nil }
        var parser = HTTPResponseParser()
        parser.feed(Array(received[..<count]))
        received.removeFirst(count)
        return Answer(parser.response(isEnd: true))
    }

    mutating func answer() -> Answer { receive().answer ?? Answer(nil) }
}

extension Peer {
    static func get(_ target: String, _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: gitlab.test\r\nPRIVATE-TOKEN: glpat-sandbox\r\n"
            + "\(fields)\r\n"
    }

    static func post(_ status: String, to target: String = Driver.deployments) -> String {
        let body = """
            {"environment": "production", "sha": "\(Driver.sha)", "ref": "main", "tag": false, \
            "status": "\(status)"}
            """
        return write("POST", target, body)
    }

    static func write(_ method: String, _ target: String, _ body: String, _ fields: String = "")
        -> String
    {
        "\(method) \(target) HTTP/1.1\r\nHost: gitlab.test\r\nPRIVATE-TOKEN: glpat-sandbox\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "\(fields)\r\n\(body)"
    }
}
