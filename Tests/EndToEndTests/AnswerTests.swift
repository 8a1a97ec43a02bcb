import GitLabSandbox
import JSON
import Testing

/// The table of DESIGN §2.3, asked of the real program.
@Suite("Answers to senders", .serialized)
struct AnswerTests {
    /// A request and what it must hear.
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "POST"
        var path = "/hooks/deployment"
        var body = ""
        var fields: [String: String] = [:]
        var status: Int
        /// Somewhere in the answer's body.
        var words = ""
        /// A field that the answer must carry.
        var field: (name: String, value: String)?
        var deadLetters = 0

        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "GET is told what the template needs",
            method: "GET",
            path: "/hooks/argocd",
            status: 405,
            words: "set method: POST in the template",
            field: ("Allow", "POST")
        ),
        Row(
            name: "PUT is not allowed either",
            method: "PUT",
            status: 405,
            field: ("Allow", "POST")
        ),
        Row(name: "an unknown hook", path: "/hooks/nobody", status: 404, words: "argocd"),
        Row(name: "an unknown address", path: "/elsewhere", status: 404, words: "/hooks/argocd"),
        Row(
            name: "text that is no JSON",
            body: "{\"status\": \"success\",\n \"environment\": nonsense}",
            status: 400,
            words: "line 2, column 17",
            deadLetters: 1
        ),
        Row(name: "no body at all", status: 400, words: "line 1", deadLetters: 1),
        Row(name: "JSON that is a list", body: "[1]", status: 400, words: "object", deadLetters: 1),
        Row(
            name: "an object without members",
            body: "{}",
            status: 422,
            words: "status",
            deadLetters: 1
        ),
        Row(
            name: "a flat body at Argo CD's hook",
            path: "/hooks/argocd",
            body: "{\"status\":\"success\"}",
            status: 422,
            words: "app",
            deadLetters: 1
        ),
        Row(
            name: "a member of the wrong value",
            body: """
                {"status":"deployed","environment":"e","ref":"main",
                "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}
                """,
            status: 422,
            words: "status",
            deadLetters: 1
        ),
        Row(
            name: "an environment name that GitLab refuses",
            body: """
                {"status":"success","environment":"prod:eu","ref":"main",
                "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}
                """,
            status: 422,
            words: "environment: holds",
            deadLetters: 1
        ),
        Row(
            name: "the literal <no value> as sha",
            body: """
                {"status":"success","environment":"e","ref":"main","sha":"<no value>"}
                """,
            status: 422,
            words: "sha",
            deadLetters: 1
        ),
        Row(
            name: "a transfer coding that nobody has",
            fields: ["Transfer-Encoding": "gzip"],
            status: 501
        ),
        Row(
            name: "a recipe's path that is the project's slashes as they are",
            path: "/api/v4/projects/fleet/services/parcel-api/deployments",
            body: """
                {"status":"success","environment":"e","ref":"main","tag":"false",
                "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}
                """,
            status: 202,
            words: "\"project\":\"fleet/services/parcel-api\""
        ),
        Row(
            name: "a recipe's path with %2F",
            path: "/api/v4/projects/fleet%2Fservices%2Fparcel-api/deployments",
            body: """
                {"status":"success","environment":"e","ref":"main","tag":"false",
                "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}
                """,
            status: 202,
            words: "\"state\":\"accepted\""
        ),
    ]

    @Test("each request hears what the contract says", arguments: rows)
    func answers(_ row: Row) async throws {
        let relay = try await Stage().start()
        let answer = try relay.hooks.send(
            row.method,
            row.path,
            Array(row.body.utf8),
            fields: row.fields
        )
        #expect(answer.status == row.status, "\(answer.text)")
        #expect(answer.text.contains(row.words), "\(answer.text)")
        if let (name, value) = row.field { #expect(answer.field(name) == value) }
        #expect(try relay.deliveries("?state=dead").count == row.deadLetters)
        // Whatever came, the process goes on.
        let next = try relay.hooks.post("/hooks/deployment", FlatBody().bytes)
        #expect(next.status == 202, "\(next.text)")
    }

    @Test("a body beyond bodyBytes is 413, by its length alone")
    func oversized() async throws {
        let relay = try await Stage().start()
        let head = """
            POST /hooks/argocd HTTP/1.1\r
            Host: relay.test\r
            Content-Length: 5000000\r
            \r

            """
        let answer = try relay.hooks.exchange(Array(head.utf8))
        #expect(answer.status == 413)
        #expect(answer.text.contains("bodyBytes"), "\(answer.text)")
    }

    @Test("Argo CD's sender hears Connection: close, others may keep theirs")
    func connections() async throws {
        let relay = try await Stage().start()
        func head(_ agent: String) -> [UInt8] {
            let body = FlatBody(operation: agent).bytes
            let text = """
                POST /hooks/deployment HTTP/1.1\r
                Host: relay.test\r
                User-Agent: \(agent)\r
                Content-Length: \(body.count)\r
                \r

                """
            return Array(text.utf8) + body
        }
        let argo = try relay.hooks.exchange(head("Go-http-client/1.1"))
        #expect(argo.field("Connection") == "close")
        let other = try relay.hooks.exchange(head("curl/8.0"))
        #expect(other.field("Connection") == nil)
    }

    @Test("Prefer: wait shows GitLab's own answer: 201 made, 200 changed, 200 known")
    func waiting() async throws {
        let relay = try await Stage().start()
        let wait = ["Prefer": "wait=20"]
        var body = FlatBody(status: "running", operation: "one")
        let made = try relay.hooks.post("/hooks/deployment", body.bytes, fields: wait)
        #expect(made.status == 201, "\(made.text)")
        body.status = "success"
        let changed = try relay.hooks.post("/hooks/deployment", body.bytes, fields: wait)
        #expect(changed.status == 200, "\(changed.text)")
        let again = try relay.hooks.post("/hooks/deployment", body.bytes, fields: wait)
        #expect(again.status == 200, "\(again.text)")
        for answer in [made, changed, again] {
            let told = try JSONDocument(parsing: answer.body).root["gitlab"]
            #expect(told?["id"]?.number?.text == "1", "\(answer.text)")
        }
    }

    @Test("a row that was found after a lost answer is shown as GitLab's object, not its list")
    func found() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        try relay.deliver(FlatBody(sha: String(repeating: "a", count: 40)))
        var fault = SandboxFault(.cutAfter)
        fault.match.methods = ["POST"]
        stage.sandbox.add(fault)
        let answer = try relay.hooks.post(
            "/hooks/deployment",
            FlatBody().bytes,
            fields: ["Prefer": "wait=20"]
        )
        #expect(answer.text.contains("the attempt had reached GitLab"), "\(answer.text)")
        let told = try JSONDocument(parsing: answer.body).root["gitlab"]
        #expect(told?["id"]?.number?.text == "2", "\(answer.text)")
        #expect(told?["sha"]?.string == FlatBody().sha, "\(answer.text)")
    }

    @Test("when time runs out the last attempt is told: GitLab's status and words")
    func waitingForNothing() async throws {
        let stage = try Stage()
        stage.sandbox.withSandbox { $0.acceptsAnyCommit = false }
        let relay = try await stage.start()
        let answer = try relay.hooks.post(
            "/hooks/deployment",
            FlatBody().bytes,
            fields: ["Prefer": "wait=1"]
        )
        #expect(answer.status == 202, "\(answer.text)")
        let attempt = try JSONDocument(parsing: answer.body).root["lastAttempt"]
        #expect(attempt?["status"]?.number?.text == "400", "\(answer.text)")
        #expect(answer.text.contains("does not exist"), "\(answer.text)")
    }
}
