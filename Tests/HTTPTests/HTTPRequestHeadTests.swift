import HTTP
import Testing

@Suite("HTTP request head")
struct HTTPRequestHeadTests {
    private func head(_ line: String, _ fields: String...) throws -> HTTPRequestHead {
        var parser = HTTPRequestParser(limits: HTTPLimits())
        let lines = [line] + (fields.isEmpty ? ["Host: a"] : fields)
        parser.feed(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        guard case .head(let head) = try parser.next() else { throw HTTPParseError.malformedField }
        return head
    }

    @Test(
        "the path is what stands between the authority and the query",
        arguments: [
            ("/", "/", nil), ("/hooks/argocd?a=b?c", "/hooks/argocd", "a=b?c"), ("/?", "/", ""),
            ("http://a/b/c?d", "/b/c", "d"), ("HTTPS://a", "/", nil),
            ("http://a?x=/y", "/", "x=/y"),
            ("/http://a/b", "/http://a/b", nil),
        ] as [(String, String, String?)]
    )
    func path(target: String, path: String, query: String?) throws {
        let head = try head("GET \(target) HTTP/1.1")
        #expect(head.path == path)
        #expect(head.query == query)
    }

    @Test(
        "segments are decoded one by one, so an encoded slash does not divide",
        arguments: [
            (
                "/api/v4/projects/group%2Fname/deployments",
                ["api", "v4", "projects", "group/name", "deployments"]
            ),
            ("/a//b/", ["a", "", "b", ""]), ("/%41%c3%bc", ["Aü"]), ("/100%", ["100%"]),
            ("/%zz/%4", ["%zz", "%4"]), ("/a+b", ["a+b"]), ("/", [""]),
        ]
    )
    func segments(target: String, segments: [String]) throws {
        #expect(try head("GET \(target) HTTP/1.1").segments == segments)
    }

    @Test("query items are decoded, + is a blank, a name alone has an empty value")
    func query() throws {
        let items = try head("GET /?a=b+c&d=%26%3D&e&=f&a=%zz HTTP/1.1").queryItems()
        #expect(items.map { "\($0.name)|\($0.value)" } == ["a|b c", "d|&=", "e|", "|f", "a|%zz"])
        #expect(try head("GET / HTTP/1.1").queryItems().isEmpty)
    }

    @Test(
        "a connection is kept as HTTP/1.1 says, and never with HTTP/1.0",
        arguments: [
            ("1.1", "X: y", true), ("1.1", "Connection: close", false),
            ("1.1", "Connection: Close", false),
            ("1.1", "Connection: upgrade , CLOSE", false), ("1.1", "Connection: keep-alive", true),
            ("1.0", "X: y", false), ("1.0", "Connection: keep-alive", false),
        ]
    )
    func keepsAlive(version: String, field: String, isKept: Bool) throws {
        #expect(try head("GET / HTTP/\(version)", "Host: a", field).keepsAlive == isKept)
    }

    @Test(
        "100 Continue is owed to a client of HTTP/1.1 that has a body to send",
        arguments: [
            ("1.1", "Content-Length: 5", true), ("1.1", "Transfer-Encoding: chunked", true),
            ("1.1", "Content-Length: 0", false), ("1.1", "X: y", false),
            ("1.0", "Content-Length: 5", false),
        ]
    )
    func wantsContinue(version: String, field: String, wants: Bool) throws {
        let head = try head("POST / HTTP/\(version)", "Host: a", "Expect: 100-Continue", field)
        #expect(head.wantsContinue == wants)
        #expect(try !self.head("POST / HTTP/1.1", "Host: a", "Content-Length: 5").wantsContinue)
    }

    @Test("a body without a length is told from an empty one (411)")
    func lacksLength() throws {
        #expect(try head("POST / HTTP/1.1").lacksLength)
        #expect(try !head("POST / HTTP/1.1", "Host: a", "Content-Length: 0").lacksLength)
        #expect(try !head("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked").lacksLength)
    }

    @Test("field names compare without case, and repeated fields keep their order")
    func fields() throws {
        let fields = try head("GET / HTTP/1.1", "Host: a", "X-One: 1, two", "x-oNE: 3", "Y:").fields
        #expect(fields.count == 4)
        #expect(fields["X-ONE"] == "1, two")
        #expect(fields.all("x-one") == ["1, two", "3"])
        #expect(fields.tokens("x-one") == ["1", "two", "3"])
        #expect(fields.has("y"))
        #expect(fields["y"] == "")
        #expect(!fields.has("z"))
        #expect(fields["Ü"] == nil)
        #expect(fields["X-On"] == nil)
    }

    @Test(
        "Prefer: wait is read as RFC 7240 writes it",
        arguments: [
            ("wait=10", 10), ("respond-async, wait=100", 100), ("WAIT = 5", 5), ("wait=\"7\"", 7),
            ("wait=99999999999999999999", .max), ("wait=-1", nil), ("wait", nil), ("wait=x", nil),
            ("waiting=3", nil), ("handling=lenient; wait=3", 3),
        ] as [(String, Int?)]
    )
    func prefer(value: String, seconds: Int?) throws {
        let head = try head("POST / HTTP/1.1", "Host: a", "Prefer: \(value)")
        #expect(PreferHeader.waitSeconds(head.fields) == seconds)
    }
}
