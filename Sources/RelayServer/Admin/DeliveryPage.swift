import Formats
import GitLab
import JSON
import Relay

/// A delivery as the admin address shows it.
enum DeliveryPage {
    /// The members of a listing.
    static func summary(
        _ entry: LedgerEntry,
        _ words: LedgerWords,
        _ ledger: Ledger,
        _ intake: Intake,
        _ writer: inout JSONWriter
    ) {
        let hold = ledger.hold(over: entry)
        writer.member("id", String(entry.id))
        writer.member("state", ledger.state(of: entry).name)
        writer.member("hook", entry.hook)
        writer.member("project", entry.project)
        writer.member("environment", entry.environment)
        writer.member("status", entry.status?.name)
        writer.member("sha", words.sha)
        writer.member("application", entry.application)
        writer.member("operation", words.operation)
        writer.member("cause", words.cause)
        writer.member("reason", hold?.reason ?? words.reason)
        writer.member("hint", hold?.remedy)
        writer.member("attempts", Int(entry.attempts))
        writer.member("gitlab", entry.endpoint.isEmpty ? nil : entry.endpoint)
        writer.member("gitlabDeployment", entry.deployment)
        writer.member("gitlabStatus", entry.written?.name)
        writer.member("repeats", intake.repeats(of: entry.id))
        writer.member("receivedAt", entry.receivedAt.rfc3339)
        writer.member("settledAt", entry.settledAt?.rfc3339)
    }

    /// What one delivery's page has beside that.
    static func details(
        _ accepted: AcceptedRecord?,
        _ records: [SettledRecord],
        _ writer: inout JSONWriter
    ) {
        switch accepted {
        case .delivery(let delivery):
            writer.member("understood") { writer in
                writer.array { writer in for words in delivery.choices { writer.string(words) } }
            }
            writer.member("payload") { $0.raw(Rehearsal.shown(delivery.payload)) }
            received(delivery.body, &writer)
        case .deadLetter(let letter):
            received(letter.body, &writer)
        case nil:
            writer.member("received", nil as String?)
        }
        writer.member("history") { writer in
            writer.array { writer in
                for record in records { step(record, &writer) }
            }
        }
    }

    private static func received(_ body: [UInt8], _ writer: inout JSONWriter) {
        writer.member("received", String(decoding: body, as: UTF8.self))
    }

    private static func step(_ record: SettledRecord, _ writer: inout JSONWriter) {
        switch record {
        case .attempt(let attempt):
            writer.object { writer in
                writer.member("attempt", Int(attempt.number))
                writer.member("at", attempt.finishedAt.rfc3339)
                writer.member("call", attempt.call)
                writer.member("outcome", attempt.outcome.name)
                writer.member("status", attempt.httpStatus == 0 ? nil : Int(attempt.httpStatus))
                writer.member("reason", attempt.reason)
                writer.member("milliseconds", Int(attempt.milliseconds))
            }
        case .settled(let end):
            writer.object { writer in
                writer.member("settled", end.state.name)
                writer.member("at", end.settledAt.rfc3339)
                writer.member("reason", end.reason)
                writer.member("status", end.httpStatus == 0 ? nil : Int(end.httpStatus))
                Answers.words("gitlab", end.answer, &writer)
            }
        case .sending, .project, .row, .environment, .mark, .address:
            break
        }
    }

    static func passedOver(_ event: PassedOver, _ writer: inout JSONWriter) {
        writer.member("state", event.state)
        writer.member("hook", event.hook)
        writer.member("application", event.application)
        writer.member("reason", event.reason)
        writer.member("receivedAt", event.receivedAt.rfc3339)
    }
}
