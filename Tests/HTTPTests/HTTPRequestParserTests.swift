import HTTP
import Testing

@Suite("HTTP request parser")
struct HTTPRequestParserTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var text: String
        /// What comes of it: method, target, version, body; one line each.
        var requests: [String]

        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(
            name: "no body",
            text: "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n",
            requests: ["GET /livez 1.1 [\"Host=a\"] "]
        ),
        Row(
            name: "a body by length",
            text: "POST /hooks/argocd HTTP/1.1\r\nHost: a:8080\r\nContent-Length: 5\r\n\r\nhello",
            requests: ["POST /hooks/argocd 1.1 [\"Host=a:8080\", \"Content-Length=5\"] hello"]
        ),
        Row(
            name: "a body of no bytes",
            text: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            requests: ["POST / 1.1 [\"Host=a\", \"Content-Length=0\"] "]
        ),
        Row(
            name: "chunks, sizes in hex of either case, leading zeros",
            text: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n00A\r\n0123456789\r\nb\r\n hello, you\r\n0\r\n\r\n",
            requests: [
                "POST / 1.1 [\"Host=a\", \"Transfer-Encoding=chunked\"] hello0123456789 hello, you"
            ]
        ),
        Row(
            name: "chunk extensions are passed over",
            text: "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: ChUnKeD\r\n\r\n"
                + "2;name=value\r\nab\r\n1 ; q=\"x;y\"\r\nc\r\n0;last\r\n\r\n",
            requests: ["POST / 1.1 [\"Host=a\", \"transfer-encoding=ChUnKeD\"] abc"]
        ),
        Row(
            name: "trailers are passed over",
            text: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\na\r\n0\r\nX-Sum: 1\r\nContent-Length: 7\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
            requests: [
                "POST / 1.1 [\"Host=a\", \"Transfer-Encoding=chunked\"] a",
                "GET /b 1.1 [\"Host=a\"] ",
            ]
        ),
        Row(
            name: "empty lines before a request are passed over",
            text: "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
            requests: ["GET / 1.1 [\"Host=a\"] ", "GET /2 1.1 [\"Host=a\"] "]
        ),
        Row(
            name: "HTTP/1.0 needs no Host",
            text: "GET /metrics HTTP/1.0\r\n\r\n",
            requests: ["GET /metrics 1.0 [] "]
        ),
        Row(
            name: "a minor version yet to come is read as 1.1",
            text: "GET / HTTP/1.7\r\nHost: a\r\n\r\n",
            requests: ["GET / 1.1 [\"Host=a\"] "]
        ),
        Row(
            name: "absolute form",
            text: "GET http://relay.example:80/a?b HTTP/1.1\r\nHost: relay.example\r\n\r\n",
            requests: ["GET http://relay.example:80/a?b 1.1 [\"Host=relay.example\"] "]
        ),
        Row(
            name: "a host with a port, an empty one, an address of IPv6",
            text: "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\nGET / HTTP/1.1\r\nHost:\r\n\r\n"
                + "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
            requests: [
                "GET / 1.1 [\"Host=[::1]:80\"] ", "GET / 1.1 [\"Host=\"] ",
                "GET / 1.1 [\"Host=a:\"] ",
            ]
        ),
        Row(
            name: "dots and encodings that are part of a name",
            text: "GET /a..b/...%2Fx/%41%2Fb HTTP/1.1\r\nHost: a\r\n\r\n",
            requests: ["GET /a..b/...%2Fx/%41%2Fb 1.1 [\"Host=a\"] "]
        ),
        Row(
            name: "asterisk form",
            text: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            requests: ["OPTIONS * 1.1 [\"Host=a\"] "]
        ),
        Row(
            name: "blanks around a value, none, tabs inside, bytes beyond ASCII",
            text: "GET / HTTP/1.1\r\nHost:a\r\nX: \t b\tc  \r\nEmpty:\r\nU-x: ü\r\n\r\n",
            requests: ["GET / 1.1 [\"Host=a\", \"X=b\\tc\", \"Empty=\", \"U-x=ü\"] "]
        ),
        Row(
            name: "several requests at once",
            text: "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1"
                + "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
                + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n",
            requests: [
                "POST /1 1.1 [\"Host=a\", \"Content-Length=1\"] 1",
                "POST /2 1.1 [\"Host=a\", \"Transfer-Encoding=chunked\"] 2",
                "GET /3 1.1 [\"Host=a\"] ",
            ]
        ),
    ]

    @Test("requests come out the same however their bytes are split", arguments: rows)
    func anySplit(row: Row) {
        for size in 1...row.text.utf8.count {
            let result = feed(pieces(row.text, of: size))
            #expect(result.map { $0.map(\.description) } == .success(row.requests), "size \(size)")
        }
    }

    @Test(
        "a prefix of a request is never an error and never more than the request",
        arguments: rows
    )
    func anyPrefix(row: Row) throws {
        let bytes = Array(row.text.utf8)
        let whole = try feed(row.text).get()
        for length in 0..<bytes.count {
            let found = try feed([bytes[..<length]]).get()
            #expect(found.count <= whole.count)
            #expect(zip(found, whole).allSatisfy { $0.body == nil || $0 == $1 })
        }
    }

    @Test(
        "a thousand pipelined requests come out in order, whatever the pieces",
        arguments: [7, 4096, .max]
    )
    func pipelining(size: Int) throws {
        let text = (0..<1000).map {
            "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        }.joined()
        let requests = try feed(pieces(text, of: min(size, text.utf8.count))).get()
        #expect(requests.map(\.target) == (0..<1000).map { "/\($0)" })
        #expect(requests.allSatisfy { $0.body == "abc" })
    }

    @Test("the parser says when nothing has begun, and what it holds")
    func holds() throws {
        var parser = HTTPRequestParser(limits: HTTPLimits())
        #expect(parser.isIdle)
        parser.feed(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n123".utf8))
        #expect(!parser.isIdle)
        guard case .head = try parser.next() else { throw Failure("no head") }
        #expect(try isNothing(parser.next()))
        #expect(parser.buffered == 3)
        #expect(!parser.isIdle)
        parser.feed(Array("4567890\r\n".utf8))
        guard case .body(let body) = try parser.next() else { throw Failure("no body") }
        #expect(body == Array("1234567890".utf8))
        #expect(try isNothing(parser.next()))
        #expect(parser.isIdle)
        #expect(parser.buffered == 0)
    }

    private func isNothing(_ event: HTTPRequestParser.Event?) -> Bool {
        if case .none = event { true } else { false }
    }

    struct Failure: Error {
        let words: String
        init(_ words: String) { self.words = words }
    }
}
