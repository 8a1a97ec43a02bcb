import Foundation
import GitLabSandbox
import Testing

/// `render --since`: the present templates over the last real events.
@Suite("Render over past events", .serialized)
struct RenderSinceTests {
    private static let builtIn = """
        {"environment": "{{.deployment.environment}}", "sha": "{{.deployment.sha}}",
        "ref": "{{.deployment.ref}}", "tag": {{.deployment.tag}},
        "status": "{{.deployment.status}}"}
        """

    /// A relay with its configuration in a file, and three events in its ledger.
    private static func start(_ stage: Stage) async throws -> RelayProcess {
        _ = try stage.folder.write(builtIn, to: "payload.tmpl")
        let file = try configuration(stage)
        let relay = try await stage.start(arguments: ["--config", file])
        for (environment, status) in [
            ("staging", "running"), ("staging", "success"), ("b", "failed"),
        ] {
            let body = FlatBody(environment: environment, status: status, operation: environment)
            let answer = try relay.hooks.post("/hooks/deployment", body.bytes)
            #expect(answer.status == 202, "\(answer.text)")
        }
        #expect(try relay.hooks.post("/hooks/deployment", Array("{}".utf8)).status == 422)
        try await relay.settle()
        return relay
    }

    private static func configuration(_ stage: Stage, _ hook: String = "") throws -> String {
        try stage.folder.write(
            """
            { "hooks": { "deployment": {
              "source": "flat", "template": "payload.tmpl"\(hook) } } }
            """,
            to: "relay.jsonc"
        )
    }

    private static func render(
        _ stage: Stage,
        _ relay: RelayProcess,
        _ words: [String] = []
    ) throws -> CommandRun {
        try CommandRun.relay(
            [
                "render", "--since", "1h", "--config", "\(stage.folder.path)/relay.jsonc",
                "--url", "http://\(relay.admin.address)",
            ] + words,
            environment: stage.environment
        )
    }

    @Test("an unchanged configuration makes the same of every event")
    func same() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        let run = try Self.render(stage, relay)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("4 the same"), "\(run.output)")
        #expect(run.output.contains("is refused still"), "\(run.output)")
        // What stays as it is needs no line of its own.
        #expect(run.output.count(where: { $0 == "\n" }) == 3, "\(run.output)")
    }

    @Test("a changed template shows line by line what GitLab would be told instead")
    func differs() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        _ = try stage.folder.write(
            Self.builtIn.replacing(
                "{{.deployment.environment}}",
                with: "eu/{{.deployment.environment}}"
            ),
            to: "payload.tmpl"
        )
        let before = stage.sandbox.exchanges.count
        let run = try Self.render(stage, relay)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        for words in [
            "- environment: staging", "+ environment: eu/staging", "  status: success",
            "3 different",
        ] {
            #expect(run.output.contains(words), "\(words): \(run.output)")
        }
        #expect(stage.sandbox.exchanges.count == before, "nothing is asked of GitLab")
        let json = try Self.render(stage, relay, ["--json", "--limit", "1"])
        #expect(json.output.contains("\"result\":\"same\""), "\(json.output)")
    }

    @Test("a template that would refuse what was taken is told with its reason, and fails")
    func fails() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        _ = try Self.configuration(stage, #", "environments": ["staging"]"#)
        let run = try Self.render(stage, relay)
        #expect(run.code == 65, "\(run.output)\(run.errors)")
        for words in ["fails", "is not among hooks.deployment.environments", "1 would fail"] {
            #expect(run.output.contains(words), "\(words): \(run.output)")
        }
    }

    @Test("what cannot be compared says why")
    func mistakes() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        let unknown = try Self.render(stage, relay, ["--hook", "deploymnt"])
        #expect(unknown.code == 65)
        #expect(unknown.errors.contains("did you mean deployment"), "\(unknown.errors)")
        let duration = try CommandRun.relay(
            ["render", "--since", "soon", "--url", "http://\(relay.admin.address)"],
            environment: stage.environment
        )
        #expect(duration.code == 1)
        #expect(duration.errors.contains("since=90m"), "\(duration.errors)")
        let body = try Self.render(stage, relay, ["body.json"])
        #expect(body.code == 64)
        _ = try stage.folder.write("{{.deployment.", to: "payload.tmpl")
        let broken = try Self.render(stage, relay)
        #expect(broken.code == 78, "\(broken.errors)")
    }
}
