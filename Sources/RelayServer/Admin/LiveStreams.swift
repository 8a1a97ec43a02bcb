/// Who watches the stream of events, and what has changed since they were last told.
struct LiveStreams {
    /// Connections whose endless answer has begun.
    private(set) var watchers: Set<UInt64> = []
    private var changed: [UInt64] = []
    private var isOverviewChanged = false

    /// An idle stream says something this often, in milliseconds, so that a lost peer is noticed.
    static let heartbeatMilliseconds: Int64 = 15_000
    /// A watcher that leaves more than this unread is let go, in bytes.
    static let backlogBytes = 1 << 20
    /// More changes than this in one turn are told as one: the page asks for the list again.
    private static let mostChanges = 200

    mutating func add(_ connection: UInt64) { watchers.insert(connection) }
    mutating func remove(_ connection: UInt64) { watchers.remove(connection) }

    /// A delivery was accepted, tried or settled.
    mutating func note(delivery id: UInt64) {
        guard !watchers.isEmpty else { return }
        isOverviewChanged = true
        if changed.count < Self.mostChanges, changed.last != id { changed.append(id) }
    }

    /// Something was held or released.
    mutating func noteHolds() { isOverviewChanged = !watchers.isEmpty }

    /// What is to be told, each delivery once; nil when nothing is.
    mutating func takeChanges() -> [UInt64]? {
        guard isOverviewChanged else { return nil }
        defer {
            changed.removeAll(keepingCapacity: true)
            isOverviewChanged = false
        }
        var told: Set<UInt64> = []
        return changed.filter { told.insert($0).inserted }
    }
}
