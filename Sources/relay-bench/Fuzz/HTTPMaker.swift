/// Makes requests: by the grammar, with the pieces that readers are known to take differently.
struct HTTPMaker {
    /// One request as it was meant.
    struct Meant: Equatable {
        var method: String
        var target: String
        var body: [UInt8]
    }

    var chance: Chance
    private(set) var bytes: [UInt8] = []
    private(set) var meant: [Meant] = []
    /// Whether all of it is by the grammar and within the limits.
    private(set) var isGood = true

    private static let targets = [
        "/", "/hooks/argocd", "/api/v4/projects/group%2Fname/deployments", "/hooks/a?b=c&d",
        "http://relay.test/hooks/flux", "HTTP://relay.test:8080/", "/%2e%2ex",
    ]
    private static let strangeTargets = [
        "*", "", "hooks", "/a b", "/a#b", "//", "http://", "/\u{1}", "/ü", "relay.test:443",
        "/%2e%2e/x", "/a%2F..%2Fb", "/%00",
    ]
    private static let fields = [
        "User-Agent: Go-http-client/1.1", "Accept:*/*", "X-Empty:",
        "Content-Type: application/json",
        "Authorization: Bearer t", "X-Tab:\tvalue\t", "Connection: keep-alive", "a: b:c",
        "Expect: 100-continue", "X-High: \u{FC}", "Prefer: wait=1",
    ]
    private static let strangeFields = [
        "Content-Length: 3", "Content-Length: 0", "Content-Length: +3", "Content-Length: 3, 3",
        "Content-Length:\u{B}3", "content-length: 03", "Content-Length : 3", "Content_Length: 3",
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding : chunked",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding:\u{B}chunked", "Transfer-Encoding: \"chunked\"",
        "transfer-encoding: CHUNKED", "Transfer-Encoding: x\r\n chunked", "Host: other", "Host:",
        " folded", "\tfolded", "no colon", ": no name", "a\u{0}b: c", "a: b\u{0}c", "a: b\rc: d",
        "a: b\nContent-Length: 5", "\u{212A}: kelvin", "Expect: other", "Upgrade: h2c",
        "Content-Length: 99999999999999999999", "Content-Length: -1", "Content-Length: 0x3",
    ]
    private static let strangeSizes = [
        "", "g", "0x3", "-1", "+3", "3 ", "3;a=b", "3 ;a", "3;\n", "3\r;a", "00000000000000003",
        "fffffffffffffff", "ffffffffffffffff", "3 a", " 3", "3;\"\r\n\"",
    ]

    init(_ chance: Chance) { self.chance = chance }

    mutating func stream() {
        for _ in 0...chance.below(4) { request() }
    }

    private mutating func isStrange(_ rarity: Int) -> Bool {
        guard chance.isOne(in: rarity) else { return false }
        isGood = false
        return true
    }

    private mutating func request() {
        if chance.isOne(in: 12) { bytes += "\r\n".utf8 }
        var request = Meant(method: "POST", target: "/", body: [])
        request.method = chance.pick(["POST", "GET", "PUT", "HEAD", "PATCH"])
        request.target = chance.pick(isStrange(40) ? Self.strangeTargets : Self.targets)
        let version = isStrange(60) ? chance.pick(["1.0", "2.0", "0.9", "1.1 ", "1.2"]) : "1.1"
        line("\(request.method)\(isStrange(80) ? "  " : " ")\(request.target) HTTP/\(version)")
        if !isStrange(40) { line(chance.pick(["Host: relay.test", "host:relay.test:8080"])) }
        let isChunked = chance.isOne(in: 2)
        let hasBody = chance.isOne(in: 2)
        let body = hasBody ? content() : []
        request.body = body
        var lines = (0..<chance.below(4)).map { _ in chance.pick(Self.fields) }
        if isChunked {
            lines.append(chance.pick(["Transfer-Encoding: chunked", "transfer-encoding:Chunked"]))
        } else if hasBody || chance.isOne(in: 3) {
            lines.append("Content-Length: \(body.count)")
        }
        if isStrange(5) { lines.append(chance.pick(Self.strangeFields)) }
        while !lines.isEmpty { line(lines.remove(at: chance.below(lines.count))) }
        line("")
        if isChunked { chunks(body) } else { bytes += body }
        meant.append(request)
    }

    private mutating func content() -> [UInt8] {
        if chance.isOne(in: 3) {
            return Array("GET /inner HTTP/1.1\r\nHost: x\r\n\r\n0\r\n\r\n".utf8)
        }
        return (0..<chance.below(60)).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
    }

    private mutating func chunks(_ body: [UInt8]) {
        var rest = body[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + chance.below(rest.count))
            rest = rest.dropFirst(piece.count)
            let size = String(piece.count, radix: 16, uppercase: chance.isOne(in: 2))
            line(isStrange(30) ? chance.pick(Self.strangeSizes) : size + suffix())
            bytes += piece
            line("")
        }
        line(chance.pick(["0", "000"]) + suffix())
        if chance.isOne(in: 4) { line(chance.pick(Self.fields)) }
        if isStrange(30) { line(chance.pick(Self.strangeFields)) }
        line("")
    }

    private mutating func suffix() -> String {
        chance.isOne(in: 5) ? chance.pick([";a", ";a=b", " ;a=\"b\""]) : ""
    }

    /// Ends the line as HTTP does, or as somebody hopes that it will be read.
    private mutating func line(_ text: String) {
        bytes += text.utf8
        bytes += (isStrange(150) ? chance.pick(["\n", "\r", "\r\r\n", "\n\r", ""]) : "\r\n").utf8
    }
}
