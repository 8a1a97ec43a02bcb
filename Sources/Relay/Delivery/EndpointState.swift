import Formats
import GitLab

/// One GitLab as the queue sees it: how fast it may be asked, whether it stands still, whose
/// token we hold.
struct EndpointState: Sendable {
    let name: String
    var connections: Int
    /// Least milliseconds between two calls; 0: none.
    var spacing: Int64
    var inFlight = 0
    var turns = FairTurns()
    /// Steady milliseconds; a 429 sets it for all calls of this token.
    var pausedUntil: Int64 = 0
    /// Steady milliseconds before which the next call does not leave.
    var nextSlot: Int64 = 0
    var hold = HoldState()
    /// The id of the user whose token it is, as rows we made show it.
    var user: Int?
    /// GitLab's clock minus ours, in milliseconds, by its last `Date`.
    var skew: Int64?
    var remaining: Int?

    init(_ settings: QueueSettings.Endpoint) {
        name = settings.name
        connections = settings.connections
        spacing = settings.requestsPerMinute.map { 60_000 / Int64(max($0, 1)) } ?? 0
    }

    /// Takes over the pace of a changed configuration; what is known of the GitLab stays.
    mutating func adopt(_ settings: QueueSettings.Endpoint) {
        let fresh = EndpointState(settings)
        (connections, spacing) = (fresh.connections, fresh.spacing)
    }

    func mayCall(at now: Moment) -> Bool {
        inFlight < connections && pausedUntil <= now.steady && nextSlot <= now.steady
    }

    /// When `mayCall` could become true by time alone; nil when only an answer can make it so.
    func callableAt(_ now: Moment) -> Int64? {
        inFlight < connections ? max(pausedUntil, nextSlot) : nil
    }

    mutating func calls(at now: Moment) {
        inFlight += 1
        if spacing > 0 { nextSlot = max(nextSlot, now.steady) + spacing }
    }

    /// What any answer tells beside its meaning.
    mutating func observe(_ pace: RatePace, at now: Moment) {
        if let date = pace.serverDate {
            skew = date.milliseconds - now.wall.milliseconds
        }
        if let left = pace.remaining { remaining = left }
        nextSlot = max(nextSlot, now.steady + pace.spacingMilliseconds(now: now.wall))
    }

    func gitlabTime(at now: Moment) -> Timestamp {
        Timestamp(milliseconds: now.wall.milliseconds + (skew ?? 0))
    }
}

/// A hold, and the memory of the one before, so that what flaps is asked ever more rarely.
struct HoldState: Sendable {
    private(set) var current: Hold?
    private var previous: Hold?
    private var releasedAt: Int64 = 0

    /// Begins or goes on holding; a repeated reason only widens the interval.
    mutating func begin(reason: String, remedy: String, at now: Moment, probe: Hold.Probe) -> Hold {
        let isFlapping = previous != nil && now.steady - releasedAt < Hold.longestInterval
        let before = current ?? (isFlapping ? previous : nil)
        let hold = Hold(
            reason: reason,
            remedy: remedy,
            at: now,
            probe: kind(probe, isFlapping),
            after: before
        )
        current = hold
        return hold
    }

    private func kind(_ asked: Hold.Probe, _ isFlapping: Bool) -> Hold.Probe {
        if asked == .configuration { return asked }
        return isFlapping && current == nil ? .event : current?.probe ?? asked
    }

    mutating func widen(at now: Moment) { current?.widen(at: now) }

    mutating func startProbe() { current?.isProbing = true }

    /// The next probe asks for a write, since a read has told all it can.
    mutating func askByEvent(at now: Moment) {
        current?.probe = .event
        current?.isProbing = false
        current?.probeAt = now.steady
    }

    mutating func askNow(at now: Moment) {
        current?.probeAt = now.steady
        current?.isProbing = false
    }

    /// - Returns: The hold that is over.
    mutating func end(at now: Moment) -> Hold? {
        guard let over = current else { return nil }
        previous = over
        releasedAt = now.steady
        current = nil
        return over
    }
}

/// A project by its number.
struct ProjectState: Sendable {
    let endpoint: Int
    let number: Int
    var path: String?
    var defaultBranch: String?
    var hold = HoldState()
    var lanes: [Int] = []
}

/// A project by a text that is no number: entries wait here until GitLab has told the number.
struct NameState: Sendable {
    let endpoint: Int
    let text: String
    var number: Int?
    var waiting: [QueueEntry] = []
    var isAsking = false
    var failures = 0
    var dueAt: Int64 = 0
    var hold = HoldState()
}
