import POSIX

/// One connection of the load: a request out, its answer's status in.
final class EventConnection {
    let socket: OwnedDescriptor
    /// Monotonic nanoseconds at which the request under way was to be sent, and was.
    var startedAt: Int64 = 0
    private(set) var writtenAt: Int64 = 0
    /// The same of when the last answer had come, by the kernel's note, and of when it was read.
    private(set) var cameAt: Int64 = 0
    private(set) var readAt: Int64 = 0
    private var answer: [UInt8] = []

    init(to address: SocketAddress) throws {
        socket = try Socket.connect(to: address, timeoutSeconds: 30)
        try Socket.stampArrivals(socket.number)
    }

    struct CutOff: Error, CustomStringConvertible {
        let description = "the connection ended before the answer was whole"
    }

    /// Blocks while the peer takes nothing.
    func send(_ request: UnsafeRawBufferPointer) throws {
        writtenAt = Clock.monotonicNanoseconds()
        var sent = 0
        while sent < request.count {
            let rest = UnsafeRawBufferPointer(rebasing: request[sent...])
            guard case .bytes(let count) = Socket.send(socket.number, rest) else { throw CutOff() }
            sent += count
        }
    }

    /// Reads once.
    ///
    /// - Returns: The answer's status code once it is whole.
    func receive(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        let (received, unread) = Socket.receiveStamped(socket.number, into: buffer)
        guard case .bytes(let count) = received else { throw CutOff() }
        readAt = Clock.monotonicNanoseconds()
        let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        guard let status = status(with: piece) else { return nil }
        cameAt = readAt - unread
        return status
    }

    private func status(with piece: UnsafeRawBufferPointer) -> Int? {
        if answer.isEmpty, let status = PlainAnswer.status(of: piece) { return status }
        answer.append(contentsOf: piece)
        guard let status = answer.withUnsafeBytes(PlainAnswer.status) else { return nil }
        answer.removeAll(keepingCapacity: true)
        return status
    }
}

/// As much of HTTP/1.1 as an instrument on one machine needs.
enum PlainAnswer {
    /// The status code of an answer that is whole.
    static func status(of bytes: UnsafeRawBufferPointer) -> Int? {
        guard let head = endOfHead(bytes), bytes.count >= head + contentLength(bytes, before: head)
        else { return nil }
        return bytes[9..<12].reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    /// Where the body begins.
    static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count > 15 else { return nil }
        for end in 3..<bytes.count where bytes[end] == 0x0A && bytes[end - 2] == 0x0A {
            return end + 1
        }
        return nil
    }

    static func contentLength(_ bytes: UnsafeRawBufferPointer, before end: Int) -> Int {
        let name = Array("content-length: ".utf8)
        guard end > name.count else { return 0 }
        for start in 0..<end - name.count
        where bytes[start] | 0x20 == name[0] && bytes[start + 13] | 0x20 == name[13] {
            let isName = name.indices.allSatisfy { bytes[start + $0] | 0x20 == name[$0] | 0x20 }
            guard isName else { continue }
            return bytes[(start + name.count)..<end].prefix { (0x30...0x39).contains($0) }
                .reduce(0) { $0 * 10 + Int($1) - 0x30 }
        }
        return 0
    }
}
