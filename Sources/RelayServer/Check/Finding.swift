package import Webhooks

/// One line of what `check` found.
package struct Finding: Equatable, Sendable {
    package enum Mark: String, Sendable {
        case right = "ok"
        /// Works, or could not be found out; worth a look.
        case warning = "warn"
        /// Deployments would be lost or held.
        case wrong = "wrong"
    }

    package let mark: Mark
    /// What was looked at: "gitlab.default: token".
    package let subject: String
    package let words: String
    /// What to do; nil where all is right.
    package let remedy: String?

    package init(_ mark: Mark, _ subject: String, _ words: String, remedy: String? = nil) {
        self.mark = mark
        self.subject = subject
        self.words = words
        self.remedy = remedy
    }
}

extension Finding {
    /// A trap in Argo CD's notification settings.
    package init(_ trap: NotificationsFinding) {
        self.init(
            trap.weight == .wrong ? .wrong : .warning,
            "\(trap.key), \(trap.place)",
            trap.problem,
            remedy: trap.remedy
        )
    }
}
