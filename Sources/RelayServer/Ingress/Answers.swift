import GitLab
import Formats
import HTTP
import JSON
import Relay

/// The answers of the hook address (DESIGN §2.3).
enum Answers {
    /// Nothing is promised: the log could not be written.
    static let cannotWrite = HTTPResponse.text(503, "the log cannot be written now; try again")

    static func accepted(_ delivery: AcceptedDelivery) -> HTTPResponse {
        json(202) { writer in
            writer.member("id", String(delivery.id))
            writer.member("state", "accepted")
            deployment(delivery, &writer)
        }
    }

    static func passed(_ state: String, id: UInt64?, reason: String) -> HTTPResponse {
        json(200) { writer in
            if let id { writer.member("id", String(id)) }
            writer.member("state", state)
            writer.member("reason", reason)
        }
    }

    static func dead(_ id: UInt64, status: Int, reason: String) -> HTTPResponse {
        json(status) { writer in
            writer.member("id", String(id))
            writer.member("state", "dead")
            writer.member("reason", reason)
        }
    }

    /// A settled delivery, with GitLab's own answer.
    static func settled(_ delivery: AcceptedDelivery, _ end: Settlement) -> HTTPResponse {
        let status =
            switch end.state {
            case .delivered: end.madeRow ? 201 : 200
            case .superseded: 200
            case .dead, .dropped: 422
            }
        return json(status) { writer in
            writer.member("id", String(delivery.id))
            writer.member("state", end.state.name)
            writer.member("reason", end.reason)
            deployment(delivery, &writer)
            words("gitlab", end.answer, &writer)
        }
    }

    /// Held: somebody must mend something first.
    static func held(
        _ delivery: AcceptedDelivery,
        reason: String,
        remedy: String
    ) -> HTTPResponse {
        json(202) { writer in
            writer.member("id", String(delivery.id))
            writer.member("state", "held")
            writer.member("reason", reason)
            writer.member("hint", remedy)
            deployment(delivery, &writer)
        }
    }

    /// Time ran out before GitLab answered.
    static func notYet(_ delivery: AcceptedDelivery, last attempt: Attempt?) -> HTTPResponse {
        json(202) { writer in
            writer.member("id", String(delivery.id))
            writer.member("state", "accepted")
            deployment(delivery, &writer)
            guard let attempt else { return }
            writer.member("lastAttempt") { writer in
                writer.object { writer in
                    writer.member("number", Int(attempt.number))
                    writer.member("outcome", attempt.outcome.name)
                    writer.member("status", attempt.httpStatus == 0 ? nil : Int(attempt.httpStatus))
                    writer.member("reason", attempt.reason)
                }
            }
        }
    }

    private static func deployment(_ delivery: AcceptedDelivery, _ writer: inout JSONWriter) {
        writer.member("deployment") { writer in
            writer.object { writer in
                writer.member("project", delivery.place.project)
                writer.member("environment", delivery.place.environment)
                writer.member("status", delivery.status.name)
                writer.member("sha", delivery.place.sha)
            }
        }
    }

    /// GitLab's answer as the JSON it is, or as text when it is none.
    static func words(_ name: String, _ answer: [UInt8], _ writer: inout JSONWriter) {
        guard !answer.isEmpty else { return }
        if (try? JSONDocument(parsing: answer)) != nil {
            writer.memberRaw(name, json: answer)
        } else {
            writer.member(name, String(decoding: answer, as: UTF8.self))
        }
    }

    static func json(_ status: Int, _ body: (inout JSONWriter) -> Void) -> HTTPResponse {
        var writer = JSONWriter(reserving: 256)
        writer.object(body)
        writer.endLine()
        return HTTPResponse.json(status, writer.bytes)
    }

    /// `{"error","hint"}` of the admin address.
    static func mistake(_ status: Int, _ error: String, hint: String) -> HTTPResponse {
        json(status) { writer in
            writer.member("error", error)
            writer.member("hint", hint)
        }
    }
}
