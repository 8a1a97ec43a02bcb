/// Where the time of events went that were to be sent at a fixed rate.
///
/// Load and relay share the processors: how late the load itself was says nothing of the relay,
/// and stands apart.
struct PacedTimes {
    /// From when the event was due until its answer was read: the sum of the other three.
    private(set) var whole = Quantiles()
    /// From when it was due, and a connection was free, until it was written: the load was late.
    private(set) var late = Quantiles()
    /// From when it was written until the answer had come, and before that, while no connection
    /// was free, from when it was due: what the relay took.
    private(set) var relay = Quantiles()
    /// From when the answer had come until it was read: the load was late.
    private(set) var unread = Quantiles()

    var count: Int { whole.count }

    /// Monotonic nanoseconds; `freeAt`: when the connection's last answer had come.
    mutating func add(due: Int64, freeAt: Int64, writtenAt: Int64, cameAt: Int64, readAt: Int64) {
        let couldGo = max(due, freeAt)
        whole.add(readAt - due)
        late.add(writtenAt - couldGo)
        relay.add(couldGo - due + cameAt - writtenAt)
        unread.add(readAt - cameAt)
    }

    /// Adds the figures of all four; `name` stands before theirs.
    mutating func show(as name: String, in figures: inout Figures) {
        figures.add("\(name)Accepted", Double(count))
        Self.add(name, &whole, &figures)
        Self.add("\(name)Late", &late, &figures)
        Self.add("\(name)Relay", &relay, &figures)
        Self.add("\(name)Unread", &unread, &figures)
    }

    private static func add(_ name: String, _ times: inout Quantiles, _ figures: inout Figures) {
        for (share, value) in zip(
            ["P50", "P99", "P99.9", "Max"],
            times.milliseconds([0.5, 0.99, 0.999, 1])
        ) {
            figures.add("\(name)\(share)Milliseconds", value)
        }
    }
}
