import HTTP
import POSIX

/// A sender: one request, one connection, one answer.
struct HTTPPeer {
    let address: SocketAddress

    struct NoAnswer: Error, CustomStringConvertible {
        let description: String
    }

    struct Answer {
        let status: Int
        let fields: [(name: String, value: String)]
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        func field(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    func post(
        _ path: String,
        _ body: [UInt8],
        fields: [String: String] = [:]
    ) throws -> Answer {
        try send("POST", path, body, fields: fields)
    }

    func get(_ path: String, fields: [String: String] = [:]) throws -> Answer {
        try send("GET", path, [], fields: fields)
    }

    func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        fields: [String: String] = [:]
    ) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        let isCoded = fields["Transfer-Encoding"] != nil
        if !isCoded, !body.isEmpty || method == "POST" {
            head += "Content-Length: \(body.count)\r\n"
        }
        return try exchange(Array((head + "Connection: close\r\n\r\n").utf8) + body)
    }

    /// Sends raw bytes and reads what comes until the answer is whole.
    func exchange(_ bytes: [UInt8]) throws -> Answer {
        let socket = try Socket.connect(to: address, timeoutSeconds: 70)
        var sent = 0
        while sent < bytes.count {
            let result = bytes.withUnsafeBytes {
                Socket.send(socket.number, UnsafeRawBufferPointer(rebasing: $0[sent...]))
            }
            // The relay may answer and close before it has read all.
            guard case .bytes(let count) = result else { break }
            sent += count
        }
        return try answer(socket)
    }

    private func answer(_ socket: borrowing OwnedDescriptor) throws -> Answer {
        var parser = HTTPResponseParser()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            var isEnd = false
            switch Socket.receive(socket.number, into: buffer) {
            case .bytes(let count):
                parser.feed(Array(UnsafeRawBufferPointer(rebasing: buffer[..<count])))
            case .ended:
                isEnd = true
            case .wouldBlock:
                throw NoAnswer(description: "\(address): no answer in time")
            case .failed(let error):
                throw NoAnswer(description: "\(address): \(error)")
            }
            if let found = parser.response(isEnd: isEnd) {
                return Answer(status: found.status, fields: found.fields, body: found.body)
            }
            if isEnd {
                throw NoAnswer(description: "\(address): closed before the answer was whole")
            }
        }
    }
}
