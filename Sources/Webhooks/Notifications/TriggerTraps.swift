import Formats

/// A `trigger.NAME`: when something is sent (facts/argocd.md §1.3, §3.3, §4).
struct NotificationTrigger {
    let name: String
    let entry: NotificationsConfigMap.Entry
    private let conditions: YAMLNode?

    init(name: String, _ entry: NotificationsConfigMap.Entry) {
        self.name = name
        self.entry = entry
        conditions = try? YAMLReader.read(Array(entry.text.utf8))
    }

    /// The traps in it; `templates` are the names of those that are there.
    func findings(templates: Set<String>) -> [NotificationsFinding] {
        var found = NotificationsFindings(entry)
        guard let conditions else {
            found.addUnreadable()
            return found.all
        }
        for condition in conditions.elements {
            if let once = condition["oncePer"] { lookAt(oncePer: once, &found) }
            if let when = condition["when"] { lookAt(when: when, &found) }
            for template in condition["send"]?.elements ?? [] {
                guard let name = template.text, !templates.contains(name) else { continue }
                found.add(
                    .wrong,
                    line: template.line,
                    "template.\(name) is not there, so nothing is sent",
                    remedy: "add it, or name one that is there"
                )
            }
        }
        return found.all
    }

    private func lookAt(oncePer node: YAMLNode, _ found: inout NotificationsFindings) {
        guard let text = node.text else { return }
        let plain = text.split(separator: "?").joined()
        let remedy = "oncePer: app.status.operationState.startedAt, which names the operation"
        if plain.hasSuffix("syncResult.revision") {
            found.add(
                .wrong,
                line: node.line,
                "oncePer is empty for Applications with several sources and then counts as none; "
                    + "a rollback or a second sync of a commit is silent",
                remedy: remedy
            )
        } else if plain.hasSuffix(".revision") || plain.hasSuffix(".revisions") {
            found.add(
                .wrong,
                line: node.line,
                "oncePer is <nil> for Applications with several sources: each of them is told of "
                    + "once in its life; a rollback or a second sync of a commit is silent",
                remedy: remedy
            )
        }
    }

    private func lookAt(when node: YAMLNode, _ found: inout NotificationsFindings) {
        guard let text = node.text, text.contains("app.status.operationState.") else { return }
        found.add(
            .warning,
            line: node.line,
            "an Application that was never synced has no operationState: an error in the log at "
                + "each look",
            remedy: "app.status?.operationState?.phase (Argo CD 2.14 or newer)"
        )
    }
}
