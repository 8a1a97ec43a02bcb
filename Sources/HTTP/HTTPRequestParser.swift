import Formats

/// What a peer may make us hold.
package struct HTTPLimits: Equatable, Sendable {
    /// Request line and fields together, in bytes.
    package var headBytes = 16_384
    package var bodyBytes = 4_194_304

    package init() {}
}

/// Turns bytes as they arrive into requests (RFC 9112).
///
/// No sockets, no clock: a value you feed. Every request gives a head and then one body, which is
/// empty where there is none. After an error nothing more can be read: answer and close.
package struct HTTPRequestParser: Sendable {
    package enum Event: Sendable {
        case head(HTTPRequestHead)
        case body([UInt8])
    }

    private enum Phase: Equatable {
        case head
        case body(Int)
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailers(Int)
    }

    private let limits: HTTPLimits
    private var phase = Phase.head
    private var bytes: [UInt8] = []
    /// Everything before it is done with.
    private var at = 0
    /// Up to here the head was searched for its end.
    private var searched = 0
    private var body: [UInt8] = []
    /// Size and extensions of a chunk, in bytes; nobody has a use for long ones.
    private static let chunkLineLimit = 256

    package init(limits: HTTPLimits) { self.limits = limits }

    /// Bytes held now: what is not read yet, and the body so far.
    package var buffered: Int { bytes.count - at + body.count }

    /// Whether no request has begun.
    package var isIdle: Bool { phase == .head && at == bytes.count }

    package mutating func feed(_ piece: UnsafeRawBufferPointer) {
        compact()
        bytes.append(contentsOf: piece)
    }

    package mutating func feed(_ piece: [UInt8]) {
        compact()
        bytes.append(contentsOf: piece)
    }

    /// The next head or body; nil: feed more.
    package mutating func next() throws(HTTPParseError) -> Event? {
        switch phase {
        case .head: return try head().map(Event.head)
        default: return try readBody().map(Event.body)
        }
    }

    /// Gives back the room of what is done with, when that is most of it.
    private mutating func compact() {
        guard at > 0, at == bytes.count || at > 65_536 else { return }
        if at == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 16_384)
        } else {
            bytes.removeFirst(at)
        }
        searched = max(0, searched - at)
        at = 0
    }

    // MARK: - Head

    private mutating func head() throws(HTTPParseError) -> HTTPRequestHead? {
        // RFC 9112 §2.2: empty lines before a request line are passed over.
        while at + 1 < bytes.count, bytes[at] == 0x0D, bytes[at + 1] == 0x0A { at += 2 }
        searched = max(searched, at)
        try refuseOtherProtocols()
        guard let end = endOfHead() else {
            let size = bytes.count - at
            guard size <= limits.headBytes else { throw tooLarge() }
            return nil
        }
        guard end - at <= limits.headBytes else { throw tooLarge() }
        let head = try HeadReader(Array(bytes[at..<end])).head()
        at = end
        searched = end
        try begin(head)
        return head
    }

    /// The first line alone is too long: 414; else 431.
    private func tooLarge() -> HTTPParseError {
        bytes[at...].prefix(limits.headBytes).contains(0x0A)
            ? .headTooLarge(limit: limits.headBytes) : .targetTooLong(limit: limits.headBytes)
    }

    private func refuseOtherProtocols() throws(HTTPParseError) {
        guard at < bytes.count else { return }
        // A TLS record of a handshake (RFC 8446 §5.1).
        if bytes[at] == 0x16 { throw .tlsToPlainPort }
        if bytes[at...].starts(with: "PRI * HTTP/2".utf8) { throw .http2Preface }
        // No method begins so; waiting for the end of a line would only hold the connection.
        guard HeadReader.isToken(bytes[at]) || bytes[at] == 0x0D else {
            throw .malformedRequestLine
        }
    }

    /// Behind the empty line that ends the head; each byte is looked at once.
    private mutating func endOfHead() -> Int? {
        while searched < bytes.count {
            guard bytes[searched] == 0x0A else {
                searched += 1
                continue
            }
            let isEnd =
                searched >= at + 3 && bytes[searched - 1] == 0x0D && bytes[searched - 2] == 0x0A
                || searched >= at + 1 && bytes[searched - 1] == 0x0A
            searched += 1
            if isEnd { return searched }
        }
        return nil
    }

    private mutating func begin(_ head: HTTPRequestHead) throws(HTTPParseError) {
        body = []
        if head.isChunked {
            phase = .chunkSize
        } else {
            let length = head.contentLength ?? 0
            guard length <= limits.bodyBytes else { throw .bodyTooLarge(limit: limits.bodyBytes) }
            body.reserveCapacity(min(length, bytes.count - at))
            phase = .body(length)
        }
    }

    // MARK: - Body

    private mutating func readBody() throws(HTTPParseError) -> [UInt8]? {
        while true {
            switch phase {
            case .head:
                return nil
            case .body(let left):
                let taken = take(left)
                guard taken == left else {
                    phase = .body(left - taken)
                    return nil
                }
                return finish()
            case .chunkSize:
                guard let line = try line(limit: Self.chunkLineLimit, or: .malformedChunk) else {
                    return nil
                }
                let size = try chunkSize(line)
                guard body.count + size <= limits.bodyBytes else {
                    throw .bodyTooLarge(limit: limits.bodyBytes)
                }
                phase = size == 0 ? .trailers(0) : .chunk(size)
            case .chunk(let left):
                let taken = take(left)
                guard taken == left else {
                    phase = .chunk(left - taken)
                    return nil
                }
                phase = .chunkEnd
            case .chunkEnd:
                guard bytes.count - at >= 2 else { return nil }
                guard bytes[at] == 0x0D, bytes[at + 1] == 0x0A else { throw .malformedChunk }
                at += 2
                phase = .chunkSize
            case .trailers(let seen):
                let limit = limits.headBytes
                guard let line = try line(limit: limit - seen, or: .headTooLarge(limit: limit))
                else { return nil }
                if line.isEmpty { return finish() }
                try HeadReader.checkTrailer(line)
                phase = .trailers(seen + line.count + 2)
            }
        }
    }

    private mutating func take(_ wanted: Int) -> Int {
        let count = min(wanted, bytes.count - at)
        body.append(contentsOf: bytes[at..<at + count])
        at += count
        return count
    }

    private mutating func finish() -> [UInt8] {
        phase = .head
        searched = at
        defer { body = [] }
        return body
    }

    /// A line that ends with CRLF, without it; nil: not whole yet.
    private mutating func line(
        limit: Int,
        or tooLong: HTTPParseError
    ) throws(HTTPParseError) -> [UInt8]? {
        guard let end = bytes[at...].prefix(limit + 2).firstIndex(of: 0x0A) else {
            guard bytes.count - at < limit + 2 else { throw tooLong }
            return nil
        }
        guard end > at, bytes[end - 1] == 0x0D else { throw .malformedChunk }
        defer { at = end + 1 }
        let line = Array(bytes[at..<end - 1])
        guard !line.contains(0x0D), !line.contains(0) else { throw .malformedChunk }
        return line
    }

    /// RFC 9112 §7.1; extensions are passed over.
    private func chunkSize(_ line: [UInt8]) throws(HTTPParseError) -> Int {
        var size = 0
        var digits = 0
        for byte in line {
            guard digits < 16, let value = Hex.value(byte) else { break }
            size = size << 4 | Int(value)
            digits += 1
        }
        guard digits > 0, digits <= 15 else { throw .malformedChunk }
        let rest = line[digits...].drop { $0 == 0x20 || $0 == 0x09 }
        guard rest.isEmpty || rest.first == 0x3B else { throw .malformedChunk }
        return size
    }
}
