import Foundation
import GitLabSandbox
import JSON
import Testing

/// What events say of their environments, through the real program.
@Suite("Environments through the real program", .serialized)
struct EnvironmentTests {
    /// An Application in one state of one operation, as the envelope carries it.
    struct Application {
        var name = "parcel"
        var phase = "Running"
        var annotations: [String: String] = [:]
        var isDeleted = false

        var bytes: [UInt8] {
            let start = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -60))
            var writer = JSONWriter()
            writer.object { envelope in
                envelope.member("app") { $0.object { write(&$0, start) } }
            }
            return writer.bytes
        }

        private func write(_ app: inout JSONWriter, _ start: String) {
            app.member("metadata") { writer in
                writer.object { metadata in
                    metadata.member("name", name)
                    metadata.member("uid", "uid-\(name)")
                    if isDeleted { metadata.member("deletionTimestamp", start) }
                    metadata.member("annotations") { writer in
                        writer.object { writer in
                            for (key, value) in annotations.sorted(by: { $0.key < $1.key }) {
                                writer.member("deployment-relay/\(key)", value)
                            }
                        }
                    }
                }
            }
            app.member("spec") { writer in
                writer.raw(
                    Array(#"{"source":{"repoURL":"https://x/y","targetRevision":"main"}}"#.utf8)
                )
            }
            let sha = "07aa5a0d1ef79164f74cbe5f2a89bb33f451363c"
            app.member("status") { writer in
                writer.raw(
                    Array(
                        """
                        {"health":{"status":"Healthy"},"operationState":{"phase":"\(phase)",\
                        "startedAt":"2026-04-17T10:20:30Z","message":"","operation":\
                        {"sync":{"revision":"\(sha)"}}}}
                        """.utf8
                    )
                )
            }
        }
    }

    /// The operations of these bodies are old: they are taken all the same.
    private static let hooks = """
        {"hooks": {"argocd": {"argocd": {"maximumAgeHours": 87600, "onDelete": "stop"}}},
         "limits": {"retentionDays": 3650}}
        """

    private static func start(_ stage: Stage) async throws -> RelayProcess {
        let file = try stage.folder.write(hooks, to: "relay.jsonc")
        return try await stage.start(arguments: ["--config", file])
    }

    private static func post(_ application: Application, to relay: RelayProcess) throws {
        let answer = try relay.hooks.post("/hooks/argocd", application.bytes)
        #expect(answer.status == 202 || application.isDeleted, "\(answer.text)")
    }

    /// Writes as GitLab got them: method and what they were about.
    private static func writes(_ stage: Stage) -> [String] {
        stage.sandbox.exchanges.filter { $0.method != "GET" }.map { call in
            let parts = call.path.split(separator: "/").filter { Int($0) == nil }
            return "\(call.method) \(parts.suffix(from: 3).joined(separator: " "))"
        }
    }

    @Test("tier and external URL reach GitLab before the first deployment, and once")
    func made() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        var application = Application()
        application.annotations = [
            "tier": "production", "external-url": "https://parcel.example.com",
            "environment": "preprod",
        ]
        try Self.post(application, to: relay)
        try await relay.settle()
        application.phase = "Succeeded"
        try Self.post(application, to: relay)
        try await relay.settle()
        #expect(
            Self.writes(stage) == ["POST environments", "POST deployments", "PUT deployments"],
            "\(stage.history)"
        )
        let made = stage.sandbox.exchanges.first { $0.method == "POST" }
        let body = try JSONDocument(parsing: made?.body ?? []).root
        #expect(body["tier"]?.string == "production")
        #expect(body["external_url"]?.string == "https://parcel.example.com")
        #expect(body["name"]?.string == "preprod")
        #expect(stage.sandbox.deployments.map(\.status) == [.success])
        // Over a restart it is known still.
        #expect(relay.stop() == 0)
        let again = try await Self.start(stage)
        var other = application
        other.name = "other"
        try Self.post(other, to: again)
        try await again.settle()
        #expect(Self.writes(stage).count { $0.contains("environments") } == 1)
        #expect(
            stage.sandbox.exchanges.count {
                $0.method == "GET" && $0.path.hasSuffix("environments")
            }
                == 1,
            "\(stage.history)"
        )
    }

    @Test("a dry run says what the environment is to be, and which call would make it so")
    func rehearsed() throws {
        var application = Application()
        application.annotations["tier"] = "production"
        let folder = try Folder()
        let file = try folder.write(Self.hooks, to: "relay.jsonc")
        let run = try CommandRun.relay(
            ["render", "--config", file, "--hook", "argocd", "-"],
            environment: ["GITLAB_PROJECT": "42"],
            input: String(decoding: application.bytes, as: UTF8.self)
        )
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        for words in [
            "tier: production (annotation deployment-relay/tier)",
            "POST or PUT /projects/42/environments (production)",
        ] {
            #expect(run.output.contains(words), "\(run.output)")
        }
    }

    @Test("onDelete: stop stops the environment, after what was open, and says so")
    func stopped() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        var application = Application()
        application.annotations["environment"] = "review/mr-318"
        try Self.post(application, to: relay)
        try await relay.settle()
        application.isDeleted = true
        try Self.post(application, to: relay)
        try Self.post(application, to: relay)
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.status) == [.canceled], "\(stage.history)")
        #expect(
            Self.writes(stage) == [
                "POST deployments", "PUT deployments", "POST environments stop",
            ],
            "\(stage.history)"
        )
        let told = try relay.deliveries()
        #expect(told.count == 3)
        #expect(told.first?["cause"]?.string?.contains("onDelete") == true)
        #expect(told.first?["state"]?.string == "delivered")
        #expect(told.first?["status"]?.string == nil)
        let id = told.first?["id"]?.string ?? ""
        let page = try relay.admin.get("/api/deliveries/\(id)")
        let shown = try JSONDocument(parsing: page.body).root
        #expect(page.status == 200)
        #expect(
            shown["history"]?.elements.contains { $0["settled"]?.string == "delivered" } == true
        )
        let deployments = try relay.admin.get("/api/deployments")
        let place = try JSONDocument(parsing: deployments.body).root["environments"]?[0]
        #expect(place?["environment"]?.string == "review/mr-318", "\(deployments.text)")
        #expect(place?["current"]?.isNull == true, "\(deployments.text)")
        #expect(place?["inProgress"]?.isNull == true, "\(deployments.text)")
        #expect(place?["stoppedAt"]?.string == told.first?["settledAt"]?.string)
    }

    @Test("an environment that is used by another Application stays until that one goes")
    func shared() async throws {
        let stage = try Stage()
        let relay = try await Self.start(stage)
        var applications = ["first", "second"].map { Application(name: $0) }
        for index in applications.indices {
            applications[index].annotations["environment"] = "shared"
            applications[index].phase = "Succeeded"
            try Self.post(applications[index], to: relay)
        }
        try await relay.settle()
        for index in applications.indices { applications[index].isDeleted = true }
        try Self.post(applications[0], to: relay)
        try await relay.settle()
        #expect(!Self.writes(stage).contains("POST environments stop"), "\(stage.history)")
        relay.kill9()
        let again = try await Self.start(stage)
        try Self.post(applications[1], to: again)
        try await again.settle()
        #expect(Self.writes(stage).last == "POST environments stop", "\(stage.history)")
    }

    @Test("no project is 422 and kept; a reload and a redelivery bring it to GitLab")
    func noProject() async throws {
        let stage = try Stage(["GITLAB_PROJECT": nil, "RELAY_ADMIN_TOKEN": "admin-token"])
        let relay = try await Self.start(stage)
        let answer = try relay.hooks.post("/hooks/argocd", Application().bytes)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.text.contains("deployment-relay/project"), "\(answer.text)")
        let dead = try #require(try relay.deliveries("?state=dead").first)
        let id = try #require(dead["id"]?.string)
        let mended =
            Self.hooks.dropLast() + ",\"gitlab\": {\"default\": {\"url\": \"\(stage.sandbox.url)\","
            + "\"project\": \"fleet/services/parcel-api\"}}}"
        _ = try stage.folder.write(String(mended), to: "relay.jsonc")
        relay.signal(SIGHUP)
        _ = try await eventually("the configuration is read again") {
            try relay.logLines().contains { $0["msg"]?.string == "reloaded" } ? true : nil
        }
        let again = try relay.admin.post(
            "/api/deliveries/\(id)/redeliver",
            [],
            fields: ["Authorization": "Bearer admin-token"]
        )
        #expect(again.status == 200, "\(again.text)")
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.status) == [.running], "\(stage.history)")
        #expect(try relay.deliveries("?state=delivered").first?["id"]?.string == id)
        #expect(try relay.deliveries("?state=dead").isEmpty)
    }
}
