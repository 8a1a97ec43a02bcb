package import Formats

/// The search for a row that a doubtful write may have left (DESIGN §3.2, "after a doubt, look").
///
/// Takes the pages of `GitLabCall.list`, newest first, one after the other.
package struct LookUp: Equatable, Sendable {
    package enum Match: Equatable, Sendable {
        case found(Deployment)
        /// No such row in all that can hold it.
        case absent
        /// Not on this page, and the next one may still hold it.
        case needsNextPage
    }

    /// GitLab's machines differ a little in time, and its `Date` counts whole seconds.
    package static let clockSlackSeconds = 5

    package var sha: String
    package var ref: String
    package var environment: String
    /// Who wrote; nil when that was never learned, and then anybody's row will do.
    package var userID: Int?
    /// The highest deployment id known in the lane before the write; a new row has a higher one.
    package var highWater: Int?
    /// GitLab's time at the first attempt.
    package var notBefore: Timestamp
    /// Rows that belong to other operations.
    package var owned: Set<Int>
    package var wanted: DeploymentStatus

    package init(
        sha: String,
        ref: String,
        environment: String,
        userID: Int?,
        highWater: Int?,
        notBefore: Timestamp,
        owned: Set<Int> = [],
        wanted: DeploymentStatus
    ) {
        self.sha = sha
        self.ref = ref
        self.environment = environment
        self.userID = userID
        self.highWater = highWater
        self.notBefore = notBefore
        self.owned = owned
        self.wanted = wanted
    }

    /// Judges one page; `nextPage` is what came with it in `Meaning.deployments`.
    package func match(_ rows: [Deployment], nextPage: Int?) -> Match {
        if let newest = rows.filter(isMatch).max(by: { $0.id < $1.id }) { return .found(newest) }
        let isBeyond = rows.contains { !isInWindow($0) }
        return nextPage == nil || isBeyond ? .absent : .needsNextPage
    }

    /// All rows that the write can have made, newest first; more than one after blind repeats.
    package func matches(_ rows: [Deployment]) -> [Deployment] {
        rows.filter(isMatch).sorted { $0.id > $1.id }
    }

    private func isMatch(_ row: Deployment) -> Bool {
        isInWindow(row) && isSameCommit(row) && isOurs(row) && isStatusPossible(row)
    }

    /// Whether the row can have been made since the first attempt.
    ///
    /// A row without a time counts by its id alone; without either it is nobody's.
    private func isInWindow(_ row: Deployment) -> Bool {
        if let highWater, row.id <= highWater { return false }
        guard let createdAt = row.createdAt else { return highWater != nil }
        let slack = Int64(Self.clockSlackSeconds) * 1000
        return createdAt.milliseconds >= notBefore.milliseconds - slack
    }

    private func isSameCommit(_ row: Deployment) -> Bool {
        ASCII.equal(row.sha, sha) && row.ref == ref
            && (row.environment ?? environment) == environment
    }

    private func isOurs(_ row: Deployment) -> Bool {
        if row.hasDeployable || owned.contains(row.id) { return false }
        return userID == nil || row.userID == userID
    }

    /// A row that has ended otherwise is not ours; one that has not ended may still be moved.
    private func isStatusPossible(_ row: Deployment) -> Bool {
        if row.status == "skipped" { return false }
        guard let status = row.knownStatus else { return true }
        return !status.isEnd || status == wanted
    }
}
