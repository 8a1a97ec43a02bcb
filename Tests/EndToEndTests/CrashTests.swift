import Foundation
import GitLabSandbox
import JSON
import Testing

/// kill -9 at any moment: each operation stands in GitLab once, with its final status.
@Suite("kill -9 and restart", .serialized)
struct CrashTests {
    private static let operations = 12

    /// A doubt that looking does not resolve need not keep a test waiting for a minute.
    private static func hasty(_ stage: Stage) throws -> [String] {
        let text = """
            {"limits": {"doubtSeconds": 2}, "gitlab": {"default": {"timeoutSeconds": 1}}}
            """
        return ["--config", try stage.folder.write(text, to: "relay.jsonc")]
    }

    @Test(
        "what was answered 202 is in GitLab once, whatever GitLab did meanwhile",
        arguments: [nil, "502-after", "cut-after", "500", "null-2xx-after", "hang-after"]
            as [String?]
    )
    func killed(_ fault: String?) async throws {
        let stage = try Stage()
        let arguments = try Self.hasty(stage)
        if let fault, let prepared = PreparedFault(rawValue: fault) {
            var rule = SandboxFault(prepared)
            rule.count = 4
            stage.sandbox.add(rule)
        }
        var accepted: Set<String> = []
        var relay = try await stage.start(arguments: arguments)
        for number in 0..<Self.operations {
            let operation = "op-\(number)"
            for status in ["running", number.isMultiple(of: 3) ? "failed" : "success"] {
                let body = FlatBody(
                    environment: "env-\(number % 3)",
                    // GitLab takes a second success of one commit for the first.
                    sha: String(repeating: String(number, radix: 16), count: 40),
                    status: status,
                    operation: operation
                )
                let answer = try relay.hooks.post("/hooks/deployment", body.bytes)
                #expect(answer.status == 202, "\(answer.text)")
                accepted.insert(operation)
            }
            if number.isMultiple(of: 4) {
                relay.kill9()
                relay = try await stage.start(arguments: arguments)
            }
        }
        relay.kill9()
        relay = try await stage.start(arguments: arguments)
        try await relay.settle()
        let rows = stage.sandbox.deployments
        #expect(rows.count == accepted.count, "\(stage.history)")
        #expect(rows.filter { $0.status == .failed }.count == 4)
        #expect(rows.filter { $0.status == .success }.count == 8)
        #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(relay.stop() == 0)
    }

    @Test("SIGTERM ends with 0 although GitLab hangs, and nothing is lost")
    func stopped() async throws {
        let stage = try Stage()
        var rule = SandboxFault(PreparedFault.hang)
        rule.count = nil
        stage.sandbox.add(rule)
        let arguments = try Self.hasty(stage)
        let relay = try await stage.start(arguments: arguments)
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        _ = try await eventually("GitLab has the call") { stage.sandbox.exchanges.first }
        #expect(relay.stop() == 0)
        stage.sandbox.withSandbox { $0.faults.removeAll() }
        let next = try await stage.start(arguments: arguments)
        try await next.settle()
        #expect(stage.sandbox.deployments.count == 1)
    }
}
