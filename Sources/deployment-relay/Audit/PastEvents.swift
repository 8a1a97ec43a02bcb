import Formats
import JSON
import Relay
import RelayServer

/// Renders the present templates over events that a running relay has had, and compares.
struct PastEvents {
    let running: Running
    let pages: LedgerPages

    /// One event and what the present configuration makes of it.
    struct Comparison {
        enum Result: String {
            case same
            case differs
            /// It would be refused now.
            case fails
            /// Its body is no longer in the log.
            case gone
        }

        var id: String
        var hook: String
        var application: String
        var environment: String
        var result: Result
        /// Why, where lines do not say it.
        var reason: String?
        /// What GitLab was told, and what it would be told: `- `, `+ ` or two blanks before each.
        var difference: [String] = []
    }

    /// The newest events of the time, oldest first.
    ///
    /// `hook`: nil: all. What the relay decided by itself has no body and is passed over.
    func compare(since: String, hook: String?, limit: Int) throws -> [Comparison] {
        let entries = try pages.deliveries([("since", since)])
            .filter { $0["cause"]?.string == nil && (hook == nil || $0["hook"]?.string == hook) }
        return try entries.prefix(limit).reversed().map(compare)
    }

    private func compare(_ entry: JSONValue) throws -> Comparison {
        let id = entry["id"]?.string ?? ""
        let hook = entry["hook"]?.string ?? ""
        var comparison = Comparison(
            id: id,
            hook: hook,
            application: entry["application"]?.string ?? "",
            environment: entry["environment"]?.string ?? "",
            result: .gone
        )
        let answer = try pages.client.send("GET", "/api/deliveries/\(id)")
        guard answer.status == 200, let delivery = answer.json else {
            throw LedgerPages.Unreadable(description: LedgerPages.words(answer))
        }
        guard let body = delivery["received"]?.string else {
            comparison.reason = "its body is no longer in the log"
            return comparison
        }
        let isOfPath =
            delivery["understood"]?.elements
            .contains { $0.string?.hasPrefix("project: the path") ?? false } ?? false
        let project = delivery["project"]?.string ?? ""
        let trial = DryRun(
            running,
            hook: hook,
            pathProject: isOfPath ? project : nil,
            body: Array(body.utf8),
            now: entry["receivedAt"]?.string.flatMap { Timestamp(rfc3339: $0) }
                ?? Timestamp(milliseconds: 0)
        )
        let before = delivery["payload"].map { DryRun.lines(project: project, $0) }
        switch trial?.verdict {
        case .told(let lines) where lines == before: comparison.result = .same
        case .told(let lines):
            comparison.result = .differs
            comparison.difference = Self.difference(before ?? [], lines)
            if before == nil {
                comparison.reason = "was refused: \(entry["reason"]?.string ?? "")"
            }
        case .passedOver(let reason):
            comparison.result = .differs
            comparison.reason = "would be passed over: \(reason)"
        case .refused(let reason) where before == nil:
            comparison.result = .same
            comparison.reason = "is refused still: \(reason)"
        case .refused(let reason):
            comparison.result = .fails
            comparison.reason = reason
        case nil:
            comparison.result = before == nil ? .same : .fails
            comparison.reason = "there is no hook \(hook) in this configuration"
        }
        return comparison
    }

    /// Both texts a line at a time: each line stands for one member, so that equal members meet.
    static func difference(_ before: [String], _ after: [String]) -> [String] {
        func name(_ line: String) -> Substring { line.prefix { $0 != ":" } }
        var lines: [String] = []
        for line in before {
            let new = after.first { name($0) == name(line) }
            if new == line {
                lines.append("  \(line)")
            } else {
                lines.append("- \(line)")
                if let new { lines.append("+ \(new)") }
            }
        }
        let added = after.filter { line in !before.contains { name($0) == name(line) } }
        return lines + added.map { "+ \($0)" }
    }
}
