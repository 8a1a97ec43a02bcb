/// A trap in somebody's notification settings: where, what, what to do.
package struct NotificationsFinding: Equatable, Sendable {
    package enum Weight: Equatable, Sendable {
        /// Deployments are lost or wrong, or nothing is sent at all.
        case wrong
        /// It goes wrong in some cases.
        case warning
    }

    package let weight: Weight
    /// The ConfigMap's key: `template.gitlab`.
    package let key: String
    /// "line 14"; for texts whose lines are not lines of the file, the line of the text as well.
    package let place: String
    package let problem: String
    package let remedy: String
}

/// An entry being looked at, and what was found in it.
struct NotificationsFindings {
    let entry: NotificationsConfigMap.Entry
    private var found: [(line: Int, finding: NotificationsFinding)] = []

    init(_ entry: NotificationsConfigMap.Entry) { self.entry = entry }

    /// `line`: of the entry's text, 1 for the first.
    mutating func add(
        _ weight: NotificationsFinding.Weight,
        line: Int,
        _ problem: String,
        remedy: String
    ) {
        let finding = NotificationsFinding(
            weight: weight,
            key: entry.key,
            place: entry.place(line),
            problem: problem,
            remedy: remedy
        )
        if !found.contains(where: { $0.finding == finding }) { found.append((line, finding)) }
    }

    /// In the order of the text.
    var all: [NotificationsFinding] {
        found.enumerated()
            .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
            .map(\.element.finding)
    }
}
