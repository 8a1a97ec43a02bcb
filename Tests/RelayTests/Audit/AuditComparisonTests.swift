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
        cause: String? = nil
    ) -> AuditedDelivery {
        AuditedDelivery(
            id: id,
            state: state,
            status: status,
            environment: "production",
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
        ref: String = "main"
    ) throws -> Deployment {
        let text = """
            {"id": \(id), "sha": "\(sha)", "ref": "\(ref)", "status": "\(status)",
             "created_at": "2026-04-17T10:20:30Z", "user": {"id": \(user)}, "deployable": null,
             "environment": {"id": 1, "name": "production"}}
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
}
