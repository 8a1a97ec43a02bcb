import Foundation
import Testing

/// What somebody does in the first five minutes, with the real program and the files of `config`.
@Suite("On-boarding", .serialized)
struct OnboardingTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// GitLab's documented recipe as `kubectl get -o yaml` prints it.
    private static let recipe = """
        apiVersion: v1
        data:
          service.webhook.gitlab: |
            url: https://gitlab.com/api/v4
            headers:
            - name: PRIVATE-TOKEN
              value: glpat-fixture-of-somebody
            - name: Content-type
              value: application/json
          template.gitlab-deployment-status: |
            webhook:
              gitlab:
                method: POST
                path: /projects/42/deployments
                body: |
                  {
                    "status": "success",
                    "environment": "production",
                    "sha": "{{.app.status.operationState.operation.sync.revision}}",
                    "ref": "main",
                    "tag": "false"
                  }
          trigger.on-deployed: |
            - description: Application is synced and healthy. Triggered once per commit.
              oncePer: app.status.sync.revision
              send:
              - gitlab-deployment-status
              when: app.status.operationState.phase in ['Succeeded'] and app.status.health.status == 'Healthy'
        kind: ConfigMap
        metadata:
          creationTimestamp: "2026-04-01T08:00:00Z"
          name: argocd-notifications-cm
          namespace: argocd
        """

    @Test("check --argocd names the traps of GitLab's recipe, and the one line to change")
    func recipe() throws {
        let folder = try Folder()
        let file = try folder.write(Self.recipe, to: "cm.yaml")
        let named = try CommandRun.relay(["check", "--argocd", file])
        let piped = try CommandRun.relay(["check", "--argocd", "-"], input: Self.recipe)
        for run in [named, piped] {
            #expect(run.code == 1, "\(run.errors)")
            for words in [
                "service.webhook.gitlab, line 7", "a token stands in the ConfigMap",
                "trigger.on-deployed, line 25", "<nil>", "startedAt",
                "template.gitlab-deployment-status, line 19",
                "- url: https://gitlab.com/api/v4\n", "+ url: http://127.0.0.1:8080/api/v4\n",
            ] {
                #expect(run.output.contains(words), "\(words): \(run.output)")
            }
            #expect(!run.output.contains("glpat-fixture"))
        }
    }

    @Test(
        "check --argocd finds nothing wrong with what config/kubernetes applies",
        arguments: [
            "argocd-notifications-cm.yaml", "standalone/argocd-notifications-cm.yaml",
            "subscriptions.yaml",
        ]
    )
    func shipped(name: String) throws {
        let text = try Self.text("config/kubernetes/\(name)")
        let run = try CommandRun.relay(["check", "--argocd", "-"], input: text)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("nothing is wrong"))
    }

    @Test("what is no such file is refused with its line")
    func refused() throws {
        let run = try CommandRun.relay(["check", "--argocd", "-"], input: "data:\n  a: &b c\n")
        #expect(run.code == 1)
        #expect(run.errors.contains("line 2: anchors"), "\(run.errors)")
        #expect(run.errors.contains("-o json"), "\(run.errors)")
        let none = try CommandRun.relay(["check", "--argocd", "/nowhere/cm.yaml"])
        #expect(none.code == 1)
        #expect(none.errors.contains("/nowhere/cm.yaml"), "\(none.errors)")
    }

    struct Example: CustomTestStringConvertible {
        let hook: String
        let body: String
        let words: String

        var testDescription: String { hook }
    }

    private static let sha = "9d1bfed26fc22e2f32f4980e15b90a4d4647b64e"

    static let examples = [
        Example(
            hook: "github",
            body: """
                {"deployment_status": {"state": "failure"}, "repository": {"full_name": "a/b"},
                 "deployment": {"id": 7, "environment": "production", "sha": "\(sha)",
                 "ref": "main"}}
                """,
            words: "accepted: failed of production"
        ),
        Example(
            hook: "spinnaker",
            body: """
                {"details": {"application": "quote"}, "content": {"execution": {"id": "e",
                 "status": "SUCCEEDED", "trigger": {"hash": "\(sha)", "branch": "main"}}}}
                """,
            words: "accepted: success of quote"
        ),
        Example(
            hook: "builds",
            body: """
                {"service": "quote-api", "stage": "prod", "commit": "\(sha)", "branch": "main",
                 "result": "ok", "build": 1234}
                """,
            words: "accepted: success of quote-api/prod"
        ),
        Example(
            hook: "cdevents",
            body: String(
                decoding: (try? ExpectedFixtures.bytes("cdevents-01-service-deployed.json")) ?? [],
                as: UTF8.self
            ),
            words: "project:  fleet/services/quote-api"
        ),
        Example(
            hook: "rollouts",
            body: """
                {"rollout": {"metadata": {"uid": "u", "namespace": "parcel-production"},
                 "status": {"phase": "Healthy"}, "spec": {"template": {"spec": {"containers":
                 [{"image": "registry.example.com/quote:\(sha)"}]}}}}, "recipient": "a/b"}
                """,
            words: "accepted: success of parcel-production"
        ),
    ]

    @Test(
        "each worked hook of config/README.md makes a deployment of its body",
        arguments: examples
    )
    func worked(example: Example) throws {
        let page = try Self.text("config/README.md")
        let blocks = page.components(separatedBy: "```jsonc\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        let block = try #require(blocks.first { $0.contains("\"\(example.hook)\": {") })
        let folder = try Folder()
        let file = try folder.write(block, to: "relay.jsonc")
        let run = try CommandRun.relay(
            ["render", "--config", file, "--hook", example.hook, "-"],
            environment: ["GITLAB_PROJECT": "42"],
            input: example.body
        )
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains(example.words), "\(run.output)")
        #expect(run.output.contains(Self.sha), "\(run.output)")
    }
}
