import Formats
import JSON
import Testing
import Webhooks

@Suite("Bodies at another sender's hook")
struct MisdirectedTests {
    struct Row: CustomTestStringConvertible {
        let body: String
        let hook: Sender
        let hint: String

        var testDescription: String { "\(body) at \(hook.rawValue)" }
    }

    /// A body of each sender, and where it belongs.
    private static let bodies = [
        ("argocd-05-succeeded-healthy.json", Sender.argocd, "/hooks/argocd"),
        ("heroku-04-release-create-succeeded.json", .heroku, "/hooks/heroku"),
        ("heroku-13-dyno-crashed.json", .heroku, "/hooks/heroku"),
        ("flux-01-kustomization-succeeded.json", .flux, "/hooks/flux"),
        ("flat-01-running.json", .flat, "/hooks/deployment"),
        ("argocd-40-flat-template-body.json", .flat, "/hooks/deployment"),
    ]

    static let rows =
        bodies.flatMap { body, own, address in
            Sender.allCases.filter { $0 != own }.map { Row(body: body, hook: $0, hint: address) }
        }
        + ["rollouts-01-completed.json", "cdevents-01-service-deployed.json"].flatMap { body in
            Sender.allCases.map { Row(body: body, hook: $0, hint: "a hook of your own") }
        }

    private static func read(
        _ body: String,
        at sender: Sender,
        choices: HookChoices = HookChoices()
    ) throws -> Reading {
        let hosts = RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
        let reader = SenderReader(sender: sender, argocd: ArgoCDSettings(), hosts: hosts)
        return reader.read(try Fixture.json(body), WebhookRequest(), choices: choices)
    }

    @Test("the hook it was likely meant for is named", arguments: rows)
    func named(row: Row) throws {
        let flaw = try Self.read(row.body, at: row.hook).asFlaw
        #expect(flaw.hint.contains(row.hint), "\(flaw.description)")
        #expect(flaw.isMisdirected)
    }

    @Test("GitLab's own and GitHub's webhooks are told from one another and from the rest")
    func foreign() throws {
        let hosts = RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
        let reader = SenderReader(sender: .argocd, argocd: ArgoCDSettings(), hosts: hosts)
        for (text, words) in [
            (#"{"object_kind":"deployment","status":"success","environment":"e"}"#, "GitLab"),
            (#"{"deployment_status":{"state":"success"}}"#, "GitHub"),
        ] {
            let flaw = try reader.read(try json(text), WebhookRequest()).asFlaw
            #expect(flaw.hint.contains(words))
        }
        #expect(try !reader.read(try json("{}"), WebhookRequest()).asFlaw.isMisdirected)
    }

    @Test(
        "a hook's own templates do not hide where a body belongs; a flat hook's make any JSON fit"
    )
    func withTemplates() throws {
        var choices = HookChoices()
        choices.environment = "production"
        let flaw = try Self.read(
            "flux-01-kustomization-succeeded.json",
            at: .argocd,
            choices: choices
        )
        .asFlaw
        #expect(flaw.hint.contains("/hooks/flux"))
        choices.status = "success"
        choices.sha = ApplicationBody.commit
        choices.ref = "main"
        _ = try Self.read("flux-01-kustomization-succeeded.json", at: .flat, choices: choices)
            .asReport
    }
}
