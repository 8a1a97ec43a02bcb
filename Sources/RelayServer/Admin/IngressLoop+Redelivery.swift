import Formats
import GitLab
import HTTP
import JSON
import POSIX
import Relay

/// Redelivery by hand: what it will do, and doing it.
extension IngressLoop {
    /// Why a delivery cannot be redelivered.
    private struct Obstacle: Error {
        let response: HTTPResponse

        init(_ status: Int, _ problem: String, hint: String) {
            response = Answers.mistake(status, problem, hint: hint)
        }
    }

    /// What `redeliver` would do at this moment, in words; nothing is done.
    func rehearseRedelivery(_ entry: LedgerEntry) -> HTTPResponse {
        let words: [String]
        do throws(Obstacle) {
            if entry.state == .accepted {
                words = retryWords(entry)
            } else {
                var trial = intake
                words = Self.words(try Self.retake(entry, acceptedRecord(entry), in: &trial))
            }
        } catch {
            return error.response
        }
        return Answers.json(200) { writer in
            writer.member("id", String(entry.id))
            writer.member("state", ledger.state(of: entry).name)
            writer.member("will") { writer in
                writer.array { writer in for line in words { writer.string(line) } }
            }
        }
    }

    private func retryWords(_ entry: LedgerEntry) -> [String] {
        if let hold = ledger.hold(over: entry) {
            return ["ask at once whether this is mended, and send it then: \(hold.reason)"]
        }
        guard case .delivery(let delivery) = acceptedRecord(entry) else {
            return ["try it at once, whatever it waits for"]
        }
        return ["try it at once, whatever it waits for: \(Rehearsal.words(delivery))"]
    }

    private static func words(_ reception: Reception) -> [String] {
        switch reception.outcome {
        case .accepted(let told):
            let head =
                "take the kept body in again under the present configuration: "
                + "\(told.status.name) of \(told.place.environment) in project "
                + "\(told.place.project), commit \(told.place.sha.prefix(8))"
            let calls = reception.records.compactMap { record in
                if case .delivery(let delivery) = record { Rehearsal.words(delivery) } else { nil }
            }
            let older = "write canceled instead where a newer success of its Application stands"
            return [head] + calls + (told.status == .success ? [older] : [])
        case .duplicate(_, let reason): return ["do nothing, it is known already: \(reason)"]
        case .ignored(let reason): return ["do nothing, there is nothing to record: \(reason)"]
        case .dead(_, let status, let reason):
            return ["keep it as dead, refused with \(status) again: \(reason)"]
        }
    }

    mutating func redeliver(
        _ entry: LedgerEntry,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        if entry.state == .accepted {
            let ticket = errand(exchange, connection)
            return send(.retryNow(id: entry.id, ticket: ticket))
        }
        do throws(Obstacle) {
            let record = acceptedRecord(entry)
            let reception = try Self.retake(entry, record, in: &intake)
            stage(reception.records)
            let response = Rehearsal(reception).response
            note(exchange, response.status)
            owes(.afterCommit(response, otherwise: Answers.cannotWrite), connection)
        } catch {
            finish(error.response, exchange, connection)
        }
    }

    /// Takes the kept body in again under the present configuration.
    private static func retake(
        _ entry: LedgerEntry,
        _ record: AcceptedRecord?,
        in intake: inout Intake
    ) throws(Obstacle) -> Reception {
        guard entry.state == .dead || entry.state == .dropped else {
            throw Obstacle(
                409,
                "delivery \(entry.id) is \(entry.state.name) already",
                hint: "only dead, dropped and waiting deliveries can be redelivered"
            )
        }
        guard let record else {
            throw Obstacle(
                410,
                "the record of delivery \(entry.id) is no longer in the log",
                hint: "ask the sender to send the event again"
            )
        }
        let reception: Reception?
        switch record {
        case .delivery(var delivery) where delivery.body.isEmpty:
            delivery.generation += 1
            return Reception(outcome: .accepted(delivery), records: [.delivery(delivery)])
        case .delivery(let delivery):
            let isOfPath = delivery.choices.contains { $0.hasPrefix("project: the path") }
            let project = isOfPath ? delivery.place.project : nil
            reception = intake.retake(
                webhook(delivery.hook, project, delivery.body, delivery.traceparent),
                id: delivery.id,
                generation: delivery.generation + 1
            )
        case .deadLetter(let letter):
            reception = intake.retake(
                webhook(letter.hook, letter.pathProject, letter.body),
                id: letter.id,
                generation: letter.generation + 1
            )
        }
        guard let reception else {
            throw Obstacle(
                409,
                "hook \(entry.hook) is no longer configured",
                hint: "add it again, or drop the delivery"
            )
        }
        return reception
    }

    /// What the kept body would become now if nothing had come before it; nothing is kept.
    func rehearseAnew(_ entry: LedgerEntry) -> HTTPResponse {
        let kept: (project: String?, body: [UInt8])
        switch acceptedRecord(entry) {
        case .delivery(let delivery):
            let isOfPath = delivery.choices.contains { $0.hasPrefix("project: the path") }
            kept = (isOfPath ? delivery.place.project : nil, delivery.body)
        case .deadLetter(let letter):
            kept = (letter.pathProject, letter.body)
        case nil:
            let problem = "the record of delivery \(entry.id) is no longer in the log"
            return Answers.mistake(410, problem, hint: "nothing can be done any more")
        }
        if kept.body.isEmpty, let cause = words(entry).cause {
            let problem = "the relay made delivery \(entry.id) itself: \(cause)"
            return Answers.mistake(409, problem, hint: "only what came in can be rendered anew")
        }
        var webhook = Self.webhook(entry.hook, kept.project, kept.body)
        // By the clock of then: what is too old to be recorded now was not.
        webhook.receivedAt = entry.receivedAt
        var unknowing = Intake(hooks: running.hooks, limits: limits)
        guard
            let reception = unknowing.retake(webhook, id: entry.id, generation: entry.generation)
        else {
            let problem = "hook \(entry.hook) is no longer configured"
            return Answers.mistake(409, problem, hint: "add it again, and reload")
        }
        return Rehearsal(reception).response
    }

    private static func webhook(
        _ hook: String,
        _ project: String?,
        _ body: [UInt8],
        _ traceparent: String? = nil
    ) -> Webhook {
        Webhook(
            hook: hook,
            pathProject: project,
            body: body,
            receivedAt: Timestamp(milliseconds: Clock.now()),
            traceparent: traceparent
        )
    }
}
