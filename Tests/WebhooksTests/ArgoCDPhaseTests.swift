import Formats
import Testing
import Webhooks

@Suite("Argo CD: phase and health")
struct ArgoCDPhaseTests {
    struct Row: CustomTestStringConvertible {
        let phase: String
        var health = "Healthy"
        var message = ""
        var suspended = ArgoCDSettings.Suspended.success
        let says: Statement

        var testDescription: String { "\(phase) \(health) \(message)" }
    }

    @Test(
        "phase, health and message decide what is said",
        arguments: [
            Row(phase: "Running", health: "Missing", says: .running),
            Row(phase: "Succeeded", says: .success),
            Row(phase: "Succeeded", health: "Suspended", says: .success),
            Row(phase: "Succeeded", health: "Suspended", suspended: .running, says: .running),
            Row(phase: "Succeeded", health: "Degraded", says: .degraded),
            Row(phase: "Failed", message: "one or more tasks failed", says: .failed),
            Row(phase: "Failed", message: "Operation terminated", says: .canceled),
            Row(
                phase: "Failed",
                message: "Operation terminated, triggered by controller sync timeout",
                says: .canceled
            ),
            Row(phase: "Failed", message: "the Operation terminated", says: .failed),
            Row(phase: "Error", message: "Operation termination had errors", says: .failed),
        ]
    )
    func statement(row: Row) throws {
        var settings = ArgoCDSettings()
        settings.suspended = row.suspended
        let body = ApplicationBody().changed {
            ($0.phase, $0.health, $0.message) = (row.phase, row.health, row.message)
        }
        #expect(try body.report(settings).statement == row.says)
    }

    @Test(
        "what is neither begun nor ended waits",
        arguments: ["Progressing", "Missing", "Unknown"]
    )
    func between(health: String) throws {
        let report = try ApplicationBody().changed { $0.health = health }.report()
        guard case .between = report.statement else {
            Issue.record("\(report.statement)")
            return
        }
    }

    @Test("a phase that is not known is passed over by its name")
    func unknownPhase() throws {
        let reading = try ApplicationBody().changed { $0.phase = "Dreaming" }.read()
        #expect(try reading.asIgnored.contains("Dreaming"))
    }

    @Test("a dry run is passed over, whatever else it is")
    func dryRun() throws {
        let body = ApplicationBody().changed { $0.sync += #","dryRun":true"# }
        #expect(try body.read().asIgnored.contains("dry run"))
    }

    @Test("self-heal is known by its count, or by parts that nobody asked for")
    func selfHeal() throws {
        let parts = #","resources":[{"kind":"Deployment","name":"api"}]"#
        let bodies = [
            ApplicationBody().changed { $0.sync += #","autoHealAttemptsCount":2"# },
            ApplicationBody().changed { $0.sync += parts },
        ]
        for body in bodies {
            #expect(try body.read().asIgnored.contains("self-heal"))
            var settings = ArgoCDSettings()
            settings.selfHeal = .record
            #expect(try body.report(settings).statement == .success)
        }
    }

    @Test("a person's sync of some resources is passed over, unless it is to be recorded")
    func selectiveSync() throws {
        let body = ApplicationBody().changed {
            $0.sync += #","resources":[{"kind":"Deployment","name":"api"}]"#
            $0.initiatedBy = #"{"username":"mara"}"#
        }
        #expect(try body.read().asIgnored.contains("some resources"))
        var settings = ArgoCDSettings()
        settings.selectiveSync = .record
        #expect(try body.report(settings).initiatedBy == "mara")
    }

    @Test(
        "an app of apps is known by its summary or its resources",
        arguments: [
            #","summary":{"isAppOfApps":true}"#,
            #","resources":[{"kind":"Service"},{"kind":"Application","group":"argoproj.io"}]"#,
        ]
    )
    func appOfApps(status: String) throws {
        let body = ApplicationBody().changed { $0.status += status }
        #expect(try body.read().asIgnored.contains("Applications"))
        var settings = ArgoCDSettings()
        settings.appOfApps = .record
        #expect(try body.report(settings).statement == .success)
    }

    @Test("an Application of another group is no app of apps")
    func foreignApplication() throws {
        let body = ApplicationBody().changed {
            $0.status += #","resources":[{"kind":"Application","group":"app.k8s.io"}]"#
        }
        #expect(try body.report().statement == .success)
    }

    @Test("an operation is named by its start, and knows what the history shows as done")
    func identity() throws {
        let body = ApplicationBody().changed {
            $0.status += """
                ,"history":[{"deployStartedAt":"2026-04-16T08:00:00Z","revision":"1"},\
                {"revision":"2"},{"deployStartedAt":"nonsense"}]
                """
        }
        let report = try body.report()
        #expect(report.object == "u-1")
        #expect(report.objectName == "argocd/parcel")
        #expect(report.operation == "2026-04-17T10:20:30.000Z")
        #expect(report.startedAt == Timestamp(rfc3339: "2026-04-17T10:20:30Z"))
        #expect(report.finishedStarts == [Timestamp(rfc3339: "2026-04-16T08:00:00Z")])
        #expect(report.url == "https://argocd.example.com/applications/argocd/parcel")
    }

    @Test("an Application that is being deleted says so before all else")
    func deleted() throws {
        let body = ApplicationBody().changed {
            $0.metadata = #","deletionTimestamp":"2026-04-17T11:00:00Z""#
            $0.sync += #","dryRun":true"#
        }
        guard case .deleted(let aside) = try body.read() else {
            Issue.record("not seen as deleted")
            return
        }
        #expect(aside.object == "u-1")
    }

    @Test("an Application that was never synced is passed over")
    func neverSynced() throws {
        for status in ["", #","status":{}"#, #","status":{"operationState":null}"#] {
            let text = #"{"app":{"metadata":{"name":"parcel"}\#(status)}}"#
            #expect(try ArgoCDFlawTests.read(text).asIgnored.contains("never synced"))
        }
    }
}

@Suite("Argo CD: bodies that cannot be used")
struct ArgoCDFlawTests {
    static func read(_ text: String) throws -> Reading {
        let hosts = RepositoryHosts(gitlabURL: "https://gitlab.example.com", more: [])
        return SenderReader(sender: .argocd, argocd: ArgoCDSettings(), hosts: hosts)
            .read(try json(text), WebhookRequest())
    }

    static let rows: [[String]] = [
        [#"{}"#, "app: is missing"],
        [#"{"app":null}"#, "app: is null"],
        [#"{"app":"parcel"}"#, "app: is a string, not an object"],
        [#"{"app":{}}"#, "app.metadata: is missing"],
        [#"{"app":{"metadata":{}}}"#, "app.metadata.name: is missing"],
        [#"{"app":{"metadata":{"name":""}}}"#, "app.metadata.name: is empty"],
        [
            #"{"app":{"metadata":{"name":"a"},"status":{"operationState":7}}}"#,
            "app.status.operationState: is a number, not an object",
        ],
        [
            #"{"app":{"metadata":{"name":"a"},"status":{"operationState":{}}}}"#,
            "app.status.operationState.phase: is missing",
        ],
        [
            #"{"app":{"metadata":{"name":"a"},"status":{"operationState":{"phase":"Running"}}}}"#,
            "app.status.operationState.startedAt: is missing",
        ],
        [
            #"{"app":{"metadata":{"name":"a"},"status":{"operationState":"#
                + #"{"phase":"Running","startedAt":"yesterday"}}}}"#,
            #"app.status.operationState.startedAt: "yesterday" is no RFC 3339 time"#,
        ],
    ]

    @Test("the member that is missing or wrong is named", arguments: rows)
    func names(row: [String]) throws {
        let flaw = try Self.read(row[0]).asFlaw
        #expect("\(flaw.member): \(flaw.problem)" == row[1])
    }

    @Test("a body of another sender names the hook it belongs to")
    func otherSenders() throws {
        let rows = [
            ("flat-01-running.json", "/hooks/deployment"),
            ("heroku-04-release-create-succeeded.json", "/hooks/heroku"),
            ("flux-01-kustomization-succeeded.json", "/hooks/flux"),
        ]
        for (file, address) in rows {
            let text = String(decoding: try Fixture.bytes(file), as: UTF8.self)
            #expect(try Self.read(text).asFlaw.hint.contains(address), "\(file)")
        }
        let flat = SenderReader(
            sender: .flat,
            argocd: ArgoCDSettings(),
            hosts: RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
        )
        for text in [ApplicationBody().text, #"{"kind":"Application","metadata":{"name":"a"}}"#] {
            let flaw = try flat.read(try json(text), WebhookRequest()).asFlaw
            #expect(flaw.hint.contains("/hooks/argocd"))
        }
    }
}
