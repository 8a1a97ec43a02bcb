import Formats
import JSON

/// Heroku's app webhooks (facts/argocd.md §8): releases deploy, failed builds count too.
struct HerokuReader {
    private let body: JSONValue
    private let chooser: Chooser
    private let choices: HookChoices

    init(_ body: JSONValue, _ request: WebhookRequest, _ choices: HookChoices) {
        self.body = body
        self.choices = choices
        chooser = Chooser(request: request, choices: choices)
    }

    func read() -> Reading {
        guard let resource = Words.present(body["resource"]?.string) else {
            return unusable("resource", Words.lack(body["resource"], of: .string))
        }
        guard let data = body["data"], data.kind == .object else {
            return unusable("data", Words.lack(body["data"], of: .object))
        }
        let app = Words.present(data["app"]?["name"]?.string)
        switch resource {
        case "release": return release(data, app)
        case "build": return build(data, app)
        default:
            return .ignored(
                Aside("\(resource) events say nothing about a deployment", objectName: app ?? "")
            )
        }
    }

    private func unusable(_ member: String, _ problem: String) -> Reading {
        var flaw = Flaw(
            member,
            problem,
            hint: "send Heroku's webhook as it is: heroku webhooks:add -i api:release"
        )
        flaw.object = Words.present(body["data"]?["app"]?["name"]?.string)
        flaw.operation = Words.present(body["data"]?["id"]?.string)
        flaw.phase = Words.present(body["data"]?["status"]?.string)
        return .unusable(flaw)
    }

    private func release(_ data: JSONValue, _ app: String?) -> Reading {
        let description = data["description"]?.string ?? ""
        let isDeployment = ["Deploy", "Promote", "Rollback"].contains { description.hasPrefix($0) }
        guard isDeployment else {
            return .ignored(
                Aside(
                    "the release \"\(description)\" deploys no new code (config vars, add-ons)",
                    objectName: app ?? ""
                )
            )
        }
        let statement: Statement
        switch data["status"]?.string {
        case "pending": statement = .running
        case "succeeded": statement = .success
        case "failed": statement = .failed
        default:
            let word = data["status"]?.string ?? "none"
            return .ignored(
                Aside("the release's status \(word) is not known", objectName: app ?? "")
            )
        }
        var sha: Choice?
        if let commit = Words.commit(data["slug"]?["commit"]?.string) {
            sha = Choice(value: commit, origin: "data.slug.commit")
        }
        return report(data, app, statement, sha) { report in
            report.isRollback = description.hasPrefix("Rollback")
            report.message = description
            if statement == .success, data["current"]?.bool == false {
                report.beginsNothing = "the release is not the app's current one any more"
            }
        }
    }

    private func build(_ data: JSONValue, _ app: String?) -> Reading {
        switch data["status"]?.string {
        case "failed": break
        case "succeeded":
            return .ignored(Aside("a build is done; its release decides", objectName: app ?? ""))
        default:
            return .ignored(
                Aside("a build has begun; its release has an id of its own", objectName: app ?? "")
            )
        }
        let candidates: [(JSONValue?, String)] = [
            (data["slug"]?["commit"], "data.slug.commit"),
            (data["source_blob"]?["version"], "data.source_blob.version"),
        ]
        let sha = candidates.lazy.compactMap { value, origin in
            Words.commit(value?.string).map { Choice(value: $0, origin: origin) }
        }.first
        return report(data, app, .failed, sha) { $0.closesNothing = true }
    }

    private func report(
        _ data: JSONValue,
        _ app: String?,
        _ statement: Statement,
        _ sha: Choice?,
        _ more: (inout Report) -> Void
    ) -> Reading {
        guard let id = Words.present(data["id"]?.string) else {
            return unusable("data.id", Words.lack(data["id"], of: .string))
        }
        guard let app else {
            return unusable("data.app.name", Words.lack(data["app"]?["name"], of: .string))
        }
        let object = Words.present(data["app"]?["id"]?.string) ?? app
        var report = Report(sender: .heroku, object: object, objectName: app, statement: statement)
        report.operation = choices.operation ?? id
        report.startedAt = Words.moment(data["created_at"])
        report.finishedAt = statement == .running ? nil : Words.moment(data["updated_at"])
        report.project = chooser.explicitProject(nil) ?? chooser.project
        report.environment =
            chooser.environment ?? Choice(value: app, origin: "the app's name")
        report.sha = chooser.sha(&report.notes) ?? sha
        if report.sha == nil {
            report.shaMissing =
                "no commit is named (a container's release has no slug); set the hook's sha"
        }
        let ref = RefReading(
            choices.ref,
            origin: choices.ref == nil ? "Heroku" : "the hook's ref",
            sha: report.sha?.value
        )
        report.ref = ref.ref
        chooser.chooseTag(&report, ref.isTag, "by the ref's name")
        report.initiatedBy = Words.present(body["actor"]?["email"]?.string)
        report.tier = chooser.tier
        report.externalURL = chooser.externalURL
        more(&report)
        return .report(report)
    }
}
