import HTTP
import Testing

@Suite("HTTP refusals")
struct HTTPRefusalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var text: String
        var error: HTTPParseError
        var status: Int

        init(_ text: String, _ error: HTTPParseError, _ status: Int = 400) {
            (self.text, self.error, self.status) = (text, error, status)
        }

        var testDescription: String { "\(status) \(text.debugDescription.prefix(100))" }
    }

    private static let start = "POST / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = start + "Transfer-Encoding: chunked\r\n\r\n"

    /// RFC 9112 §3: request lines.
    static let requestLines: [Row] = [
        Row("GET\r\n\r\n", .malformedRequestLine),
        Row("GET /\r\n\r\n", .malformedRequestLine),
        Row("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET / HTTP/1.1 \r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row(" GET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("G(T / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET / http/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET / HTTP/1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET / HTTP/1.10\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET / HTTP/x.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET relative HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET /\u{7F} HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET /ü HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET * HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET http://u:p@a/b HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET http://a:b/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET /hooks/../livez HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /.. HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /./a HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /%2e%2E/a HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /a%2f..%2Fb HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET http://a/b/.. HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /hooks/a%00 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /a%0d%0aX:1 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("GET /a%7F HTTP/1.1\r\nHost: a\r\n\r\n", .malformedTarget),
        Row("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequestLine),
        Row("GET / HTTP/1.1\nHost: a\n\n", .malformedRequestLine),
        Row("GET / HTTP/1.1\r\rHost: a\r\n\r\n", .malformedRequestLine),
        Row("\u{01}\u{02}", .malformedRequestLine),
        Row("{\"status\":\"success\"}", .malformedRequestLine),
        Row("GET / HTTP/2.0\r\nHost: a\r\n\r\n", .unsupportedVersion, 505),
        Row("GET / HTTP/0.9\r\n\r\n", .unsupportedVersion, 505),
        Row("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .http2Preface),
        Row("PRI * HTTP/2", .http2Preface),
    ]

    /// RFC 9112 §5: field lines, and Host (§3.2).
    static let fields: [Row] = [
        Row("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost\t: a\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\tfolded\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: a\nY: b\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7}b\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nÄ: b\r\n\r\n", .malformedField),
        Row("GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\n", .malformedField),
        Row("GET / HTTP/1.1\r\n\r\n", .missingHost),
        Row("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .repeatedHost),
        Row("GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", .repeatedHost),
        Row("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", .repeatedHost),
        Row("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: ä\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: a:80:90\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: []\r\n\r\n", .malformedHost),
        Row("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", .malformedHost),
        Row("GET http://a/ HTTP/1.1\r\n\r\n", .missingHost),
    ]

    /// RFC 9112 §6 and §7: what smuggles one request inside another.
    static let framing: [Row] = [
        Row(start + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingLength),
        Row(start + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", .conflictingLength),
        Row("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .conflictingLength),
        Row(start + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3, 3\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: +3\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: -3\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 0x3\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3 4\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3.0\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: ٣\r\n\r\n", .malformedLength),
        Row(start + "Content-Length:\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3,\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3;a\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: \"3\"\r\n\r\n", .malformedLength),
        Row(start + "Content-Length: 3\r\ncontent-length: 3\r\n\r\n", .malformedLength),
        Row(start + "Content-Length : 3\r\n\r\n", .malformedField),
        Row(start + "Content-Length: 3\r\n 4\r\n\r\n", .malformedField),
        Row(start + "Content-Length: 3\nTransfer-Encoding: chunked\r\n\r\n", .malformedField),
        Row(start + "Content-Length: 3\r\nTransfer-Encoding: x\r\n\r\n", .conflictingLength),
        Row(
            start + "Transfer-Encoding: chunked, identity\r\n\r\n",
            .unsupportedTransferCoding,
            501
        ),
        Row(start + "Transfer-Encoding: ,chunked\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding: chunked\u{B}\r\n\r\n", .malformedField),
        Row(start + "Transfer-Encoding: \r\n chunked\r\n\r\n", .malformedField),
        Row(start + "\u{0}Transfer-Encoding: chunked\r\n\r\n", .malformedField),
        Row(start + "Transfer-Encoding: gzip\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding: gzip, chunked\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding: chunked, chunked\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(
            start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            .unsupportedTransferCoding,
            501
        ),
        Row(
            start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            .unsupportedTransferCoding,
            501
        ),
        Row(start + "Transfer-Encoding: identity\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding: xchunked\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding: \"chunked\"\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding: chunked;q=1\r\n\r\n", .unsupportedTransferCoding, 501),
        // The Kelvin sign, which Unicode lowers to a k.
        Row(start + "Transfer-Encoding: chun\u{212A}ed\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding:\r\n\r\n", .unsupportedTransferCoding, 501),
        Row(start + "Transfer-Encoding : chunked\r\n\r\n", .malformedField),
        Row(start + "Transfer-Encoding\r\n: chunked\r\n\r\n", .malformedField),
        Row(start + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\n", .unsupportedExpectation, 417),
        Row(chunked + "x\r\n", .malformedChunk),
        Row(chunked + "\r\n", .malformedChunk),
        Row(chunked + "-1\r\n", .malformedChunk),
        Row(chunked + "0x1\r\na\r\n", .malformedChunk),
        Row(chunked + " 1\r\na\r\n", .malformedChunk),
        Row(chunked + "1 2\r\na\r\n", .malformedChunk),
        Row(chunked + "1\na\r\n", .malformedChunk),
        Row(chunked + "1\r\nab\r\n", .malformedChunk),
        Row(chunked + "1\r\na\n\n", .malformedChunk),
        Row(chunked + "1;a\rb\r\na\r\n", .malformedChunk),
        Row(chunked + "1,a\r\na\r\n", .malformedChunk),
        Row(chunked + "1;a\u{0}\r\na\r\n", .malformedChunk),
        Row(chunked + "1;a\n\r\na\r\n", .malformedChunk),
        Row(chunked + "+1\r\na\r\n", .malformedChunk),
        Row(chunked + "1\r\n\na\r\n", .malformedChunk),
        Row(chunked + "1\r\na\r0\r\n\r\n", .malformedChunk),
        Row(chunked + String(repeating: "0", count: 16) + "\r\n", .malformedChunk),
        Row(chunked + "1;" + String(repeating: "x", count: 300), .malformedChunk),
        Row(chunked + "fffffffffffffffff\r\n", .malformedChunk),
        Row(chunked + "8000000000000001\r\n", .malformedChunk),
        Row(chunked + "0\r\nX: 1\n\r\n", .malformedChunk),
        Row(chunked + "0\r\nno colon\r\n\r\n", .malformedField),
        Row(chunked + "0\r\n folded: 1\r\n\r\n", .malformedField),
    ]

    @Test(
        "what is not HTTP/1 is refused, however its bytes are split",
        arguments: requestLines + fields + framing
    )
    func refused(row: Row) {
        for size in [1, 2, 3, 7, row.text.utf8.count] {
            let error = #expect(throws: HTTPParseError.self, "size \(size)") {
                try feed(pieces(row.text, of: size)).get()
            }
            #expect(error == row.error, "size \(size)")
            #expect(error?.status == row.status)
        }
        #expect(!row.error.description.isEmpty)
    }

    @Test("a TLS client on the plain port is told what it did")
    func tls() {
        // The first bytes of a ClientHello (RFC 8446 §5.1).
        let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]
        for count in 1...hello.count {
            let result = feed([hello[..<count]])
            #expect(result == .failure(.tlsToPlainPort))
        }
        #expect("\(HTTPParseError.tlsToPlainPort)".contains("http://"))
    }

    // MARK: - Limits

    @Test("a head may be as large as the limit and no larger", arguments: [1, 5, .max])
    func headLimit(size: Int) throws {
        var limits = HTTPLimits()
        limits.headBytes = 200
        let bare = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
        func head(_ count: Int) -> String {
            bare.replacing(
                "X: ",
                with: "X: " + String(repeating: "x", count: count - bare.utf8.count)
            )
        }
        #expect(try feed(pieces(head(200), of: min(size, 200)), limits: limits).get().count == 1)
        let result = feed(pieces(head(201), of: min(size, 201)), limits: limits)
        #expect(result == .failure(.headTooLarge(limit: 200)))
        // It need not end to be too large.
        let endless = String(head(400).dropLast(4))
        #expect(feed(endless, limits: limits) == .failure(.headTooLarge(limit: 200)))
        #expect(HTTPParseError.headTooLarge(limit: 200).status == 431)
    }

    @Test("a target that fills the head is 414")
    func targetLimit() {
        var limits = HTTPLimits()
        limits.headBytes = 100
        let text = "GET /" + String(repeating: "a", count: 200)
        #expect(feed(text, limits: limits) == .failure(.targetTooLong(limit: 100)))
        #expect(
            feed(text + " HTTP/1.1\r\nHost: a\r\n\r\n", limits: limits)
                == .failure(.targetTooLong(limit: 100))
        )
        #expect(HTTPParseError.targetTooLong(limit: 100).status == 414)
    }

    @Test("a body may be as large as the limit; a larger one is refused before it is read")
    func bodyLimit() throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 10
        let body = "0123456789"
        #expect(
            try feed(Self.start + "Content-Length: 10\r\n\r\n" + body, limits: limits).get().first?
                .body == body
        )
        for length in ["11", "4194305", "99999999999999999999999999"] {
            let result = feed(Self.start + "Content-Length: \(length)\r\n\r\n", limits: limits)
            #expect(result == .failure(.bodyTooLarge(limit: 10)))
        }
        let chunks = Self.chunked + "5\r\n01234\r\n"
        #expect(
            try feed(chunks + "5\r\n56789\r\n0\r\n\r\n", limits: limits).get().first?.body == body
        )
        #expect(feed(chunks + "6\r\n", limits: limits) == .failure(.bodyTooLarge(limit: 10)))
        #expect(
            feed(chunks + "fffffffffffffff\r\n", limits: limits)
                == .failure(.bodyTooLarge(limit: 10))
        )
        #expect(HTTPParseError.bodyTooLarge(limit: 10).status == 413)
    }

    @Test("trailers count as a head does", arguments: [1, 64, .max])
    func trailerLimit(size: Int) throws {
        var limits = HTTPLimits()
        limits.headBytes = 100
        let trailer = "X: 1\r\n"
        func text(_ count: Int) -> String {
            Self.chunked + "0\r\n" + String(repeating: trailer, count: count) + "\r\n"
        }
        func result(_ text: String) -> Result<[Parsed], HTTPParseError> {
            feed(pieces(text, of: min(size, text.utf8.count)), limits: limits)
        }
        #expect(try result(text(16)).get().first?.body == "")
        #expect(result(text(50)) == .failure(.headTooLarge(limit: 100)))
        let endless = Self.chunked + "0\r\nX: " + String(repeating: "x", count: 300)
        #expect(result(endless) == .failure(.headTooLarge(limit: 100)))
    }
}
