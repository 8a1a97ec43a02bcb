import Foundation
import GitLabSandbox
import JSON
import Testing

/// Bad requests to the admin address: a clear answer with what to do, and nothing is changed.
@Suite("Bad requests to the admin address", .serialized)
struct AdminMistakeTests {
    private static let admin = ["Authorization": "Bearer admin-token"]

    struct Row: Sendable, CustomTestStringConvertible {
        var method = "POST"
        var path: String
        var body = ""
        var fields = AdminMistakeTests.admin
        var status: Int
        /// What the answer's `error` and `hint` hold.
        var error: String
        var hint: String

        var testDescription: String { "\(method) \(path) \(body) \(fields.keys.joined())" }
    }

    /// Delivery 1 is delivered, 2 a dead letter, 3 held.
    static let rows = [
        Row(
            path: "/api/deliveries/3/redeliver",
            fields: [:],
            status: 401,
            error: "a token is needed",
            hint: "RELAY_ADMIN_TOKEN"
        ),
        Row(
            path: "/api/deliveries/3/drop",
            fields: ["Authorization": "Bearer wrong"],
            status: 401,
            error: "the token is not the one this relay expects",
            hint: "RELAY_ADMIN_TOKEN"
        ),
        Row(path: "/-/reload", fields: [:], status: 401, error: "token", hint: "Bearer"),
        Row(
            path: "/api/deliveries/99/redeliver",
            status: 404,
            error: "no delivery has the id 99",
            hint: "GET /api/deliveries"
        ),
        Row(path: "/api/deliveries/1a/drop", status: 404, error: "id 1a", hint: "GET /api"),
        Row(path: "/api/deliveries/-1/drop", status: 404, error: "id -1", hint: "GET /api"),
        Row(
            path: "/api/deliveries/99999999999999999999/drop",
            status: 404,
            error: "no delivery has the id",
            hint: "GET /api"
        ),
        Row(method: "GET", path: "/api/deliveries/99", status: 404, error: "id 99", hint: "GET"),
        Row(
            path: "/api/deliveries/1/redeliver",
            status: 409,
            error: "delivery 1 is delivered already",
            hint: "only dead, dropped and waiting deliveries can be redelivered"
        ),
        Row(
            path: "/api/deliveries/1/drop",
            status: 409,
            error: "delivery 1 is delivered already",
            hint: "only waiting and dead deliveries can be dropped"
        ),
        Row(
            path: "/api/deliveries/2/retell",
            status: 409,
            error: "delivery 2 is dead",
            hint: "only what was delivered can be told again"
        ),
        Row(
            path: "/api/deliveries/3/retell",
            status: 409,
            error: "delivery 3 is held",
            hint: "only what was delivered can be told again"
        ),
        Row(path: "/api/deliveries/1/explode", status: 404, error: "nothing is here", hint: "/"),
        Row(method: "DELETE", path: "/api/deliveries/1", status: 405, error: "", hint: "Allow"),
        Row(
            path: "/api/render/argcd",
            body: "{}",
            status: 404,
            error: "no hook has the name argcd",
            hint: "configuration"
        ),
        Row(path: "/api/deployments/close", body: "{", status: 400, error: "line 1", hint: "send"),
        Row(
            path: "/api/deployments/close",
            body: "{\"gitlab\": \"default\"}",
            status: 422,
            error: "a member is missing",
            hint: "send {\"gitlab\": NAME"
        ),
        Row(
            path: "/api/deployments/close",
            body: """
                {"gitlab": "defalt", "project": 42, "environment": "e", "deployment": 1,
                 "sha": "\(String(repeating: "a", count: 40))", "why": "a test"}
                """,
            status: 422,
            error: "there is no gitlab.defalt",
            hint: "send"
        ),
        Row(
            method: "GET",
            path: "/api/deliveries?state=running",
            status: 400,
            error: "running",
            hint: "accepted"
        ),
        Row(
            method: "GET",
            path: "/api/deliveries?limit=many",
            status: 400,
            error: "limit: many is not a number of 1 or more, at most 500",
            hint: "write limit=50"
        ),
    ]

    private static func begin() async throws -> (Stage, RelayProcess) {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        let relay = try await stage.start()
        let wait = ["Prefer": "wait=10"]
        let first = try relay.hooks.post("/hooks/deployment", FlatBody().bytes, fields: wait)
        #expect(first.status == 201)
        #expect(try relay.hooks.post("/hooks/deployment", Array("{}".utf8)).status == 422)
        let held = FlatBody(project: "nobody/nothing").bytes
        #expect(try relay.hooks.post("/hooks/deployment", held, fields: wait).status == 202)
        return (stage, relay)
    }

    private static func states(_ relay: RelayProcess) throws -> [String] {
        try relay.deliveries().map { "\($0["id"]?.string ?? "") \($0["state"]?.string ?? "")" }
    }

    @Test("each says what is wrong and what to do, and changes nothing")
    func refused() async throws {
        let (stage, relay) = try await Self.begin()
        let before = try Self.states(relay)
        #expect(before == ["3 held", "2 dead", "1 delivered"])
        let writes = stage.writes().count
        for row in Self.rows {
            let answer = try relay.admin.send(
                row.method,
                row.path,
                Array(row.body.utf8),
                fields: row.fields
            )
            #expect(answer.status == row.status, "\(row): \(answer.text)")
            let root = try JSONDocument(parsing: answer.body).root
            let told = (root["error"]?.string ?? "", root["hint"]?.string ?? "")
            #expect(row.error.isEmpty || told.0.contains(row.error), "\(row): \(answer.text)")
            #expect(told.1.contains(row.hint), "\(row): \(answer.text)")
        }
        #expect(try Self.states(relay) == before)
        #expect(stage.writes().count == writes)
    }

    @Test("what is being sent can be neither sent again nor dropped, and is sent once")
    func running() async throws {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        // Answered never, and given up after `timeoutSeconds`, which is 30.
        let effect = SandboxFault.Effect { $0.delivery = .hang }
        stage.sandbox.add(SandboxFault(effect, count: 1))
        var relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        _ = try await eventually("GitLab is asked") {
            stage.sandbox.exchanges.isEmpty ? nil : true
        }
        for action in ["redeliver", "drop"] {
            let path = "/api/deliveries/1/\(action)"
            let answer = try relay.admin.post(path, [], fields: Self.admin)
            #expect(answer.status == 409, "\(action): \(answer.text)")
            #expect(answer.text.contains("is being sent at this moment"), "\(answer.text)")
        }
        relay.kill9()
        relay = try await stage.start()
        try await relay.settle()
        #expect(stage.writes() == ["POST"])
        #expect(stage.sandbox.deployments.count == 1)
    }
}
