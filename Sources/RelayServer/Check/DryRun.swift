import GitLab
package import Formats
package import JSON
import Relay

/// What a body would become at a hook that has seen nothing before; nothing is kept.
package struct DryRun {
    private let reception: Reception

    /// - Returns: nil when no hook has this name.
    package init?(
        _ running: Running,
        hook: String,
        pathProject: String? = nil,
        body: [UInt8],
        now: Timestamp
    ) {
        var intake = Intake(hooks: running.hooks, limits: running.configuration.limits)
        guard intake.knows(hook) else { return nil }
        reception = intake.take(
            Webhook(hook: hook, pathProject: pathProject, body: body, receivedAt: now)
        )
    }

    /// What it comes to, for whoever compares.
    package enum Verdict: Equatable, Sendable {
        /// What GitLab would be told, a line for each thing that matters.
        case told([String])
        /// Answered 200, and nothing is recorded.
        case passedOver(reason: String)
        /// 400 or 422.
        case refused(reason: String)
    }

    package var verdict: Verdict {
        switch reception.outcome {
        case .accepted(let delivery):
            let payload = (try? JSONDocument(parsing: Rehearsal.shown(delivery.payload)))?.root
            return .told(Self.lines(project: delivery.place.project, payload))
        case .duplicate(_, let reason), .ignored(let reason): return .passedOver(reason: reason)
        case .dead(_, _, let reason): return .refused(reason: reason)
        }
    }

    /// A payload a line for each member, in GitLab's order, after the project.
    package static func lines(project: String, _ payload: JSONValue?) -> [String] {
        ["project: \(project)"]
            + ["environment", "sha", "ref", "tag", "status"].compactMap { name in
                payload?[name].map { "\(name): \($0.string ?? $0.bool.map { "\($0)" } ?? "?")" }
            }
    }

    /// Whether a sender would hear 400 or 422.
    package var isUnusable: Bool { if case .dead = reception.outcome { true } else { false } }

    /// As `POST /api/render/NAME` answers.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { Rehearsal(reception).write(&$0) }
        return writer.bytes + [0x0A]
    }

    /// The same for people.
    package var text: String {
        switch reception.outcome {
        case .accepted(let delivery):
            let payload = String(decoding: Rehearsal.shown(delivery.payload), as: UTF8.self)
            let lines =
                [
                    "accepted: \(delivery.status.name) of \(delivery.operation.applicationName)",
                    "project:  \(delivery.place.project)", "", "understood",
                ] + delivery.choices.map { "  \($0)" } + ["", "payload", payload, "", "calls"]
            return (lines + calls).joined(separator: "\n")
        case .duplicate(_, let reason):
            return "duplicate: \(reason)"
        case .ignored(let reason):
            return (["ignored: \(reason)"] + calls).joined(separator: "\n")
        case .dead(_, let status, let reason):
            return "\(status), would be kept as a dead letter: \(reason)"
        }
    }

    private var calls: [String] {
        reception.records.compactMap { record in
            if case .delivery(let delivery) = record {
                "  " + Rehearsal.words(delivery)
            } else {
                nil
            }
        }
    }
}
