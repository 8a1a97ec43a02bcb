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
    /// Projects whose number is to be asked for.
    var askers = Ring<DeliveryQueue.ProjectName>()
    /// Steady milliseconds; a 429 sets it for all calls of this token.
    var pausedUntil: Int64 = 0
    /// Steady milliseconds before which the next call does not leave.
    var nextSlot: Int64 = 0
    var hold = HoldState()
    /// The id of the user whose token it is, as rows we made show it.
    var user: Int?
    /// GitLab's clock at its last `Date`, and our steady one then: no jump of our wall clock
    /// changes what we believe GitLab's to be.
    private var clock: (gitlab: Int64, steady: Int64)?
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

    /// Whether anything waits for its turn here.
    var isAsked: Bool { !turns.isEmpty || !askers.isEmpty }

    func mayCall(at now: Moment) -> Bool {
        inFlight < connections && pausedUntil <= now.steady && nextSlot <= now.steady
    }

    /// When a probe may be sent that may not be sent now; nil: it may.
    func waitsUntil(_ now: Moment) -> Int64? {
        let paused = max(pausedUntil, nextSlot)
        return paused > now.steady ? paused : nil
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
            clock = (date.milliseconds, now.steady)
        }
        if let left = pace.remaining { remaining = left }
        nextSlot = max(nextSlot, now.steady + pace.spacingMilliseconds(now: now.wall))
    }

    /// nil until GitLab has told its time.
    func gitlabTime(at now: Moment) -> Timestamp? {
        clock.map { Timestamp(milliseconds: $0.gitlab + now.steady - $0.steady) }
    }

    /// GitLab's time when a write was sent, as well as that can be known by now.
    ///
    /// - Parameters:
    ///   - sending: The write.
    ///   - steady: When it was sent, if that was in this process's life.
    ///   - now: The present.
    /// - Returns: Never later than it was: what a write made must not seem older than the write.
    func gitlabTime(of sending: Sending, sentAt steady: Int64?, at now: Moment) -> Timestamp {
        if let told = sending.gitlabTime { return told }
        if let steady, let present = gitlabTime(at: now) {
            return Timestamp(milliseconds: present.milliseconds - (now.steady - steady))
        }
        // Only our own wall clock tells, which may have been set since; the id counts then.
        return Timestamp(milliseconds: sending.sentAt.milliseconds - Self.wallSlack)
    }

    /// By how much our wall clock may be wrong, in milliseconds.
    private static let wallSlack: Int64 = 24 * 3_600_000
}

/// A hold, and the memory of the one before, so that what flaps is asked ever more rarely.
struct HoldState: Sendable {
    private(set) var current: Hold?
    private var previous: Hold?
    private var releasedAt: Int64 = 0

    /// Begins or goes on holding; only the answer to its own probe widens the interval.
    mutating func begin(reason: String, remedy: String, at now: Moment, probe: Hold.Probe) -> Hold {
        if var hold = current {
            (hold.reason, hold.remedy) = (reason, remedy)
            if probe == .configuration { hold.probe = probe }
            if hold.isProbing { hold.widen(at: now) }
            current = hold
            return hold
        }
        let isFlapping = previous != nil && now.steady - releasedAt < Hold.longestInterval
        let hold = Hold(
            reason: reason,
            remedy: remedy,
            at: now,
            // A read that finds nothing wrong has told all it can.
            probe: isFlapping && probe != .configuration ? .event : probe,
            after: isFlapping ? previous : nil
        )
        current = hold
        return hold
    }

    mutating func widen(at now: Moment) { current?.widen(at: now) }

    mutating func startProbe() { current?.isProbing = true }

    mutating func askNow(at now: Moment) {
        current?.probeAt = now.steady
        current?.isProbing = false
    }

    /// A write has succeeded: the next hold is a new trouble, and asks soon again.
    mutating func calm() { if current == nil { previous = nil } }

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
    var lanes: Set<Int> = []
}

/// A project by a text that is no number: entries wait here until GitLab has told the number.
struct NameState: Sendable {
    /// An entry, and the steady milliseconds since when it is tried, held time not counted.
    struct Waiting: Sendable {
        var entry: QueueEntry
        var since: Int64
    }

    let endpoint: Int
    let text: String
    var number: Int?
    var waiting: [Waiting] = []
    var isAsking = false
    /// Whether it stands in its endpoint's line of askers.
    var isQueued = false
    var failures = 0
    var dueAt: Int64 = 0
    var hold = HoldState()
}
