package import Formats
package import GitLab

/// Where a delivery stands, as the ledger says it.
package enum DeliveryState: UInt8, Sendable, CaseIterable {
    case accepted = 0
    case delivered = 1
    case superseded = 2
    case dead = 3
    case dropped = 4
    /// Accepted, and waiting for somebody to mend something.
    case held = 5

    package var name: String {
        switch self {
        case .accepted: "accepted"
        case .delivered: "delivered"
        case .superseded: "superseded"
        case .dead: "dead"
        case .dropped: "dropped"
        case .held: "held"
        }
    }

    package init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    init(_ end: FinalState) {
        switch end {
        case .delivered: self = .delivered
        case .superseded: self = .superseded
        case .dead: self = .dead
        case .dropped: self = .dropped
        }
    }
}

/// One delivery in the index; the rest is in the logs.
package struct LedgerEntry: Sendable {
    package let id: UInt64
    package var generation: UInt32
    /// Where the accepted record lies.
    package var locator: UInt64
    /// Where its attempts and its end lie in the `settled` log, oldest first.
    package var settledLocators: [UInt64] = []
    /// Never `held`: that follows from what is held at present.
    package var state: DeliveryState
    package var isDeadLetter: Bool
    package var receivedAt: Timestamp
    package var settledAt: Timestamp?
    package var hook: String
    package var endpoint: String
    package var project: String?
    package var environment: String?
    package var status: DeploymentStatus?
    package var sha: String?
    package var application: String?
    package var operation: String?
    package var cause: String?
    package var reason: String?
    package var attempts: UInt32 = 0
    package var deployment: Int?
    /// The status GitLab confirmed: `canceled` for a success that came too late to be one.
    package var written: DeploymentStatus?
    package var lastStatus: UInt16 = 0

    package init(_ delivery: AcceptedDelivery, locator: UInt64) {
        id = delivery.id
        generation = delivery.generation
        self.locator = locator
        state = .accepted
        isDeadLetter = false
        receivedAt = delivery.receivedAt
        hook = delivery.hook
        endpoint = delivery.place.endpoint
        project = delivery.place.project
        environment = delivery.place.environment
        if case .deletion = delivery.cause {
            // Of an environment, not of a deployment.
            (status, sha) = (nil, nil)
        } else {
            (status, sha) = (delivery.status, delivery.place.sha)
        }
        application = delivery.operation.applicationName
        operation = delivery.operation.name
        cause = delivery.cause.words
    }

    package init(_ letter: DeadLetter, locator: UInt64) {
        id = letter.id
        generation = letter.generation
        self.locator = locator
        state = .dead
        isDeadLetter = true
        receivedAt = letter.receivedAt
        settledAt = letter.receivedAt
        hook = letter.hook
        endpoint = ""
        operation = letter.operationName
        reason = letter.reason
    }
}

/// An event that made no delivery.
package struct PassedOver: Sendable {
    package var receivedAt: Timestamp
    package var hook: String
    /// "ignored" or "duplicate".
    package var state: String
    package var application: String?
    package var reason: String

    package init(
        receivedAt: Timestamp,
        hook: String,
        state: String,
        application: String?,
        reason: String
    ) {
        self.receivedAt = receivedAt
        self.hook = hook
        self.state = state
        self.application = application
        self.reason = reason
    }
}
