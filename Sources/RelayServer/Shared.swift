import Synchronization

/// What both loops and the main thread may touch: counters to read, and a bell to ring.
final class Shared: Sendable {
    struct Reload: Sendable {
        /// What was wrong with the last try; nil when it succeeded.
        var mistakes: String?
        var wasSuccessful: Bool { mistakes == nil }
        /// Milliseconds since 1970 of the last success.
        var at: Int64
    }

    let log: Log
    /// Milliseconds since 1970.
    let startedAt: Int64
    let deliveryMetrics = Mutex(DeliveryMetrics())
    let lastReload: Mutex<Reload>
    /// Ends `Server.wait` with a wish of the admin address to load the configuration anew.
    private let askReload: @Sendable (UInt64) -> Void

    init(log: Log, startedAt: Int64, askReload: @escaping @Sendable (UInt64) -> Void) {
        self.log = log
        self.startedAt = startedAt
        self.askReload = askReload
        lastReload = Mutex(Reload(at: startedAt))
    }

    func requestReload(ticket: UInt64) { askReload(ticket) }
}
