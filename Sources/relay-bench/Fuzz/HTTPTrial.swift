import HTTP

/// A stream of requests, whole or damaged, fed to the parser at once and in pieces.
struct HTTPTrial: FuzzTrial {
    private let bytes: [UInt8]
    /// What was meant; nil when the stream was damaged or strange from the beginning.
    private let meant: [HTTPMaker.Meant]?
    private let limits: HTTPLimits
    /// For the choices that are made while trying.
    private let chance: Chance

    private static let pieces = [
        "\r\n", "\n", "\r", "\r\n\r\n", ":", " ", "\t", "\u{0}", ",", ";", "0\r\n\r\n", "0", "f",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: a\r\n", "chunked", "%",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}",
        "HTTP/1.0", "\u{7F}",
    ]

    init(_ chance: Chance) {
        var maker = HTTPMaker(chance)
        maker.stream()
        var chance = maker.chance
        var limits = HTTPLimits()
        let isNarrow = chance.isOne(in: 8)
        limits.headBytes = isNarrow ? chance.number(in: 16...300) : 2048
        limits.bodyBytes = isNarrow ? chance.number(in: 0...60) : 4096
        self.limits = limits
        if chance.isOne(in: 2) {
            var other = HTTPMaker(chance)
            other.stream()
            chance = other.chance
            bytes = Mutation.mutate(maker.bytes, &chance, pieces: Self.pieces, other: other.bytes)
            meant = nil
        } else {
            bytes = maker.bytes
            meant = maker.isGood && !isNarrow ? maker.meant : nil
        }
        self.chance = chance
    }

    var shown: String {
        "requests (head \(limits.headBytes), body \(limits.bodyBytes)):\n"
            + String(decoding: bytes, as: UTF8.self).debugDescription
    }

    func complaint() -> String? {
        var chance = chance
        let whole = Reading(of: [bytes[...]], limits)
        if let complaint = whole.excess { return complaint }
        for _ in 0..<2 {
            let parts = Reading(of: pieces(&chance), limits)
            if let complaint = parts.excess { return complaint }
            guard parts == whole else {
                return "in one piece it is \(whole)\nin pieces it is \(parts)"
            }
        }
        return meaningComplaint(whole) ?? smugglingComplaint(whole)
    }

    private func pieces(_ chance: inout Chance) -> [ArraySlice<UInt8>] {
        let longest = chance.pick([1, 2, 7, 40, 400])
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + chance.below(longest))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// What is by the grammar is taken, and as it was meant.
    private func meaningComplaint(_ reading: Reading) -> String? {
        guard let meant else { return nil }
        let read = reading.requests.map {
            HTTPMaker.Meant(method: $0.method, target: $0.target, body: $0.body ?? [])
        }
        return reading.error == nil && read == meant
            ? nil : "is by the grammar, and was read as \(reading)"
    }

    /// What was taken ends where every other reader finds its end.
    private func smugglingComplaint(_ reading: Reading) -> String? {
        var start = 0
        for request in reading.requests {
            guard let body = request.body else { return nil }
            var end: Int?
            for manners in PlainHTTP.Manners.all {
                guard let other = PlainHTTP.request(bytes, from: start, manners) else {
                    return "from byte \(start) it is \(request), and no request to \(manners)"
                }
                guard other.body == body, other.method.elementsEqual(request.method.utf8),
                    other.target.elementsEqual(request.target.utf8), end == nil || end == other.end
                else {
                    return "from byte \(start) it is \(request), but \(other) to \(manners)"
                }
                end = other.end
            }
            start = end ?? start
        }
        return nil
    }
}

/// What the parser made of a stream.
private struct Reading: Equatable, CustomStringConvertible {
    struct Request: Equatable, CustomStringConvertible {
        var method: String
        var target: String
        var fields: [String]
        /// nil: the head is whole and the body is not.
        var body: [UInt8]?

        var description: String {
            "\(method) \(target) \(fields) \(body.map { $0.shown.debugDescription } ?? "…")"
        }
    }

    private(set) var requests: [Request] = []
    private(set) var error: HTTPParseError?
    /// The limit that did not hold.
    private(set) var excess: String?

    init(of pieces: [ArraySlice<UInt8>], _ limits: HTTPLimits) {
        var parser = HTTPRequestParser(limits: limits)
        do throws(HTTPParseError) {
            for piece in pieces {
                piece.withUnsafeBytes { parser.feed($0) }
                while let event = try parser.next() { take(event, limits) }
                let most = limits.headBytes + limits.bodyBytes + 512 + piece.count
                if parser.buffered > most { excess = "\(parser.buffered) bytes are held" }
            }
        } catch {
            self.error = error
        }
    }

    private mutating func take(_ event: HTTPRequestParser.Event, _ limits: HTTPLimits) {
        switch event {
        case .head(let head):
            let fields = head.fields.list.map { "\($0.name)=\($0.value)" }
            requests.append(Request(method: head.method, target: head.target, fields: fields))
            let size = fields.reduce(head.target.utf8.count) { $0 + $1.utf8.count }
            if size > limits.headBytes { excess = "a head of \(size) bytes was taken" }
        case .body(let body):
            guard let last = requests.indices.last, requests[last].body == nil else {
                excess = "a body without a head"
                return
            }
            requests[last].body = body
            if body.count > limits.bodyBytes { excess = "a body of \(body.count) was taken" }
        }
    }

    var description: String {
        "\(requests)" + (error.map { ", then \($0)" } ?? "") + (excess.map { "; \($0)" } ?? "")
    }
}
