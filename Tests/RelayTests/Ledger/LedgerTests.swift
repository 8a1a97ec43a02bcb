import Formats
import GitLab
import Relay
import Testing

@Suite("Ledger")
struct LedgerTests {
    private static func delivery(
        _ id: UInt64,
        project: String = "42",
        environment: String = "production",
        generation: UInt32 = 0
    ) -> AcceptedRecord {
        var delivery = SampleRecords.delivery
        (delivery.id, delivery.generation) = (id, generation)
        delivery.place.project = project
        delivery.place.environment = environment
        delivery.receivedAt = Timestamp(milliseconds: Int64(id) * 1000)
        return .delivery(delivery)
    }

    private static func end(
        _ id: UInt64,
        _ state: FinalState = .delivered,
        generation: UInt32 = 0
    ) -> SettledRecord {
        var end = SampleRecords.settlement
        (end.delivery, end.state, end.generation) = (id, state, generation)
        return .settled(end)
    }

    /// What must always hold (DESIGN §4.8).
    private static func isBalanced(_ ledger: Ledger) -> Bool {
        ledger.totals().values.reduce(0, +) == ledger.taken
    }

    @Test("what was taken is always accounted for")
    func accounts() {
        var ledger = Ledger(limit: 20)
        for id in UInt64(1)...100 {
            ledger.add(Self.delivery(id), locator: id, byteCount: 100)
            if id % 5 == 0 {
                var letter = SampleRecords.letter
                letter.id = id + 1000
                ledger.add(.deadLetter(letter), locator: id, byteCount: 100)
            }
            if id % 3 == 0 {
                ledger.note(Self.end(id, id % 2 == 0 ? .dead : .delivered), locator: id)
            }
            if id % 10 == 0 {
                ledger.hold(
                    .endpoint("default"),
                    reason: "r",
                    remedy: "m",
                    since: .init(milliseconds: 0)
                )
            }
            if id % 10 == 5 { ledger.release(.endpoint("default")) }
            #expect(Self.isBalanced(ledger))
        }
        #expect(ledger.taken == 120)
        #expect(ledger.waiting == 67)
    }

    @Test("beyond the limit the oldest are forgotten; of what waits it stays known where it lies")
    func limit() {
        var ledger = Ledger(limit: 10)
        ledger.add(Self.delivery(1), locator: 1, byteCount: 100)
        for id in UInt64(2)...100 {
            ledger.add(Self.delivery(id), locator: id, byteCount: 100)
            ledger.note(Self.end(id), locator: id)
        }
        #expect(ledger.waits(1) && ledger.waiting == 1)
        #expect(ledger.locator(of: 1) == 1)
        #expect(ledger[2] == nil && ledger.locator(of: 2) == nil)
        #expect(ledger[100]?.state == .delivered)
        #expect(ledger.oldestWaiting == Timestamp(milliseconds: 1000))
        #expect(Self.isBalanced(ledger))
    }

    @Test("what waits beyond the limit is counted, held, dropped and ended like the rest")
    func distant() {
        var ledger = Ledger(limit: 10)
        for id in UInt64(1)...200 { ledger.add(Self.delivery(id), locator: id, byteCount: 100) }
        #expect(ledger.waiting == 200)
        #expect(ledger.oldestWaiting == Timestamp(milliseconds: 1000))
        let hold = HoldScope.project(endpoint: "default", name: "42")
        ledger.hold(hold, reason: "r", remedy: "m", since: .init(milliseconds: 0))
        #expect(ledger.totals()[.held] == 200)
        for id in UInt64(1)...150 where id != 40 {
            ledger.note(Self.end(id, id % 2 == 0 ? .dead : .delivered), locator: id)
            #expect(Self.isBalanced(ledger))
        }
        #expect(ledger.totals()[.held] == 51)
        #expect(ledger.oldestWaiting == Timestamp(milliseconds: 40_000))
        ledger.move(40, from: 40, to: 4000)
        ledger.move(41, from: 41, to: 4100)
        #expect(ledger.locator(of: 40) == 4000 && ledger.locator(of: 41) == nil)
        // By hand once more: it waits again, under its own id.
        ledger.add(Self.delivery(38, generation: 1), locator: 500, byteCount: 100)
        #expect(ledger.waits(38) && ledger.waiting == 52)
        ledger.note(Self.end(38), locator: 501)
        #expect(ledger.waits(38), "that was said of its first life")
        ledger.note(Self.end(38, generation: 1), locator: 502)
        #expect(!ledger.waits(38) && ledger.waiting == 51)
    }

    @Test("a redelivered entry keeps its id and its past, and waits again")
    func redelivered() {
        var ledger = Ledger(limit: 10)
        ledger.add(Self.delivery(1), locator: 1, byteCount: 100)
        ledger.note(Self.end(1, .dead), locator: 2)
        ledger.add(Self.delivery(1, generation: 1), locator: 3, byteCount: 100)
        #expect(ledger[1]?.state == .accepted)
        #expect(ledger[1]?.settledLocators == [2])
        #expect(ledger.taken == 1)
        ledger.note(Self.end(1, .dead), locator: 4)
        #expect(ledger[1]?.state == .accepted)
        ledger.note(Self.end(1, generation: 1), locator: 5)
        #expect(ledger[1]?.state == .delivered)
        #expect(ledger[1]?.settledLocators == [2, 5])
        #expect(Self.isBalanced(ledger))
        // Both were carried out of a segment that goes.
        ledger.move(settled: 1, from: 2, to: 20)
        ledger.move(settled: 1, from: 5, to: 50)
        #expect(ledger[1]?.settledLocators == [20, 50])
    }

    @Test("what waits behind a hold is shown as held, by endpoint, project or lane")
    func held() {
        let scopes: [HoldScope] = [
            .endpoint("default"), .project(endpoint: "default", name: "42"),
            .project(endpoint: "default", name: "group/name"),
            .lane(endpoint: "default", project: 42, environment: "production"),
        ]
        for scope in scopes {
            var ledger = Ledger(limit: 10)
            ledger.note(.project(SampleRecords.project), locator: 0)
            ledger.add(Self.delivery(1, project: "group/name"), locator: 1, byteCount: 100)
            ledger.add(
                Self.delivery(2, project: "43", environment: "staging"),
                locator: 2,
                byteCount: 100
            )
            ledger.hold(scope, reason: "expired", remedy: "renew", since: .init(milliseconds: 5))
            #expect(ledger[1].map { ledger.state(of: $0) } == .held, "\(scope)")
            #expect(ledger[1].flatMap { ledger.hold(over: $0) }?.remedy == "renew")
            let others: DeliveryState = scope == .endpoint("default") ? .held : .accepted
            #expect(ledger[2].map { ledger.state(of: $0) } == others, "\(scope)")
            #expect(Self.isBalanced(ledger))
            ledger.release(scope)
            #expect(ledger[1].map { ledger.state(of: $0) } == .accepted)
        }
    }

    @Test("a listing filters, and goes on where it stopped")
    func list() {
        var ledger = Ledger(limit: 1000)
        for id in UInt64(1)...30 {
            ledger.add(
                Self.delivery(
                    id,
                    project: id % 2 == 0 ? "42" : "43",
                    environment: id % 3 == 0 ? "staging" : "production"
                ),
                locator: id,
                byteCount: 100
            )
            if id > 20 { ledger.note(Self.end(id), locator: id) }
        }
        var filter = Ledger.Filter()
        filter.limit = 4
        var seen: [UInt64] = []
        repeat {
            let page = ledger.list(filter)
            seen += page.entries.map(\.id)
            filter.before = page.next
        } while filter.before != nil
        #expect(seen == (1...30).reversed().map { UInt64($0) })
        filter = Ledger.Filter()
        filter.state = .delivered
        #expect(ledger.list(filter).entries.count == 10)
        filter.project = "42"
        filter.environment = "staging"
        #expect(ledger.list(filter).entries.map(\.id) == [30, 24])
        filter = Ledger.Filter()
        filter.since = Timestamp(milliseconds: 29_000)
        #expect(ledger.list(filter).entries.map(\.id) == [30, 29])
    }

    @Test("events that made no delivery are listed, the last thousand of them")
    func passedOver() {
        var ledger = Ledger(limit: 10)
        for number in 0..<5000 {
            ledger.add(
                PassedOver(
                    receivedAt: Timestamp(milliseconds: Int64(number)),
                    hook: "argocd",
                    state: "ignored",
                    application: nil,
                    reason: "\(number)"
                )
            )
        }
        #expect(ledger.passedOver.count == 1000)
        #expect(ledger.passedOver.last?.reason == "4999")
    }
}
