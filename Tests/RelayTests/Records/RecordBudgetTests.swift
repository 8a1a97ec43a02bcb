import GitLab
import Relay
import Testing

/// What an event costs on disk, beside what came in and what will be sent.
@Suite("Records: how many bytes an event costs")
struct RecordBudgetTests {
    /// Ids, names, the place, and the choices in words.
    private static let around = 700

    @Test(
        "an accepted record is the body, the payload and little else",
        arguments: ["argocd-01-running-initial.json", "argocd-05-succeeded-healthy.json"]
    )
    func accepted(name: String) throws {
        var bench = try IntakeBench(at: "2026-04-17T12:00:00Z")
        let body = try Fixture.bytes(name)
        let reception = bench.post("argocd", body)
        #expect(reception.records.count == 1)
        let record = try #require(reception.records.last)
        let delivery = try #require(record.delivery)
        #expect(record.bytes.count - body.count - delivery.payload.count <= Self.around)
        #expect(delivery.payload.count <= 250)
    }

    /// Ids, names, the place, the times, and what came of it in words.
    private static let aroundSettled = 420

    @Test(
        "a delivery costs the settled log its payload, GitLab's answer and little else",
        arguments: [1, 50]
    )
    func settled(deliveries: Int) throws {
        var bench = QueueBench()
        for number in 0..<deliveries {
            bench.accept(1, .success, environment: "environment-\(number)")
        }
        bench.settle()
        let sendings = bench.records.compactMap { record -> Sending? in
            if case .sending(let sending) = record { sending } else { nil }
        }
        let ends = bench.records.compactMap { record -> Settlement? in
            if case .settled(let end) = record { end } else { nil }
        }
        #expect(sendings.count == deliveries)
        #expect(ends.count == deliveries)
        // One record before it is sent, one when it is over.
        #expect(bench.records.count == 2 * deliveries)
        let bytes = bench.records.reduce(0) { $0 + $1.bytes.count }
        let told =
            sendings.reduce(0) { $0 + $1.payload.count }
            + ends.reduce(0) { $0 + $1.answer.count }
        #expect(bytes - told <= deliveries * Self.aroundSettled)
    }
}
