package import Formats

/// The table of deployments, and what must stay true about it: `lastSuccess` of an environment is
/// its success with the greatest `finished_at`.
extension Sandbox {
    /// Inserts a row, which begins as created and at once gets the event for `status`.
    mutating func insert(
        in environment: SandboxEnvironment,
        sha: String,
        ref: String,
        tag: Bool,
        status: SandboxStatus,
        by user: SandboxUser,
        isFromCI: Bool = false,
        at now: Timestamp
    ) -> SandboxDeployment {
        lastDeploymentID += 1
        let id = lastDeploymentID
        books[environment.project, default: ProjectBook()].lastIID += 1
        books[environment.project, default: ProjectBook()].deployments.append(id)
        environmentDeployments[environment.id, default: []].append(id)
        deploymentRows[id] = SandboxDeployment(
            id: id,
            iid: books[environment.project]!.lastIID,
            project: environment.project,
            environment: environment.id,
            environmentName: environment.name,
            sha: sha,
            ref: ref,
            tag: tag,
            status: .created,
            user: user,
            isFromCI: isFromCI,
            createdAt: now,
            updatedAt: now,
            finishedAt: nil
        )
        return status == .created ? deploymentRows[id]! : move(id, to: status, at: now)
    }

    /// Moves a row on.
    ///
    /// A success makes a stopped environment available; running does not.
    @discardableResult
    mutating func move(
        _ id: Int,
        to status: SandboxStatus,
        at now: Timestamp
    ) -> SandboxDeployment {
        let before = deploymentRows[id]!
        deploymentRows[id]!.status = status
        deploymentRows[id]!.updatedAt = now
        if status.isFinished { deploymentRows[id]!.finishedAt = now }
        let row = deploymentRows[id]!
        if status == .success {
            environmentRows[row.environment]!.state = .available
            noteSuccess(row)
        } else if before.status == .success {
            findLastSuccess(of: row.environment)
        }
        return row
    }

    mutating func remove(_ row: SandboxDeployment) {
        deploymentRows[row.id] = nil
        books[row.project]?.deployments.removeAll { $0 == row.id }
        environmentDeployments[row.environment]?.removeAll { $0 == row.id }
        if environmentRows[row.environment]?.lastSuccess == row.id {
            findLastSuccess(of: row.environment)
        }
    }

    private mutating func noteSuccess(_ row: SandboxDeployment) {
        if let last = environmentRows[row.environment]?.lastSuccess.flatMap({ deploymentRows[$0] }),
            Self.finishedEarlier(row, last)
        {
            return
        }
        environmentRows[row.environment]!.lastSuccess = row.id
    }

    private mutating func findLastSuccess(of environment: Int) {
        let last = environmentDeployments[environment]?
            .compactMap { deploymentRows[$0] }
            .filter { $0.status == .success }
            .max(by: Self.finishedEarlier)
        environmentRows[environment]?.lastSuccess = last?.id
    }

    private static func finishedEarlier(_ a: SandboxDeployment, _ b: SandboxDeployment) -> Bool {
        let (first, second) = (a.finishedAt ?? a.createdAt, b.finishedAt ?? b.createdAt)
        return first == second ? a.id < b.id : first < second
    }

    // MARK: - Damage

    /// Takes a row away whatever its state, as somebody with the database's password would.
    package mutating func loseDeployment(_ id: Int) {
        if let row = deploymentRows[id] { remove(row) }
    }

    /// Puts a row into a state, against GitLab's own rules.
    package mutating func forceDeployment(_ id: Int, to status: SandboxStatus, at now: Timestamp) {
        if deploymentRows[id] != nil { move(id, to: status, at: now) }
    }

    // MARK: - Seeds

    /// Puts a deployment there as if it had been made long ago, or by CI; its environment too.
    ///
    /// `project` is the id of a project that is there. One from CI has a `deployable`, and the API
    /// may not update it.
    package mutating func seedDeployment(
        project: Int,
        environment name: String,
        sha: String,
        ref: String,
        tag: Bool = false,
        status: SandboxStatus,
        user: SandboxUser = SandboxUser(id: 7, username: "deployment-relay"),
        isFromCI: Bool = false,
        at moment: Timestamp
    ) -> SandboxDeployment {
        let environment =
            environment(name, in: project)
            ?? seedEnvironment(name, in: project, at: moment)
        return insert(
            in: environment,
            sha: sha,
            ref: ref,
            tag: tag,
            status: status,
            by: user,
            isFromCI: isFromCI,
            at: moment
        )
    }
}
