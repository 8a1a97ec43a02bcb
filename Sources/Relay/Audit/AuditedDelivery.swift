package import Formats
package import GitLab

/// A delivery as the admin address lists it: what an audit needs of the ledger.
package struct AuditedDelivery: Equatable, Sendable {
    package var id: UInt64
    package var state: DeliveryState
    package var status: DeploymentStatus
    package var environment: String
    package var sha: String
    package var application: String
    package var operation: String
    /// Why the relay made it itself; nil for what a sender told.
    package var cause: String?
    package var receivedAt: Timestamp
    /// GitLab's deployment; nil until one is known.
    package var deployment: Int?
    /// The status GitLab confirmed of it.
    package var written: DeploymentStatus?

    package init(
        id: UInt64,
        state: DeliveryState,
        status: DeploymentStatus,
        environment: String,
        sha: String,
        application: String,
        operation: String,
        cause: String? = nil,
        receivedAt: Timestamp,
        deployment: Int? = nil,
        written: DeploymentStatus? = nil
    ) {
        self.id = id
        self.state = state
        self.status = status
        self.environment = environment
        self.sha = sha
        self.application = application
        self.operation = operation
        self.cause = cause
        self.receivedAt = receivedAt
        self.deployment = deployment
        self.written = written
    }

    /// Waiting for its turn, for GitLab or for somebody who mends something.
    var isOnItsWay: Bool { state == .accepted || state == .held }
}
