import Formats
import GitLab
import JSON
import POSIX
import Relay
import RelayServer

/// Repairs through the relay's own queue, by its admin address, and waits for the ends.
struct AuditRepair {
    let client: RelayClient
    let endpoint: String
    let project: Project

    /// How one repair went.
    struct Outcome {
        var finding: AuditFinding
        /// The delivery that repairs; nil when the relay would not take it.
        var delivery: String?
        var state: String
        var reason: String?

        var isDone: Bool { state == "delivered" }
    }

    /// How long the ends are waited for, in seconds; the queue goes on by itself after that.
    private static var patience: Int64 { 20 }

    func carryOut(_ findings: [AuditFinding]) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for finding in findings { outcomes.append(try begin(finding)) }
        let deadline = Clock.monotonic() + Self.patience * 1000
        for index in outcomes.indices {
            guard let delivery = outcomes[index].delivery else { continue }
            while outcomes[index].state == "accepted" {
                let answer = try client.send("GET", "/api/deliveries/\(delivery)")
                outcomes[index].state = answer.json?["state"]?.string ?? "unknown"
                outcomes[index].reason = answer.json?["reason"]?.string
                guard outcomes[index].state == "accepted", Clock.monotonic() < deadline else {
                    break
                }
                _ = Readable.wait(forAny: [], milliseconds: 100)
            }
        }
        return outcomes
    }

    private func begin(_ finding: AuditFinding) throws -> Outcome {
        let answer: RelayClient.Answer
        switch finding.repair {
        case .retell(let id): answer = try client.send("POST", "/api/deliveries/\(id)/retell")
        case .redeliver(let id): answer = try client.send("POST", "/api/deliveries/\(id)/redeliver")
        case .close(let deployment):
            answer = try client.send(
                "POST",
                "/api/deployments/close",
                fields: [("Content-Type", "application/json")],
                body: closing(of: deployment, finding)
            )
        case .none(let words):
            return Outcome(finding: finding, delivery: nil, state: "left", reason: words)
        }
        // Who may not do one repair may do none of them.
        if [401, 403].contains(answer.status) {
            throw LedgerPages.Unreadable(description: LedgerPages.words(answer))
        }
        guard answer.status == 200 else {
            return Outcome(
                finding: finding,
                delivery: nil,
                state: "refused",
                reason: LedgerPages.words(answer)
            )
        }
        return Outcome(
            finding: finding,
            delivery: answer.json?["id"]?.string,
            state: answer.json?["state"]?.string ?? "accepted",
            reason: answer.json?["reason"]?.string
        )
    }

    private func closing(of deployment: Int, _ finding: AuditFinding) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("gitlab", endpoint)
            writer.member("project", project.id)
            writer.member("environment", finding.environment)
            writer.member("deployment", deployment)
            writer.member("sha", finding.sha)
            writer.member("why", "audit: it \(finding.words)")
        }
        return writer.bytes
    }
}
