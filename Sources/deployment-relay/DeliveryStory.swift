import JSON

/// One delivery's history in words: what came in, what was understood, what GitLab said.
struct DeliveryStory {
    private let delivery: JSONValue

    init(_ delivery: JSONValue) { self.delivery = delivery }

    var text: String { (head + understood + history).joined(separator: "\n") }

    private var head: [String] {
        let names = [
            ("delivery", "id"), ("state", "state"), ("reason", "reason"), ("to do", "hint"),
            ("hook", "hook"), ("application", "application"), ("operation", "operation"),
            ("project", "project"), ("environment", "environment"), ("status", "status"),
            ("sha", "sha"), ("cause", "cause"), ("received", "receivedAt"),
            ("settled", "settledAt"),
        ]
        var lines = names.compactMap { title, member in
            delivery[member]?.string.map { line(title, $0) }
        }
        if let row = delivery["gitlabDeployment"]?.number?.text {
            lines.append(line("deployment", "\(row) in GitLab"))
        }
        if let repeats = delivery["repeats"]?.number?.text {
            lines.append(line("came", "\(repeats) times"))
        }
        return lines
    }

    private func line(_ title: String, _ value: String) -> String {
        title + String(repeating: " ", count: max(1, 14 - title.count)) + value
    }

    private var understood: [String] {
        let words = delivery["understood"]?.elements.compactMap(\.string) ?? []
        return words.isEmpty ? [] : ["", "understood"] + words.map { "  \($0)" }
    }

    private var history: [String] {
        let steps = delivery["history"]?.elements.map(step) ?? []
        return ["", "history"] + (steps.isEmpty ? ["  nothing has been sent yet"] : steps)
    }

    private func step(_ step: JSONValue) -> String {
        let at = step["at"]?.string ?? ""
        let code = step["status"]?.number.map { " (\($0.text))" } ?? ""
        let reason = step["reason"]?.string.map { ": \($0)" } ?? ""
        if let state = step["settled"]?.string { return "  \(at)  \(state)\(code)\(reason)" }
        let number = step["attempt"]?.number?.text ?? "?"
        let call = step["call"]?.string ?? ""
        let outcome = step["outcome"]?.string ?? ""
        return "  \(at)  attempt \(number): \(call): \(outcome)\(code)\(reason)"
    }
}
