import Foundation
import GitLabSandbox
import JSON
import Testing

/// SIGHUP and `POST /-/reload`: all or nothing.
@Suite("Reload", .serialized)
struct ReloadTests {
    private static let admin = ["Authorization": "Bearer admin-token"]

    private static func start(_ stage: Stage, _ file: String) async throws -> RelayProcess {
        try await stage.start(arguments: ["--config", file])
    }

    private static func write(_ stage: Stage, _ text: String) throws -> String {
        try stage.folder.write(text, to: "relay.jsonc")
    }

    /// What a body becomes at this moment.
    private static func environment(_ relay: RelayProcess) throws -> String? {
        let answer = try relay.admin.post(
            "/api/render/deployment",
            FlatBody().bytes,
            fields: admin
        )
        return try JSONDocument(parsing: answer.body).root["payload"]?["environment"]?.string
    }

    private static func hook(_ members: String) -> String {
        #"{ "hooks": { "deployment": { "source": "flat", "# + members + " } } }"
    }

    struct Break: Sendable, CustomTestStringConvertible {
        var name: String
        var file: String
        var says: String

        var testDescription: String { name }
    }

    @Test(
        "a wrong configuration changes nothing, and answer, log and metric say so",
        arguments: [
            Break(
                name: "a broken template",
                file: hook(#""environment": "{{ .deployment""#),
                says: "hooks.deployment.environment"
            ),
            Break(name: "broken JSON", file: "{ \"hooks\": ", says: "the file"),
            Break(
                name: "one right and one wrong",
                file: hook(#""environment": "new", "tier": "prod""#),
                says: "hooks.deployment.tier"
            ),
            Break(
                name: "another address",
                file: #"{ "data": "/elsewhere" }"#,
                says: "relay.jsonc:1:11: data: cannot change"
            ),
        ]
    )
    func refused(_ row: Break) async throws {
        // The folder is said by the file, so that the file can say another.
        var stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        stage.environment["RELAY_DATA"] = row.name == "another address" ? "" : stage.data
        let first =
            row.name == "another address"
            ? #"{ "data": "\#(stage.data)", "hooks": { "deployment": { "source": "flat", "#
                + #""environment": "old" } } }"#
            : Self.hook(#""environment": "old""#)
        let relay = try await Self.start(stage, try Self.write(stage, first))
        _ = try Self.write(stage, row.file)
        let answer = try relay.admin.post("/-/reload", [], fields: Self.admin)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.text.contains(row.says), "\(answer.text)")
        #expect(try Self.environment(relay) == "old")
        #expect(try relay.metric("deployment_relay_config_last_reload_successful") == 0)
        relay.signal(SIGHUP)
        let failures = try await eventually("both failures are in the log") {
            let lines = try relay.logLines().filter { $0["msg"]?.string == "reload-failed" }
            return lines.count == 2 ? lines : nil
        }
        #expect(failures.allSatisfy { $0["reason"]?.string?.contains(row.says) == true })
        // The console says what is wrong, until it is right.
        #expect(try relay.admin.get("/api/overview").text.contains(row.says))
        #expect(try Self.environment(relay) == "old")

        _ = try Self.write(
            stage,
            row.name == "another address"
                ? first.replacing("old", with: "new") : Self.hook(#""environment": "new""#)
        )
        relay.signal(SIGHUP)
        _ = try await eventually("the right one counts") {
            try Self.environment(relay) == "new" ? true : nil
        }
        #expect(try relay.metric("deployment_relay_config_last_reload_successful") == 1)
        #expect(try relay.admin.get("/api/overview").text.contains("\"reloadMistakes\":null"))
        #expect(relay.stop() == 0)
    }

    @Test("secrets' files are followed, and what is in flight is not disturbed")
    func secrets() async throws {
        let stage = try Stage([
            "RELAY_ADMIN_TOKEN": "admin-token", "GITLAB_TOKEN": nil,
        ])
        _ = try stage.folder.write("glpat-wrong", to: "gitlab-token")
        _ = try stage.folder.write("sender-1", to: "sender")
        let file = try Self.write(
            stage,
            """
            { "credentials": [{ "tokenFile": "sender" }],
              "gitlab": { "default": { "url": "\(stage.sandbox.url)", "project": "42",
                "tokenFile": "gitlab-token" } } }
            """
        )
        let relay = try await Self.start(stage, file)
        func send(_ token: String, wait: Int, _ operation: String) throws -> HTTPPeer.Answer {
            try relay.hooks.post(
                "/hooks/deployment",
                FlatBody(operation: operation).bytes,
                fields: ["Authorization": "Bearer \(token)", "Prefer": "wait=\(wait)"]
            )
        }
        // Held, for the token is wrong: it is in flight while everything is read anew.
        #expect(try send("sender-1", wait: 0, "a").status == 202)
        _ = try await eventually("it is held") {
            try relay.deliveries("?state=held").isEmpty ? nil : true
        }
        _ = try stage.folder.write("sender-2", to: "sender")
        _ = try stage.folder.write(Stage.token, to: "gitlab-token")
        _ = try await eventually("the new secrets count") {
            try send("sender-2", wait: 0, "b").status < 300 ? true : nil
        }
        #expect(try send("sender-1", wait: 0, "c").status == 401)
        try await relay.settle()
        #expect(try relay.deliveries("?state=delivered").count == 2)
        #expect(stage.sandbox.deployments.count == 1, "one commit, one success: recognised")
        // A secret's file that is gone leaves the one that was read.
        try FileManager.default.removeItem(atPath: "\(stage.folder.path)/sender")
        _ = try await eventually("that is told") {
            try relay.logLines().contains { $0["msg"]?.string == "reload-failed" } ? true : nil
        }
        #expect(try send("sender-2", wait: 10, "d").status < 300)
    }
}
