import GitLab
import JSON
import POSIX
import Relay
import RelayServer

/// An audit in words, or as one JSON object.
struct AuditReport {
    private let project: AuditedProject
    private let isJSON: Bool
    private let paint = Paint()

    private var audit: Audit { project.audit }

    init(_ project: AuditedProject, asJSON isJSON: Bool) {
        self.project = project
        self.isJSON = isJSON
    }

    /// Tells what was found.
    ///
    /// `isOffering`: nothing will be repaired now, so that `--repair` is worth a word.
    func tell(isOffering: Bool) -> ExitCode {
        if isJSON {
            if isOffering { Output.write(json(nil), to: 1) }
        } else {
            Output.print(text(isOffering: isOffering))
        }
        return audit.findings.isEmpty ? .success : .failure
    }

    /// Tells how the repairs went.
    func tell(_ outcomes: [AuditRepair.Outcome]) -> ExitCode {
        if isJSON {
            Output.write(json(outcomes), to: 1)
        } else {
            Output.print(
                (["", "outcome"] + outcomes.map(line) + ["", end(outcomes)])
                    .joined(separator: "\n")
            )
        }
        let left = audit.findings.count - outcomes.count
        return left == 0 && outcomes.allSatisfy(\.isDone) ? .success : .failure
    }

    // MARK: - For people

    private func line(_ outcome: AuditRepair.Outcome) -> String {
        let name = Self.name(outcome.finding)
        guard let delivery = outcome.delivery else {
            return "  \(name): \(outcome.state): \(outcome.reason ?? "")"
        }
        let state =
            outcome.state == "accepted"
            ? "waits in the queue; deliveries show \(delivery) tells its end" : outcome.state
        let reason = outcome.reason.map { ": \($0)" } ?? ""
        return "  \(name): delivery \(delivery) \(state)\(reason)"
    }

    /// How much has been put right, and how much is as wrong as it was.
    private func end(_ outcomes: [AuditRepair.Outcome]) -> String {
        let done = outcomes.count(where: \.isDone)
        let waiting = outcomes.count { ["accepted", "held"].contains($0.state) }
        let left = audit.findings.count - done - waiting
        return "repaired: \(done)"
            + (waiting > 0 ? "; on their way: \(waiting)" : "")
            + (left > 0 ? "; still wrong: \(left)" : "")
    }

    private static func name(_ finding: AuditFinding) -> String {
        finding.deployment.map { "deployment \($0)" } ?? finding.kind.rawValue
    }

    private func text(isOffering: Bool) -> String {
        ([head] + table + repairs(isOffering: isOffering) + ["", sums]).joined(separator: "\n")
    }

    private var head: String {
        let name = project.list.project.path ?? String(project.list.project.id)
        let place = project.environment.map { ", environment \($0)" } ?? ""
        return "project \(name) (\(project.list.project.id))\(place), with the token of "
            + project.list.user.username
    }

    private var table: [String] {
        guard !audit.findings.isEmpty else { return [] }
        var table = TextTable(["WHAT", "DEPLOYMENT", "ENVIRONMENT", "SHA", "DELIVERY", "FOUND"])
        for finding in audit.findings {
            table.add([
                finding.kind.rawValue, finding.deployment.map(String.init) ?? "",
                finding.environment, String(finding.sha.prefix(8)),
                finding.delivery.map { String($0) } ?? "", finding.words,
            ])
        }
        return ["", table.text(painting: 0) { padded, word in paint(word: word, padded: padded) }]
    }

    private func repairs(isOffering: Bool) -> [String] {
        guard !audit.findings.isEmpty else { return [] }
        let lines = audit.findings.map { finding in
            let name = Self.name(finding)
            if let will = finding.will {
                return "  \(name): \(isOffering ? "--repair will" : "will") \(will)"
            }
            return "  \(name): nothing is done: \(finding.refusal ?? "")"
        }
        return ["", "repair"] + lines
    }

    private var sums: String {
        let verb = audit.running == 1 ? "runs" : "run"
        var lines = [
            "\(audit.agreeing) agree"
                + (audit.running > 0 ? ", of which \(audit.running) \(verb) at present" : "")
                + (audit.onTheirWay > 0 ? "; \(audit.onTheirWay) are on their way" : "")
        ]
        var alone: [String] = []
        if !audit.ofJobs.isEmpty { alone.append("\(audit.ofJobs.count) of CI jobs") }
        if !audit.ofOthers.isEmpty { alone.append("\(audit.ofOthers.count) of other users") }
        if audit.dead > 0 { alone.append("\(audit.dead) dead (deliveries list --state dead)") }
        if audit.older > 0 { alone.append("\(audit.older) older than the ledger") }
        if !alone.isEmpty { lines.append("left alone: " + alone.joined(separator: ", ")) }
        let count = audit.findings.count
        if audit.agreeing + audit.onTheirWay + count == 0, alone.isEmpty {
            return "neither the ledger nor GitLab has a deployment there: look whether the name is "
                + "right"
        }
        lines.append(count == 0 ? "nothing is wrong" : "wrong: \(count)")
        return lines.joined(separator: "\n")
    }

    // MARK: - For programs

    private func json(_ outcomes: [AuditRepair.Outcome]?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("project", project.list.project.id)
            writer.member("path", project.list.project.path)
            writer.member("environment", project.environment)
            writer.member("user", project.list.user.username)
            writer.member("agreeing", audit.agreeing)
            writer.member("running", audit.running)
            writer.member("onTheirWay", audit.onTheirWay)
            writer.member("dead", audit.dead)
            writer.member("ofJobs", audit.ofJobs.count)
            writer.member("ofOthers", audit.ofOthers.count)
            writer.member("older", audit.older)
            writer.member("findings") { writer in
                writer.array { writer in
                    for finding in audit.findings {
                        let outcome = outcomes?.first { $0.finding == finding }
                        writer.object { Self.write(finding, outcome, &$0) }
                    }
                }
            }
        }
        return writer.bytes + [0x0A]
    }

    private static func write(
        _ finding: AuditFinding,
        _ outcome: AuditRepair.Outcome?,
        _ writer: inout JSONWriter
    ) {
        writer.member("what", finding.kind.rawValue)
        writer.member("deployment", finding.deployment)
        writer.member("environment", finding.environment)
        writer.member("sha", finding.sha)
        writer.member("delivery", finding.delivery.map { String($0) })
        writer.member("found", finding.words)
        writer.member("will", finding.will)
        writer.member("refused", finding.refusal)
        guard let outcome else { return }
        writer.member("repairedBy", outcome.delivery)
        writer.member("state", outcome.state)
        writer.member("reason", outcome.reason)
    }
}
