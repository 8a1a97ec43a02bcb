import Formats
import GitLab

/// The deliveries for one environment of one project, in order; one call under way at a time.
struct Lane: Sendable {
    struct Key: Hashable, Sendable {
        var endpoint: Int
        var project: Int
        var environment: String
    }

    let key: Key
    /// Index of its project in the queue.
    let project: Int
    var line = Line()
    /// The call under way for the lane's first entry.
    var call: UInt64?
    /// Whether it stands in its endpoint's line of turns.
    var isQueued = false
    /// Steady milliseconds before which nothing is tried.
    var dueAt: Int64 = 0
    /// `dueAt` is when the first of those that wait for `settleSeconds` may go.
    var isSettling = false
    /// Steady milliseconds of the alarm that is set.
    var alarmAt: Int64?
    /// Attempts in a row that came to nothing.
    var failures = 0
    /// The first entry's write whose outcome is not known.
    var doubt: Doubt?
    /// The first entry's first write: rows it can have made are younger than this.
    var firstSending: Sending?
    /// Steady milliseconds when it was sent; nil when that was before the start.
    var firstSentAt: Int64?
    /// Changes that GitLab may still carry out although they are over for us.
    var echoes: [Echo] = []
    /// The highest deployment id seen here; what GitLab makes later is above it.
    var highWater: Int?
    var hold = HoldState()
    /// One entry is tried although something holds this lane, to see whether it is mended.
    var isTrial = false
    /// A transition was refused once already for the first entry.
    var wasRefused = false

    init(key: Key, project: Int) {
        self.key = key
        self.project = project
    }

    /// Whether nothing would be lost with it.
    var isIdle: Bool {
        line.isEmpty && call == nil && !isQueued && hold.current == nil
    }

    /// The first entry is done with: the next one starts clean.
    mutating func turnToNext() {
        dueAt = 0
        isSettling = false
        failures = 0
        doubt = nil
        firstSending = nil
        firstSentAt = nil
        wasRefused = false
    }

    /// Something new is here, which need not wait for what settles.
    mutating func endSettling() {
        guard isSettling else { return }
        isSettling = false
        dueAt = 0
    }

    /// When another status may be written to `deployment` than one that may still come late.
    ///
    /// - Returns: Steady milliseconds; nil: at once.
    mutating func waits(for deployment: Int, to status: DeploymentStatus, at now: Moment) -> Int64?
    {
        endEchoes(at: now)
        return echoes.filter { $0.deployment == deployment && $0.status != status }
            .map(\.endsAt).max()
    }

    mutating func endEchoes(at now: Moment) { echoes.removeAll { $0.endsAt <= now.steady } }
}

/// A write that may or may not have been done.
struct Doubt: Sendable {
    let sending: Sending
    /// Steady milliseconds from which on absence proves that it was not done, and never will be.
    let settlesAt: Int64
    /// Page of the list to read next.
    var page = 1
    /// Steady milliseconds when the present look began: what it shows is not older.
    var lookedAt: Int64 = 0

    /// Whether the look was late enough for what it did not show.
    var isSettled: Bool { lookedAt >= settlesAt }
}

/// A change of a row that we lost sight of: it may come late, over what was written since.
struct Echo: Sendable {
    let deployment: Int
    let status: DeploymentStatus
    /// Steady milliseconds.
    let endsAt: Int64
}
