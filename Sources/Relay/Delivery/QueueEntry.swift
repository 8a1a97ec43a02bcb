package import GitLab
package import Formats

/// What the delivery side holds of an accepted event while it waits: an index entry, no payload.
package struct QueueEntry: Equatable, Sendable {
    package var id: UInt64
    package var generation: UInt32
    /// Where the accepted record lies; means something to the log only.
    package var locator: UInt64
    package var receivedAt: Timestamp
    package var endpoint: String
    package var project: String
    package var environment: String
    package var application: Identity
    package var operation: Identity
    package var order: Int64
    package var status: DeploymentStatus
    package var notBefore: Timestamp?
    package var task: DeliveryTask
    /// Whether it says what its environment is to be.
    package var hasWish: Bool

    package init(_ delivery: AcceptedDelivery, locator: UInt64) {
        id = delivery.id
        generation = delivery.generation
        self.locator = locator
        receivedAt = delivery.receivedAt
        endpoint = delivery.place.endpoint
        project = delivery.place.project
        environment = delivery.place.environment
        application = delivery.operation.application
        operation = delivery.operation.identity
        order = delivery.operation.order
        status = delivery.status
        notBefore = delivery.notBefore
        task = DeliveryTask(delivery.cause)
        hasWish = task == .tell && EnvironmentWish(delivery) != nil
    }
}

extension QueueEntry {
    /// Steady milliseconds until which `settleSeconds` are waited for; nil when they have passed.
    ///
    /// By the steady clock, once for what a restart finds: a wall clock that was set back meanwhile
    /// must not make more of them.
    func settlesAt(from now: Moment) -> Int64? {
        guard let notBefore else { return nil }
        let left = notBefore.milliseconds - now.wall.milliseconds
        let whole = notBefore.milliseconds - receivedAt.milliseconds
        let wait = min(left, whole)
        return wait > 0 ? now.steady + wait : nil
    }

    init(_ head: AcceptedHead, _ place: PlaceName, locator: UInt64) {
        id = head.id
        generation = head.generation
        self.locator = locator
        receivedAt = Timestamp(milliseconds: head.receivedAt)
        (endpoint, project, environment) = (place.endpoint, place.project, place.environment)
        application = head.application
        operation = head.operation
        order = head.order
        status = head.status
        notBefore = head.notBefore.map { Timestamp(milliseconds: $0) }
        task = head.task
        hasWish = head.hasWish
    }
}

/// A `QueueEntry` in its lane: small, for there may be a million.
struct Waiting: Sendable {
    let id: UInt64
    var locator: UInt64
    let operation: Identity
    let order: Int64
    let generation: UInt32
    /// Its Application's number in the queue.
    let application: Int32
    /// Index of its lane in the queue.
    let lane: Int32
    let status: DeploymentStatus
    let task: DeliveryTask
    let hasWish: Bool
    /// It may have been sent although no record says so: the record may be among damaged ones.
    var isSuspect = false

    init(_ entry: QueueEntry, application: Int32, lane: Int) {
        id = entry.id
        generation = entry.generation
        locator = entry.locator
        self.application = application
        operation = entry.operation
        order = entry.order
        status = entry.status
        task = entry.task
        hasWish = entry.hasWish
        self.lane = Int32(lane)
    }

    /// Made by the relay: such a one never makes a row of its own.
    var isClosing: Bool { task != .tell }

    /// It is about the environment itself, not about a deployment in it.
    var isOfEnvironment: Bool { task == .stop || task == .stay }
}

/// What a delivery does to GitLab's record.
package enum DeliveryTask: UInt8, Sendable {
    /// Tells a sender's status.
    case tell
    /// Closes what was left open.
    case close
    /// Stops the environment.
    case stop
    /// Leaves the environment to others.
    case stay

    init(_ cause: Cause) {
        switch cause {
        case .event: self = .tell
        case .closing: self = .close
        case .deletion(_, let stops): self = stops ? .stop : .stay
        }
    }
}

/// What has been tried for an entry; only the few that had a turn have one.
struct Tries: Sendable {
    /// Writes sent.
    var attempts: UInt32 = 0
    /// Steady milliseconds of the first try, moved on by the time spent held; nil: none yet.
    var since: Int64?
    /// Steady milliseconds since when GitLab says that it does not know the sha or ref.
    var unknownSince: Int64?
    /// Told again by hand: GitLab has shown the operation's row since.
    var isShown = false
    /// How far the environment is.
    var environment = EnvironmentStep.unknown
    /// Steady milliseconds since when the environment is being asked about.
    var environmentSince: Int64?
    /// Steady milliseconds since when its record cannot be read; nil: it could be, or was not
    /// asked for.
    var unreadableSince: Int64?

    mutating func begin(at now: Moment) { since = since ?? now.steady }

    mutating func becomeReadable(at now: Moment) {
        guard let since = unreadableSince else { return }
        passOver(now.steady - since, at: now)
        unreadableSince = nil
    }

    mutating func passOver(_ held: Int64, at now: Moment) {
        since = since.map { min(now.steady, $0 + held) }
        unknownSince = unknownSince.map { min(now.steady, $0 + held) }
        environmentSince = environmentSince.map { min(now.steady, $0 + held) }
    }
}

/// How far an entry's environment is, before its own write.
enum EnvironmentStep: Sendable {
    case unknown
    /// GitLab has none of this name.
    case absent
    case found(KnownEnvironment)
    /// It is as wanted, or cannot be made so.
    case done
}
