import Formats

/// A `template.NAME`: what is sent (facts/argocd.md §1.1, §2, §3).
struct NotificationTemplate {
    let name: String
    let entry: NotificationsConfigMap.Entry
    private let settings: YAMLNode?

    init(name: String, _ entry: NotificationsConfigMap.Entry) {
        self.name = name
        self.entry = entry
        settings = try? YAMLReader.read(Array(entry.text.utf8))
    }

    /// Its sections by the webhook service they are for.
    var sections: [YAMLMember] { settings?["webhook"]?.members ?? [] }

    /// The traps in it; `services` are the webhook services that are there.
    func findings(services: [WebhookService]) -> [NotificationsFinding] {
        var found = NotificationsFindings(entry)
        for action in TemplateAction.actions(in: entry.text) { lookAt(action, &found) }
        lookForTokens(&found)
        guard settings != nil else {
            found.addUnreadable()
            return found.all
        }
        for section in sections {
            let service = services.first { $0.name == section.key }
            lookAt(section, isForRelay: service?.goesToRelay ?? false, &found)
            guard service == nil, !services.isEmpty else { continue }
            found.add(
                .wrong,
                line: section.line,
                "there is no service.webhook.\(section.key), so this is never sent",
                remedy: "add the service, or name one that is there"
            )
        }
        return found.all
    }

    /// What is wrong wherever it stands.
    private func lookAt(_ action: TemplateAction, _ found: inout NotificationsFindings) {
        for field in action.fields where field.contains("-") {
            let parts = field.split(separator: ".", omittingEmptySubsequences: false)
            let place = parts.firstIndex { $0.contains("-") } ?? 0
            let map = parts[..<place].joined(separator: ".")
            let key = parts[place...].joined(separator: ".")
            found.add(
                .wrong,
                line: action.line,
                "\(field): a hyphen cannot stand in a chain of fields; one template that cannot "
                    + "be parsed stops every notification of the whole installation",
                remedy: "{{index \(map.isEmpty ? "." : map) \"\(key)\"}}"
            )
        }
        if action.fields.contains(where: { $0.hasPrefix(".secrets.") }),
            action.words.isDisjoint(with: ["toString", "printf", "b64enc"])
        {
            let field = action.fields.first { $0.hasPrefix(".secrets.") } ?? ".secrets"
            found.add(
                .wrong,
                line: action.line,
                "\(field) is a list of bytes and prints as [97 98 99]",
                remedy: "{{\(field) | toString}}; better a header $key in the service"
            )
        }
    }

    private func lookForTokens(_ found: inout NotificationsFindings) {
        let lines = entry.text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let isLiteral = ["glpat-", "gldt-", "glcbt-", "gloas-"].contains { line.contains($0) }
            let isParameter = ["private_token=", "job_token=", "access_token="]
                .contains { line.contains($0) }
            guard isLiteral || isParameter else { continue }
            found.add(
                .wrong,
                line: index + 1,
                "a token stands in a template, and with it in logs: Argo CD writes what it sent "
                    + "when that failed",
                remedy: "send it as a header of the service, from argocd-notifications-secret; "
                    + "with the relay Argo CD needs no GitLab token at all"
            )
        }
    }

    // MARK: - One service's section

    private func lookAt(
        _ section: YAMLMember,
        isForRelay: Bool,
        _ found: inout NotificationsFindings
    ) {
        let method = section.value["method"]
        if method?.text?.uppercased() ?? "GET" == "GET" {
            found.add(
                .wrong,
                line: method?.line ?? section.line,
                "webhook.\(section.key) is sent by GET" + (method == nil ? ", the default" : ""),
                remedy: "add method: POST"
            )
        }
        // The relay takes a project's path with its slashes too.
        if !isForRelay, let path = section.value["path"], let text = path.text {
            lookAt(path: text, line: path.line, &found)
        }
        guard let body = section.value["body"], let text = body.text else { return }
        let first = body.firstLine ?? body.line
        for action in TemplateAction.actions(in: text) {
            // A text without lines of its own stands on one line, or nearly.
            let line = body.firstLine == nil ? body.line : first + action.line - 1
            lookAt(inBody: action, line: line, &found)
        }
    }

    private func lookAt(path: String, line: Int, _ found: inout NotificationsFindings) {
        guard let problem = ProjectPath.problem(path) else { return }
        found.add(.wrong, line: line, problem.words, remedy: problem.remedy)
    }

    private func lookAt(
        inBody action: TemplateAction,
        line: Int,
        _ found: inout NotificationsFindings
    ) {
        let encodes = !action.words.isDisjoint(with: [
            "toJson", "mustToJson", "toRawJson", "mustToRawJson", "toPrettyJson", "js",
        ])
        if action.isQuoted, encodes, !action.words.contains("js") {
            found.add(
                .wrong,
                line: line,
                "toJson writes its own quotes: here two stand at each end",
                remedy: "take the quotes around {{…}} away"
            )
        }
        for field in action.fields {
            if !encodes, Self.isFreeText(field) {
                found.add(
                    .wrong,
                    line: line,
                    "\(field) holds quotes and line breaks, which break the JSON just when "
                        + "something failed",
                    remedy: "{{toJson \(field)}} without quotes around it; better the envelope "
                        + "{\"app\": {{toJson .app}}, …}"
                )
            }
            if let words = Self.revisionTrap(field) {
                found.add(
                    field.hasSuffix("status.sync.revision") ? .wrong : .warning,
                    line: line,
                    "\(field) \(words)",
                    remedy: "send the envelope {\"app\": {{toJson .app}}, …}: the relay finds the "
                        + "commit that was really applied"
                )
            }
        }
    }

    private static func isFreeText(_ field: String) -> Bool {
        field.hasSuffix(".message") || field == ".message" || field.hasSuffix(".conditions")
            || field.hasSuffix(".commitMessage")
    }

    private static func revisionTrap(_ field: String) -> String? {
        if field.hasSuffix("app.status.sync.revision") {
            return "is what Argo CD compared last, not what was deployed: it moves on with every "
                + "commit, and is <no value> with several sources"
        }
        if field.hasSuffix("operationState.operation.sync.revision") {
            return "is <no value> with several sources, and after a retry with refresh"
        }
        if field.hasSuffix("syncResult.revision") {
            return "is empty with several sources, and <no value> for errors that come early"
        }
        return nil
    }
}

/// The project in a path of GitLab's API.
enum ProjectPath {
    /// Why GitLab would not find the project, and what to write; nil when it would.
    static func problem(_ path: String) -> (words: String, remedy: String)? {
        guard let start = path.ranges(of: "/projects/").first?.upperBound ?? prefixEnd(path) else {
            return nil
        }
        let rest = path[start...]
        let ends = ["/deployments", "/statuses", "/environments", "/repository", "/merge_requests"]
        guard let end = ends.compactMap({ rest.ranges(of: $0).first?.lowerBound }).min() else {
            return nil
        }
        let project = rest[..<end]
        let actions = TemplateAction.actions(in: String(project))
        if actions.isEmpty {
            guard project.contains("/") else { return nil }
            let escaped = project.split(separator: "/").joined(separator: "%2F")
            return (
                "GitLab wants a project's path as one segment: \(project) is not found",
                "\(escaped), or the project's number; the relay takes it either way"
            )
        }
        let isEscaped = actions.allSatisfy { action in
            !action.words.isDisjoint(with: ["urlquery", "urlqueryescape"])
                || action.fields.contains { $0.hasSuffix(".QueryEscape") }
        }
        let cuts = actions.contains { $0.fields.contains { $0.hasSuffix("FullNameByRepoURL") } }
        if cuts {
            return (
                "FullNameByRepoURL keeps two parts of a path: subgroups are cut off",
                "the project's number, or the relay, which reads the whole path"
            )
        }
        let isIdentity = actions.allSatisfy { action in
            action.fields.contains { $0.lowercased().hasSuffix("id") }
                || action.text.lowercased().contains("id\"")
        }
        guard !isEscaped, !isIdentity else { return nil }
        return (
            "a project's path is put in without escaping: its slashes make another address",
            "{{call .repo.QueryEscape …}}, or the project's number; the relay takes it either way"
        )
    }

    private static func prefixEnd(_ path: String) -> String.Index? {
        path.hasPrefix("projects/") ? path.index(path.startIndex, offsetBy: 9) : nil
    }
}
