import Foundation
import GitLabSandbox
import JSON
import Testing

/// Redelivery by hand says what it will do before it does it, and `show` tells the history.
@Suite("Redelivery by hand", .serialized)
struct RedeliveryTests {
    private static let adminToken = "admin-of-tests"

    private static func deliveries(_ relay: RelayProcess, _ words: [String]) throws -> CommandRun {
        try CommandRun.relay(
            ["deliveries"] + words + ["--url", "http://\(relay.admin.address)"],
            environment: ["RELAY_ADMIN_TOKEN": adminToken]
        )
    }

    @Test("a dead letter: told first, done then, once the configuration is mended")
    func deadLetter() async throws {
        var stage = try Stage(["GITLAB_PROJECT": nil, "RELAY_ADMIN_TOKEN": Self.adminToken])
        var relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 422)
        let id = try #require(relay.deliveries("?state=dead").first?["id"]?.string)
        let vain = try Self.deliveries(relay, ["redeliver", "--dry-run", id])
        #expect(vain.output.contains("\(id): will keep it as dead"), "\(vain.output)\(vain.errors)")
        #expect(relay.stop() == 0)

        stage.environment["GITLAB_PROJECT"] = "42"
        relay = try await stage.start()
        let told = try Self.deliveries(relay, ["redeliver", "--dry-run", id])
        let words =
            "will take the kept body in again under the present configuration: "
            + "success of staging in project 42, commit 3558c191"
        #expect(told.output.contains(words), "\(told.output)\(told.errors)")
        #expect(try relay.deliveries("?state=dead").count == 1)
        #expect(stage.sandbox.exchanges.isEmpty)

        let done = try Self.deliveries(relay, ["redeliver", id])
        #expect(done.code == 0, "\(done.errors)")
        #expect(done.output.contains(words))
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.status) == [.success])
        let over = try Self.deliveries(relay, ["redeliver", id])
        #expect(over.code == 1)
        #expect(over.errors.contains("delivered already"), "\(over.errors)")
    }

    @Test("what was dropped and is refused anew has its new reason, and fails the command")
    func refusedAnew() async throws {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": Self.adminToken])
        let relay = try await stage.start()
        let body = FlatBody(status: "nonsense").bytes
        #expect(try relay.hooks.post("/hooks/deployment", body).status == 422)
        #expect(try Self.deliveries(relay, ["drop", "1"]).output == "1: dropped\n")
        let again = try Self.deliveries(relay, ["redeliver", "1"])
        #expect(again.code == 1, "\(again.output)")
        let listed = try Self.deliveries(relay, ["list"]).output
        #expect(listed.contains("nonsense"), "\(listed)")
        #expect(!listed.contains("dropped"), "\(listed)")
        let shown = try Self.deliveries(relay, ["show", "1"]).output
        #expect(!shown.contains("1 times"), "\(shown)")
        // What waits anew has no reason of old either.
        stage.sandbox.withSandbox { sandbox in
            sandbox.changeToken(Stage.token) { $0.state = .expired }
        }
        try relay.deliver(FlatBody())
        #expect(try Self.deliveries(relay, ["drop", "2"]).code == 0)
        #expect(try Self.deliveries(relay, ["redeliver", "2"]).code == 0)
        let held = try Self.deliveries(relay, ["list", "--state", "held"]).output
        #expect(held.contains("401"), "\(held)")
        #expect(!held.contains("by hand"), "\(held)")
    }

    @Test("what is held: it says that it asks, and show tells the whole history in words")
    func held() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil, "RELAY_ADMIN_TOKEN": Self.adminToken])
        stage.environment["GITLAB_TOKEN_FILE"] = try stage.folder.write("glpat-old\n", to: "token")
        let relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        let id = try await eventually("it is held") {
            try relay.deliveries("?state=held").first?["id"]?.string
        }
        let told = try Self.deliveries(relay, ["redeliver", "--dry-run", id])
        #expect(told.output.contains("will ask at once whether this is mended"), "\(told.output)")
        let waiting = try Self.deliveries(relay, ["show", id]).output
        for words in [
            "came in at deployment", "attempt 1, POST /projects/42/deployments",
            "GitLab answered 401", "somebody must mend this", "now: stands still",
        ] {
            #expect(waiting.contains(words), "\(waiting)")
        }
        _ = try stage.folder.write(Stage.token, to: "token")
        try await relay.settle()
        let over = try Self.deliveries(relay, ["show", id]).output
        #expect(over.contains("delivered, GitLab answered 201: GitLab made deployment"), "\(over)")
        #expect(!over.contains("now:"))
    }
}
