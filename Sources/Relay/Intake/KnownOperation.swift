import Formats
import GitLab

/// An operation of which at least one event was accepted.
struct KnownOperation: Sendable {
    private let beginning: Beginning
    /// Tells most names from others without going to where they lie; means nothing outside of this
    /// process.
    private let nameTag: UInt32
    /// Accepted statuses in their order, with the deliveries they became; never empty.
    private(set) var told: [Told]

    /// Longer histories are cut at their beginning: what is told over and over.
    private static let toldLimit = 16

    struct Told: Sendable {
        var status: DeploymentStatus
        var delivery: UInt64
        /// The relay said so, no sender did.
        var isClosing: Bool
        /// A success that waits until then is not recorded yet.
        var settlesAt: Timestamp?

        init(_ delivery: AcceptedDelivery) {
            status = delivery.status
            self.delivery = delivery.id
            isClosing = delivery.cause != .event
            settlesAt = delivery.notBefore
        }
    }

    /// - Parameter delivery: The first accepted event, or the first that is left.
    init(beginningWith delivery: AcceptedDelivery) {
        beginning = Beginning(delivery)
        nameTag = Self.tag(delivery.operation.name)
        told = [Told(delivery)]
    }

    var name: OperationName { beginning.name }
    var place: Place { beginning.place }
    var hook: String { beginning.hook }
    /// Whether the sha is a revision of the source, which `retry.refresh` may change.
    var isShaFromRevision: Bool { beginning.isShaFromRevision }
    var sourceKey: String { beginning.sourceKey }
    /// When its first event was accepted.
    var acceptedAt: Timestamp { beginning.acceptedAt }

    static func tag(_ name: String) -> UInt32 { UInt32(truncatingIfNeeded: name.hashValue) }

    /// Whether the sender calls it so.
    func isCalled(_ name: String, tag: UInt32) -> Bool {
        nameTag == tag && beginning.name.name == name
    }

    var last: Told { told[told.count - 1] }
    var status: DeploymentStatus { last.status }
    var isOpen: Bool { status == .running }

    /// Whether a success is recorded, or on its way and no longer waiting to settle.
    func hasSucceeded(at now: Timestamp) -> Bool {
        status == .success && last.settlesAt.map { $0 <= now } ?? true
    }

    mutating func tell(_ next: Told) {
        told.append(next)
        if told.count > Self.toldLimit { told.removeFirst() }
    }

    /// A delivery is dead or dropped: what it said may be said again.
    ///
    /// - Returns: Whether anything that was told is left.
    mutating func forget(_ delivery: UInt64) -> Bool {
        let left = told.filter { $0.delivery != delivery }
        guard !left.isEmpty else { return false }
        told = left
        return true
    }
}

/// What an operation's first accepted event fixed: shared by all copies of the operation, since a
/// turn that may be taken back keeps what was before.
private final class Beginning: Sendable {
    let name: OperationName
    let place: Place
    let hook: String
    let isShaFromRevision: Bool
    let sourceKey: String
    let acceptedAt: Timestamp

    init(_ delivery: AcceptedDelivery) {
        name = delivery.operation
        place = delivery.place
        hook = delivery.hook
        isShaFromRevision = delivery.isShaFromRevision
        sourceKey = delivery.sourceKey
        acceptedAt = delivery.receivedAt
    }
}

/// A sender's object and its operations: Argo CD's Application, Heroku's app, Flux's object; for
/// flat bodies the project and environment.
struct Application: Sendable {
    /// By `order`, the newest last.
    private(set) var operations: [KnownOperation] = []
    /// The operation of the newest accepted event.
    private(set) var lastTold: Identity?
    /// The delivery that does what its deletion asks for; nil while it is there.
    private var deletion: UInt64?
    /// Rises with use; the least is forgotten first.
    var usedAt: UInt64 = 0

    var newest: KnownOperation? { operations.last }
    /// Whether the sender has said that it is being deleted, and its environment was seen to.
    var isGone: Bool { deletion != nil }
    var open: [KnownOperation] { hasOpen ? operations.filter(\.isOpen) : [] }
    var hasOpen: Bool { operations.indices.contains { operations[$0].isOpen } }

    func operation(_ identity: Identity) -> KnownOperation? {
        operations.last { $0.name.identity == identity }
    }

    /// The operation that the sender calls so, by its newest revision.
    func operation(named name: String) -> KnownOperation? {
        let tag = KnownOperation.tag(name)
        return operations.last { $0.isCalled(name, tag: tag) }
    }

    /// The operation of the newest event that came.
    var newestEvent: KnownOperation? { lastTold.flatMap(operation) }

    @discardableResult
    mutating func add(_ operation: KnownOperation, keeping limit: Int) -> Change {
        let older = operations.lastIndex { $0.name.order <= operation.name.order }
        let index = older.map { $0 + 1 } ?? 0
        var change = Change(self, at: index)
        operations.insert(operation, at: index)
        deletion = nil
        lastTold = operation.name.identity
        while operations.count > limit,
            let oldest = operations.dropLast().firstIndex(where: { !$0.isOpen })
        {
            change.forgotten.append((oldest, operations.remove(at: oldest)))
        }
        return change
    }

    @discardableResult
    mutating func tell(_ identity: Identity, _ next: KnownOperation.Told) -> Change? {
        guard let index = operations.lastIndex(where: { $0.name.identity == identity }) else {
            return nil
        }
        let change = Change(self, at: index, of: operations[index])
        operations[index].tell(next)
        if !next.isClosing { lastTold = identity }
        return change
    }

    // MARK: - Taking back

    /// What `add` or `tell` has changed: a turn that may be taken back keeps this and not all that
    /// was before, for that would be copied with the first change.
    struct Change: Sendable {
        /// Which operation was added or told of; `before`: what it was, nil when it was added.
        fileprivate let index: Int
        fileprivate let before: KnownOperation?
        /// What was forgotten for it, and from where, in that order.
        fileprivate var forgotten: [(index: Int, operation: KnownOperation)] = []
        fileprivate let lastTold: Identity?
        fileprivate let deletion: UInt64?
        fileprivate let usedAt: UInt64

        fileprivate init(
            _ application: Application,
            at index: Int,
            of before: KnownOperation? = nil
        ) {
            (self.index, self.before) = (index, before)
            (lastTold, deletion) = (application.lastTold, application.deletion)
            usedAt = application.usedAt
        }
    }

    /// As if the change had not been; later ones were taken back before.
    mutating func takeBack(_ change: Change) {
        for (index, operation) in change.forgotten.reversed() {
            operations.insert(operation, at: index)
        }
        if let before = change.before {
            operations[change.index] = before
        } else {
            operations.remove(at: change.index)
        }
        (lastTold, deletion, usedAt) = (change.lastTold, change.deletion, change.usedAt)
    }

    mutating func leave(by delivery: UInt64) { deletion = delivery }

    /// Takes an accepted event at a start, in the log's order.
    mutating func replay(_ delivery: AcceptedDelivery, keeping limit: Int) {
        let name = delivery.operation
        if case .deletion = delivery.cause {
            if !operations.isEmpty { leave(by: delivery.id) }
            return
        }
        if delivery.generation > 0 {
            // What it was accepted as before was dead or dropped, and its place may be another.
            forget(delivery.id, of: name.identity)
        }
        if operation(name.identity) != nil {
            tell(name.identity, KnownOperation.Told(delivery))
        } else {
            add(KnownOperation(beginningWith: delivery), keeping: limit)
        }
    }

    /// Whether a record says what is known of an operation that must stay known: the newest one,
    /// the one that was told of last, and those that are open; or that its deletion was seen to.
    func needs(_ head: AcceptedHead) -> Bool {
        if deletion == head.id { return true }
        guard let found = operation(head.operation), found.last.delivery == head.id else {
            return false
        }
        return found.isOpen || lastTold == head.operation
            || newest?.name.identity == head.operation
    }

    /// Whether a record is the last that was told of an operation.
    func knows(_ head: AcceptedHead) -> Bool {
        operation(head.operation)?.last.delivery == head.id
    }

    mutating func forget(_ delivery: UInt64, of identity: Identity) {
        if deletion == delivery { deletion = nil }
        guard let index = operations.lastIndex(where: { $0.name.identity == identity }) else {
            return
        }
        if !operations[index].forget(delivery) {
            operations.remove(at: index)
            if lastTold == identity { lastTold = operations.last?.name.identity }
        }
    }
}
