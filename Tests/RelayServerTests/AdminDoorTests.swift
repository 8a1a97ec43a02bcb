import Testing

/// What a page of another site can make a browser ask of the admin address: nothing.
@Suite("The admin address and browsers", .serialized)
struct AdminDoorTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        var path = "/api/deliveries"
        var host: String? = "127.0.0.1:8081"
        var fields = ""
        var status: Int

        var testDescription: String { name }

        var request: String {
            let length = method == "POST" ? "Content-Length: 0\r\n" : ""
            let host = host.map { "Host: \($0)\r\n" } ?? ""
            let version = host.isEmpty ? "1.0" : "1.1"
            return "\(method) \(path) HTTP/\(version)\r\n\(host)\(fields)\(length)"
                + "Connection: close\r\n\r\n"
        }
    }

    private static let token = "Authorization: Bearer admin-secret\r\n"

    static let names = [
        Row(name: "a number", status: 200),
        Row(name: "another machine's number", host: "10.0.0.7:8081", status: 200),
        Row(name: "an IPv6 number", host: "[fd00::7]:8081", status: 200),
        Row(name: "localhost", host: "LocalHost:1", status: 200),
        Row(name: "a name below localhost", host: "relay.localhost", status: 200),
        Row(name: "a name of the configuration", host: "Relay.Example.com", status: 200),
        Row(name: "the same with a dot", host: "relay.example.com.:8081", status: 200),
        Row(name: "none, as no browser does", host: nil, status: 200),
        Row(name: "a name that was made to lead here", host: "evil.example", status: 403),
        Row(name: "one that looks like ours", host: "127.0.0.1.evil.example:8081", status: 403),
        Row(name: "a name below ours", host: "x.relay.example.com", status: 403),
        Row(name: "nearly a number", host: "127.0.0.1.1", status: 403),
        Row(name: "nearly localhost", host: "notlocalhost", status: 403),
        Row(
            name: "a target's own authority, whatever the field says",
            path: "http://evil.example/api/deliveries",
            status: 403
        ),
        Row(name: "the console under a strange name", path: "/", host: "evil.example", status: 403),
        Row(
            name: "the stream under a strange name",
            path: "/api/stream",
            host: "evil.example",
            status: 403
        ),
        Row(name: "a probe by any name", path: "/livez", host: "pod-7", status: 200),
        Row(name: "readiness by any name", path: "/readyz", host: "pod-7", status: 200),
        Row(name: "metrics by any name", path: "/metrics", host: "relay.monitoring", status: 200),
    ]

    static let sites = [
        Row(name: "the console's own", fields: "Sec-Fetch-Site: same-origin\r\n", status: 200),
        Row(name: "an address typed in", fields: "Sec-Fetch-Site: none\r\n", status: 200),
        Row(name: "a sister's page", fields: "Sec-Fetch-Site: same-site\r\n", status: 403),
        Row(name: "a page of elsewhere", fields: "Sec-Fetch-Site: cross-site\r\n", status: 403),
        Row(
            name: "both at once",
            fields: "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n",
            status: 403
        ),
        Row(
            name: "a link to the console",
            path: "/",
            fields: "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
            status: 200
        ),
        Row(
            name: "a link to the data",
            fields: "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
            status: 403
        ),
    ]

    private static func drop(_ name: String, _ fields: String, _ status: Int) -> Row {
        Row(
            name: name,
            method: "POST",
            path: "/api/deliveries/1/drop",
            fields: fields,
            status: status
        )
    }

    /// No delivery 1 is there: 404 is what who may hears.
    static let changes = [
        drop("a change without a token", "", 401),
        drop("one with it, by no browser", token, 404),
        drop("the console's own", token + "Origin: http://127.0.0.1:8081\r\n", 404),
        drop("a form of elsewhere", token + "Origin: http://evil.example\r\n", 403),
        drop("another port of this machine", token + "Origin: http://127.0.0.1:9000\r\n", 403),
        drop("a page without an origin", token + "Origin: null\r\n", 403),
        drop("a browser's word against it", token + "Sec-Fetch-Site: cross-site\r\n", 403),
        Row(
            name: "through a proxy with TLS",
            method: "POST",
            path: "/api/deliveries/1/drop",
            host: "relay.example.com",
            fields: token + "Origin: https://relay.example.com:443\r\n",
            status: 404
        ),
        Row(
            name: "by a strange name, with the token, which no page of it has",
            method: "POST",
            path: "/api/deliveries/1/drop",
            host: "evil.example",
            fields: token,
            status: 404
        ),
    ]

    @Test("what is asked, by which name and from which page", arguments: names + sites + changes)
    func doors(_ row: Row) throws {
        let server = try RunningServer(
            "{\"admin\": {\"hosts\": [\"relay.example.com\"]}}",
            environment: ["RELAY_ADMIN_TOKEN": "admin-secret"]
        )
        let peer = try RawPeer(server.admin)
        peer.send(row.request)
        let seen = peer.read()
        #expect(seen.hasPrefix("HTTP/1.1 \(row.status) "), "\(seen)")
    }

    @Test("a strange name means nothing to senders")
    func hooks() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        let body = flat("a")
        peer.send(
            "POST /hooks/deployment HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://x\r\n"
                + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        )
        #expect(peer.read().hasPrefix("HTTP/1.1 202 "))
    }

    @Test(
        "every answer says that it is for nobody else",
        arguments: [
            "/", "/console.css", "/console.js", "/api/deliveries", "/api/deliveries/7",
            "/api/overview", "/api/endpoints", "/metrics", "/livez", "/nowhere", "/api/stream",
        ]
    )
    func fields(path: String) throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.admin)
        peer.send(request("GET", path, "Connection: close\r\n"))
        let head = peer.read { $0.contains("\r\n\r\n") }
        for field in [
            "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
            "Cross-Origin-Resource-Policy: same-origin", "Cross-Origin-Opener-Policy: same-origin",
            "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'; ",
        ] {
            #expect(head.ranges(of: "\r\n\(field)").count == 1, "\(path): \(field): \(head)")
        }
        #expect(head.contains("frame-ancestors 'none'") && !head.contains("unsafe-"))
        #expect(!head.lowercased().contains("access-control-"))
    }

    @Test("beyond loopback the console's page is there for all, and what it shows is not")
    func challenges() throws {
        let server = try RunningServer(
            environment: [
                "RELAY_ADMIN_LISTEN": "0.0.0.0:0", "RELAY_ADMIN_TOKEN": "admin-secret",
            ]
        )
        for path in ["/", "/console.js", "/console.css"] {
            let peer = try RawPeer(server.admin)
            peer.send(request("GET", path, "Connection: close\r\n"))
            #expect(peer.read().hasPrefix("HTTP/1.1 200 "), "\(path)")
        }
        for path in ["/api/deliveries", "/api/overview", "/api/stream", "/metrics"] {
            let peer = try RawPeer(server.admin)
            peer.send(request("GET", path, "Connection: close\r\n"))
            let seen = peer.read()
            #expect(seen.hasPrefix("HTTP/1.1 401 "), "\(path): \(seen)")
            #expect(seen.contains("WWW-Authenticate: Bearer "), "\(path): \(seen)")
        }
        // operator:admin-secret
        let basic = "Authorization: Basic b3BlcmF0b3I6YWRtaW4tc2VjcmV0\r\nConnection: close\r\n"
        for path in ["/", "/console.css", "/api/overview"] {
            let peer = try RawPeer(server.admin)
            peer.send(request("GET", path, basic))
            #expect(peer.read().hasPrefix("HTTP/1.1 200 "), "\(path)")
        }
        let probe = try RawPeer(server.admin)
        probe.send(request("GET", "/readyz", "Connection: close\r\n"))
        #expect(probe.read().hasPrefix("HTTP/1.1 200 "))
    }
}
