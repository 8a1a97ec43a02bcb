import Formats
import JSON

/// Flux's generic and generic-hmac events (facts/argocd.md §9).
struct FluxReader {
    private let body: JSONValue
    private let chooser: Chooser
    private let choices: HookChoices

    init(_ body: JSONValue, _ request: WebhookRequest, _ choices: HookChoices) {
        self.body = body
        self.choices = choices
        chooser = Chooser(request: request, choices: choices)
    }

    func read() -> Reading {
        guard let involved = body["involvedObject"], involved.kind == .object else {
            return unusable("involvedObject", Words.lack(body["involvedObject"], of: .object))
        }
        guard let name = Words.present(involved["name"]?.string) else {
            return unusable("involvedObject.name", Words.lack(involved["name"], of: .string))
        }
        let namespace = Words.present(involved["namespace"]?.string)
        let objectName = namespace.map { "\($0)/\(name)" } ?? name
        guard let uid = Words.present(involved["uid"]?.string) else {
            let lack = Words.lack(involved["uid"], of: .string)
            return unusable("involvedObject.uid", lack, object: objectName)
        }
        if let kind = undeployable(involved) {
            let reason = "a \(kind) deploys nothing; its Kustomization or HelmRelease reports"
            return .ignored(Aside(reason, object: uid, objectName: objectName))
        }
        guard let statement else {
            let word = Words.present(body["reason"]?.string) ?? "none"
            let reason = "the reason \(word) says nothing about a deployment"
            return .ignored(Aside(reason, object: uid, objectName: objectName))
        }
        let revision = FluxRevision(found("revision"), origin: found("originRevision"))
        var report = Report(
            sender: .flux,
            object: uid,
            objectName: objectName,
            statement: statement
        )
        report.endsStand = true
        report.message = body["message"]?.string
        report.project = chooser.explicitProject(nil) ?? chooser.project
        report.environment =
            chooser.environment
            ?? metadata("environment").map {
                Choice(value: $0, origin: "the metadata's environment")
            } ?? Choice(value: name, origin: "the object's name")
        place(&report, revision)
        report.operation = choices.operation ?? revision.text ?? report.sha?.value
        return .report(report)
    }

    /// The kind, when it is one of Flux's that fetch, scan or notify: their troubles end nothing.
    private func undeployable(_ involved: JSONValue) -> String? {
        let version = involved["apiVersion"]?.string ?? ""
        let isOther = ["source.", "image.", "notification."].contains { group in
            version.hasPrefix("\(group)toolkit.fluxcd.io/")
        }
        return isOther ? involved["kind"]?.string ?? version : nil
    }

    private func place(_ report: inout Report, _ revision: FluxRevision) {
        report.sha =
            chooser.sha(&report.notes)
            ?? revision.commit
        if report.sha == nil {
            report.shaMissing =
                revision.text.map { "the revision \"\($0)\" names no commit; set the hook's sha" }
                ?? "the event names no revision; set the hook's sha"
        }
        let ref = RefReading(
            choices.ref ?? revision.name,
            origin: choices.ref == nil ? "the revision" : "the hook's ref",
            sha: report.sha?.value
        )
        report.ref = ref.ref
        chooser.chooseTag(&report, ref.isTag, "by the ref's name")
        report.tier = chooser.tier
        report.externalURL = chooser.externalURL
    }

    private func unusable(_ member: String, _ problem: String, object: String? = nil) -> Reading {
        var flaw = Flaw(
            member,
            problem,
            hint: "send Flux's event as it is: a Provider of type generic or generic-hmac"
        )
        flaw.object = object
        flaw.operation = found("revision")?.value
        flaw.phase = Words.present(body["reason"]?.string)
        return .unusable(flaw)
    }

    private var statement: Statement? {
        if body["severity"]?.string == "error" { return .failed }
        switch body["reason"]?.string {
        case "ReconciliationSucceeded", "InstallSucceeded", "UpgradeSucceeded": return .success
        case "Progressing", "ProgressingWithRetry": return .running
        default: return nil
        }
    }

    /// A metadata value under its short key, or under the group's long one.
    private func metadata(_ key: String) -> String? { found(key)?.value }

    private func found(_ key: String) -> Choice? {
        guard let metadata = body["metadata"], metadata.kind == .object else { return nil }
        if let text = Words.present(metadata[key]?.string) {
            return Choice(value: text, origin: "metadata.\(key)")
        }
        for (name, value) in metadata.members where name.hasSuffix(".toolkit.fluxcd.io/\(key)") {
            if let text = Words.present(value.string) {
                return Choice(value: text, origin: "metadata[\"\(name)\"]")
            }
        }
        return nil
    }
}

/// `main@sha1:<commit>`, `main/<commit>`, `sha1:<commit>`, `6.3.5`, `latest@sha256:<digest>`.
struct FluxRevision {
    let text: String?
    private(set) var commit: Choice?
    /// Branch or tag, as far as the form has one.
    private(set) var name: String?

    /// Reads `revision`, else `origin` (`originRevision`): the commit an artefact was made of.
    init(_ revision: Choice?, origin: Choice?) {
        text = revision?.value
        if let revision { read(revision) }
        if commit == nil, let origin { read(origin) }
    }

    private mutating func read(_ revision: Choice) {
        var (found, name): (String?, String?)
        let text = revision.value
        if let at = text.lastIndex(of: "@") {
            let digest = text[text.index(after: at)...]
            // An artefact's digest is no commit; of a SHA-256 repository nothing tells it apart.
            guard !digest.hasPrefix("sha256:") else { return }
            (found, name) = (Self.commit(of: String(digest)), String(text[..<at]))
        } else if let commit = Self.commit(of: text) {
            found = commit
        } else if let slash = text.lastIndex(of: "/") {
            found = Words.commit(String(text[text.index(after: slash)...]))
            name = String(text[..<slash])
        }
        guard let found else { return }
        commit = Choice(value: found, origin: revision.origin)
        self.name = name
    }

    private static func commit(of text: String) -> String? {
        text.hasPrefix("sha1:") ? Words.commit(String(text.dropFirst(5))) : Words.commit(text)
    }
}
