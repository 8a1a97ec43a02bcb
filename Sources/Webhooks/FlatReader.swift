import Formats
import JSON

/// Flat bodies: GitLab's documented recipe, and any JSON through a hook's own templates.
struct FlatReader {
    private let body: JSONValue
    private let chooser: Chooser
    private let choices: HookChoices

    init(_ body: JSONValue, _ request: WebhookRequest, _ choices: HookChoices) {
        self.body = body
        self.choices = choices
        chooser = Chooser(request: request, choices: choices)
    }

    func read() -> Reading {
        do throws(Flaw) {
            return .report(try report())
        } catch {
            var flaw = error
            flaw.object = object
            flaw.operation = choices.operation ?? Words.present(body["operation"]?.string)
            flaw.phase = choices.status ?? Words.present(body["status"]?.string)
            return .unusable(flaw)
        }
    }

    /// Project and environment, as far as they can be read.
    private var object: String {
        let project = chooser.explicitProject(body["project"]?.string) ?? chooser.project
        let environment = chooser.environment?.value ?? body["environment"]?.string
        return "\(project?.value ?? "")\n\(environment ?? "")"
    }

    private func report() throws(Flaw) -> Report {
        let statement = try status()
        let environment = try environment()
        var report = Report(
            sender: .flat,
            object: "",
            objectName: environment.value,
            statement: statement
        )
        report.environment = environment
        report.sha = try sha(&report.notes)
        report.project = try project()
        report.operation = try operation()
        try readRef(&report)
        report.tier = chooser.tier
        report.externalURL = chooser.externalURL
        return report
    }

    /// A member as text; numbers count as the text they are, as GitLab's own coercion has it.
    private func text(_ name: String, isNumberFine: Bool = true) throws(Flaw) -> String? {
        guard let value = body[name] else { return nil }
        switch value.kind {
        case .string: return Words.present(value.string)
        case .number where isNumberFine: return value.number?.text
        case .null: return nil
        default:
            throw Flaw(
                name,
                "is \(value.kind.words), not a string",
                hint: "write \"\(name)\": \"…\""
            )
        }
    }

    private func lacking(_ member: String, hint: String) -> Flaw {
        Flaw(member, Words.lack(body[member], of: .string), hint: hint)
    }

    private func status() throws(Flaw) -> Statement {
        let hint = "use running, success, failed or canceled"
        let told = choices.status == nil ? try text("status", isNumberFine: false) : choices.status
        guard let word = told else {
            throw lacking("status", hint: hint)
        }
        switch word {
        case "running": return .running
        case "success": return .success
        case "failed": return .failed
        case "canceled": return .canceled
        default:
            throw Flaw("status", "\"\(word)\" is none of GitLab's", hint: hint)
        }
    }

    private func environment() throws(Flaw) -> Choice {
        if let choice = chooser.environment { return choice }
        guard let name = try text("environment") else {
            throw lacking(
                "environment",
                hint: "name GitLab's environment, for instance \"production\""
            )
        }
        return Choice(value: name, origin: "the body's environment")
    }

    private func sha(_ notes: inout [String]) throws(Flaw) -> Choice {
        if let choice = chooser.sha(&notes) { return choice }
        guard let text = try text("sha") else {
            throw lacking(
                "sha",
                hint: "the template found no revision (several sources, a retry, an early error); "
                    + "send the whole Application by the envelope {{toJson .app}} to /hooks/argocd"
            )
        }
        guard let commit = Words.commit(text) else {
            throw Flaw(
                "sha",
                "\"\(text)\" is not 40 or 64 hex digits",
                hint: "send the full commit id"
            )
        }
        return Choice(value: commit, origin: "the body's sha")
    }

    private func project() throws(Flaw) -> Choice? {
        let named = try text("project")
        return chooser.explicitProject(named) ?? chooser.project
    }

    private func operation() throws(Flaw) -> String? {
        choices.operation == nil ? try text("operation") : choices.operation
    }

    private func readRef(_ report: inout Report) throws(Flaw) {
        let told = choices.ref == nil ? try text("ref") : choices.ref
        guard let text = told else {
            throw lacking("ref", hint: "name the branch or tag, or set the hook's ref")
        }
        let source = choices.ref == nil ? "the body's ref" : "the hook's ref"
        let reading = RefReading(text, origin: source, sha: report.sha?.value)
        report.ref = reading.ref
        let flag = try tag()
        let origin = flag == nil ? "by the ref's name" : "the body's tag"
        chooser.chooseTag(&report, flag ?? reading.isTag, origin)
    }

    private func tag() throws(Flaw) -> Bool? {
        guard let value = body["tag"], !value.isNull else { return nil }
        if let flag = value.bool { return flag }
        let text = value.string ?? value.number?.text
        guard let text = Words.present(text) else {
            if value.string != nil { return nil }
            throw Flaw(
                "tag",
                "is \(value.kind.words), not a boolean",
                hint: "write true or false"
            )
        }
        guard let flag = Words.boolean(text) else {
            throw Flaw(
                "tag",
                "\"\(text)\" is no boolean",
                hint: "write true or false"
            )
        }
        return flag
    }
}
