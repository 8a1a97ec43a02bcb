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
            let written = delivery["gitlabStatus"]?.string
            let other = written == delivery["status"]?.string ? nil : written
            lines.append(
                line("deployment", "\(row) in GitLab\(other.map { ", \($0) there" } ?? "")")
            )
        }
        if let repeats = delivery["repeats"]?.number?.text, repeats != "1" {
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
        let hook = delivery["hook"]?.string ?? ""
        let first = delivery["cause"]?.string.map { "made by the relay itself: \($0)" }
        let begin = "  \(delivery["receivedAt"]?.string ?? "")  \(first ?? "came in at \(hook)")"
        return ["", "history", begin] + steps + present
    }

    /// What it waits for, unless it is over.
    private var present: [String] {
        switch delivery["state"]?.string {
        case "accepted": ["  now: waits for its turn, or for the next attempt"]
        case "held": ["  now: stands still until that is mended, and then goes on by itself"]
        default: []
        }
    }

    private func step(_ step: JSONValue) -> String {
        let at = step["at"]?.string ?? ""
        let code = step["status"]?.number.map { ", GitLab answered \($0.text)" } ?? ""
        let reason = step["reason"]?.string.map { ": \($0)" } ?? ""
        if let state = step["settled"]?.string { return "  \(at)  \(state)\(code)\(reason)" }
        let number = step["attempt"]?.number?.text ?? "?"
        let call = step["call"]?.string ?? ""
        let time = step["milliseconds"]?.number.map { " after \($0.text) ms" } ?? ""
        let outcome = Self.words(step["outcome"]?.string ?? "")
        return "  \(at)  attempt \(number), \(call)\(code)\(time)\(reason)\n"
            + "      \(outcome)"
    }

    /// What an attempt's outcome means for what follows.
    private static func words(_ outcome: String) -> String {
        switch outcome {
        case "deferred": "surely not done; tried again later"
        case "uncertain": "may have been done; GitLab is looked at before anything is sent again"
        case "held": "somebody must mend this; it is asked now and then, and goes on by itself"
        case "rejected": "GitLab will never take it like this"
        default: outcome
        }
    }
}
