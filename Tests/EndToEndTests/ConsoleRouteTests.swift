import Foundation
import JSON
import Testing

/// What the console asks for, beside the listing.
@Suite("Console's routes", .serialized)
struct ConsoleRouteTests {
    private static let waits = ["Prefer": "wait=20"]

    private static func read(_ relay: RelayProcess, _ path: String) throws -> JSONValue {
        let answer = try relay.admin.get(path)
        #expect(answer.status == 200, "\(path): \(answer.text)")
        return try JSONDocument(parsing: answer.body).root
    }

    @Test("a dry run of a kept body tells payload and calls, and changes nothing")
    func render() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        _ = try relay.hooks.post("/hooks/deployment", FlatBody().bytes, fields: Self.waits)
        let writes = stage.writes()
        let answer = try Self.read(relay, "/api/deliveries/1/render")
        #expect(answer["state"]?.string == "accepted")
        #expect(answer["payload"]?["sha"]?.string == FlatBody().sha)
        #expect(answer["payload"]?["environment"]?.string == "staging")
        #expect(answer["understood"]?.count ?? 0 > 0)
        #expect(answer["calls"]?[0]?.string?.contains("/deployments") == true)
        #expect(stage.writes() == writes)
        #expect(try relay.deliveries().count == 1)
        for id in ["2", "none"] {
            let unknown = try relay.admin.get("/api/deliveries/\(id)/render")
            #expect(unknown.status == 404)
            #expect(unknown.text.contains("no delivery has the id \(id)"), "\(unknown.text)")
        }
    }

    @Test("overview and history have the members that the page reads")
    func members() async throws {
        let relay = try await Stage().start()
        let overview = try Self.read(relay, "/api/overview")
        for name in [
            "version", "now", "hooksAddress", "canChange", "trouble", "reloadMistakes", "warnings",
            "recentlyDead", "oldestPendingSeconds", "totals", "endpoints",
        ] {
            #expect(overview[name] != nil, "\(name)")
        }
        for name in ["accepted", "delivered", "superseded", "dead", "dropped", "held"] {
            #expect(overview["totals"]?[name]?.number?.text == "0", "\(name)")
        }
        for name in ["name", "web", "state", "held", "trouble", "rateLimitRemaining"] {
            #expect(overview["endpoints"]?[0]?[name] != nil, "\(name)")
        }
        let minute = try Self.read(relay, "/api/history")["minutes"]?[0]
        for name in [
            "taken", "delivered", "superseded", "dead", "dropped", "failedAttempts",
            "longestMilliseconds", "meanMilliseconds",
        ] {
            #expect(minute?[name]?.number?.text == "0", "\(name)")
        }
    }

    @Test("more changes at a time than are told one by one are told as missed")
    func missed() async throws {
        let relay = try await Stage().start()
        let watcher = try OpenRequest(relay.admin)
        watcher.send("GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        _ = watcher.read { $0.contains(": welcome") }
        let bodies = (0..<200).map { number in
            String(decoding: FlatBody(environment: "e\(number)").bytes, as: UTF8.self)
        }
        let senders = try bodies.map { body in
            let sender = try OpenRequest(relay.hooks)
            sender.send(
                "POST /hooks/deployment HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
                    + "Content-Length: \(body.utf8.count)\r\n\r\n"
            )
            _ = sender.read { $0.contains("100 Continue\r\n\r\n") }
            return sender
        }
        // All of them have their bodies there when the relay goes on: it takes them in one turn.
        relay.signal(SIGSTOP)
        for (sender, body) in zip(senders, bodies) { sender.send(body) }
        relay.signal(SIGCONT)
        let seen = watcher.read { $0.contains("\"missed\":true") }
        #expect(seen.contains("\"missed\":true"))
        // Told together, not one by one.
        let turns = seen.components(separatedBy: "event: changed").count - 1
        #expect(turns < 100, "\(turns)")
        #expect(senders[199].read { $0.contains("\r\n\r\n") }.contains(" 202 "))
    }
}
