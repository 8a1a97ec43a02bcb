import GitLab

/// What a read tells a lane that waits for it.
extension DeliveryQueue {
    mutating func finishLookUp(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        guard case .deployments(let rows, let nextPage) = meaning else {
            return lookAgain(lane, call, result, meaning, at: now)
        }
        guard let doubt = lanes[lane].doubt else { return arouse(lane, at: now) }
        switch search(for: doubt, in: rows, nextPage: nextPage, lane, at: now) {
        case .found(let deployment):
            goOn(lane, at: now)
            adopt(deployment, lane, result, at: now)
        case .needsNextPage where nextPage != nil:
            lanes[lane].doubt?.page = nextPage ?? 1
            goOn(lane, at: now)
        case .absent, .needsNextPage:
            guard doubt.isSettled else {
                lanes[lane].doubt?.page = 1
                return lookLater(lane, doubt, at: now)
            }
            lanes[lane].doubt = nil
            lanes[lane].failures = 0
            goOn(lane, at: now)
        }
    }

    /// The read has told what it can; the next step follows at once, in a trial too.
    mutating func goOn(_ lane: Int, at now: Moment) {
        continueTrial(lane, at: now)
        arouse(lane, at: now)
    }

    /// Looks again before long, and at the moment when absence begins to count.
    private mutating func lookLater(_ lane: Int, _ doubt: Doubt, at now: Moment) {
        pauseTrial(lane, at: now)
        backOff(lane, at: now, atMost: max(doubt.settlesAt, now.steady + 50))
    }

    private func search(
        for doubt: Doubt,
        in rows: [Deployment],
        nextPage: Int?,
        _ lane: Int,
        at now: Moment
    ) -> LookUp.Match {
        let first = lanes[lane].firstSending ?? doubt.sending
        let mine = pool[lanes[lane].line.first].operation
        let endpoint = endpoints[lanes[lane].key.endpoint]
        let place = LanePlace(
            endpoint: endpoint.name,
            project: lanes[lane].key.project,
            environment: lanes[lane].key.environment
        )
        let owned = rows.map(\.id).filter { id in
            book.holder(of: id, in: place).map { $0 != mine } ?? false
        }
        guard let sent = try? DefaultBranch.read(doubt.sending.payload) else { return .absent }
        let lookUp = LookUp(
            sha: sent.sha,
            ref: sent.ref,
            environment: doubt.sending.environment,
            userID: doubt.sending.user ?? endpoint.user,
            highWater: first.highWater,
            notBefore: endpoint.gitlabTime(
                of: first,
                sentAt: lanes[lane].firstSentAt,
                at: now
            ),
            owned: Set(owned),
            wanted: doubt.sending.status
        )
        return lookUp.match(rows, nextPage: nextPage)
    }

    /// The uncertain write was done after all: the row is ours.
    private mutating func adopt(
        _ deployment: Deployment,
        _ lane: Int,
        _ result: CallResult,
        at now: Moment
    ) {
        let slot = lanes[lane].line.first
        let shown = DeploymentStatus(name: deployment.status) ?? .running
        let sent = lanes[lane].doubt?.sending.status ?? shown
        lanes[lane].doubt = nil
        lanes[lane].failures = 0
        let row = remember(deployment, as: shown, for: pool[slot], isShared: false)
        guard shown == sent else {
            output.append(.record(.row(row)))
            return arouse(lane, at: now)
        }
        let words = "found as deployment \(row.deployment): the attempt had reached GitLab"
        let found = result.keeping(deployment.id)
        settle(slot, .delivered, words, result: found, row: row, madeRow: true, at: now)
    }

    mutating func finishShow(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        switch meaning {
        case .deployment(let deployment):
            showed(deployment, lane, result, at: now)
        case .gone:
            continueTrial(lane, at: now)
            forgetRow(lanes[lane].line.first, "deleted in GitLab", at: now)
        default:
            lookAgain(lane, call, result, meaning, at: now)
        }
    }

    private mutating func showed(
        _ deployment: Deployment,
        _ lane: Int,
        _ result: CallResult,
        at now: Moment
    ) {
        let slot = lanes[lane].line.first
        let entry = pool[slot]
        guard var row = book.row(of: entry.operation) else {
            return forgetRow(slot, "deleted in GitLab", at: now)
        }
        let shown = DeploymentStatus(name: deployment.status) ?? row.status
        if shown != row.status {
            row.status = shown
            book.put(row)
            output.append(.record(.row(row)))
        }
        guard let doubt = lanes[lane].doubt else { return goOn(lane, at: now) }
        let isFollowed = latest(of: entry.operation).map { $0 != slot } ?? false
        if shown == doubt.sending.status {
            continueTrial(lane, at: now)
            lanes[lane].doubt = nil
            let words =
                "deployment \(row.deployment) is \(shown.name): the attempt had reached GitLab"
            settle(slot, .delivered, words, result: result, row: row, at: now)
        } else if isFollowed, !doubt.isSettled {
            lookLater(lane, doubt, at: now)
        } else {
            lanes[lane].doubt = nil
            goOn(lane, at: now)
        }
    }

    mutating func finishUser(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        guard case .user(let user) = meaning else {
            return lookAgain(lane, call, result, meaning, at: now)
        }
        endpoints[lanes[lane].key.endpoint].user = user.id
        goOn(lane, at: now)
    }

    mutating func finishDefaultBranch(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        guard case .project(let project) = meaning else {
            return lookAgain(lane, call, result, meaning, at: now)
        }
        learn(project, at: lanes[lane].key.endpoint, text: String(project.id))
        guard project.defaultBranch == nil else { return goOn(lane, at: now) }
        pauseTrial(lane, at: now)
        let reason = "the project has no default branch; name a ref in the hook or by annotation"
        retryUnknown(lanes[lane].line.first, reason, call, result, at: now)
    }

    /// A read that a lane waits for came to nothing.
    mutating func lookAgain(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        if case .held(let size, let reason, let remedy) = meaning {
            note(lane, .held, reason, call, result, at: now)
            return hold(lane, size, reason: reason, remedy: remedy, at: now)
        }
        pauseTrial(lane, at: now)
        note(lane, .deferred, meaning.reason, call, result, at: now)
        retry(lane, after: meaning, at: now)
    }
}
