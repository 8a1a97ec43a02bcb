import GitLabSandbox
import Formats
import JSON
import POSIX
import RelayServer

/// An Argo CD life cycle, posted webhook by webhook and told line by line.
struct DemoStory {
    let hooks: String
    let admin: String
    let playground: Playground

    private static let good = "07aa5a0d3f1c4b6e8a92d5c7e1f0b3a4d6c8e9f1"
    private static let bad = "d41e7c9a05b8f23641ce07d9ab5f8e3c2071b6d4"
    private static let next = "5b83a2e6c1f94d7089e3b6a4f2d1c0857e96a3bd"
    private static let final = "e9c0471fb2a6d35880f7c4e1a93b5d26f018c7a4"

    /// - Returns: Whether everything happened as it was told.
    func tell() throws -> Bool {
        Output.print(
            """
            Deployment Relay: the main job, with a sandbox in GitLab's place.

              relay    \(hooks)  takes the webhooks
              console  \(admin)  shows what became of them
              GitLab   \(playground.sandbox.url)  the sandbox: the Deployments API with its real rules
              admin token, for what changes something in the console: \(playground.adminToken)

            An Argo CD syncs the Application \(DemoOperation.application). Its notifications go to
            the relay instead of straight to GitLab:
            """
        )
        var isTold = true
        let operations = operations()
        for chapter in chapters(operations) {
            Output.print("\n\(chapter.words)")
            isTold = try post(chapter) && isTold
        }
        let trouble = DemoTrouble(
            hooks: hooks,
            admin: admin,
            playground: playground,
            last: operations[2],
            next: operations[3],
            final: operations[4]
        )
        isTold = try trouble.tell() && isTold
        return try showDeployments() && isTold
    }

    // MARK: - Chapters

    private struct Chapter {
        let words: String
        let body: [UInt8]
        /// What GitLab must show after it.
        let status: String
    }

    /// One after the other, each with those before it in its history.
    private func operations() -> [DemoOperation] {
        let now = Timestamp(milliseconds: Clock.now() / 1000 * 1000)
        let revisions = [Self.good, Self.bad, Self.good, Self.next, Self.final]
        var operations: [DemoOperation] = []
        for (number, revision) in revisions.enumerated() {
            operations.append(
                DemoOperation(
                    revision: revision,
                    startedAt: now.adding(seconds: Double(number) * 30 - 150),
                    username: number == 2 ? "mira" : nil,
                    history: operations.map { ($0.revision, $0.startedAt) }
                )
            )
        }
        return operations
    }

    private func chapters(_ operations: [DemoOperation]) -> [Chapter] {
        let (first, second, rollback) = (operations[0], operations[1], operations[2])
        let message =
            "one or more objects failed to apply: admission webhook \"policy.example\" denied:\n"
            + "spec.replicas: Invalid value: -1"
        return [
            Chapter(
                words: "1  Argo CD begins to sync commit \(Self.good.prefix(8)).",
                body: first.body(.running),
                status: "running"
            ),
            Chapter(
                words: "2  The sync is over and the Application is Healthy.",
                body: first.body(.healthy),
                status: "success"
            ),
            Chapter(
                words: "3  The next commit, \(Self.bad.prefix(8)), is synced.",
                body: second.body(.running),
                status: "running"
            ),
            Chapter(
                words: "4  That sync fails; its message has quotes and line breaks in it.",
                body: second.body(.failed(message: message)),
                status: "failed"
            ),
            Chapter(
                words: "5  Somebody rolls back to \(Self.good.prefix(8)).",
                body: rollback.body(.running),
                status: "running"
            ),
            Chapter(
                words: "6  The rollback is Healthy.",
                body: rollback.body(.healthy),
                status: "success"
            ),
        ]
    }

    /// Sends the webhook and tells what the relay and GitLab made of it.
    private func post(_ chapter: Chapter) throws -> Bool {
        let relay = RelayClient(base: hooks, token: nil)
        let answer = try relay.send(
            "POST",
            "/hooks/argocd",
            fields: [("Content-Type", "application/json"), ("Prefer", "wait=20")],
            body: chapter.body
        )
        let id = answer.json?["id"]?.string ?? "?"
        guard let deployment = answer.json?["gitlab"], let status = deployment["status"]?.string
        else {
            Output.print("   relay:   \(answer.status) \(answer.text.withoutTrailingBlanks)")
            return false
        }
        let row = deployment["id"]?.number?.text ?? "?"
        let done = answer.status == 201 ? "made" : "changed"
        Output.print(
            """
               relay:   on disk as delivery \(id), then told to GitLab
               GitLab:  deployment \(row) \(done): \(DemoOperation.application) is \(status)
            """
        )
        return status == chapter.status
    }

    // MARK: - The end

    /// GitLab's own list, as its API gives it.
    private func showDeployments() throws -> Bool {
        let project = PercentEncoding.encodeSegment(DemoOperation.recipient)
        let gitlab = RelayClient(
            base: playground.sandbox.url,
            token: Credential(Playground.token)
        )
        let answer = try gitlab.send(
            "GET",
            "/api/v4/projects/\(project)/deployments?order_by=id&sort=asc"
        )
        guard answer.status == 200, let list = answer.json else {
            Output.print("GitLab answered \(answer.status): \(answer.text.withoutTrailingBlanks)")
            return false
        }
        var table = TextTable(["DEPLOYMENT", "ENVIRONMENT", "STATUS", "COMMIT", "REF"])
        for row in list.elements {
            table.add([
                row["id"]?.number?.text ?? "", row["environment"]?["name"]?.string ?? "",
                row["status"]?.string ?? "", String(row["sha"]?.string?.prefix(8) ?? ""),
                row["ref"]?.string ?? "",
            ])
        }
        let statuses = list.elements.map { $0["status"]?.string ?? "" }
        Output.print(
            """

            GitLab's deployments of \(DemoOperation.recipient):

            \(table.text)

            One deployment for each operation, with its final status: eleven webhooks, five rows, none
            twice and none left running. The last success is \(Self.final.prefix(8)), so that is what
            runs.
            """
        )
        return statuses == ["success", "failed", "success", "success", "success"]
    }
}
