import Formats
import GitLab
import Simulation
import Testing

@testable import Relay

@Suite("A turn that is taken back")
struct RollBackTests {
    private func delivery(
        _ id: UInt64,
        _ application: UInt64,
        _ operation: UInt64,
        _ status: DeploymentStatus
    ) -> AcceptedDelivery {
        AcceptedDelivery(
            id: id,
            receivedAt: Timestamp(milliseconds: Int64(id)),
            cause: .event,
            hook: "argocd",
            operation: OperationName(
                application: Identity(high: 1, low: application),
                applicationName: "parcel",
                identity: Identity(high: application, low: operation),
                name: "operation \(operation)",
                order: Int64(operation),
                startedAt: nil,
                finishedAt: nil
            ),
            place: Place(
                endpoint: "default",
                project: "42",
                environment: "staging",
                sha: String(repeating: "0", count: 40),
                ref: nil,
                tag: false
            ),
            status: status,
            payload: []
        )
    }

    /// All that a book knows, in words.
    private func shown(_ book: OperationBook) -> [String] {
        book.applications.map { identity, application in
            let operations = application.operations.map { operation in
                let told = operation.told.map { "\($0.status.name) \($0.delivery)" }
                return "\(operation.name.name): \(told)"
            }
            return "\(identity.low) \(operations) \(String(describing: application.lastTold)) "
                + "\(application.isGone) \(application.usedAt)"
        }.sorted()
    }

    /// Some turns of several events each; Applications know two operations, and more come than stay.
    @Test("leaves what was known, however its events went into each other", arguments: 0..<200)
    func takenBack(seed: UInt64) {
        var limits = Limits()
        (limits.operationsPerApplication, limits.applications) = (2, 3)
        var book = OperationBook(limits: limits)
        var chance = SeededGenerator(seed: seed)
        var id: UInt64 = 0
        for _ in 0..<20 {
            let before = shown(book)
            for _ in 0..<chance.pick(1...6) {
                id += 1
                let application = UInt64(chance.pick(0...4))
                let identity = Identity(high: 1, low: application)
                let status = chance.pick(from: [DeploymentStatus.running, .success, .failed])
                // Now and then an older one than those that are known.
                let event = delivery(id, application, UInt64(chance.pick(0...11)), status)
                let operation = event.operation.identity
                if chance.isLucky(0.1) {
                    book.leave(identity, by: id)
                } else if book[identity]?.operation(operation) != nil {
                    book.tell(operation, of: identity, KnownOperation.Told(event))
                } else {
                    book.add(KnownOperation(beginningWith: event))
                }
            }
            if chance.isLucky(0.5) {
                book.rollBack()
                #expect(shown(book) == before)
            } else {
                book.confirm()
            }
        }
    }
}
