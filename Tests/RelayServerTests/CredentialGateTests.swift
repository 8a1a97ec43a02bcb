import RelayServer
import Testing

/// Whose secret opens what, and what becomes of who has none.
@Suite("Credentials at the listener", .serialized)
struct CredentialGateTests {
    private static func post(
        _ server: RunningServer,
        _ path: String,
        _ token: String?
    ) throws -> String {
        let peer = try RawPeer(server.hooks)
        let field = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        peer.send(request("POST", path, field + "Connection: close\r\n", body: flat("a")))
        return String(peer.read().prefix(12))
    }

    @Test("a hook's own secrets take the place of the common one, two valid at once")
    func perHook() throws {
        let server = try RunningServer(
            """
            {"credentials": [{"tokenFile": "/common"}],
             "hooks": {"own": {"source": "flat", "credentials": [{"tokenFile": "/own"}]}}}
            """,
            environment: ["RELAY_ADMIN_TOKEN": "admin-secret"],
            files: ["/common": "common-secret\n", "/own": "new-secret\nold-secret\n"]
        )
        for (path, token, status) in [
            ("/hooks/own", "new-secret", 202), ("/hooks/own", "old-secret", 200),
            ("/hooks/own", "common-secret", 401), ("/hooks/own", "new-secret\nold-secret", 400),
            ("/hooks/deployment", "common-secret", 202), ("/hooks/deployment", "new-secret", 401),
            ("/hooks/own", "admin-secret", 401), ("/hooks/deployment", "admin-secret", 401),
            ("/hooks/own", "", 401), ("/hooks/own", "new-secre", 401),
            ("/hooks/own", "new-secrett", 401), ("/hooks/own", "glpat-test", 401),
        ] {
            let seen = try Self.post(server, path, token)
            #expect(seen == "HTTP/1.1 \(status)", "\(path) with \(token)")
        }
        let admin = try RawPeer(server.admin)
        let fields = "Authorization: Bearer common-secret\r\nConnection: close\r\n"
        admin.send(request("POST", "/api/deliveries/1/drop", fields))
        #expect(admin.read().hasPrefix("HTTP/1.1 401 "))
    }

    @Test("who keeps failing waits for its answer, others do not, and all failures are counted")
    func slowed() throws {
        let server = try RunningServer(
            "{\"limits\": {\"unauthorizedSeconds\": 60}}",
            environment: ["RELAY_TOKEN": "right-secret"]
        )
        let wrong = request(
            "POST",
            "/hooks/deployment",
            "Authorization: Bearer wrong\r\n",
            body: flat("a")
        )
        let first = try RawPeer(server.hooks)
        first.send(wrong)
        #expect(first.read { $0.contains("\r\n\r\n") }.hasPrefix("HTTP/1.1 401 "))
        for _ in 0..<13 {
            let peer = try RawPeer(server.hooks)
            peer.send(wrong)
        }
        // By now an answer would be held back for a minute.
        let last = try RawPeer(server.hooks)
        last.send(wrong)
        var counted = ""
        for _ in 0..<200 where !counted.contains("{address=\"hooks\"} 15\n") {
            let asking = try RawPeer(server.admin)
            asking.send(request("GET", "/metrics", "Connection: close\r\n"))
            counted = asking.read()
        }
        #expect(counted.contains("failed_authentications_total{address=\"hooks\"} 15\n"))
        #expect(try Self.post(server, "/hooks/deployment", "right-secret") == "HTTP/1.1 202")
        server.stop()
        #expect(last.read() == "")
    }

    @Test("beyond slowedRefusals a failure is answered at once")
    func slowedAtOnce() throws {
        let server = try RunningServer(
            "{\"limits\": {\"unauthorizedSeconds\": 60, \"slowedRefusals\": 0}}",
            environment: ["RELAY_TOKEN": "right-secret"]
        )
        for _ in 0..<15 {
            #expect(try Self.post(server, "/hooks/deployment", "wrong") == "HTTP/1.1 401")
        }
    }

    @Test("the delay doubles from the fourth failure on, up to its limit, and is forgotten")
    func meter() {
        var meter = FailureMeter(seed: 7)
        func delays(_ peer: String, _ count: Int, at now: Int64) -> [Int64] {
            (0..<count).map { _ in meter.delay(of: peer, at: now, longest: 1000) }
        }
        #expect(delays("10.0.0.7:1", 9, at: 0) == [0, 0, 0, 60, 120, 240, 480, 960, 1000])
        // Another port of the same host goes on where that was; another host begins.
        #expect(delays("10.0.0.7:2", 1, at: 0) == [1000])
        #expect(delays("10.0.0.8:1", 4, at: 0) == [0, 0, 0, 60])
        #expect(delays("[2001:db8::1]:5", 4, at: 0) == [0, 0, 0, 60])
        #expect(delays("[2001:db8::ffff:2]:6", 1, at: 0) == [120])
        #expect(delays("[2001:db8:0:1::1]:5", 1, at: 0) == [0])
        #expect(delays("unix", 4, at: 0) == [0, 0, 0, 60])
        #expect(delays("10.0.0.8:1", 1, at: 10_000) == [60])
        #expect(delays("10.0.0.7:1", 1, at: 600_000) == [0])
        #expect(meter.delay(of: "unix", at: 0, longest: 0) == 0)
    }
}
