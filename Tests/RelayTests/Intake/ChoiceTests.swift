import Relay
import Simulation
import Testing
import Webhooks

@Suite("Intake: each choice is written down in words")
struct ChoiceTests {
    private static let event = ArgoEvent.running(1, at: "2026-04-17T10:20:30Z")

    struct Row: CustomTestStringConvertible {
        let name: String
        var annotations = ""
        var target = "main"
        var change: @Sendable (inout HookSettings) -> Void = { _ in }
        let words: [String]

        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "defaults",
            words: [
                "sha: operation.sync.revision", "project: the endpoint's fallback (GITLAB_PROJECT)",
                "environment: the Application's name", "ref: source.targetRevision",
                "tag: by the ref's name",
            ]
        ),
        Row(
            name: "annotations",
            annotations: #""deployment-relay/sha":"\#(ArgoEvent.shas[2])","#
                + #""deployment-relay/project":"a/b","deployment-relay/environment":"e","#
                + #""deployment-relay/ref":"v1.2.3","deployment-relay/external-url":"https://e""#,
            words: [
                "sha: annotation deployment-relay/sha",
                "project: annotation deployment-relay/project",
                "environment: annotation deployment-relay/environment",
                "ref: annotation deployment-relay/ref",
                "external URL: https://e (annotation deployment-relay/external-url)",
            ]
        ),
        Row(
            name: "the hook's templates",
            change: { hook in
                (hook.sha, hook.ref) = (ArgoEvent.shas[3], "next")
                (hook.project, hook.environment) = ("7", "review/{{.app.metadata.name}}")
                (hook.tag, hook.tier) = ("true", "testing")
            },
            words: [
                "sha: the hook's sha", "project: the hook's project",
                "environment: the hook's environment", "ref: the hook's ref",
                "tag: the hook's tag", "tier: testing (the hook's tier)",
            ]
        ),
        Row(
            name: "the default branch, and a sha that is none",
            annotations: #""deployment-relay/sha":"abc123""#,
            target: "HEAD",
            words: ["ref: default branch (", "\"abc123\" is not 40 or 64 hex digits"]
        ),
    ]

    @Test("with the delivery", arguments: rows)
    func choices(row: Row) throws {
        let hooks = try RelayProcess.hooks { if $0.sender == .argocd { row.change(&$0) } }
        var bench = try IntakeBench(hooks)
        let reception = bench.post(
            Self.event.changed { ($0.annotations, $0.target) = (row.annotations, row.target) }
        )
        let delivery = try #require(reception.delivery, "\(reception.reason ?? "")")
        for words in row.words {
            #expect(delivery.choices.contains { $0.contains(words) }, "\(delivery.choices)")
        }
    }

    @Test("an Application of the same name in another namespace is another one")
    func namespaces() throws {
        var bench = try IntakeBench()
        for namespace in ["argocd", "team-a", "team-b"] {
            let event = Self.event.changed {
                ($0.uid, $0.metadata) = ("", #","namespace":"\#(namespace)""#)
            }
            #expect(bench.post(event).word == "accepted")
            #expect(bench.post(event).word == "duplicate")
        }
    }
}
