import Formats
import GitLab
import Testing

@testable import Relay

@Suite("What the logs let go of")
struct RetentionTests {
    private static let day: Int64 = 86_400_000

    private static func limits(days: Int = 30, bytes: Int = 1 << 30) -> Limits {
        var limits = Limits()
        limits.retentionDays = days
        limits.retentionBytes = bytes
        return limits
    }

    @Test("by age, or because what is over takes too much; what waits does not count")
    func rule() {
        let rule = RetentionRule(Self.limits(days: 30, bytes: 1000), newsHours: 24)
        let now: Int64 = 100 * Self.day
        func isDue(closedDaysAgo days: Int64, bytes: Int64, waiting: Int64 = 0) -> Bool {
            rule.isDue(
                closedAt: now - days * Self.day,
                logBytes: bytes,
                waitingBytes: waiting,
                at: now
            )
        }
        #expect(isDue(closedDaysAgo: 30, bytes: 10))
        #expect(!isDue(closedDaysAgo: 29, bytes: 1000))
        #expect(isDue(closedDaysAgo: 0, bytes: 1001))
        #expect(!isDue(closedDaysAgo: 0, bytes: 5000, waiting: 4000))
        #expect(isDue(closedDaysAgo: 31, bytes: 5000, waiting: 5000))
        #expect(rule.expiry(closedAt: 5) == 5 + 30 * Self.day)
        #expect(rule.closing(openSince: 0) == 30 * Self.day / 8)
        #expect(rule.recent(at: now) == now - Self.day)
    }

    @Test("what is carried for size's sake is paid for by what is accepted, so it has an end")
    func credit() {
        let limits = Self.limits(bytes: 1)
        var rule = RetentionRule(limits, newsHours: 1)
        func isDue() -> Bool { rule.isDue(closedAt: 0, logBytes: 100, waitingBytes: 0, at: 0) }
        #expect(isDue())
        rule.note(carried: 2 * RetentionRule.segmentBytes(limits))
        #expect(!isDue())
        rule.note(accepted: 1)
        #expect(isDue())
    }

    @Test("a segment is a sixteenth of what is kept, between 1 and 64 MiB")
    func segments() {
        let sizes = [1, 1 << 20, 160 << 20, 1 << 30, 1 << 40].map {
            RetentionRule.segmentBytes(Self.limits(bytes: $0))
        }
        #expect(sizes == [1 << 20, 1 << 20, 10 << 20, 64 << 20, 64 << 20])
    }

    // MARK: - Accepted

    /// A running operation of `application`, accepted at its order's time.
    private func delivery(
        _ id: UInt64,
        _ application: String,
        order: Int64,
        status: DeploymentStatus = .running
    ) -> AcceptedDelivery {
        AcceptedDelivery(
            id: id,
            receivedAt: Timestamp(milliseconds: order),
            cause: .event,
            hook: "argocd",
            operation: OperationName(
                application: Identity(of: [application]),
                applicationName: application,
                identity: Identity(of: [application, "\(order)"]),
                name: "\(order)",
                order: order,
                startedAt: Timestamp(milliseconds: order),
                finishedAt: nil
            ),
            place: Place(
                endpoint: "default",
                project: "42",
                environment: application,
                sha: String(repeating: "a", count: 40),
                ref: "main",
                tag: false
            ),
            status: status,
            payload: Array("{\"status\":\"running\"}".utf8),
            choices: ["because"]
        )
    }

    private struct Past {
        var intake: Intake
        var ledger: Ledger
        var extent: AcceptedExtent
        var records: [UInt64: AcceptedDelivery]
    }

    /// A start on these records, each at the offset of its id in segment 1.
    private func start(
        _ deliveries: [AcceptedDelivery],
        ended: Set<UInt64>
    ) throws -> Past {
        var settled = SettledSummary(endLimit: 100)
        for id in ended.sorted() {
            let end = Settlement(
                of: id,
                generation: 0,
                as: .delivered,
                reason: "done",
                at: Timestamp(milliseconds: 0)
            )
            settled.note(.settled(end), locator: id)
        }
        var past = AcceptedPast(hooks: [], limits: Limits(), settled: settled, expecting: 10)
        var records: [UInt64: AcceptedDelivery] = [:]
        for delivery in deliveries {
            let record = AcceptedRecord.delivery(delivery)
            let locator = 1 << 32 | delivery.id
            records[locator] = delivery
            _ = try record.bytes.withUnsafeBytes { bytes in
                try past.take(
                    kind: record.kind,
                    head: bytes,
                    locator: locator,
                    byteCount: bytes.count,
                    isCarried: false
                )
            }
        }
        let known = records
        let (intake, ledger, extent) = past.finish { known[$0] }
        return Past(intake: intake, ledger: ledger, extent: extent, records: records)
    }

    private func fates(
        _ past: Past,
        recent: Int64,
        _ retention: inout AcceptedRetention
    ) -> [UInt64: String] {
        var found: [UInt64: String] = [:]
        for (locator, delivery) in past.records.sorted(by: { $0.key < $1.key }) {
            let record = AcceptedRecord.delivery(delivery)
            let fate = record.bytes.withUnsafeBytes { bytes in
                retention.fate(
                    kind: record.kind,
                    head: bytes,
                    locator: locator,
                    past.intake,
                    past.ledger
                )
            }
            found[delivery.id] =
                switch fate {
                case .goes: "goes"
                case .stays: "stays"
                case .becomes(let kind, let bytes): "memo \(kind) \(bytes.count < 250)"
                }
        }
        return found
    }

    @Test("what waits stays; of what is over the newest and the open, and what is recent, as memos")
    func fatesOfAccepted() throws {
        let past = try start(
            [
                delivery(1, "one", order: 1000, status: .success),
                delivery(2, "one", order: 2000),
                delivery(3, "one", order: 3000, status: .success),
                delivery(4, "two", order: 1000, status: .success),
                delivery(5, "two", order: 5000, status: .success),
                delivery(6, "three", order: 1000, status: .success),
                delivery(7, "four", order: 9000, status: .success),
                delivery(8, "four", order: 9500, status: .success),
            ],
            ended: [1, 2, 3, 4, 5, 7, 8]
        )
        var retention = AcceptedRetention(recent: 9000)
        let found = fates(past, recent: 9000, &retention)
        #expect(found[1] == "goes")
        #expect(found[2] == "memo 9 true", "it is open")
        #expect(found[3] == "memo 9 true", "the newest of its Application")
        #expect(found[4] == "goes")
        #expect(found[5] == "memo 9 true")
        #expect(found[6] == "stays", "it waits")
        #expect(found[7] == "memo 9 true", "a late event of it would be news")
        #expect(found[8] == "memo 9 true")
    }

    @Test("a beginning goes whose end was told: alone it would run again")
    func beginnings() throws {
        let past = try start(
            [
                delivery(1, "one", order: 8000),
                delivery(2, "one", order: 8000, status: .success),
                delivery(3, "one", order: 9000),
                delivery(4, "two", order: 8000),
                delivery(5, "two", order: 9000, status: .success),
            ],
            ended: [1, 2, 3, 4, 5]
        )
        var retention = AcceptedRetention(recent: 5000)
        let found = fates(past, recent: 5000, &retention)
        #expect(found[1] == "goes", "its end is known")
        #expect(found[2] == "memo 9 true", "it is recent")
        #expect(found[3] == "memo 9 true", "it runs")
        #expect(found[4] == "memo 9 true", "it runs, though another has ended since")
        #expect(found[5] == "memo 9 true")
    }

    @Test("the ids that were given stay known when all else goes")
    func lastID() throws {
        var past = try start([delivery(7, "one", order: 1000)], ended: [7])
        past.intake.forget(delivery(7, "one", order: 1000))
        var retention = AcceptedRetention(recent: 5000)
        let record = AcceptedRecord.delivery(delivery(7, "one", order: 1000))
        let fate = record.bytes.withUnsafeBytes { bytes in
            retention.fate(
                kind: record.kind,
                head: bytes,
                locator: 1 << 32 | 7,
                past.intake,
                past.ledger
            )
        }
        guard case .becomes(let kind, let bytes) = fate else {
            Issue.record("the highest id is forgotten: \(fate)")
            return
        }
        let empty = SettledSummary(endLimit: 1)
        var next = AcceptedPast(hooks: [], limits: Limits(), settled: empty, expecting: 1)
        let entry = try bytes.withUnsafeBytes { bytes in
            try next.take(kind: kind, head: bytes, locator: 9, byteCount: 8, isCarried: true)
        }
        #expect(entry == nil)
        #expect(next.finish(reading: { _ in nil }).intake.nextID == 8)
    }

    @Test(
        "once the segment is gone ledger and extent know where what waits lies, and forget the rest"
    )
    func finish() throws {
        var past = try start(
            [
                delivery(1, "one", order: 1000, status: .success),
                delivery(2, "two", order: 2000, status: .success),
            ],
            ended: [1]
        )
        var retention = AcceptedRetention(recent: 5000)
        #expect(fates(past, recent: 5000, &retention) == [1: "memo 9 true", 2: "stays"])
        let moves = [
            RecordMove(from: 1 << 32 | 1, to: 2 << 32 | 10),
            RecordMove(from: 1 << 32 | 2, to: 2 << 32 | 20),
        ]
        #expect(retention.unmoved([moves[0]], past.ledger) == [2], "what waits was damaged")
        #expect(retention.unmoved(moves, past.ledger) == [])
        #expect(retention.waiting(moves).map(\.id) == [2])
        #expect(past.ledger.waitingBytes > 0)
        retention.finish(1, moves, &past.intake, &past.ledger, &past.extent)
        let place: UInt64 = 2 << 32 | 20
        #expect(past.ledger.locator(of: 2) == place)
        #expect(past.ledger[1] == nil)
        let gone = GoneDeliveries(past.extent)
        #expect(gone.contains(1))
        #expect(!gone.contains(2))
        #expect(!gone.contains(3))
    }
}
