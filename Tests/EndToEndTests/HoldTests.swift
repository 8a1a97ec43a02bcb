import Foundation
import GitLabSandbox
import JSON
import Testing

/// What somebody must mend is held, told, and resumes by itself.
@Suite("Holds through the real program", .serialized)
struct HoldTests {
    @Test("a wrong token holds; the right one in its file lets everything go on")
    func token() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil])
        let file = try stage.folder.write("glpat-old\n", to: "token")
        stage.environment["GITLAB_TOKEN_FILE"] = file
        let relay = try await stage.start()
        let answer = try relay.hooks.post(
            "/hooks/deployment",
            FlatBody().bytes,
            fields: ["Prefer": "wait=20"]
        )
        #expect(answer.status == 202)
        let told = try JSONDocument(parsing: answer.body).root
        #expect(told["state"]?.string == "held", "\(answer.text)")
        #expect(told["hint"]?.string?.contains("token") == true, "\(answer.text)")
        let held = try relay.deliveries("?state=held")
        #expect(held.count == 1)
        _ = try stage.folder.write(Stage.token, to: "token")
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.status) == [.success])
        let log = try relay.logText()
        #expect(!log.contains("glpat-old") && !log.contains(Stage.token))
    }

    @Test("one archived project holds its own deliveries and nobody else's")
    func project() async throws {
        let stage = try Stage()
        stage.sandbox.withSandbox { sandbox in
            guard var project = sandbox.project(42) else { return }
            project.isArchived = true
            sandbox.put(project)
        }
        let relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        let other = FlatBody(project: "43")
        let fields = ["Prefer": "wait=20"]
        let answer = try relay.hooks.post("/hooks/deployment", other.bytes, fields: fields)
        #expect(answer.status == 201, "\(answer.text)")
        // A 403 alone does not say why; the relay asks the project, and then tells.
        let hint = try await eventually("the relay has found out that the project is archived") {
            let held = try relay.deliveries("?state=held").first
            return held?["reason"]?.string?.contains("archived") == true
                ? held?["hint"]?.string : nil
        }
        #expect(hint.contains("unarchive"))
        stage.sandbox.withSandbox { sandbox in
            guard var project = sandbox.project(42) else { return }
            project.isArchived = false
            sandbox.put(project)
        }
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == 2)
    }

    @Test("429 pauses for Retry-After, and the delivery goes on by itself")
    func throttled() async throws {
        let stage = try Stage()
        stage.sandbox.add(SandboxFault(PreparedFault.tooManyRequests))
        let relay = try await stage.start()
        let fields = ["Prefer": "wait=20"]
        let answer = try relay.hooks.post("/hooks/deployment", FlatBody().bytes, fields: fields)
        #expect(answer.status == 201, "\(answer.text)")
        #expect(stage.sandbox.deployments.count == 1)
    }
}
