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

    private struct Wrong: Error {
        var member: String
        var problem: String
        var hint: String
    }

    func read() -> Reading {
        do throws(Wrong) {
            return .report(try report())
        } catch {
            return .unusable(
                member: error.member,
                problem: error.problem,
                hint: error.hint,
                object: nil,
                operation: nil
            )
        }
    }

    private func report() throws(Wrong) -> Report {
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
        report.tier = choices.tier
        report.externalURL = choices.externalURL
        return report
    }

    /// A member as text; numbers count as the text they are, as GitLab's own coercion has it.
    private func text(_ name: String, isNumberFine: Bool = true) throws(Wrong) -> String? {
        guard let value = body[name] else { return nil }
        switch value.kind {
        case .string: return Words.present(value.string)
        case .number where isNumberFine: return value.number?.text
        case .null: return nil
        default:
            throw Wrong(
                member: name,
                problem: "is \(value.kind), not a string",
                hint: "write \"\(name)\": \"…\""
            )
        }
    }

    private func status() throws(Wrong) -> Statement {
        let hint = "use running, success, failed or canceled"
        let told = choices.status == nil ? try text("status", isNumberFine: false) : choices.status
        guard let word = told else {
            throw Wrong(member: "status", problem: "is missing", hint: hint)
        }
        switch word {
        case "running": return .running
        case "success": return .success
        case "failed": return .failed
        case "canceled": return .canceled
        default:
            throw Wrong(member: "status", problem: "\"\(word)\" is none of GitLab's", hint: hint)
        }
    }

    private func environment() throws(Wrong) -> Choice {
        if let choice = chooser.environment { return choice }
        guard let name = try text("environment") else {
            throw Wrong(
                member: "environment",
                problem: "is missing",
                hint: "name GitLab's environment, for instance \"production\""
            )
        }
        return Choice(value: name, origin: "the body's environment")
    }

    private func sha(_ notes: inout [String]) throws(Wrong) -> Choice {
        if let choice = chooser.sha(&notes) { return choice }
        guard let text = try text("sha") else {
            throw Wrong(
                member: "sha",
                problem: "is missing" + (body["sha"]?.string.map { " (\"\($0)\")" } ?? ""),
                hint: "the template found no revision (several sources, a retry, an early error); "
                    + "send the whole Application by the envelope {{toJson .app}} to /hooks/argocd"
            )
        }
        guard let commit = Words.commit(text) else {
            throw Wrong(
                member: "sha",
                problem: "\"\(text)\" is not 40 or 64 hex digits",
                hint: "send the full commit id"
            )
        }
        return Choice(value: commit, origin: "the body's sha")
    }

    private func project() throws(Wrong) -> Choice? {
        let named = try text("project")
        return chooser.explicitProject(named) ?? chooser.project
    }

    private func operation() throws(Wrong) -> String? {
        choices.operation == nil ? try text("operation") : choices.operation
    }

    private func readRef(_ report: inout Report) throws(Wrong) {
        let told = choices.ref == nil ? try text("ref") : choices.ref
        guard let text = told else {
            throw Wrong(
                member: "ref",
                problem: "is missing",
                hint: "name the branch or tag, or set the hook's ref"
            )
        }
        let origin = choices.ref == nil ? "the body's ref" : "the hook's ref"
        let reading = RefReading(text, origin: origin, sha: report.sha?.value)
        report.ref = reading.ref
        let flag = try tag()
        (report.tag, report.tagOrigin) = chooser.tag(
            flag ?? reading.isTag,
            flag == nil ? "by the ref's name" : "the body's tag"
        )
    }

    private func tag() throws(Wrong) -> Bool? {
        guard let value = body["tag"], !value.isNull else { return nil }
        if let flag = value.bool { return flag }
        let text = value.string ?? value.number?.text
        guard let text = Words.present(text) else {
            if value.string != nil { return nil }
            throw Wrong(
                member: "tag",
                problem: "is \(value.kind), not a boolean",
                hint: "write true or false"
            )
        }
        guard let flag = Words.boolean(text) else {
            throw Wrong(
                member: "tag",
                problem: "\"\(text)\" is no boolean",
                hint: "write true or false"
            )
        }
        return flag
    }
}
