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
}
