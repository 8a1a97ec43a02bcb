import Formats
import GitLab
import Webhooks

/// What was accepted, by Application: enough to tell news from repetition.
struct OperationBook: Sendable {
    private(set) var applications: [Identity: Application] = [:]
    private var clock: UInt64 = 0
    private let limits: Limits
    /// What the present turn changed, to be taken back when its commit fails.
    private var undo: [(Identity, Application?)] = []
    /// Forgotten since the turn began: that stands whether or not its commit succeeds.
    private var forgotten: [(delivery: UInt64, operation: Identity, application: Identity)] = []
    /// How many may gather before idle ones are swept out.
    private var capacity: Int

    init(limits: Limits) {
        self.limits = limits
        capacity = limits.applications
    }

    subscript(identity: Identity) -> Application? { applications[identity] }

    mutating func add(_ operation: KnownOperation) {
        let limit = limits.operationsPerApplication
        change(operation.name.application) { $0.add(operation, keeping: limit) }
        if applications.count > capacity { forgetOldest() }
    }

    mutating func tell(
        _ operation: Identity,
        of application: Identity,
        _ next: KnownOperation.Told
    ) {
        change(application) { $0.tell(operation, next) }
    }

    /// An Application is being deleted, which that delivery sees to.
    mutating func leave(_ application: Identity, by delivery: UInt64) {
        guard applications[application] != nil else { return }
        change(application) { $0.leave(by: delivery) }
    }

    mutating func forget(_ delivery: UInt64, of operation: Identity, in application: Identity) {
        guard applications[application] != nil else { return }
        forgotten.append((delivery, operation, application))
        change(application) { $0.forget(delivery, of: operation) }
        if applications[application]?.operations.isEmpty == true { applications[application] = nil }
    }

    /// The turn's records are on disk.
    mutating func confirm() {
        undo.removeAll(keepingCapacity: true)
        forgotten.removeAll(keepingCapacity: true)
    }

    /// The turn's records are not on disk: as if its events had never come.
    mutating func rollBack() {
        for (identity, before) in undo.reversed() { applications[identity] = before }
        undo = []
        for (delivery, operation, application) in forgotten {
            forget(delivery, of: operation, in: application)
        }
        confirm()
    }

    private mutating func change(_ identity: Identity, _ body: (inout Application) -> Void) {
        undo.append((identity, applications[identity]))
        clock += 1
        body(&applications[identity, default: Application()])
        applications[identity]?.usedAt = clock
    }

    /// Makes room in one sweep for a tenth of the limit, so that it costs little per event.
    ///
    /// Applications with something open are kept beyond the limit.
    private mutating func forgetOldest() {
        let idle = applications.filter { $0.value.open.isEmpty }
        let excess = applications.count - limits.applications + limits.applications / 10
        for (identity, _) in idle.sorted(by: { $0.value.usedAt < $1.value.usedAt }).prefix(excess) {
            undo.append((identity, applications[identity]))
            applications[identity] = nil
        }
        capacity = max(limits.applications, applications.count + applications.count / 10)
    }
}
