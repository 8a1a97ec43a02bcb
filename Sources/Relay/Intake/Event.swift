import Formats
import GitLab
import JSON
import Templating
import Webhooks

/// Why an event cannot become a deployment although its body was read: 422.
struct Refusal: Error, Equatable {
    var reason: String
}

/// An event whose place is settled and whose payload is rendered.
struct Event {
    var place: Place
    var status: DeploymentStatus
    var payload: [UInt8]
    var choices: [String]
}

/// Makes an event of a report: where it goes, and GitLab's payload.
struct EventMaker {
    let hook: Hook
    let webhook: Webhook
    let body: JSONValue

    /// The event that `report` makes, at its own place or at that of the known operation.
    func event(_ report: Report, fixed: Place?) throws(Refusal) -> Event {
        let wanted: Place
        if let fixed { wanted = fixed } else { wanted = try place(report) }
        let payload = try payload(report, wanted)
        var place = wanted
        if fixed == nil {
            place.environment = payload.environment
            place.sha = payload.sha
            place.tag = payload.tag
            place.ref = DefaultBranch.isMarked(payload.ref) ? nil : payload.ref
        }
        try check(place, report)
        var told = payload
        (told.environment, told.sha, told.tag) = (place.environment, place.sha, place.tag)
        // Of a fixed place only the default branch may still be written in the template's way.
        if fixed != nil {
            let isOpen = place.ref == nil && DefaultBranch.isMarked(told.ref)
            told.ref = place.ref ?? (isOpen ? told.ref : DefaultBranch.mark)
        }
        return Event(
            place: place,
            status: told.status,
            payload: told.json,
            choices: choices(report)
        )
    }

    private func place(_ report: Report) throws(Refusal) -> Place {
        guard let sha = report.sha?.value else {
            throw Refusal(reason: report.shaMissing ?? "no commit is named")
        }
        guard let project = report.project?.value ?? hook.fallbackProject else {
            throw Refusal(
                reason: "no project: name it by the annotation deployment-relay/project, by the "
                    + "subscription's recipient, by the hook's project setting or by GITLAB_PROJECT"
            )
        }
        guard let environment = report.environment?.value else {
            throw Refusal(reason: "environment: is missing; add it to the body or to the hook")
        }
        let ref: String? = if case .name(let name, _) = report.ref { name } else { nil }
        return Place(
            endpoint: hook.settings.endpoint,
            project: project,
            environment: environment,
            sha: sha,
            ref: ref,
            tag: report.tag
        )
    }

    private func payload(_ report: Report, _ place: Place) throws(Refusal) -> DeploymentPayload {
        let data = data(report, place, status: report.status)
        let rendered: JSONDocument
        do {
            rendered = try hook.render(data, world)
        } catch {
            throw Refusal(reason: "the template failed: \(error)")
        }
        do {
            return try DeploymentPayload(checking: rendered.root)
        } catch {
            // Who has written no template need not hear of one.
            let origin =
                hook.settings.template == nil
                ? "" : "the template's result is not what GitLab takes: "
            throw Refusal(reason: origin + "\(error)")
        }
    }

    /// What may be written: names GitLab would refuse and places the hook may not write to.
    private func check(_ place: Place, _ report: Report) throws(Refusal) {
        if let problem = EnvironmentName.problem(place.environment) {
            throw Refusal(reason: "environment \"\(place.environment)\": \(problem)")
        }
        if !Self.isProject(place.project) {
            throw Refusal(
                reason: "project \"\(place.project)\" is neither a number nor a path with a group; "
                    + "write group/name or the number from the project's page"
            )
        }
        // GitLab's paths know no case.
        try check(
            place.project,
            against: hook.settings.projects,
            "projects",
            fold: { $0.lowercased() }
        )
        try check(place.environment, against: hook.settings.environments, "environments")
        if let tier = report.tier, let problem = EnvironmentTier.problem(tier.value) {
            throw Refusal(reason: "tier (\(tier.origin)): \(problem)")
        }
        if let url = report.externalURL, let problem = ExternalURL.problem(url.value) {
            throw Refusal(reason: "external URL (\(url.origin)) \"\(url.value)\": \(problem)")
        }
    }

    /// Digits, or a path of a group and a name at least.
    private static func isProject(_ text: String) -> Bool {
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) { return !text.isEmpty }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count > 1 && parts.allSatisfy { !$0.isEmpty }
    }

    private func check(
        _ value: String,
        against patterns: [String],
        _ setting: String,
        fold: (String) -> String = { $0 }
    ) throws(Refusal) {
        guard !patterns.isEmpty else { return }
        let value = fold(value)
        if patterns.contains(where: { Pattern(fold($0)).matches(value) }) { return }
        throw Refusal(
            reason: "\"\(value)\" is not among hooks.\(hook.name).\(setting) "
                + "(\(patterns.joined(separator: ", ")))"
        )
    }

    private func choices(_ report: Report) -> [String] {
        var words: [String] = []
        words.reserveCapacity(6 + report.notes.count)
        if let sha = report.sha { words.append("sha: " + sha.origin) }
        words.append(
            "project: " + (report.project?.origin ?? "the endpoint's fallback (GITLAB_PROJECT)")
        )
        if let environment = report.environment {
            words.append("environment: " + environment.origin)
        }
        switch report.ref {
        case .name(_, let origin): words.append("ref: " + origin)
        case .defaultBranch(let origin): words.append("ref: default branch (\(origin))")
        case nil: break
        }
        words.append("tag: " + report.tagOrigin)
        if let tier = report.tier { words.append("tier: \(tier.value) (\(tier.origin))") }
        if let url = report.externalURL {
            words.append("external URL: \(url.value) (\(url.origin))")
        }
        return words + report.notes
    }

    // MARK: - What templates see

    var world: TemplateWorld {
        TemplateWorld(now: webhook.receivedAt, seed: UInt64(webhook.receivedAt.milliseconds))
    }

    /// DESIGN §2.5: the body as it came, `.hook`, `.request` and `.deployment`.
    func data(_ report: Report, _ place: Place?, status: DeploymentStatus) -> TemplateData {
        TemplateData(
            body,
            adding: surroundings + [("deployment", .map(deployment(report, place, status)))]
        )
    }

    /// What a template sees beside the body, whether or not that was understood.
    var surroundings: [(key: String, value: TemplateValue)] {
        let (name, fields) = (hook.name, webhook.fields)
        return [
            ("hook", .made { [("name", .text(name))] }),
            ("request", .made { fields.map { ($0.name.lowercased(), .text($0.value)) } }),
        ]
    }

    private func deployment(
        _ report: Report,
        _ place: Place?,
        _ status: DeploymentStatus
    ) -> [(key: String, value: TemplateValue)] {
        let ref: String? =
            if let place {
                place.ref ?? DefaultBranch.mark
            } else if case .name(let name, _) = report.ref {
                name
            } else {
                nil
            }
        var members: [(key: String, value: TemplateValue)] = []
        members.reserveCapacity(DeploymentMember.allCases.count)
        func add(_ member: DeploymentMember, _ value: TemplateValue) {
            members.append((member.rawValue, value))
        }
        func add(_ member: DeploymentMember, _ text: String?) {
            if let text { add(member, .text(text)) }
        }
        add(.status, status.name)
        add(.environment, place?.environment ?? report.environment?.value)
        add(.sha, place?.sha ?? report.sha?.value)
        add(.ref, ref)
        add(.project, place?.project ?? report.project?.value ?? hook.fallbackProject)
        add(.operation, report.operation)
        if let moment = report.startedAt { add(.startedAt, .moment(moment)) }
        if let moment = report.finishedAt { add(.finishedAt, .moment(moment)) }
        add(.initiatedBy, report.initiatedBy)
        add(.url, report.url)
        add(.message, report.message)
        add(.tag, .bool(place?.tag ?? report.tag))
        add(.isRollback, .bool(report.isRollback))
        return members
    }
}

/// What `.deployment` can have in a template, in the order in which people are told.
private enum DeploymentMember: String, CaseIterable {
    case status, environment, sha, ref, tag, project, operation, startedAt, finishedAt, isRollback
    case initiatedBy, url, message
}

/// What the relay adds to what a template sees, where all its members are the relay's own.
enum AddedMembers {
    static let hook = ["hook": ["name"]]
    static let all = hook.merging(["deployment": DeploymentMember.allCases.map(\.rawValue)]) { $1 }
}

extension Report {
    /// What GitLab is told of it.
    var status: DeploymentStatus {
        switch statement {
        case .running, .between: .running
        case .success: .success
        case .failed, .degraded: .failed
        case .canceled: .canceled
        }
    }
}
