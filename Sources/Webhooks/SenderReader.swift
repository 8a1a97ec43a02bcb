import Formats
package import JSON

/// Reads bodies of one sender: what they say about a deployment, or why they are none.
package struct SenderReader: Sendable {
    let sender: Sender
    let settings: ArgoCDSettings
    let hosts: RepositoryHosts

    package init(sender: Sender, argocd: ArgoCDSettings, hosts: RepositoryHosts) {
        self.sender = sender
        settings = argocd
        self.hosts = hosts
    }

    /// What `body`, an object, says.
    ///
    /// What the hook's own templates say (`choices`) stands at its place in DESIGN §2.5's orders.
    package func read(
        _ body: JSONValue,
        _ request: WebhookRequest,
        choices: HookChoices = HookChoices()
    ) -> Reading {
        let reading: Reading =
            switch sender {
            case .argocd: ArgoCDReader(self, body, request, choices).read()
            case .heroku: HerokuReader(body, request, choices).read()
            case .flux: FluxReader(body, request, choices).read()
            case .flat: FlatReader(body, request, choices).read()
            }
        guard case .unusable(var flaw) = reading, let likely = LikelySender(body),
            likely.sender != sender, sender != .flat || choices == HookChoices()
        else { return reading }
        flaw.hint = likely.hint
        flaw.isMisdirected = true
        return .unusable(flaw)
    }
}

/// Whose body one seems to be that came to the wrong hook.
private struct LikelySender {
    /// nil: one that has no hook of its own here.
    let sender: Sender?
    let hint: String

    init?(_ body: JSONValue) {
        if body["app"]?.kind == .object || body["kind"]?.string == "Application" {
            self.init(.argocd)
        } else if body["webhook_metadata"] != nil
            || body["resource"]?.string != nil && body["data"] != nil
        {
            self.init(.heroku)
        } else if body["involvedObject"] != nil {
            self.init(.flux)
        } else if body["rollout"]?.kind == .object {
            self.init(foreign: "an Argo Rollouts notification")
        } else if body["context"]?["type"]?.string?.hasPrefix("dev.cdevents.") ?? false {
            self.init(foreign: "a CDEvents event")
        } else if body["deployment_status"]?.kind == .object {
            self.init(foreign: "GitHub's deployment_status")
        } else if body["object_kind"]?.string != nil {
            self.init(foreign: "GitLab's own webhook")
        } else if body["status"]?.string != nil, body["environment"]?.string != nil {
            self.init(.flat)
        } else {
            return nil
        }
    }

    private init(_ sender: Sender) {
        self.sender = sender
        hint = "it looks like a body of \(sender.rawValue); send it to \(sender.address)"
    }

    private init(foreign what: String) {
        sender = nil
        hint =
            "it looks like \(what); that needs a hook of your own (config/README.md, "
            + "Five worked hooks)"
    }
}

/// What all senders share: choices of the hook before those of the body.
struct Chooser {
    let request: WebhookRequest
    let choices: HookChoices

    /// `/api/v4/projects/:id/…`, or a member of the body.
    func explicitProject(_ body: String?) -> Choice? {
        if let path = Words.present(request.pathProject) {
            return Choice(value: path, origin: "the path")
        }
        return Words.present(body).map { Choice(value: $0, origin: "the body's project") }
    }

    var project: Choice? { choices.project.map { Choice(value: $0, origin: "the hook's project") } }

    var environment: Choice? {
        choices.environment.map { Choice(value: $0, origin: "the hook's environment") }
    }

    var tier: Choice? { choices.tier.map { Choice(value: $0, origin: "the hook's tier") } }

    var externalURL: Choice? {
        choices.externalURL.map { Choice(value: $0, origin: "the hook's externalURL") }
    }

    /// The hook's sha, if it is one; a note when it is not.
    func sha(_ notes: inout [String]) -> Choice? {
        guard let text = choices.sha else { return nil }
        guard let commit = Words.commit(text) else {
            notes.append("the hook's sha \"\(text)\" is not 40 or 64 hex digits: passed over")
            return nil
        }
        return Choice(value: commit, origin: "the hook's sha")
    }

    /// The tag flag: the hook's word, else what the ref says.
    func chooseTag(_ report: inout Report, _ reading: Bool, _ origin: String) {
        (report.tag, report.tagOrigin) = (reading, origin)
        guard let text = choices.tag else { return }
        if let flag = Words.boolean(text) {
            (report.tag, report.tagOrigin) = (flag, "the hook's tag")
        } else {
            report.notes.append("the hook's tag \"\(text)\" is no boolean: passed over")
        }
    }
}
