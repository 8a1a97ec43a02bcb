import Testing

/// Who may send (DESIGN §2.3).
@Suite("Credentials through the real program", .serialized)
struct CredentialTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var path = "/hooks/deployment"
        var fields: [String: String]
        var status: Int

        var testDescription: String { name }
    }

    static let recipe = "/api/v4/projects/42/deployments"

    static let rows = [
        Row(name: "no credential", fields: [:], status: 401),
        Row(name: "a wrong one", fields: ["Authorization": "Bearer nonsense"], status: 401),
        Row(name: "Bearer", fields: ["Authorization": "Bearer hook-token"], status: 202),
        Row(name: "PRIVATE-TOKEN", fields: ["PRIVATE-TOKEN": "hook-token"], status: 202),
        Row(name: "X-Gitlab-Token", fields: ["X-Gitlab-Token": "hook-token"], status: 202),
        // argocd:hook-token
        Row(
            name: "Basic",
            fields: ["Authorization": "Basic YXJnb2NkOmhvb2stdG9rZW4="],
            status: 202
        ),
        Row(
            name: "GitLab's own token at GitLab's own path",
            path: recipe,
            fields: ["PRIVATE-TOKEN": Stage.token],
            status: 202
        ),
        Row(
            name: "GitLab's own token elsewhere",
            fields: ["PRIVATE-TOKEN": Stage.token],
            status: 401
        ),
        Row(
            name: "a wrong token at GitLab's own path",
            path: recipe,
            fields: ["PRIVATE-TOKEN": "glpat-other"],
            status: 401
        ),
    ]

    @Test("what is presented decides, and nothing is kept without it", arguments: rows)
    func presented(_ row: Row) async throws {
        let relay = try await Stage(["RELAY_TOKEN": "hook-token"]).start()
        let answer = try relay.hooks.post(row.path, FlatBody().bytes, fields: row.fields)
        #expect(answer.status == row.status, "\(answer.text)")
        if row.status == 401 {
            #expect(answer.field("WWW-Authenticate") != nil)
            #expect(try relay.deliveries().isEmpty)
        }
        let log = try relay.logText()
        #expect(!log.contains("hook-token") && !log.contains(Stage.token), "\(log)")
    }

    @Test("beyond loopback without a token the start is refused with 78")
    func beyondLoopback() throws {
        for (variable, remedy) in [
            ("RELAY_LISTEN", "RELAY_TOKEN"), ("RELAY_ADMIN_LISTEN", "RELAY_ADMIN_TOKEN"),
        ] {
            let run = try CommandRun.relay(["serve"], environment: [variable: "0.0.0.0:0"])
            #expect(run.code == 78)
            #expect(run.errors.contains(remedy), "\(run.errors)")
        }
    }

    @Test("the admin address changes nothing without an admin token")
    func admin() async throws {
        let closed = try await Stage().start()
        let refused = try closed.admin.post("/api/deliveries/1/drop", [])
        #expect(refused.status == 403)
        #expect(refused.text.contains("RELAY_ADMIN_TOKEN"), "\(refused.text)")
        let open = try await Stage(["RELAY_ADMIN_TOKEN": "admin-token"]).start()
        #expect(try open.admin.post("/api/deliveries/1/drop", []).status == 401)
        let fields = ["Authorization": "Bearer admin-token"]
        #expect(try open.admin.post("/api/deliveries/1/drop", [], fields: fields).status == 404)
        #expect(try open.admin.get("/api/deliveries").status == 200)
    }
}
