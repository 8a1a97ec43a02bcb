import Formats
import GitLab
import Relay
import Simulation
import Testing

/// One of each, with everything in it and with as little as may be.
enum SampleRecords {
    static let delivery = AcceptedDelivery(
        id: 7,
        generation: 2,
        receivedAt: Timestamp(milliseconds: 1_776_421_230_123),
        cause: .event,
        hook: "argocd",
        operation: OperationName(
            application: Identity(of: ["a"]),
            applicationName: "argocd/parcel 🚢",
            identity: Identity(of: ["a", "1"]),
            name: "2026-04-17T10:20:30.000Z",
            order: 1_776_421_230_000,
            startedAt: Timestamp(milliseconds: 1_776_421_230_000),
            finishedAt: Timestamp(milliseconds: 1_776_421_260_000)
        ),
        place: Place(
            endpoint: "default",
            project: "fleet/services/parcel-api",
            environment: "review/mr-318",
            sha: String(repeating: "a", count: 64),
            ref: "feature/label-scan",
            tag: true
        ),
        status: .canceled,
        notBefore: Timestamp(milliseconds: 1_776_421_290_000),
        isShaFromRevision: true,
        sourceKey: "0 https://gitlab.example.com/a/b",
        payload: Array(#"{"sha":"…"}"#.utf8),
        tier: "production",
        externalURL: "https://parcel.example.com",
        choices: ["sha: syncResult.revision", "ref: main"],
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        body: [0, 255, 10, 34]
    )

    static var closing: AcceptedDelivery {
        var closing = delivery
        closing.cause = .closing("its end was never told")
        closing.operation.startedAt = nil
        closing.operation.finishedAt = nil
        closing.place.ref = nil
        (closing.notBefore, closing.tier, closing.externalURL, closing.traceparent) = (
            nil, nil, nil, nil
        )
        (closing.choices, closing.body, closing.sourceKey) = ([], [], "")
        return closing
    }

    static func deletion(stops: Bool) -> AcceptedDelivery {
        var deletion = closing
        deletion.cause = .deletion("its Application is deleted", stops: stops)
        return deletion
    }

    static func environment(tier: EnvironmentTier?, externalURL: String?) -> EnvironmentRecord {
        EnvironmentRecord(
            endpoint: "default",
            project: 42,
            environment: "review/mr-318",
            known: KnownEnvironment(id: 501, tier: tier, externalURL: externalURL)
        )
    }

    static let letter = DeadLetter(
        id: 8,
        generation: 1,
        receivedAt: Timestamp(milliseconds: -1),
        hook: "flux",
        key: Identity(of: ["k"]),
        operation: Identity(of: ["o"]),
        operationName: "main@sha1:07",
        httpStatus: 422,
        reason: "no project",
        pathProject: "group/name",
        body: Array("{}".utf8)
    )

    static var barLetter: DeadLetter {
        var letter = letter
        (letter.operation, letter.operationName, letter.pathProject) = (nil, nil, nil)
        letter.body = []
        return letter
    }

    static let row = Row(
        application: Identity(of: ["a"]),
        operation: Identity(of: ["a", "1"]),
        order: -5,
        endpoint: "default",
        project: 42,
        environment: "production",
        deployment: Int(Int64.max),
        status: .failed,
        isShared: true
    )

    static var unprovenRow: Row {
        var row = row
        (row.isShared, row.isUnproven) = (false, true)
        return row
    }

    static let sending = Sending(
        delivery: 7,
        generation: 0,
        attempt: 3,
        sentAt: Timestamp(milliseconds: 1_776_421_230_123),
        endpoint: "default",
        project: 42,
        environment: "production",
        deployment: nil,
        status: .running,
        payload: Array("{}".utf8),
        user: 7,
        highWater: 1001,
        gitlabTime: Timestamp(milliseconds: 1_776_421_231_000)
    )

    static var bareSending: Sending {
        var sending = sending
        (sending.deployment, sending.payload) = (1001, [])
        (sending.user, sending.highWater, sending.gitlabTime) = (nil, nil, nil)
        return sending
    }

    static let attempt = Attempt(
        delivery: 7,
        generation: 0,
        number: 3,
        finishedAt: Timestamp(milliseconds: 1_776_421_230_123),
        call: "POST /projects/42/deployments",
        outcome: .uncertain,
        httpStatus: 502,
        reason: "502 Bad Gateway",
        milliseconds: 30_000
    )

    static let settlement = Settlement(
        delivery: 7,
        generation: 2,
        state: .delivered,
        settledAt: Timestamp(milliseconds: 1_776_421_230_123),
        reason: "GitLab made deployment 1001",
        attempts: 3,
        httpStatus: 201,
        row: row,
        madeRow: true,
        answer: Array(#"{"id":1001}"#.utf8)
    )

    static var bareSettlement: Settlement {
        var end = settlement
        (end.state, end.row, end.madeRow, end.answer) = (.dropped, nil, false, [])
        return end
    }

    static let project = ResolvedProject(
        endpoint: "default",
        text: "group/name",
        id: 42,
        path: nil,
        defaultBranch: "main"
    )

    static let accepted: [AcceptedRecord] = [
        .delivery(delivery), .delivery(closing), .deadLetter(letter), .deadLetter(barLetter),
        .delivery(deletion(stops: true)), .delivery(deletion(stops: false)),
    ]

    static let settled: [SettledRecord] = [
        .sending(sending), .sending(bareSending), .attempt(attempt), .settled(settlement),
        .settled(bareSettlement), .project(project), .row(row),
        .environment(environment(tier: .production, externalURL: "https://a")),
        .environment(environment(tier: nil, externalURL: nil)),
        .address(EndpointAddress(endpoint: "default", base: "https://a/api/v4")),
        .row(unprovenRow),
        .mark(
            LaneMark(endpoint: "default", project: 42, environment: "production", deployment: 9)
        ),
    ]

    /// A delivery's record in the form of the kinds 1, 3 and 4: the payload before the wishes.
    static func oldForm(_ delivery: AcceptedDelivery) -> [UInt8] {
        let bytes = AcceptedRecord.delivery(delivery).bytes
        let payload = run(delivery.payload)
        let wishes = optional(delivery.tier) + optional(delivery.externalURL)
        let known = wishes + payload
        let start = bytes.indices.first { bytes[$0...].starts(with: known) } ?? 0
        return bytes[..<start] + payload + wishes + bytes[(start + known.count)...]
    }

    /// A dead letter's record of kind 2: without the identity of its body.
    static func oldForm(_ letter: DeadLetter) -> [UInt8] {
        let bytes = AcceptedRecord.deadLetter(letter).bytes
        let body = run(letter.body)
        return bytes.dropLast(body.count + 16) + body
    }

    private static func run(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { Array($0) } + bytes
    }

    private static func optional(_ text: String?) -> [UInt8] {
        text.map { [1] + run(Array($0.utf8)) } ?? [0]
    }
}

@Suite("Records")
struct RecordTests {
    @Test("every record reads back as it was written", arguments: SampleRecords.accepted.indices)
    func accepted(index: Int) throws {
        let record = SampleRecords.accepted[index]
        #expect(try AcceptedRecord(kind: record.kind, bytes: record.bytes) == record)
        #expect(record.id == (record.kind == 6 ? 8 : 7))
    }

    @Test(
        "every settled record reads back as it was written",
        arguments: SampleRecords.settled.indices
    )
    func settled(index: Int) throws {
        let record = SampleRecords.settled[index]
        #expect(try SettledRecord(kind: record.kind, bytes: record.bytes) == record)
    }

    @Test("records of the earlier form are read, whole and at a start")
    func earlierForm() throws {
        let deletion = SampleRecords.deletion(stops: true)
        let rows: [(UInt8, AcceptedDelivery)] = [
            (1, SampleRecords.delivery), (1, SampleRecords.closing), (3, deletion),
            (4, SampleRecords.deletion(stops: false)),
        ]
        for (kind, delivery) in rows {
            let bytes = SampleRecords.oldForm(delivery)
            #expect(bytes != AcceptedRecord.delivery(delivery).bytes || delivery.tier == nil)
            #expect(try AcceptedRecord(kind: kind, bytes: bytes) == .delivery(delivery))
            #expect(try Self.open(kind, bytes) == QueueEntry(delivery, locator: 5))
        }
        for letter in [SampleRecords.letter, SampleRecords.barLetter] {
            let bytes = SampleRecords.oldForm(letter)
            #expect(try AcceptedRecord(kind: 2, bytes: bytes) == .deadLetter(letter))
            #expect(try Self.open(2, bytes) == nil)
        }
    }

    @Test("a start finds in a record's head what delivery needs of it")
    func heads() throws {
        for record in SampleRecords.accepted {
            var wanted: QueueEntry?
            if case .delivery(let delivery) = record {
                wanted = QueueEntry(delivery, locator: 5)
            }
            #expect(try Self.open(record.kind, record.bytes) == wanted)
        }
        let memo = SampleRecords.delivery.memo
        #expect(try Self.open(memo.kind, memo.bytes) == nil, "a memo waits for nothing")
    }

    /// What a start that finds this one record hands to delivery.
    private static func open(_ kind: UInt8, _ bytes: [UInt8]) throws -> QueueEntry? {
        var past = AcceptedPast(
            hooks: [],
            limits: Limits(),
            settled: SettledSummary(endLimit: 10),
            expecting: 1
        )
        return try bytes.withUnsafeBytes { all in
            let head = UnsafeRawBufferPointer(
                rebasing: all[..<AcceptedRecord.headLength(kind, all)]
            )
            return try past.take(kind: kind, head: head, locator: 5, byteCount: 9, isCarried: false)
        }
    }

    @Test("a record that ends early is refused, wherever it ends")
    func prefixes() {
        for record in SampleRecords.accepted {
            for count in 0..<record.bytes.count {
                #expect(throws: RecordError.self) {
                    try AcceptedRecord(kind: record.kind, bytes: Array(record.bytes.prefix(count)))
                }
            }
        }
        for record in SampleRecords.settled {
            for count in 0..<record.bytes.count {
                #expect(throws: RecordError.self) {
                    try SettledRecord(kind: record.kind, bytes: Array(record.bytes.prefix(count)))
                }
            }
        }
    }

    @Test("fields that a later version adds at the end are passed over")
    func laterFields() throws {
        for record in SampleRecords.accepted {
            let read = try AcceptedRecord(kind: record.kind, bytes: record.bytes + [1, 2, 3])
            #expect(read == record)
        }
        for record in SampleRecords.settled {
            let read = try SettledRecord(kind: record.kind, bytes: record.bytes + [1, 2, 3])
            #expect(read == record)
        }
    }

    @Test("an unknown kind is refused by its number", arguments: [0, 7, 255] as [UInt8])
    func unknownKind(kind: UInt8) {
        let error = #expect(throws: RecordError.self) { try SettledRecord(kind: kind, bytes: []) }
        #expect(error?.description.contains("kind \(kind)") ?? false)
        #expect(throws: RecordError.self) { try AcceptedRecord(kind: kind, bytes: []) }
    }

    @Test("damaged bytes are read or refused, and never trap")
    func damaged() {
        var chance = SeededGenerator(seed: 7)
        var refused = 0
        for _ in 0..<20_000 {
            let isAccepted = chance.isLucky(0.5)
            var (kind, bytes) =
                isAccepted
                ? Self.pick(SampleRecords.accepted.map { ($0.kind, $0.bytes) }, &chance)
                : Self.pick(SampleRecords.settled.map { ($0.kind, $0.bytes) }, &chance)
            for _ in 0..<chance.pick(1...4) {
                let place = Int(chance.pick(0...Int64(bytes.count - 1)))
                bytes[place] = UInt8.random(in: 0...255, using: &chance)
            }
            if chance.isLucky(0.1) { kind = UInt8.random(in: 0...6, using: &chance) }
            do {
                if isAccepted {
                    _ = try AcceptedRecord(kind: kind, bytes: bytes).bytes
                } else {
                    _ = try SettledRecord(kind: kind, bytes: bytes).bytes
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 1000)
    }

    private static func pick(
        _ samples: [(UInt8, [UInt8])],
        _ chance: inout SeededGenerator
    ) -> (UInt8, [UInt8]) {
        samples[Int(chance.pick(0...Int64(samples.count - 1)))]
    }

    @Test("no two different lists of texts have one identity")
    func identities() {
        let lists = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], []]
        #expect(Set(lists.map { Identity(of: $0) }).count == lists.count)
    }
}

@Suite("What a restart reads of the settled log")
struct SettledSummaryTests {
    private static func summary(_ records: [SettledRecord], endLimit: Int = 100) -> SettledSummary {
        var summary = SettledSummary(endLimit: endLimit)
        for (locator, record) in records.enumerated() {
            summary.note(record, locator: UInt64(locator))
        }
        return summary
    }

    private static func attempt(_ outcome: AttemptOutcome, call: String) -> SettledRecord {
        var attempt = SampleRecords.attempt
        (attempt.outcome, attempt.call) = (outcome, call)
        return .attempt(attempt)
    }

    @Test("a write without an outcome is open, one whose outcome is known is not")
    func interrupted() {
        let sending = SettledRecord.sending(SampleRecords.sending)
        let post = "POST /projects/42/deployments"
        let rows: [([SettledRecord], Bool?)] = [
            ([sending], true),
            ([sending, Self.attempt(.uncertain, call: post)], true),
            ([sending, Self.attempt(.deferred, call: post)], false),
            ([sending, Self.attempt(.held, call: post)], false),
            ([sending, Self.attempt(.deferred, call: "GET /user")], true),
            ([sending, Self.attempt(.deferred, call: post), sending], true),
            ([sending, .settled(SampleRecords.settlement)], nil),
        ]
        for (records, isOpen) in rows {
            #expect(Self.summary(records).interrupted[7]?.isOpen == isOpen)
        }
    }

    @Test("rows are those that stand last, projects those that were told last")
    func latest() {
        var later = SampleRecords.row
        later.status = .success
        var renamed = SampleRecords.project
        renamed.defaultBranch = "trunk"
        let summary = Self.summary([
            .settled(SampleRecords.settlement), .row(later), .project(SampleRecords.project),
            .project(renamed),
        ])
        #expect(summary.rows[later.operation] == later)
        #expect(summary.projects == [renamed])
    }

    @Test("what ended as dead or dropped is forgotten, and so is what was redelivered")
    func forgotten() {
        var dead = SampleRecords.bareSettlement
        (dead.state, dead.generation) = (.dead, 0)
        var delivered = SampleRecords.settlement
        delivered.generation = 1
        let first = Self.summary([.settled(dead)])
        #expect(first.isForgotten(7, generation: 0))
        #expect(!first.isForgotten(7, generation: 1))
        let second = Self.summary([.settled(dead), .settled(delivered)])
        #expect(second.isForgotten(7, generation: 0))
        #expect(!second.isForgotten(7, generation: 1))
        #expect(!second.isForgotten(8, generation: 0))
    }

    @Test("what is over is known by delivery and generation, however many there are")
    func settled() {
        var records: [SettledRecord] = []
        for id in stride(from: UInt64(1), through: 2000, by: 2) {
            var end = SampleRecords.bareSettlement
            (end.delivery, end.generation) = (id, id % 3 == 0 ? 1 : 0)
            records.append(.settled(end))
        }
        let summary = Self.summary(records, endLimit: 10)
        for id in UInt64(1)...2000 {
            #expect(summary.isSettled(id, generation: 0) == (id % 2 == 1))
            #expect(summary.isSettled(id, generation: 1) == (id % 6 == 3))
        }
        #expect(summary.ends.count <= 30)
        #expect(summary.ends[1999]?.state == .dropped)
    }
}
