import Relay

/// When connections fall due, by steady milliseconds.
///
/// A connection stands here once, by the earliest moment it was ever given; when that comes and it
/// has been given a later one meanwhile, it is put back. So a deadline that only moves on costs
/// nothing, and a turn looks at those that are due and at no others.
struct Deadlines {
    private var timers = Timers<UInt64>()

    /// Milliseconds until the first could fall due; nil when there is none.
    var next: Int64? { timers.nextDue }

    /// Takes note of the deadline that `connection` has now.
    mutating func note(_ connection: Connection) {
        guard connection.deadline > 0 else { return }
        if let listed = connection.listedDeadline, listed <= connection.deadline { return }
        connection.listedDeadline = connection.deadline
        timers.add(connection.id, due: connection.deadline)
    }

    /// Takes out the next connection whose time may be over; the caller looks at its deadline.
    mutating func popDue(at now: Int64) -> UInt64? { timers.popDue(at: now) }
}
