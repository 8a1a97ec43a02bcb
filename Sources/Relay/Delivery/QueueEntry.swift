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
    /// Made by the relay: such a one never makes a row of its own.
    package var isClosing: Bool

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
        isClosing = delivery.cause != .event
    }
}

/// A `QueueEntry` in its lane: small, for there may be a million.
struct Waiting: Sendable {
    let id: UInt64
    let locator: UInt64
    let application: Identity
    let operation: Identity
    let order: Int64
    /// Wall-clock milliseconds; 0: at once.
    let notBefore: Int64
    let generation: UInt32
    /// Index of its lane in the queue.
    let lane: Int32
    let status: DeploymentStatus
    let isClosing: Bool

    init(_ entry: QueueEntry, lane: Int) {
        id = entry.id
        generation = entry.generation
        locator = entry.locator
        application = entry.application
        operation = entry.operation
        order = entry.order
        status = entry.status
        isClosing = entry.isClosing
        notBefore = entry.notBefore?.milliseconds ?? 0
        self.lane = Int32(lane)
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
    /// It may have been sent although no record says so: the record may be among damaged ones.
    var isSuspect = false

    mutating func begin(at now: Moment) { since = since ?? now.steady }

    mutating func passOver(_ held: Int64, at now: Moment) {
        since = since.map { min(now.steady, $0 + held) }
        unknownSince = unknownSince.map { min(now.steady, $0 + held) }
    }
}
