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
            return unusable("involvedObject", "is missing")
        }
        guard let name = Words.present(involved["name"]?.string) else {
            return unusable("involvedObject.name", "is missing")
        }
        let namespace = Words.present(involved["namespace"]?.string)
        let objectName = namespace.map { "\($0)/\(name)" } ?? name
        guard let uid = Words.present(involved["uid"]?.string) else {
            return unusable("involvedObject.uid", "is missing")
        }
        guard let statement else {
            let reason = body["reason"]?.string ?? "none"
            return .ignored(
                Aside(
                    "the reason \(reason) says nothing about a deployment",
                    object: uid,
                    objectName: objectName
                )
            )
        }
        let revision = FluxRevision(revisionText?.value, origin: metadata("originRevision"))
        var report = Report(
            sender: .flux,
            object: uid,
            objectName: objectName,
            statement: statement
        )
        report.endsStand = true
        report.operation = choices.operation ?? revision.text
        report.message = body["message"]?.string
        report.project = chooser.explicitProject(nil) ?? chooser.project
        report.environment =
            chooser.environment
            ?? metadata("environment").map {
                Choice(value: $0, origin: "the metadata's environment")
            } ?? Choice(value: name, origin: "the object's name")
        place(&report, revision)
        guard report.operation != nil || report.sha == nil else {
            report.operation = report.sha?.value
            return .report(report)
        }
        return .report(report)
    }

    private func place(_ report: inout Report, _ revision: FluxRevision) {
        report.sha =
            chooser.sha(&report.notes)
            ?? revision.commit.map { Choice(value: $0, origin: revisionText?.origin ?? "revision") }
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
        (report.tag, report.tagOrigin) = chooser.tag(ref.isTag, "by the ref's name")
        report.tier = choices.tier
        report.externalURL = choices.externalURL
    }

    private func unusable(_ member: String, _ problem: String) -> Reading {
        .unusable(
            member: member,
            problem: problem,
            hint: "send Flux's event as it is: a Provider of type generic or generic-hmac",
            object: nil,
            operation: nil
        )
    }

    private var statement: Statement? {
        if body["severity"]?.string == "error" { return .failed }
        switch body["reason"]?.string {
        case "ReconciliationSucceeded", "InstallSucceeded", "UpgradeSucceeded", "TestSucceeded":
            return .success
        case "RollbackSucceeded": return .success
        case "Progressing", "ProgressingWithRetry", "DependencyNotReady": return .running
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

    private var revisionText: Choice? { found("revision") }
}

/// `main@sha1:<commit>`, `main/<commit>`, `sha1:<commit>`, `6.3.5`, `latest@sha256:<digest>`.
struct FluxRevision {
    let text: String?
    private(set) var commit: String?
    /// Branch or tag, as far as the form has one.
    private(set) var name: String?

    /// - Parameter origin: `originRevision`: the commit an artefact was made of.
    init(_ text: String?, origin: String?) {
        self.text = text
        guard let text else { return }
        if let at = text.lastIndex(of: "@") {
            name = String(text[..<at])
            let digest = text[text.index(after: at)...]
            commit = Self.commit(of: String(digest))
            if digest.hasPrefix("sha256:") {
                // An artefact's digest, not a commit; of a SHA-256 repository nothing tells it apart.
                commit = nil
                name = nil
            }
        } else if let commit = Self.commit(of: text) {
            self.commit = commit
        } else if let slash = text.lastIndex(of: "/") {
            commit = Words.commit(String(text[text.index(after: slash)...]))
            name = commit == nil ? nil : String(text[..<slash])
        }
        if commit == nil, let origin {
            let of = FluxRevision(origin, origin: nil)
            (commit, name) = (of.commit, of.name)
        }
    }

    private static func commit(of text: String) -> String? {
        text.hasPrefix("sha1:") ? Words.commit(String(text.dropFirst(5))) : Words.commit(text)
    }
}
