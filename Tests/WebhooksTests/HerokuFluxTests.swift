import Formats
import Foundation
import JSON
import Testing
import Webhooks

@Suite("Heroku")
struct HerokuReaderTests {
    private static let commit = ApplicationBody.commit

    struct Body {
        var resource = "release"
        var status = "succeeded"
        var description = "Deploy 07aa5a0d"
        var slug = #"{"commit":"\#(commit)"}"#
        var current = "true"
        var more = ""

        var text: String {
            """
            {"resource":"\(resource)","action":"update","data":{"id":"r-1","status":"\(status)",\
            "description":"\(description)","current":\(current),"slug":\(slug),\
            "app":{"id":"a-1","name":"quote-eu"},"created_at":"2026-04-19T08:15:00Z",\
            "updated_at":"2026-04-19T08:16:00Z"\(more)},"webhook_metadata":{}}
            """
        }

        func read(_ choices: HookChoices = HookChoices()) throws -> Reading {
            let reader = SenderReader(
                sender: .heroku,
                argocd: ArgoCDSettings(),
                hosts: RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
            )
            return reader.read(try json(text), WebhookRequest(), choices: choices)
        }
    }

    @Test(
        "a release is an operation of its app",
        arguments: [
            ("pending", Statement.running), ("succeeded", .success), ("failed", .failed),
        ]
    )
    func release(status: String, says: Statement) throws {
        let report = try Body(status: status).read().asReport
        #expect(report.statement == says)
        #expect(report.object == "a-1")
        #expect(report.operation == "r-1")
        #expect(report.environment?.value == "quote-eu")
        #expect(report.sha?.value == Self.commit)
        #expect(report.refWord == "default")
        #expect(report.startedAt == Timestamp(rfc3339: "2026-04-19T08:15:00Z"))
        #expect(!report.closesNothing)
    }

    @Test(
        "only what deploys code is a deployment",
        arguments: [
            ("Deploy 1234", true), ("Promote quote-staging v7 1234", true),
            ("Rollback to v80", true),
            ("Set LOG_LEVEL config vars", false), ("Attach DATABASE", false), ("", false),
            ("Redeploy", false),
        ]
    )
    func descriptions(text: String, deploys: Bool) throws {
        let reading = try Body(description: text).read()
        if deploys {
            #expect(try reading.asReport.isRollback == text.hasPrefix("Rollback"))
        } else {
            #expect(try reading.asIgnored.contains("no new code"))
        }
    }

    @Test("a release that is no longer current may end what is known, and begins nothing")
    func notCurrent() throws {
        #expect(try Body(current: "false").read().asReport.beginsNothing != nil)
        #expect(try Body(status: "pending", current: "false").read().asReport.beginsNothing == nil)
        #expect(try Body().read().asReport.beginsNothing == nil)
    }

    @Test("a container's release has no commit unless the hook names one")
    func container() throws {
        let report = try Body(slug: "null").read().asReport
        #expect(report.sha == nil)
        #expect(report.shaMissing?.contains("hook's sha") ?? false)
        var choices = HookChoices()
        choices.sha = Self.commit
        choices.ref = "main"
        let chosen = try Body(slug: "null").read(choices).asReport
        #expect(chosen.sha?.value == Self.commit)
        #expect(chosen.refWord == "main")
    }

    @Test("a build counts when it fails, by its source's version; nothing is closed by it")
    func builds() throws {
        for status in ["pending", "succeeded", "strange"] {
            _ = try Body(resource: "build", status: status).read().asIgnored
        }
        let more = #","source_blob":{"version":"\#(Self.commit)"}"#
        let body = Body(resource: "build", status: "failed", slug: "null", more: more)
        let report = try body.read().asReport
        #expect(report.statement == .failed)
        #expect(report.sha?.origin == "data.source_blob.version")
        #expect(report.closesNothing)
    }

    @Test("other resources and unknown statuses say nothing", arguments: ["dyno", "formation"])
    func others(resource: String) throws {
        #expect(try Body(resource: resource).read().asIgnored.contains(resource))
        #expect(try Body(status: "expired").read().asIgnored.contains("expired"))
    }
}

@Suite("Flux")
struct FluxReaderTests {
    private static let commit = ApplicationBody.commit
    private static let digest = String(repeating: "ab", count: 32)

    struct Body {
        var kind = "Kustomization"
        var version = "kustomize.toolkit.fluxcd.io/v1"
        var severity = "info"
        var reason = "ReconciliationSucceeded"
        var metadata = #""revision":"main@sha1:\#(commit)""#
        var uid = #","uid":"k-1""#

        var text: String {
            """
            {"involvedObject":{"kind":"\(kind)","apiVersion":"\(version)","namespace":"quotes",\
            "name":"quote-api"\(uid)},"severity":"\(severity)","reason":"\(reason)",\
            "message":"done","metadata":{\(metadata)}}
            """
        }

        func read(_ choices: HookChoices = HookChoices()) throws -> Reading {
            let reader = SenderReader(
                sender: .flux,
                argocd: ArgoCDSettings(),
                hosts: RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
            )
            return reader.read(try json(text), WebhookRequest(), choices: choices)
        }
    }

    @Test(
        "severity and reason decide what is said",
        arguments: [
            ("info", "ReconciliationSucceeded", Statement.success),
            ("info", "InstallSucceeded", .success),
            ("info", "UpgradeSucceeded", .success), ("info", "Progressing", .running),
            ("error", "HealthCheckFailed", .failed), ("error", "Progressing", .failed),
        ]
    )
    func says(severity: String, reason: String, statement: Statement) throws {
        let report = try Body(severity: severity, reason: reason).read().asReport
        #expect(report.statement == statement)
        #expect(report.object == "k-1")
        #expect(report.endsStand)
    }

    @Test(
        "reasons that tell of no deployment are passed over",
        arguments: [
            "DependencyNotReady", "ArtifactUpToDate", "TestSucceeded", "RollbackSucceeded", "",
        ]
    )
    func passedOver(reason: String) throws {
        _ = try Body(reason: reason).read().asIgnored
    }

    @Test(
        "troubles of what only fetches, scans or notifies are passed over",
        arguments: [
            ("GitRepository", "source"), ("ImagePolicy", "image"), ("Receiver", "notification"),
        ]
    )
    func otherKinds(kind: String, group: String) throws {
        let body = Body(
            kind: kind,
            version: "\(group).toolkit.fluxcd.io/v1",
            severity: "error",
            reason: "GitOperationFailed"
        )
        #expect(try body.read().asIgnored.contains(kind))
    }

    struct Row: CustomTestStringConvertible {
        let metadata: String
        let sha: String?
        var ref = "default"
        var tag = false

        var testDescription: String { metadata }
    }

    @Test(
        "every form of a revision is read",
        arguments: [
            Row(metadata: #""revision":"main@sha1:\#(commit)""#, sha: commit, ref: "main"),
            Row(
                metadata: #""revision":"feature/x@sha1:\#(commit)""#,
                sha: commit,
                ref: "feature/x"
            ),
            Row(
                metadata: #""revision":"v1.2.0@sha1:\#(commit)""#,
                sha: commit,
                ref: "v1.2.0",
                tag: true
            ),
            Row(
                metadata: #""revision":"refs/heads/main@sha1:\#(commit)""#,
                sha: commit,
                ref: "main"
            ),
            Row(metadata: #""revision":"main/\#(commit)""#, sha: commit, ref: "main"),
            Row(metadata: #""revision":"feature/x/\#(commit)""#, sha: commit, ref: "feature/x"),
            Row(metadata: #""revision":"HEAD/\#(commit)""#, sha: commit),
            Row(metadata: #""revision":"sha1:\#(commit)""#, sha: commit),
            Row(metadata: #""revision":"\#(commit)""#, sha: commit),
            Row(
                metadata: #""kustomize.toolkit.fluxcd.io/revision":"main/\#(commit)""#,
                sha: commit,
                ref: "main"
            ),
            Row(metadata: #""revision":"3.2.1""#, sha: nil),
            Row(metadata: #""revision":"latest@sha256:\#(digest)""#, sha: nil),
            Row(metadata: #""revision":"main@sha1:07aa5a0""#, sha: nil),
            Row(
                metadata:
                    #""revision":"latest@sha256:\#(digest)","originRevision":"main@sha1:\#(commit)""#,
                sha: commit,
                ref: "main"
            ),
            Row(metadata: #""revision":"3.2.1","originRevision":"sha1:\#(commit)""#, sha: commit),
            Row(metadata: #""revision":"3.2.1","originRevision":"3.2.1""#, sha: nil),
            Row(metadata: "", sha: nil),
        ]
    )
    func revisions(row: Row) throws {
        let report = try Body(metadata: row.metadata).read().asReport
        #expect(report.sha?.value == row.sha)
        #expect(report.refWord == row.ref)
        #expect(report.tag == row.tag)
        if row.sha == nil { #expect(report.shaMissing != nil) }
        if row.metadata.contains("originRevision"), row.sha != nil {
            #expect(report.sha?.origin == "metadata.originRevision")
        }
    }

    @Test("the environment is the hook's, else the metadata's, else the object's name")
    func environment() throws {
        #expect(try Body().read().asReport.environment?.value == "quote-api")
        let metadata = #""revision":"main@sha1:\#(Self.commit)","environment":"production""#
        #expect(try Body(metadata: metadata).read().asReport.environment?.value == "production")
        var choices = HookChoices()
        choices.environment = "by-hook"
        let chosen = try Body(metadata: metadata).read(choices).asReport
        #expect(chosen.environment?.value == "by-hook")
    }

    @Test("without a uid nothing tells one object from another")
    func noUID() throws {
        #expect(try Body(uid: "").read().asFlaw.member == "involvedObject.uid")
        #expect(try Body(uid: #","uid":null"#).read().asFlaw.problem == "is null")
    }
}

@Suite("Readers of anything")
struct AnyBodyTests {
    @Test("whatever object comes, every reader says something", arguments: Sender.allCases)
    func total(sender: Sender) throws {
        let hosts = RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
        let reader = SenderReader(sender: sender, argocd: ArgoCDSettings(), hosts: hosts)
        var count = 0
        for name in [
            "argocd-05-succeeded-healthy", "heroku-04-release-create-succeeded",
            "flux-01-kustomization-succeeded", "flat-01-running",
        ] {
            let text = String(decoding: try Fixture.bytes("\(name).json"), as: UTF8.self)
            for wrong in ["null", "7", "true", "[]", "{}", #""""#] {
                for key in Self.keys(of: text) {
                    // One value of the body is another one.
                    guard let body = try? json(Self.replacing(key, by: wrong, in: text)) else {
                        continue
                    }
                    _ = reader.read(body, WebhookRequest())
                    count += 1
                }
            }
        }
        #expect(count > 100)
    }

    private static func keys(of text: String) -> Set<String> {
        Set(text.split(separator: "\"").map(String.init).filter { $0.count < 20 })
    }

    /// `"key":value` with another value, hidden from the parser by a name of its own.
    private static func replacing(_ key: String, by value: String, in text: String) -> String {
        guard let place = text.range(of: "\"\(key)\":") else { return text }
        return text.replacingCharacters(in: place, with: "\"\(key)\":\(value),\"_\":")
    }
}
