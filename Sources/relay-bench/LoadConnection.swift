import POSIX

/// One sender: a request out, its answer in, and the next.
final class LoadConnection {
    let socket: OwnedDescriptor
    var bodies: EventBodies
    /// Monotonic nanoseconds at which the request under way was to be sent.
    var startedAt: Int64 = 0
    /// The same of when it was written, and of when the last answer had come.
    private(set) var writtenAt: Int64 = 0
    private(set) var cameAt: Int64 = 0
    private var answer: [UInt8] = []

    init(socket: consuming OwnedDescriptor, bodies: EventBodies) {
        self.socket = socket
        self.bodies = bodies
    }

    struct CutOff: Error, CustomStringConvertible {
        let description = "the relay closed a connection before it had answered"
    }

    /// Sends the next event; `isLast`: and no other on this connection.
    func send(token: String?, isLast: Bool) throws {
        let body = bodies.next()
        let credential = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let last = isLast ? "Connection: close\r\n" : ""
        var request = Array(
            """
            POST /hooks/argocd HTTP/1.1\r
            Host: relay\r
            Content-Type: application/json\r
            \(credential)\(last)Content-Length: \(body.count)\r
            \r

            """.utf8
        )
        request += body
        writtenAt = Clock.monotonicNanoseconds()
        var sent = 0
        while sent < request.count {
            let result = request.withUnsafeBytes { bytes in
                Socket.send(socket.number, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
            }
            guard case .bytes(let count) = result else { throw CutOff() }
            sent += count
        }
    }

    /// Reads what has come of the answer; its status and the moment of reading once it is whole.
    ///
    /// Of a connection whose arrivals are stamped.
    func receive(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws -> (status: Int, readAt: Int64)? {
        let (received, unread) = Socket.receiveStamped(socket.number, into: buffer)
        let now = Clock.monotonicNanoseconds()
        guard case .bytes(let count) = received else { throw CutOff() }
        guard let status = take(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else {
            return nil
        }
        cameAt = now - unread
        return (status, now)
    }

    /// Takes bytes of the answer; its status code once it is whole.
    func take(_ bytes: UnsafeRawBufferPointer) -> Int? {
        answer.append(contentsOf: bytes)
        guard let head = endOfHead(), answer.count >= head + length(before: head) else {
            return nil
        }
        let status = answer[9..<12].reduce(0) { $0 * 10 + Int($1) - 0x30 }
        answer.removeAll(keepingCapacity: true)
        return status
    }

    private func endOfHead() -> Int? {
        guard answer.count > 15 else { return nil }
        for end in 3..<answer.count where answer[end] == 0x0A && answer[end - 2] == 0x0A {
            return end + 1
        }
        return nil
    }

    /// `Content-Length` of the head.
    private func length(before end: Int) -> Int {
        let mark = Array("ontent-length: ".utf8)
        for start in 0..<max(0, end - mark.count)
        where zip(mark, answer[start...]).allSatisfy({
            $0 == $1 | ($1 >= 0x41 && $1 <= 0x5A ? 0x20 : 0)
        }) {
            return answer[(start + mark.count)...].prefix { (0x30...0x39).contains($0) }
                .reduce(0) { $0 * 10 + Int($1) - 0x30 }
        }
        return 0
    }
}
