import Formats
package import GitLab

/// Compares the ledger with GitLab's list of one project's deployments.
///
/// Rows of CI jobs and of other users are counted and left alone, and so is what is older than the
/// ledger: of that nobody here can tell whether it is right.
package struct Audit: Sendable {
    /// By environment, then by what is wrong, the oldest deployment first.
    package private(set) var findings: [AuditFinding] = []
    /// Operations that GitLab shows as they were told.
    package private(set) var agreeing = 0
    /// Of these, the ones that run at present.
    package private(set) var running = 0
    /// Operations with a delivery that waits.
    package private(set) var onTheirWay = 0
    /// Operations of which GitLab has taken nothing, and that wait no more.
    package private(set) var dead = 0
    package private(set) var ofJobs: [Int] = []
    package private(set) var ofOthers: [Int] = []
    package private(set) var older = 0
    /// Ledger's deployments that are not in the list: each must be asked for by its id before it
    /// counts as missing, since the list moves while it is read.
    package private(set) var toBeShown: [Int] = []

    private let rows: [Deployment]
    private let byID: [Int: Deployment]
    private let user: Int

    /// One operation at one commit: all that the ledger has of it, newest first.
    private struct Operation {
        var deliveries: [AuditedDelivery]

        var newest: AuditedDelivery { deliveries[0] }
        var isOnItsWay: Bool { deliveries.contains(where: \.isOnItsWay) }
        /// The last word that GitLab confirmed.
        var confirmed: AuditedDelivery? {
            deliveries.first { $0.state == .delivered && $0.deployment != nil }
        }
    }

    private struct Key: Hashable {
        var application: String
        var operation: String
        var environment: String
        var sha: String
    }

    /// - Parameters:
    ///   - deliveries: The ledger's of this project, in any order.
    ///   - rows: GitLab's list, newest first.
    ///   - lost: Those of `toBeShown` that GitLab was asked for by their ids and has not.
    ///   - user: Whose token the relay's is.
    package init(
        of deliveries: [AuditedDelivery],
        against rows: [Deployment],
        lost: Set<Int> = [],
        user: Int
    ) {
        self.rows = rows
        self.user = user
        byID = Dictionary(rows.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let operations = Self.operations(deliveries)
        for operation in operations { judge(operation, lost) }
        judgeRows(deliveries, operations)
        findings.sort { $0.order < $1.order }
    }

    /// What can be put right, in the order in which it was told: in another one an older success
    /// would become current in place of a newer.
    package var repairs: [AuditFinding] {
        findings.filter { $0.will != nil }.sorted { ($0.delivery ?? 0) < ($1.delivery ?? 0) }
    }

    private static func operations(_ deliveries: [AuditedDelivery]) -> [Operation] {
        var indexes: [Key: Int] = [:]
        var operations: [Operation] = []
        for delivery in deliveries.sorted(by: { $0.id > $1.id }) {
            let key = Key(
                application: delivery.application,
                operation: delivery.operation,
                environment: delivery.environment,
                sha: delivery.sha
            )
            if let index = indexes[key] {
                operations[index].deliveries.append(delivery)
            } else {
                indexes[key] = operations.count
                operations.append(Operation(deliveries: [delivery]))
            }
        }
        return operations
    }

    // MARK: - What the ledger has

    private mutating func judge(_ operation: Operation, _ lost: Set<Int>) {
        guard !operation.isOnItsWay else { return onTheirWay += 1 }
        guard let told = operation.confirmed, let number = told.deployment else {
            if operation.newest.state == .dead { dead += 1 }
            return
        }
        let written = told.written ?? told.status
        guard let row = byID[number] else {
            toBeShown.append(number)
            if lost.contains(number) { miss(told, number, written) }
            return
        }
        let newest = operation.newest
        if row.status == "running", newest.state == .dead, newest.status.isEnd {
            return find(
                .leftRunning,
                row,
                newest,
                "its end, \(newest.status.name), is dead: GitLab has not taken it",
                .redeliver(newest.id)
            )
        }
        if row.status == written.name {
            agreeing += 1
            if written == .running { running += 1 }
        } else if row.status == "running" {
            let late = told.status != written ? " (too late to be \(told.status.name))" : ""
            let words = "was told as \(written.name)\(late), and GitLab shows it running"
            find(.leftRunning, row, told, words, .retell(told.id))
        } else {
            let words = "was told as \(written.name), and GitLab shows it \(row.status)"
            let why = "somebody changed it in GitLab, and what people do there is left alone"
            find(.changed, row, told, words, .none(why))
        }
    }

    private mutating func miss(
        _ told: AuditedDelivery,
        _ number: Int,
        _ written: DeploymentStatus
    ) {
        findings.append(
            AuditFinding(
                kind: .missing,
                deployment: number,
                environment: told.environment,
                sha: told.sha,
                delivery: told.id,
                words: "was told as \(written.name), and GitLab has it no more",
                repair: repairOfMissing(told, number, written)
            )
        )
    }

    private func repairOfMissing(
        _ told: AuditedDelivery,
        _ number: Int,
        _ written: DeploymentStatus
    ) -> AuditFinding.Repair {
        if told.cause != nil {
            return .none("the relay itself had closed it; there is nothing to tell again")
        }
        if written != told.status {
            return .none(
                "it had come too late to be current and was written as \(written.name); nothing "
                    + "depends on it"
            )
        }
        let newer = rows.first {
            $0.status == "success" && $0.id > number && $0.environment == told.environment
        }
        if told.status == .success, let newer {
            return .none(
                "deployment \(newer.id) is newer and current in \(told.environment): made anew, "
                    + "this one would make an old version current"
            )
        }
        return .retell(told.id)
    }

    // MARK: - What GitLab has

    private mutating func judgeRows(_ deliveries: [AuditedDelivery], _ operations: [Operation]) {
        let known = Set(deliveries.compactMap(\.deployment))
        let waiting = deliveries.filter(\.isOnItsWay)
        let begin = deliveries.map(\.receivedAt).min()
        let confirmed = operations.compactMap(\.confirmed)
        for row in rows where !known.contains(row.id) {
            if row.hasDeployable {
                ofJobs.append(row.id)
            } else if row.userID != user {
                ofOthers.append(row.id)
            } else if isOlder(row, than: begin) {
                older += 1
            } else if waiting.contains(where: { Self.isSame(row, $0) }) {
                // An attempt whose answer was lost may have made it: the relay looks by itself.
                continue
            } else if let twin = confirmed.first(where: { isTwin(row, $0) }) {
                doubled(row, twin)
            } else {
                find(.unknown, row, nil, "was made by no delivery of this ledger", unknownRepair)
            }
        }
    }

    private var unknownRepair: AuditFinding.Repair {
        .none(
            "another relay or a person may have made it with this token's user; if it is nobody's, "
                + "end it in GitLab"
        )
    }

    private mutating func doubled(_ row: Deployment, _ twin: AuditedDelivery) {
        let other = twin.deployment.map(String.init) ?? "?"
        let named = "deployment \(other) of delivery \(twin.id)"
        if row.status == "running" {
            let words = "is of the same commit and ref as \(named), and runs"
            return find(.doubled, row, twin, words, .close(deployment: row.id))
        }
        let isEqual = twin.deployment.flatMap { byID[$0] }?.status == row.status
        let words =
            isEqual
            ? "says the same as \(named)"
            : "is of the same commit and ref as \(named), and is \(row.status)"
        let why =
            "it has ended, and the relay deletes nothing; a Maintainer may: DELETE "
            + "/projects/:id/deployments/\(row.id)"
        find(.doubled, row, twin, words, .none(why))
    }

    private func isOlder(_ row: Deployment, than begin: Timestamp?) -> Bool {
        guard let begin else { return true }
        guard let made = row.createdAt else { return false }
        return made.milliseconds < begin.milliseconds - Int64(LookUp.clockSlackSeconds) * 1000
    }

    private static func isSame(_ row: Deployment, _ delivery: AuditedDelivery) -> Bool {
        row.environment == delivery.environment && row.sha.lowercased() == delivery.sha
    }

    private func isTwin(_ row: Deployment, _ delivery: AuditedDelivery) -> Bool {
        guard Self.isSame(row, delivery) else { return false }
        guard let other = delivery.deployment.flatMap({ byID[$0] }) else { return true }
        return row.ref == other.ref
    }

    private mutating func find(
        _ kind: AuditFinding.Kind,
        _ row: Deployment,
        _ delivery: AuditedDelivery?,
        _ words: String,
        _ repair: AuditFinding.Repair
    ) {
        findings.append(
            AuditFinding(
                kind: kind,
                deployment: row.id,
                environment: row.environment ?? delivery?.environment ?? "",
                sha: row.sha,
                delivery: delivery?.id,
                words: words,
                repair: repair
            )
        )
    }
}
