import Formats
import JSON

/// Argo CD's Application in the envelope of its notification template (facts/argocd.md §3).
struct ArgoCDReader {
    let reader: SenderReader
    let app: JSONValue?
    private let annotations: JSONValue?
    let body: JSONValue
    let request: WebhookRequest
    let choices: HookChoices

    init(
        _ reader: SenderReader,
        _ body: JSONValue,
        _ request: WebhookRequest,
        _ choices: HookChoices
    ) {
        self.reader = reader
        self.body = body
        self.request = request
        self.choices = choices
        // The envelope; or the Application itself, when that is what was sent.
        if let app = body["app"] {
            self.app = app
        } else {
            self.app = body["kind"]?.string == "Application" ? body : nil
        }
        annotations = app?["metadata"]?["annotations"]
    }

    func read() -> Reading {
        guard let app, app.kind == .object else {
            return unusable("app", Words.lack(app, of: .object))
        }
        guard let metadata = app["metadata"], metadata.kind == .object else {
            return unusable("app.metadata", Words.lack(app["metadata"], of: .object))
        }
        guard let name = Words.present(metadata["name"]?.string) else {
            return unusable("app.metadata.name", Words.lack(metadata["name"], of: .string))
        }
        let namespace = Words.present(metadata["namespace"]?.string)
        let objectName = namespace.map { "\($0)/\(name)" } ?? name
        let object = Words.present(metadata["uid"]?.string) ?? objectName
        if Words.present(metadata["deletionTimestamp"]?.string) != nil {
            let reason = "the Application is being deleted"
            return .deleted(Aside(reason, object: object, objectName: objectName))
        }
        guard let state = app["status"]?["operationState"], !state.isNull else {
            let reason = "no operation yet: the Application was never synced"
            return .ignored(Aside(reason, object: object, objectName: objectName))
        }
        let place = "app.status.operationState"
        guard state.kind == .object else {
            return unusable(place, Words.lack(state, of: .object), object: object)
        }
        guard let phase = Words.present(state["phase"]?.string) else {
            let lack = Words.lack(state["phase"], of: .string)
            return unusable("\(place).phase", lack, object: object)
        }
        guard let startedAt = Words.moment(state["startedAt"]) else {
            let problem = state["startedAt"]?.string.map { "\"\($0)\" is no RFC 3339 time" }
            return unusable(
                "\(place).startedAt",
                problem ?? Words.lack(state["startedAt"], of: .string),
                object: object,
                phase: phase
            )
        }
        let subject = ArgoCDSubject(
            app: app,
            state: state,
            object: object,
            name: name,
            objectName: objectName,
            phase: phase,
            startedAt: startedAt
        )
        return read(subject)
    }

    private func unusable(
        _ member: String,
        _ problem: String,
        object: String? = nil,
        phase: String? = nil
    ) -> Reading {
        var flaw = Flaw(
            member,
            problem,
            hint: "send the whole Application: {\"app\": {{toJson .app}}, …}"
        )
        flaw.object = object
        flaw.phase = phase
        return .unusable(flaw)
    }

    private func read(_ subject: ArgoCDSubject) -> Reading {
        guard let statement = subject.statement(reader.settings) else {
            return .ignored(subject.aside("the phase \"\(subject.phase)\" is not known"))
        }
        if subject.isDryRun { return .ignored(subject.aside("a dry run deploys nothing")) }
        guard let reason = subject.reasonNotToRecord(reader.settings) else {
            return .report(report(subject, statement))
        }
        var aside = subject.aside(reason)
        aside.report = report(subject, statement)
        return .ignored(aside)
    }

    private func report(_ subject: ArgoCDSubject, _ statement: Statement) -> Report {
        var report = Report(
            sender: .argocd,
            object: subject.object,
            objectName: subject.objectName,
            statement: statement
        )
        report.operation = subject.startedAt.rfc3339
        report.startedAt = subject.startedAt
        report.finishedAt = Words.moment(subject.state["finishedAt"])
        report.finishedStarts = subject.finishedStarts
        report.isHealthy = subject.health == "Healthy"
        report.endsStand = true
        report.isRollback = subject.isRollback
        report.initiatedBy = subject.initiatedBy
        report.message = subject.state["message"]?.string
        report.url = url(subject)
        place(&report, subject)
        return report
    }

    /// The Application's page, when the context names Argo CD's address.
    private func url(_ subject: ArgoCDSubject) -> String? {
        guard let base = Words.present(body["context"]?["argocdUrl"]?.string) else { return nil }
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        return "\(root)/applications/\(subject.objectName)"
    }

    // MARK: - Where it goes

    private func place(_ report: inout Report, _ subject: ArgoCDSubject) {
        let chooser = Chooser(request: request, choices: choices)
        var explicit = chooser.explicitProject(nil)
        if explicit == nil { explicit = annotated("deployment-relay/project") }
        if explicit == nil, let recipient = recipient {
            explicit = Choice(value: recipient, origin: "the subscription's recipient")
        }
        if explicit == nil { explicit = chooser.project }
        report.environment =
            annotated("deployment-relay/environment") ?? chooser.environment
            ?? Choice(value: subject.name, origin: "the Application's name")
        let picker = ArgoCDRevisions(
            subject,
            hosts: reader.hosts,
            index: reader.settings.sourceIndex
        )
        let source = picker.pick(project: explicit?.value)
        report.project = explicit ?? picker.repository(of: source)
        chooseSha(&report, chooser, source, subject)
        chooseRef(&report, chooser, source)
        report.tier = annotated("deployment-relay/tier") ?? chooser.tier
        report.externalURL = annotated("deployment-relay/external-url") ?? chooser.externalURL
    }

    private func annotation(_ name: String) -> String? {
        annotations.flatMap { Words.present($0[name]?.string) }
    }

    private func annotated(_ name: String) -> Choice? {
        annotation(name).map { Choice(value: $0, origin: "annotation \(name)") }
    }

    /// The recipient when it names a project: digits, or a path.
    private var recipient: String? {
        guard let text = Words.present(body["recipient"]?.string) else { return nil }
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber || text.contains("/") ? text : nil
    }

    private func chooseSha(
        _ report: inout Report,
        _ chooser: Chooser,
        _ source: ArgoCDRevisions.Source?,
        _ subject: ArgoCDSubject
    ) {
        if let text = annotation("deployment-relay/sha") {
            if let commit = Words.commit(text) {
                report.sha = Choice(value: commit, origin: "annotation deployment-relay/sha")
                return
            }
            report.notes.append(
                "annotation deployment-relay/sha \"\(text)\" is not 40 or 64 hex digits: passed over"
            )
        }
        if let choice = chooser.sha(&report.notes) {
            report.sha = choice
            return
        }
        guard let source, let sha = source.sha else {
            report.shaMissing = ArgoCDRevisions.missing(source, subject)
            return
        }
        report.sha = sha
        report.isShaFromRevision = source.isRevision
        report.sourceKey = source.key
    }

    private func chooseRef(
        _ report: inout Report,
        _ chooser: Chooser,
        _ source: ArgoCDRevisions.Source?
    ) {
        let isAnnotatedSha = report.sha?.origin == "annotation deployment-relay/sha"
        let reading: RefReading
        if let text = annotation("deployment-relay/ref") {
            reading = RefReading(
                text,
                origin: "annotation deployment-relay/ref",
                sha: report.sha?.value
            )
        } else if let text = choices.ref {
            reading = RefReading(text, origin: "the hook's ref", sha: report.sha?.value)
        } else if isAnnotatedSha {
            // The sha is of another repository than targetRevision.
            reading = RefReading(nil, origin: "the annotated sha", sha: nil)
        } else {
            reading = RefReading(
                source?.target,
                origin: source?.targetOrigin ?? "targetRevision",
                sha: report.sha?.value
            )
        }
        report.ref = reading.ref
        chooser.chooseTag(&report, reading.isTag, "by the ref's name")
    }
}
