import GitLab
import HTTP
import JSON
import Relay

/// What a body means and what would follow from it: the dry run, in the admin's JSON.
struct Rehearsal {
    private let reception: Reception

    init(_ reception: Reception) { self.reception = reception }

    var response: HTTPResponse {
        Answers.json(200) { write(&$0) }
    }

    func write(_ writer: inout JSONWriter) {
        switch reception.outcome {
        case .accepted(let delivery):
            writer.member("id", String(delivery.id))
            writer.member("state", "accepted")
            writer.member("application", delivery.operation.applicationName)
            writer.member("operation", delivery.operation.name)
            writer.member("project", delivery.place.project)
            writer.member("understood") { writer in
                writer.array { writer in for words in delivery.choices { writer.string(words) } }
            }
            writer.member("payload") { $0.raw(Self.shown(delivery.payload)) }
            calls(&writer)
        case .duplicate(let id, let reason):
            if let id { writer.member("id", String(id)) }
            writer.member("state", "duplicate")
            writer.member("reason", reason)
        case .ignored(let reason):
            writer.member("state", "ignored")
            writer.member("reason", reason)
            calls(&writer)
        case .dead(let id, let status, let reason):
            writer.member("id", String(id))
            writer.member("state", "dead")
            writer.member("status", status)
            writer.member("reason", reason)
        }
    }

    /// The calls that would follow if nothing of this were in GitLab yet.
    private func calls(_ writer: inout JSONWriter) {
        writer.member("calls") { writer in
            writer.array { writer in
                for case .delivery(let delivery) in reception.records {
                    writer.string(Self.words(delivery))
                }
            }
        }
    }

    static func words(_ delivery: AcceptedDelivery) -> String {
        let project = delivery.place.project
        if case .deletion(let why, let stops) = delivery.cause {
            let call = "POST /projects/\(project)/environments/\(delivery.place.environment)/stop"
            return stops ? "\(call): \(why)" : "none: \(why)"
        }
        if let why = delivery.cause.words {
            return "PUT /projects/\(project)/deployments/(the open one) "
                + "status=\(delivery.status.name): \(why)"
        }
        let wished = [delivery.tier, delivery.externalURL].compactMap { $0 }.joined(separator: ", ")
        let before =
            "POST or PUT /projects/\(project)/environments (\(wished)) where it differs, then "
        let first = (wished.isEmpty ? "" : before) + "POST /projects/\(project)/deployments"
        return delivery.status == .running
            ? first : "\(first), or PUT to the operation's deployment if one was made"
    }

    /// The payload for people: words where the default branch will stand.
    static func shown(_ payload: [UInt8]) -> [UInt8] {
        guard let read = try? DefaultBranch.read(payload), DefaultBranch.isMarked(read.ref),
            let filled = try? DefaultBranch.fill(
                payload,
                with: "(default branch)",
                status: read.status
            )
        else { return payload }
        return filled
    }
}
