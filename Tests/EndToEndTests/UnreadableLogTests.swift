import Foundation
import GitLabSandbox
import JSON
import Testing

/// A record that cannot be read now is not lost.
@Suite("A log that is away for a while", .serialized)
struct UnreadableLogTests {
    @Test("what it holds waits, is told of, and is delivered once the file is back")
    func away() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil])
        let token = try stage.folder.write("glpat-old\n", to: "token")
        stage.environment["GITLAB_TOKEN_FILE"] = token
        let relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        _ = try await eventually("it is held") { try relay.deliveries("?state=held").first }

        let files = FileManager.default
        let name = try #require(
            files.contentsOfDirectory(atPath: stage.data).first { $0.hasPrefix("accepted-") }
        )
        let (here, away) = ("\(stage.data)/\(name)", "\(stage.folder.path)/away")
        try files.moveItem(atPath: here, toPath: away)
        _ = try stage.folder.write(Stage.token, to: "token")
        _ = try await eventually("the relay says so") {
            try relay.logLines().first { $0["msg"]?.string == "log-not-readable" }
        }
        #expect(stage.sandbox.deployments.isEmpty)
        #expect(try relay.deliveries("?state=dead").isEmpty)

        try files.moveItem(atPath: away, toPath: here)
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.status) == [.success])
    }
}
