/// Everything has a limit, and this is its name (DESIGN §2.2 `limits`).
package struct Limits: Equatable, Sendable {
    /// Largest body of a request.
    package var bodyBytes = 4_194_304
    /// All bodies being read together.
    package var bodyMemoryBytes = 67_108_864
    /// Request line and fields of a request.
    package var headBytes = 16_384
    /// How deep objects and arrays may lie in each other.
    package var jsonDepth = 512
    /// Connections at once, on each address.
    package var connections = 4096
    /// For a request's head to be whole, and for an idle connection to begin another.
    package var headSeconds = 10
    /// For a request's body to be whole.
    package var bodySeconds = 30
    /// A body that comes more slowly, on average, is given up.
    package var bodyBytesPerSecond = 1024
    /// For a peer to take something of its answers.
    package var answerSeconds = 30
    /// For how long a 401 is held back, at most, from an address that keeps failing.
    package var unauthorizedSeconds = 1
    /// Answers that are so held back at once.
    package var slowedRefusals = 256
    /// Senders that wait for GitLab's answer at once.
    package var waiters = 256
    /// Deliveries that wait for GitLab.
    package var backlogEvents = 1_000_000
    /// Size of the record logs with what waits.
    package var backlogBytes = 4_294_967_296
    /// How long the ledger keeps what is over.
    package var retentionDays = 30
    /// How much of it.
    package var retentionBytes = 1_073_741_824
    /// Deliveries of which the ledger has an index in memory.
    package var ledgerEntries = 100_000
    /// Applications of which it is known what was accepted.
    package var applications = 100_000
    /// How many operations of each, the open ones aside.
    package var operationsPerApplication = 16
    /// GitLab's deployments of which it is known whose they are, those that run or stand aside.
    package var deployments = 100_000
    /// How long GitLab may still be at work on a call that we lost sight of.
    package var doubtSeconds = 60
    /// How long a delivery is tried, the time it is held not counted.
    package var retryHours = 72
    /// How long a commit or ref that GitLab does not know is tried.
    package var unknownRefMinutes = 15
    /// How long to wait for another process to leave the data folder.
    package var lockSeconds = 15

    package init() {}
}
