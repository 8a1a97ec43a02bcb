import Formats
import GitLab
import HTTP
import JSON
import POSIX
import Relay

/// What `audit` repairs with: what GitLab has lost is told again, what stands open there is closed.
/// Both are deliveries like any other, in their lane, in their order.
extension IngressLoop {
    /// Why something cannot be told again.
    private struct Obstacle: Error {
        let response: HTTPResponse

        init(_ status: Int, _ problem: String, hint: String) {
            response = Answers.mistake(status, problem, hint: hint)
        }
    }

    /// What `retell` would do at this moment, in words; nothing is done.
    func rehearseRetelling(_ entry: LedgerEntry) -> HTTPResponse {
        let delivery: AcceptedDelivery
        do throws(Obstacle) {
            delivery = try retold(entry)
        } catch {
            return error.response
        }
        let row = entry.deployment.map { "deployment \($0)" } ?? "its deployment"
        let words = [
            "ask GitLab for \(row), and write it as \(delivery.status.name) where it is not",
            "make it anew where GitLab has it no more",
        ]
        return Answers.json(200) { writer in
            writer.member("id", String(entry.id))
            writer.member("state", ledger.state(of: entry).name)
            writer.member("will") { writer in
                writer.array { writer in for line in words { writer.string(line) } }
            }
        }
    }

    mutating func retell(
        _ entry: LedgerEntry,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        do throws(Obstacle) {
            let delivery = try retold(entry)
            stage([.delivery(delivery)])
            answer(delivery, exchange, connection)
        } catch {
            finish(error.response, exchange, connection)
        }
    }

    /// The delivery as it was accepted, once more: the same id, the next generation.
    private func retold(_ entry: LedgerEntry) throws(Obstacle) -> AcceptedDelivery {
        guard entry.state == .delivered, entry.status != nil else {
            throw Obstacle(
                409,
                "delivery \(entry.id) is \(ledger.state(of: entry).name)",
                hint: "only what was delivered can be told again; others are redelivered"
            )
        }
        guard case .delivery(var delivery) = acceptedRecord(entry) else {
            throw Obstacle(
                410,
                "the record of delivery \(entry.id) is no longer in the log",
                hint: "ask the sender to send the event again"
            )
        }
        let name = delivery.operation
        if let last = intake.latestDelivery(of: name.identity, in: name.application),
            last != entry.id, let later = ledger[last],
            later.state == .accepted || later.state == .delivered
        {
            throw Obstacle(
                409,
                "delivery \(last) is a later word on the same operation",
                hint: "tell that one again"
            )
        }
        delivery.generation += 1
        delivery.notBefore = nil
        return delivery
    }

    // MARK: - Rows that no operation owns

    /// `{"gitlab","project","environment","deployment","sha","why"}`: closes that row as canceled.
    mutating func closeRow(_ body: [UInt8], _ exchange: Exchange, _ connection: Connection) {
        guard mayChange(exchange, connection) else { return }
        do throws(Obstacle) {
            let (row, sha, why) = try openRow(body)
            let closing = intake.close(row, sha: sha, why, at: Timestamp(milliseconds: Clock.now()))
            send(.adopt(row))
            stage([.delivery(closing)])
            answer(closing, exchange, connection)
        } catch {
            finish(error.response, exchange, connection)
        }
    }

    private func openRow(
        _ body: [UInt8]
    ) throws(Obstacle) -> (row: Row, sha: String, why: String) {
        let hint =
            "send {\"gitlab\": NAME, \"project\": NUMBER, \"environment\": NAME, "
            + "\"deployment\": ID, \"sha\": COMMIT, \"why\": TEXT}"
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: body).root
        } catch {
            throw Obstacle(400, "\(error)", hint: hint)
        }
        guard let endpoint = root["gitlab"]?.string, let environment = root["environment"]?.string,
            let project = root["project"]?.number?.int64.flatMap({ Int(exactly: $0) }),
            let deployment = root["deployment"]?.number?.int64.flatMap({ Int(exactly: $0) }),
            let sha = root["sha"]?.string, let why = root["why"]?.string
        else { throw Obstacle(422, "a member is missing, or is not what it should be", hint: hint) }
        guard running.endpoint(endpoint) != nil else {
            throw Obstacle(422, "there is no gitlab.\(endpoint)", hint: hint)
        }
        let names = ["audit", endpoint, String(project), String(deployment)]
        let row = Row(
            application: Identity(of: ["audit", endpoint, String(project), environment]),
            operation: Identity(of: names),
            order: 0,
            endpoint: endpoint,
            project: project,
            environment: environment,
            deployment: deployment,
            status: .running,
            isShared: false
        )
        return (row, sha.lowercased(), why)
    }

    private mutating func answer(
        _ delivery: AcceptedDelivery,
        _ exchange: Exchange,
        _ connection: Connection
    ) {
        let response = Answers.json(200) { writer in
            writer.member("id", String(delivery.id))
            writer.member("state", "accepted")
        }
        note(exchange, response.status)
        owes(.afterCommit(response, otherwise: Answers.cannotWrite), connection)
    }
}
