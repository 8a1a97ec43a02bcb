import Formats
import Foundation
import GitLabSandbox
import JSON
import POSIX
import Testing

/// `audit` against a GitLab that was damaged by hand.
@Suite("Audit", .serialized)
struct AuditTests {
    private static let shas = (0..<6).map { String(repeating: "\($0)a", count: 20) }

    /// A relay that has told six deployments, two of them in production, and what asks it.
    private struct Scene {
        var stage: Stage
        var relay: RelayProcess

        /// `isHasty`: doubts need not keep a test waiting for a minute.
        static func start(isHasty: Bool = false) async throws -> Scene {
            var stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
            let settings = """
                {"limits": {"doubtSeconds": 2}, "gitlab": {"default": {"timeoutSeconds": 1}}}
                """
            if isHasty {
                stage.environment["RELAY_CONFIG"] = try stage.folder.write(settings, to: "c.jsonc")
            }
            let scene = Scene(stage: stage, relay: try await stage.start())
            for (index, sha) in AuditTests.shas.enumerated() {
                for status in ["running", "success"] {
                    let body = FlatBody(
                        environment: index < 2 ? "production" : "env-\(index)",
                        sha: sha,
                        status: status,
                        operation: "op-\(index)"
                    )
                    let answer = try scene.relay.hooks.post(
                        "/hooks/deployment",
                        body.bytes,
                        fields: ["Prefer": "wait=20"]
                    )
                    #expect(answer.status < 300, "\(answer.text)")
                }
            }
            return scene
        }

        /// kill -9, and a start on the same data folder.
        mutating func restart() async throws {
            relay.kill9()
            relay = try await stage.start()
        }

        func audit(_ words: [String] = []) throws -> CommandRun {
            try CommandRun.relay(
                ["audit", "--project", "42", "--url", "http://\(relay.admin.address)"] + words,
                environment: stage.environment
            )
        }

        func row(of sha: String) -> SandboxDeployment? {
            stage.sandbox.deployments.last { $0.sha == sha }
        }

        func damage(_ change: (inout Sandbox) -> Void) { stage.sandbox.withSandbox(change) }
    }

    private static var now: Timestamp { Timestamp(milliseconds: Clock.now()) }

    @Test("nothing is wrong where nothing was damaged, and others' rows are left alone")
    func whole() async throws {
        let scene = try await Scene.start()
        scene.damage { sandbox in
            _ = sandbox.seedDeployment(
                project: 42,
                environment: "production",
                sha: Self.shas[0],
                ref: "main",
                status: .running,
                isFromCI: true,
                at: Self.now
            )
            _ = sandbox.seedDeployment(
                project: 42,
                environment: "production",
                sha: Self.shas[1],
                ref: "main",
                status: .running,
                user: SandboxUser(id: 99, username: "mara"),
                at: Self.now
            )
            _ = sandbox.seedDeployment(
                project: 42,
                environment: "ancient",
                sha: Self.shas[1],
                ref: "main",
                status: .success,
                at: Timestamp(milliseconds: 1_600_000_000_000)
            )
        }
        let before = scene.stage.writes().count
        let run = try scene.audit(["--repair"])
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        for words in ["6 agree", "1 of CI jobs", "1 of other users", "nothing is wrong"] {
            #expect(run.output.contains(words), "\(words): \(run.output)")
        }
        #expect(scene.stage.writes().count == before)
    }

    @Test("a deleted row, a doubled one and one left running are found, shown and repaired")
    func repaired() async throws {
        let scene = try await Scene.start()
        let lost = try #require(scene.row(of: Self.shas[2]))
        let open = try #require(scene.row(of: Self.shas[3]))
        scene.damage { sandbox in
            sandbox.loseDeployment(lost.id)
            sandbox.forceDeployment(open.id, to: .running, at: Self.now)
            _ = sandbox.seedDeployment(
                project: 42,
                environment: "env-4",
                sha: Self.shas[4],
                ref: "main",
                status: .running,
                at: Self.now
            )
        }
        let before = scene.stage.writes().count
        let shown = try scene.audit()
        #expect(shown.code == 1, "\(shown.errors)")
        for words in ["missing", "doubled", "left running", "--repair will", "wrong: 3", "4 agree"]
        {
            #expect(shown.output.contains(words), "\(words): \(shown.output)")
        }
        #expect(scene.stage.writes().count == before, "a look changes nothing")

        let run = try scene.audit(["--repair"])
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("will tell delivery"), "\(run.output)")
        let outcome = "deployment \(lost.id): delivery 6 delivered: GitLab made deployment"
        #expect(run.output.contains(outcome), "\(run.output)")
        #expect(run.output.hasSuffix("repaired: 3\n"), "\(run.output)")
        let again = try scene.audit()
        #expect(again.code == 0, "\(again.output)\(again.errors)")
        // The closing of the doubled row is an operation of its own.
        #expect(again.output.contains("7 agree"), "\(again.output)")
        #expect(scene.row(of: Self.shas[2])?.status == .success, "\(scene.stage.history)")
        #expect(scene.row(of: Self.shas[3])?.status == .success)
        let twins = scene.stage.sandbox.deployments.filter { $0.sha == Self.shas[4] }
        #expect(twins.map(\.status) == [.success, .canceled], "\(scene.stage.history)")
        #expect(try scene.relay.metric("deployment_relay_unaccounted_deliveries") == 0)

        // What stands as it was told is looked at and not written.
        let writes = scene.stage.writes().count
        let token = ["Authorization": "Bearer admin-token"]
        let sound = try scene.relay.admin.post("/api/deliveries/2/retell", [], fields: token)
        #expect(sound.status == 200, "\(sound.text)")
        try await scene.relay.settle()
        let entry = try scene.relay.deliveries().first { $0["id"]?.string == "2" }
        #expect(entry?["reason"]?.string == "GitLab shows deployment 1 as success")
        #expect(scene.stage.writes().count == writes)
        let earlier = try scene.relay.admin.post("/api/deliveries/1/retell", [], fields: token)
        #expect(earlier.status == 409, "\(earlier.text)")
        #expect(try scene.relay.admin.post("/api/deliveries/2/retell", []).status == 401)
    }

    @Test("without the right admin token nothing is repaired, and that is said once")
    func token() async throws {
        let scene = try await Scene.start()
        for sha in Self.shas[2...3] {
            let lost = try #require(scene.row(of: sha))
            scene.damage { $0.loseDeployment(lost.id) }
        }
        let before = scene.stage.writes().count
        var other = scene
        other.stage.environment["RELAY_ADMIN_TOKEN"] = "wrong"
        let run = try other.audit(["--repair"])
        #expect(run.code == 1)
        #expect(run.output.hasSuffix("wrong: 2\n"), "\(run.output)")
        #expect(run.errors.ranges(of: "the relay answered 401").count == 1, "\(run.errors)")
        #expect(scene.stage.writes().count == before)
    }

    @Test("a repair that is asked for twice, and after a restart, writes nothing more")
    func restart() async throws {
        let scene = try await Scene.start()
        let lost = try #require(scene.row(of: Self.shas[2]))
        scene.damage { $0.loseDeployment(lost.id) }
        #expect(try scene.audit(["--repair"]).code == 0)
        scene.relay.kill9()
        let second = Scene(stage: scene.stage, relay: try await scene.stage.start())
        let before = scene.stage.writes().count
        let run = try second.audit(["--repair"])
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("6 agree"), "\(run.output)")
        #expect(scene.stage.writes().count == before)
    }

    @Test("what the relay may not do is refused with a sentence")
    func refused() async throws {
        let scene = try await Scene.start()
        let older = try #require(scene.row(of: Self.shas[0]))
        let changed = try #require(scene.row(of: Self.shas[5]))
        scene.damage { sandbox in
            sandbox.loseDeployment(older.id)
            sandbox.forceDeployment(changed.id, to: .failed, at: Self.now)
            _ = sandbox.seedDeployment(
                project: 42,
                environment: "env-4",
                sha: Self.shas[4],
                ref: "main",
                status: .failed,
                at: Self.now
            )
            _ = sandbox.seedDeployment(
                project: 42,
                environment: "somewhere",
                sha: Self.shas[4],
                ref: "main",
                status: .running,
                at: Self.now
            )
        }
        let before = scene.stage.writes().count
        let run = try scene.audit(["--repair"])
        #expect(run.code == 1)
        for words in [
            "would make an old version current", "somebody changed it in GitLab",
            "the relay deletes nothing", "made by no delivery of this ledger", "wrong: 4",
        ] {
            #expect(run.output.contains(words), "\(words): \(run.output)")
        }
        #expect(scene.stage.writes().count == before)
    }

    @Test(
        "a kill in the middle of a repair neither loses nor doubles it",
        arguments: ["502-after", "cut-after", "hang-after", "500", "cut-before"]
    )
    func killed(fault: String) async throws {
        var scene = try await Scene.start(isHasty: true)
        let lost = try #require(scene.row(of: Self.shas[2]))
        let open = try #require(scene.row(of: Self.shas[3]))
        scene.damage { sandbox in
            sandbox.loseDeployment(lost.id)
            sandbox.forceDeployment(open.id, to: .running, at: Self.now)
        }
        var rule = SandboxFault(try #require(PreparedFault(rawValue: fault)))
        rule.count = 2
        scene.stage.sandbox.add(rule)
        let fields = ["Authorization": "Bearer admin-token"]
        let before = scene.stage.writes().count
        // 2n + 2 is the end of operation n.
        for id in [6, 8] {
            let path = "/api/deliveries/\(id)/retell"
            let answer = try scene.relay.admin.post(path, [], fields: fields)
            #expect(answer.status == 200, "\(answer.text)")
        }
        if fault != "cut-before" {
            _ = try await eventually("a repair's write has reached GitLab") {
                scene.stage.writes().count > before ? true : nil
            }
        }
        try await scene.restart()
        try await scene.relay.settle()
        for sha in [Self.shas[2], Self.shas[3]] {
            let rows = scene.stage.sandbox.deployments.filter { $0.sha == sha }
            #expect(rows.map(\.status) == [.success], "\(scene.stage.history)")
        }
        let run = try scene.audit()
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("6 agree"), "\(run.output)")
        #expect(try scene.relay.metric("deployment_relay_unaccounted_deliveries") == 0)
    }

    @Test("--environment looks at one, --json says the same to programs")
    func json() async throws {
        let scene = try await Scene.start()
        let lost = try #require(scene.row(of: Self.shas[2]))
        scene.damage { $0.loseDeployment(lost.id) }
        let other = try scene.audit(["--environment", "production", "--json"])
        #expect(other.code == 0, "\(other.output)\(other.errors)")
        let run = try scene.audit(["--environment", "env-2", "--json"])
        #expect(run.code == 1)
        let root = try JSONDocument(parsing: Array(run.output.utf8)).root
        let findings = root["findings"].map { Array($0.elements) } ?? []
        #expect(findings.count == 1)
        #expect(findings.first?["what"]?.string == "missing")
        #expect(findings.first?["deployment"]?.number?.text == String(lost.id))
    }

    @Test("a list of several pages is read to its end")
    func pages() async throws {
        let scene = try await Scene.start()
        scene.damage { sandbox in
            for _ in 0..<250 {
                _ = sandbox.seedDeployment(
                    project: 42,
                    environment: "production",
                    sha: Self.shas[0],
                    ref: "main",
                    status: .success,
                    user: SandboxUser(id: 99, username: "mara"),
                    at: Self.now
                )
            }
        }
        let run = try scene.audit()
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("250 of other users"), "\(run.output)")
        let lists = scene.stage.sandbox.exchanges.filter {
            $0.method == "GET" && $0.path.hasSuffix("/deployments")
        }
        #expect(lists.count >= 3)
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        var words: [String]
        var changes: [String: String] = [:]
        var code: Int32
        var says: String

        var testDescription: String { words.joined(separator: " ") }
    }

    @Test(
        "what cannot be asked is said with what to do",
        arguments: [
            Mistake(words: ["audit"], code: 64, says: "--project"),
            Mistake(words: ["audit", "--project", "nobody/nothing"], code: 1, says: "404"),
            Mistake(
                words: ["audit", "--project", "42"],
                changes: ["GITLAB_TOKEN": "glpat-wrong"],
                code: 1,
                says: "401"
            ),
            Mistake(
                words: ["audit", "--project", "42"],
                changes: ["GITLAB_TOKEN": ""],
                code: 1,
                says: "gitlab.default has no token"
            ),
            Mistake(
                words: ["audit", "--project", "42", "--gitlab", "defalt"],
                code: 1,
                says: "did you mean default"
            ),
            Mistake(
                words: ["audit", "--project", "42", "--url", "http://127.0.0.1:9"],
                code: 1,
                says: "cannot be reached"
            ),
        ]
    )
    func mistakes(_ row: Mistake) throws {
        let stage = try Stage()
        let run = try CommandRun.relay(
            row.words,
            environment: stage.environment.merging(row.changes) { $1 }
        )
        #expect(run.code == row.code, "\(run.output)\(run.errors)")
        #expect(run.errors.contains(row.says), "\(run.errors)")
    }
}
