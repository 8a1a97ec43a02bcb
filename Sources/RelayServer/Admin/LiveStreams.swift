/// Who watches the stream of events, and what has changed since they were last told.
///
/// Times are steady milliseconds.
struct LiveStreams {
    /// Connections whose endless answer has begun.
    private(set) var watchers: Set<UInt64> = []
    /// Deliveries in the order in which they first changed.
    private var changed: [UInt64] = []
    private var known: Set<UInt64> = []
    private var isOverviewChanged = false
    private var hasMissed = false
    private var toldAt: Int64 = 0

    /// What is to be told of one or more turns.
    struct Changes {
        var deliveries: [UInt64]
        /// More changed than is told one by one: whoever shows a list asks for it again.
        var hasMissed: Bool
    }

    /// An idle stream says something this often, in milliseconds, so that a lost peer is noticed.
    static let heartbeatMilliseconds: Int64 = 15_000
    /// A watcher that leaves more than this unread is let go, in bytes.
    static let backlogBytes = 1 << 20
    /// More changes than this at a time are told as one.
    private static let mostChanges = 100
    /// Watchers are told no more often than this: a page is read by people, and each delivery that
    /// changes twice in that time is written once.
    private static let pauseMilliseconds: Int64 = 200

    mutating func add(_ connection: UInt64) { watchers.insert(connection) }
    mutating func remove(_ connection: UInt64) { watchers.remove(connection) }

    /// A delivery was accepted, tried or settled.
    mutating func note(delivery id: UInt64) {
        guard !watchers.isEmpty else { return }
        isOverviewChanged = true
        guard !known.contains(id) else { return }
        guard changed.count < Self.mostChanges else {
            hasMissed = true
            return
        }
        known.insert(id)
        changed.append(id)
    }

    /// Something was held or released.
    mutating func noteHolds() { isOverviewChanged = !watchers.isEmpty }

    /// When `takeChanges` has something to give; nil: not before something changes.
    var due: Int64? {
        isOverviewChanged ? toldAt + Self.pauseMilliseconds : nil
    }

    /// What is to be told at `now`, each delivery once; nil when nothing is, or not yet.
    mutating func takeChanges(at now: Int64) -> Changes? {
        guard let due, due <= now else { return nil }
        defer {
            changed.removeAll(keepingCapacity: true)
            known.removeAll(keepingCapacity: true)
            isOverviewChanged = false
            hasMissed = false
            toldAt = now
        }
        return Changes(deliveries: changed, hasMissed: hasMissed)
    }
}
