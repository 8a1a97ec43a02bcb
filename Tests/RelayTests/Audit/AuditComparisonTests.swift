import Formats
import GitLab
import JSON
import Relay
import Testing

@Suite("Audit: the comparison")
struct AuditComparisonTests {
    private static let sha = String(repeating: "ab", count: 20)

    private static func delivery(
        _ id: UInt64,
        _ status: DeploymentStatus = .success,
        _ state: DeliveryState = .delivered,
        deployment: Int? = 1,
        written: DeploymentStatus? = nil,
        cause: String? = nil,
        environment: String = "production"
    ) -> AuditedDelivery {
        AuditedDelivery(
            id: id,
            state: state,
            status: status,
            environment: environment,
            sha: sha,
            application: "parcel",
            operation: "op",
            cause: cause,
            receivedAt: Timestamp(milliseconds: 1_776_000_000_000),
            deployment: deployment,
            written: written
        )
    }

    private static func row(
        _ id: Int,
        _ status: String = "success",
        user: Int = 7,
        ref: String = "main",
        environment: String = "production"
    ) throws -> Deployment {
        let text = """
            {"id": \(id), "sha": "\(sha)", "ref": "\(ref)", "status": "\(status)",
             "created_at": "2026-04-17T10:20:30Z", "user": {"id": \(user)}, "deployable": null,
             "environment": {"id": 1, "name": "\(environment)"}}
            """
        return try #require(Deployment(JSONDocument(parsing: Array(text.utf8)).root))
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var ledger: [AuditedDelivery]
        var rows: [(id: Int, status: String)]
        var isLost = false
        var kind: AuditFinding.Kind?
        var repair: AuditFinding.Repair?

        var testDescription: String { name }
    }

    static let rows = [
        Row(name: "as it was told", ledger: [delivery(1)], rows: [(1, "success")]),
        Row(name: "runs at present", ledger: [delivery(1, .running)], rows: [(1, "running")]),
        Row(
            name: "its end waits",
            ledger: [delivery(1, .running), delivery(2, .success, .accepted)],
            rows: [(1, "running")]
        ),
        Row(
            name: "an attempt that is held may have made a row",
            ledger: [delivery(1, .success, .held, deployment: nil)],
            rows: [(9, "success")]
        ),
        Row(
            name: "not in the list, and there all the same",
            ledger: [delivery(1)],
            rows: []
        ),
        Row(
            name: "lost",
            ledger: [delivery(1, .running), delivery(2)],
            rows: [],
            isLost: true,
            kind: .missing,
            repair: .retell(2)
        ),
        Row(
            name: "its end is dead",
            ledger: [delivery(1, .running), delivery(2, .success, .dead, deployment: nil)],
            rows: [(1, "running")],
            kind: .leftRunning,
            repair: .redeliver(2)
        ),
        Row(
            name: "written as canceled beside a newer success",
            ledger: [delivery(1, .success, written: .canceled)],
            rows: [(1, "canceled")]
        ),
        Row(
            name: "a closing that GitLab shows running",
            ledger: [delivery(1, .running), delivery(2, .canceled, cause: "by age")],
            rows: [(1, "running")],
            kind: .leftRunning,
            repair: .retell(2)
        ),
        Row(
            name: "twice, and one runs",
            ledger: [delivery(1)],
            rows: [(2, "running"), (1, "success")],
            kind: .doubled,
            repair: .close(deployment: 2)
        ),
    ]

    @Test("each difference has its finding and its repair", arguments: rows)
    func table(_ row: Row) throws {
        let shown = try row.rows.map { try Self.row($0.id, $0.status) }
        let lost: Set<Int> = row.isLost ? [1] : []
        let audit = Audit(of: row.ledger, against: shown, lost: lost, user: 7)
        #expect(audit.findings.map(\.kind) == (row.kind.map { [$0] } ?? []))
        if let repair = row.repair { #expect(audit.findings.first?.repair == repair) }
    }

    @Test("rows of CI jobs and of other users are counted, never judged")
    func others() throws {
        let audit = Audit(
            of: [Self.delivery(1)],
            against: [try Self.row(1), try Self.row(2, "running", user: 8)],
            user: 7
        )
        #expect(audit.findings.isEmpty)
        #expect(audit.ofOthers == [2])
    }

    @Test("findings stand by environment, then by what is wrong, the oldest deployment first")
    func order() throws {
        let environments = ["b", "a"]
        let ledger = environments.enumerated().flatMap { index, name in
            (0..<3).map { (number: Int) in
                var delivery = Self.delivery(
                    UInt64(10 * index + number + 1),
                    deployment: 10 * index + number + 1,
                    environment: name
                )
                delivery.operation = "op-\(number)"
                return delivery
            }
        }
        // Of each environment: the first is left running, the others are gone, and one is doubled.
        let rows = try environments.enumerated().flatMap { index, name in
            [
                try Self.row(10 * index + 9, "running", environment: name),
                try Self.row(10 * index + 1, "running", environment: name),
            ]
        }
        let audit = Audit(of: ledger.shuffled(), against: rows, lost: [2, 3, 12, 13], user: 7)
        #expect(
            audit.findings.map { "\($0.environment) \($0.kind.rawValue) \($0.deployment ?? 0)" }
                == [
                    "a missing 12", "a missing 13", "a doubled 19", "a left running 11",
                    "b missing 2", "b missing 3", "b doubled 9", "b left running 1",
                ]
        )
        // Put right as they were told: the newer one of an environment last.
        #expect(
            audit.repairs.compactMap(\.delivery) == audit.repairs.compactMap(\.delivery).sorted()
        )
        #expect(audit.repairs.count == 8)
    }

    @Test("a second row is said to say the same only where it does")
    func doubled() throws {
        for (status, words) in [
            ("success", "says the same as deployment 1 of delivery 1"),
            (
                "failed",
                "is of the same commit and ref as deployment 1 of delivery 1, and is failed"
            ),
            ("running", "is of the same commit and ref as deployment 1 of delivery 1, and runs"),
        ] {
            let rows = [try Self.row(2, status), try Self.row(1)]
            let audit = Audit(of: [Self.delivery(1)], against: rows, user: 7)
            #expect(audit.findings.map(\.words) == [words])
        }
    }

    @Test("what is dead and was never taken is counted, not judged")
    func dead() {
        let ledger = [Self.delivery(1, .success, .dead, deployment: nil)]
        let audit = Audit(of: ledger, against: [], user: 7)
        #expect(audit.findings.isEmpty)
        #expect(audit.dead == 1)
    }
}
