import Foundation
import RelayServer
import Testing

/// What is turned away at the head: status, one answer, one line in the log, one more in the metric.
@Suite("Refusals", .serialized)
struct RefusalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var bytes: [UInt8]
        var status: Int
        /// Somewhere in the answer and in the log's line.
        var words: String
        var route = "unknown"

        init(_ name: String, _ text: String, _ status: Int, _ words: String, route: String? = nil) {
            self.init(name, Array(text.utf8), status, words, route: route)
        }

        init(
            _ name: String,
            _ bytes: [UInt8],
            _ status: Int,
            _ words: String,
            route: String? = nil
        ) {
            (self.name, self.bytes, self.status, self.words) = (name, bytes, status, words)
            if let route { self.route = route }
        }

        var testDescription: String { name }
    }

    private static let hook = "/hooks/:name"
    private static let post = "POST /hooks/deployment HTTP/1.1\r\nHost: a\r\n"
    /// What a smuggler hopes to have read as a request of its own.
    private static let smuggled = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    /// The first bytes of a ClientHello (RFC 8446 §5.1).
    private static let hello: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3]

    static let rows: [Row] = [
        Row("TLS", hello, 400, "this is TLS"),
        Row(
            "HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u{4}\0\0\0\0\0",
            400,
            "this is HTTP/2"
        ),
        Row("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "only HTTP/1.1"),
        Row("a bare JSON", "{\"status\":\"success\"}", 400, "the request line"),
        Row("bare line feeds", "GET /livez HTTP/1.1\nHost: a\n\n", 400, "the request line"),
        Row("a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400, "header line"),
        Row("a blank before the colon", post + "Content-Length : 1\r\n\r\n", 400, "header line"),
        Row("no Host", "GET /livez HTTP/1.1\r\n\r\n", 400, "demands a Host"),
        Row("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "more than one Host"),
        Row("a wrong Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "not a host"),
        Row("dots", "GET /hooks/../livez HTTP/1.1\r\nHost: a\r\n\r\n", 400, "as a segment"),
        Row("NUL", "GET /livez%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "control character"),
        Row(
            "length and chunks",
            post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
            400,
            "both present"
        ),
        Row(
            "two lengths",
            post + "Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + smuggled,
            400,
            "Content-Length"
        ),
        Row("a list of lengths", post + "Content-Length: 1, 1\r\n\r\na", 400, "Content-Length"),
        Row("a signed length", post + "Content-Length: +5\r\n\r\nhello", 400, "Content-Length"),
        Row("a length in hex", post + "Content-Length: 0x5\r\n\r\nhello", 400, "Content-Length"),
        Row(
            "packed chunks",
            post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled,
            501,
            "only transfer coding"
        ),
        Row(
            "a wrong chunk",
            post + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n" + smuggled,
            400,
            "RFC 9112 §7.1"
        ),
        Row(
            "a chunk beyond any number",
            post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + smuggled,
            400,
            "RFC 9112 §7.1"
        ),
        Row(
            "chunks beyond the limit",
            post + "Transfer-Encoding: chunked\r\n\r\nffffff\r\n",
            413,
            "limits.bodyBytes"
        ),
        Row(
            "a body beyond the limit",
            post + "Content-Length: 9000\r\n\r\n",
            413,
            "limits.bodyBytes"
        ),
        Row(
            "a length beyond any number",
            post + "Content-Length: 99999999999999999999999\r\n\r\n",
            413,
            "limits.bodyBytes"
        ),
        Row(
            "a long target",
            "GET /" + String(repeating: "a", count: 2000),
            414,
            "limits.headBytes"
        ),
        Row(
            "a long head",
            post + "X: " + String(repeating: "a", count: 2000),
            431,
            "limits.headBytes"
        ),
        Row("an expectation", post + "Expect: tea\r\n\r\n", 417, "100-continue"),
        Row("no length", post + "\r\n", 411, "Content-Length", route: hook),
        Row(
            "a packed body",
            post + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            415,
            "Content-Encoding",
            route: hook
        ),
        Row(
            "a method of no standard",
            "BREW /hooks/deployment HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
            501,
            "method",
            route: hook
        ),
        Row("PUT", "PUT /hooks/argocd HTTP/1.1\r\nHost: a\r\n\r\n", 405, "POST", route: hook),
        Row("nowhere", "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n", 404, "nothing is here"),
        Row(
            "a refused expectation",
            "POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n",
            404,
            "nothing is here"
        ),
    ]

    @Test("a refusal is one answer with its status, one line in the log, one in the metric")
    func refusals() throws {
        let server = try RunningServer("{\"limits\": {\"bodyBytes\": 8000, \"headBytes\": 1000}}")
        for row in Self.rows {
            let sample =
                "deployment_relay_http_requests_total{route=\"\(row.route)\",code=\"\(row.status)\"}"
            let before = try server.metric(sample) ?? 0
            let lines = try server.logLines("request-refused").count
            let peer = try RawPeer(server.hooks)
            peer.send(row.bytes)
            // What has no body leaves the connection open.
            peer.endSending()
            let seen = peer.read()
            #expect(seen.hasPrefix("HTTP/1.1 \(row.status) "), "\(row.name): \(seen)")
            #expect(seen.contains(row.words), "\(row.name): \(seen)")
            #expect(seen.count(of: "\r\n\r\n") == 1, "\(row.name): \(seen)")
            #expect(try server.metric(sample) == before + 1, "\(row.name)")
            let told = try server.logLines("request-refused").dropFirst(lines)
            #expect(told.count == 1, "\(row.name): \(told)")
            #expect(told.first?.contains("\"peer\":\"127.0.0.1:") == true, "\(row.name): \(told)")
            #expect(
                told.first?.contains("\"status\":\(row.status)") == true,
                "\(row.name): \(told)"
            )
            #expect(told.first?.contains(row.words) == true, "\(row.name): \(told)")
        }
    }

    @Test("a flood of one reason is told ten times; every one is answered and counted")
    func flood() throws {
        let server = try RunningServer()
        for _ in 0..<50 {
            let peer = try RawPeer(server.hooks)
            peer.send("{}")
            #expect(peer.read().hasPrefix("HTTP/1.1 400"))
        }
        #expect(try server.logLines("request-refused").count == RefusalLines.atOnce)
        let sample = "deployment_relay_http_requests_total{route=\"unknown\",code=\"400\"}"
        #expect(try server.metric(sample) == 50)
    }

    @Test("lines of a reason come back with time, with the count of those left out")
    func leftOut() {
        var lines = RefusalLines()
        let first = (0..<RefusalLines.atOnce + 5).map { _ in lines.admit("a", at: 1000) }
        #expect(
            first == Array(repeating: 0, count: RefusalLines.atOnce) + [nil, nil, nil, nil, nil]
        )
        #expect(lines.admit("b", at: 1000) == 0, "another reason has lines of its own")
        #expect(lines.admit("a", at: 1000 + RefusalLines.interval) == 5)
        #expect(lines.admit("a", at: 1000 + RefusalLines.interval) == nil)
        #expect(lines.admit("a", at: 1000 + 100 * RefusalLines.interval) == 1)
    }

    @Test("a table of made-up reasons stays small: those beyond its size share one place")
    func manyReasons() {
        var lines = RefusalLines()
        let told = (0..<10_000).filter { lines.admit("reason \($0)", at: 0) != nil }
        #expect(told.count == RefusalLines.reasonLimit + RefusalLines.atOnce)
    }

    @Test("OPTIONS * tells what is spoken here, an absolute form counts by its path")
    func forms() throws {
        let server = try RunningServer()
        for (text, status, words) in [
            ("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "204", "Allow: GET"),
            ("GET http://x/livez HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n", "200", "ok"),
            ("GET /livez HTTP/1.0\r\n\r\n", "200", "Connection: close"),
            ("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "200", "Connection: close"),
        ] {
            let peer = try RawPeer(server.hooks)
            peer.send(text)
            let seen = peer.read()
            #expect(seen.hasPrefix("HTTP/1.1 \(status) "), "\(text): \(seen)")
            #expect(seen.contains(words), "\(text): \(seen)")
        }
    }

    @Test("GitLab's own path takes the project as a number, encoded, and with its slashes")
    func recipe() throws {
        let server = try RunningServer()
        for (place, environment) in [
            ("42", "a"), ("fleet%2Fdeploy%2fparcel-config", "b"),
            ("fleet/deploy/parcel-config", "c"),
        ] {
            let peer = try RawPeer(server.hooks)
            let path = "/api/v4/projects/\(place)/deployments"
            peer.send(request("POST", path, "Connection: close\r\n", body: flat(environment)))
            let seen = peer.read()
            #expect(seen.hasPrefix("HTTP/1.1 202"), "\(seen)")
            let project = place.removingPercentEncoding ?? ""
            #expect(seen.contains("\"project\":\"\(project)\""), "\(seen)")
        }
    }
}
