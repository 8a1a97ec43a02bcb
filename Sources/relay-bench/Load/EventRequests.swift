import Formats

/// Whole requests, each with an Argo CD event that differs from all others, made in one buffer.
///
/// Each Application's operations follow each other, so two requests of one must not be under way
/// at once on different connections, or the older one may arrive as the second.
struct EventRequests {
    private var bytes: [UInt8]
    private let names: [Range<Int>]
    private let started: [Range<Int>]
    private let firstStart: Int64
    private let firstApplication: Int
    private var counts: [Int64]

    /// Applications are numbered from `firstApplication`; `bodyBytes` is the size of a body, roughly:
    /// at least what the Application itself needs.
    init(
        applications: Int,
        from firstApplication: Int = 0,
        bodyBytes: Int,
        token: String? = nil,
        isLast: Bool = false,
        now: Timestamp
    ) {
        let body = EventBodies.body(bytes: bodyBytes)
        let credential = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let last = isLast ? "Connection: close\r\n" : ""
        let head = """
            POST /hooks/argocd HTTP/1.1\r
            Host: relay\r
            Content-Type: application/json\r
            \(credential)\(last)Content-Length: \(body.count)\r
            \r

            """
        bytes = Array(head.utf8) + body
        names = EventBodies.find(EventBodies.nameMark, in: bytes)
        started = EventBodies.find(EventBodies.timeMark, in: bytes)
        firstStart = now.milliseconds / 1000 - 80_000
        self.firstApplication = firstApplication
        counts = [Int64](repeating: 0, count: applications)
    }

    /// Gives `body` the request with the next operation of one of them, counted from 0; 80,000 of one at most are
    /// recent enough to be taken.
    mutating func withNext<Answer>(
        of application: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Answer
    ) rethrows -> Answer {
        let name = EventBodies.digits(
            firstApplication + application,
            EventBodies.nameMark.utf8.count
        )
        let start = Timestamp(milliseconds: (firstStart + counts[application]) * 1000)
        counts[application] += 1
        let moment = Array((start.rfc3339.prefix(19) + "Z").utf8)
        for range in names { write(name, to: range.lowerBound) }
        for range in started { write(moment, to: range.lowerBound) }
        return try bytes.withUnsafeBytes(body)
    }

    /// A time's mark is as long as a time.
    private mutating func write(_ text: [UInt8], to start: Int) {
        for (offset, byte) in text.enumerated() { bytes[start + offset] = byte }
    }
}
