import Foundation
import GitLabSandbox
import HTTP
import Testing

/// `check` against a GitLab that is as it should be, and as people have it.
@Suite("Check", .serialized)
struct CheckTests {
    private static func check(
        _ stage: Stage,
        _ changes: [String: String] = [:]
    ) throws -> CommandRun {
        try CommandRun.relay(
            ["check"],
            environment: stage.environment.merging(changes) { $1 },
            in: stage.folder
        )
    }

    /// The line of the table about `subject`.
    private static func line(_ run: CommandRun, _ subject: String) -> String {
        run.output.split(separator: "\n").first { $0.contains("gitlab.default: \(subject)") }
            .map(String.init) ?? ""
    }

    @Test("the table tells all that a deployment needs, in the order in which it would fail")
    func whole() throws {
        let stage = try Stage()
        stage.sandbox.withSandbox { sandbox in
            var token = SandboxToken(Stage.token)
            token.user = SandboxUser(id: 7, username: "project_42_bot_1f")
            token.expiresOn = "2096-01-31"
            sandbox.put(token)
        }
        let run = try Self.check(stage)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        let told = [
            ("reachable", "ok"), ("reachable", "GitLab 18."), ("token", "project access token"),
            ("scope", "api"), ("expiry", "days (2096-01-31)"),
            ("project 42", "number 42, role Developer"),
        ]
        for (subject, words) in told {
            #expect(Self.line(run, subject).contains(words), "\(subject): \(run.output)")
        }
        #expect(run.output.contains("nothing is wrong"))
        let places = told.compactMap { run.output.range(of: "gitlab.default: \($0.0)")?.lowerBound }
        #expect(places == places.sorted())
    }

    @Test("a person's token is warned about, and nothing more")
    func person() throws {
        let run = try Self.check(try Stage())
        #expect(run.code == 0, "\(run.output)")
        #expect(Self.line(run, "token").hasPrefix("warn"), "\(run.output)")
        #expect(run.output.contains("personal access token of deployment-relay"))
        #expect(run.output.contains("use a project or group access token"))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var changes: [String: String] = [:]
        var damage: @Sendable (inout Sandbox) -> Void = { _ in }
        var subject: String
        var mark = "wrong"
        var says: [String]

        var testDescription: String { name }
    }

    private static func token(
        _ change: @escaping @Sendable (inout SandboxToken) -> Void
    ) -> @Sendable (inout Sandbox) -> Void {
        { sandbox in
            var token = SandboxToken(Stage.token)
            change(&token)
            sandbox.put(token)
        }
    }

    static let rows = [
        Row(
            name: "a token of a user without access",
            damage: token { $0.projects = [43] },
            subject: "project 42",
            says: ["404", "deployment-relay may not see it", "make deployment-relay a member"]
        ),
        Row(
            name: "a public project of which the user is no member",
            damage: { sandbox in
                token { $0.projects = [43] }(&sandbox)
                var project = SandboxProject(id: 42, path: "fleet/deploy/parcel-config")
                project.visibility = .public
                sandbox.put(project)
            },
            subject: "project 42",
            mark: "warn",
            says: ["no direct member", "Developer role"]
        ),
        Row(
            name: "a project's path that is a group's",
            changes: ["GITLAB_PROJECT": "fleet/deploy"],
            subject: "project fleet/deploy",
            says: ["fleet/deploy is a group", "fleet/deploy/NAME"]
        ),
        Row(
            name: "a path that nobody has",
            changes: ["GITLAB_PROJECT": "fleet/nothing"],
            subject: "project fleet/nothing",
            says: ["there is none, or", "check the path"]
        ),
        Row(
            name: "a role that is too low",
            damage: token { $0.role = .reporter },
            subject: "project 42",
            says: ["Reporter", "Developer"]
        ),
        Row(
            name: "a scope that reads only",
            damage: token { $0.scopes = ["read_api"] },
            subject: "scope",
            says: ["read_api is not enough", "scope api"]
        ),
        Row(
            name: "a token that has expired",
            damage: token { $0.state = .expired },
            subject: "token",
            says: ["expired", "make a new one"]
        ),
        Row(
            name: "CI/CD switched off",
            damage: { sandbox in
                var project = SandboxProject(id: 42, path: "fleet/deploy/parcel-config")
                project.hasBuilds = false
                sandbox.put(project)
            },
            subject: "project 42",
            says: ["CI/CD is switched off", "switch CI/CD on"]
        ),
        Row(
            name: "protected environments",
            damage: { sandbox in
                var project = SandboxProject(id: 42, path: "fleet/deploy/parcel-config")
                project.protections = [
                    SandboxProtection(.environment("production"), role: .maintainer)
                ]
                sandbox.put(project)
                token { $0.role = .maintainer }(&sandbox)
            },
            subject: "project fleet/deploy/parcel-config",
            mark: "warn",
            says: ["production", "Allowed to deploy"]
        ),
        Row(
            name: "nobody there",
            changes: ["GITLAB_URL": "http://127.0.0.1:9"],
            subject: "reachable",
            says: ["http://127.0.0.1:9", "DNS"]
        ),
    ]

    @Test("each thing that is wrong has its line and what to do", arguments: rows)
    func wrong(_ row: Row) throws {
        let stage = try Stage()
        stage.sandbox.withSandbox { row.damage(&$0) }
        let run = try Self.check(stage, row.changes)
        #expect(run.code == (row.mark == "wrong" ? 1 : 0), "\(run.output)\(run.errors)")
        let lines = run.output.split(separator: "\n").filter {
            $0.hasPrefix(row.mark) && $0.contains("gitlab.default: \(row.subject)")
        }
        #expect(lines.count == 1, "\(run.output)")
        for words in row.says { #expect(run.output.contains(words), "\(words): \(run.output)") }
    }

    @Test("a host that answers with something that is not GitLab is told apart")
    func strangers() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        // Another program's 404 in plain text, its page, and its JSON.
        let strangers = [
            "http://\(relay.hooks.address)", "http://\(relay.admin.address)",
            "\(stage.sandbox.url)/elsewhere",
        ]
        for url in strangers {
            let run = try Self.check(stage, ["GITLAB_URL": url])
            #expect(run.code == 1, "\(url): \(run.output)")
            #expect(Self.line(run, "reachable").hasPrefix("wrong"), "\(url): \(run.output)")
            #expect(run.output.contains("GITLAB_URL"), "\(url): \(run.output)")
        }
        // Somebody's JSON with 200.
        let effect = SandboxFault.Effect { effect in
            effect.isProcessed = false
            effect.replacement = .response(
                HTTPResponse(
                    status: 200,
                    fields: [("Content-Type", "application/json")],
                    body: Array("{\"ok\": true}".utf8)
                )
            )
        }
        stage.sandbox.add(SandboxFault(effect, count: nil))
        let run = try Self.check(stage)
        #expect(run.code == 1)
        #expect(run.output.contains("answers, but not as GitLab's API does"), "\(run.output)")
    }
}
