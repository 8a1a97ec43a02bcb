import Formats
import GitLab
import Webhooks

/// What was accepted, by Application: enough to tell news from repetition.
///
/// What was accepted before a start is in `past`, until it is asked for.
struct OperationBook: Sendable {
    private(set) var applications: [Identity: Application] = [:]
    private(set) var past = PastBook()
    private var read: DeliveryReader = { _ in nil }
    private var clock: UInt64 = 0
    private let limits: Limits
    /// What the present turn changed, to be taken back when its commit fails.
    private var undo: [Undo] = []
    /// Forgotten since the turn began: that stands whether or not its commit succeeds.
    private var forgotten: [(delivery: UInt64, operation: Identity, application: Identity)] = []
    /// How many may gather before idle ones are swept out.
    private var capacity: Int

    private enum Undo {
        /// What it was before; nil: it was not known.
        case whole(Identity, Application?)
        case change(Identity, Application.Change)
    }

    init(limits: Limits) {
        self.limits = limits
        capacity = limits.applications
    }

    /// Looks it up, on disk if need be: `recall` before asking twice.
    subscript(identity: Identity) -> Application? {
        if let known = applications[identity] { return known }
        return past.contains(identity) ? recalled(identity) : nil
    }

    // MARK: - The past

    /// Takes over what a start has found; `read` gives records back.
    mutating func restore(_ found: PastBook, reading read: @escaping DeliveryReader) {
        (past, self.read) = (found, read)
        past.forgetOldest(keeping: limits.applications)
    }

    /// Puts an Application together from its records, if it is one of the past.
    mutating func recall(_ identity: Identity) {
        guard applications[identity] == nil, past.contains(identity) else { return }
        var application = recalled(identity)
        past.remove(identity)
        clock += 1
        application?.usedAt = clock
        applications[identity] = application
    }

    private func recalled(_ identity: Identity) -> Application? {
        var application = Application()
        for locator in past.locators(of: identity) {
            guard let delivery = read(locator), delivery.operation.application == identity else {
                continue
            }
            application.replay(delivery, keeping: limits.operationsPerApplication)
        }
        return application.operations.isEmpty ? nil : application
    }

    /// Applications that are there and, as far as is known, in such an environment.
    mutating func recallAll(at isWanted: (PlaceName) -> Bool) {
        for identity in past.applications(at: isWanted) { recall(identity) }
    }

    /// Whether a record is needed to know what was accepted, though all else in its segment goes.
    func needs(_ head: AcceptedHead, locator: UInt64, isRecent: Bool) -> Bool {
        guard let application = applications[head.application] else {
            return past.needs(head, locator: locator)
                || isRecent && past.knows(head, locator: locator)
        }
        return application.needs(head) || isRecent && application.knows(head)
    }

    mutating func move(_ application: Identity, from old: UInt64, to new: UInt64) {
        past.move(application, from: old, to: new)
    }

    /// Takes an accepted event at a start, in the log's order.
    mutating func replay(_ delivery: AcceptedDelivery) {
        let limit = limits.operationsPerApplication
        let identity = delivery.operation.application
        if case .deletion = delivery.cause, applications[identity] == nil { return }
        change(identity) { $0.replay(delivery, keeping: limit) }
        if applications[identity]?.operations.isEmpty == true { applications[identity] = nil }
        if applications.count + past.count > capacity { forgetOldest() }
    }

    // MARK: - Changes

    mutating func add(_ operation: KnownOperation) {
        let limit = limits.operationsPerApplication
        record(operation.name.application) { $0.add(operation, keeping: limit) }
        if applications.count + past.count > capacity { forgetOldest() }
    }

    mutating func tell(
        _ operation: Identity,
        of application: Identity,
        _ next: KnownOperation.Told
    ) {
        record(application) { $0.tell(operation, next) }
    }

    /// An Application is being deleted, which that delivery sees to.
    mutating func leave(_ application: Identity, by delivery: UInt64) {
        recall(application)
        guard applications[application] != nil else { return }
        change(application) { $0.leave(by: delivery) }
    }

    mutating func forget(_ delivery: UInt64, of operation: Identity, in application: Identity) {
        recall(application)
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
        for step in undo.reversed() {
            switch step {
            case .whole(let identity, let before): applications[identity] = before
            case .change(let identity, let change): applications[identity]?.takeBack(change)
            }
        }
        undo = []
        for (delivery, operation, application) in forgotten {
            forget(delivery, of: operation, in: application)
        }
        confirm()
    }

    /// A change of which all that was before is kept.
    private mutating func change(_ identity: Identity, _ body: (inout Application) -> Void) {
        recall(identity)
        undo.append(.whole(identity, applications[identity]))
        clock += 1
        body(&applications[identity, default: Application()])
        applications[identity]?.usedAt = clock
    }

    /// A change that events make, and that says itself how it is taken back.
    private mutating func record(
        _ identity: Identity,
        _ body: (inout Application) -> Application.Change?
    ) {
        recall(identity)
        let isNew = applications[identity] == nil
        clock += 1
        let change = body(&applications[identity, default: Application()])
        applications[identity]?.usedAt = clock
        if isNew {
            undo.append(.whole(identity, nil))
        } else if let change {
            undo.append(.change(identity, change))
        }
    }

    /// Makes room in one sweep for a tenth of the limit, so that it costs little per event.
    ///
    /// Applications with something open are kept beyond the limit.
    private mutating func forgetOldest() {
        let idle = applications.filter { !$0.value.hasOpen }
        past.forgetOldest(keeping: max(0, limits.applications - applications.count))
        let excess = applications.count - limits.applications + limits.applications / 10
        for (identity, _) in idle.sorted(by: { $0.value.usedAt < $1.value.usedAt }).prefix(excess) {
            undo.append(.whole(identity, applications[identity]))
            applications[identity] = nil
        }
        let count = applications.count + past.count
        capacity = max(limits.applications, count + count / 10)
    }
}
