import Formats
import GitLab

/// What a write's result makes of its delivery.
extension DeliveryQueue {
    mutating func finishWrite(
        _ slot: WaitingPool.Slot,
        _ sending: Sending,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let lane = Int(pool[slot].lane)
        if case .held(let size, let reason, let remedy) = meaning {
            note(lane, .held, reason, call, result, at: now)
            return hold(lane, size, reason: reason, remedy: remedy, at: now)
        }
        endTrial(lane, meaning, at: now)
        switch meaning {
        case .deployment(let deployment):
            confirm(deployment, sending, slot, result, at: now)
        case .uncertain(let reason, let isRailsError):
            note(lane, .uncertain, reason, call, result, at: now)
            doubt(sending, in: lane, isOver: isRailsError, at: now)
            backOff(lane, at: now, atMost: now.steady + 1000)
        case .rejected(let reason):
            settle(slot, .dead, reason, result: result, at: now)
        case .unknownRevision(let member, let reason):
            forgetBranch(of: sending, member, lane)
            retryUnknown(slot, reason, call, result, at: now)
        case .refusedTransition(let reason):
            note(lane, .deferred, reason, call, result, at: now)
            showRefused(slot, sending, reason, result, at: now)
        case .gone(let reason):
            note(lane, .deferred, reason, call, result, at: now)
            forgetRow(slot, "deleted in GitLab", at: now)
        default:
            note(lane, .deferred, meaning.reason, call, result, at: now)
            retry(lane, after: meaning, at: now)
        }
    }

    mutating func retry(_ lane: Int, after meaning: Meaning, at now: Moment) {
        switch meaning {
        case .throttled:
            // The token waits, not the lane: it goes on when the token may.
            lanes[lane].dueAt = 0
            arouse(lane, at: now)
        case .again where lanes[lane].failures < 3:
            lanes[lane].failures += 1
            lanes[lane].dueAt = now.steady + 50
            arouse(lane, at: now)
        default:
            backOff(lane, at: now)
        }
    }

    /// GitLab shows the row as it was wanted.
    private mutating func confirm(
        _ deployment: Deployment,
        _ sending: Sending,
        _ slot: WaitingPool.Slot,
        _ result: CallResult,
        at now: Moment
    ) {
        let entry = pool[slot]
        let lane = Int(entry.lane)
        let isNew = sending.deployment == nil
        lanes[lane].hold.calm()
        projects[lanes[lane].project].hold.calm()
        endpoints[lanes[lane].key.endpoint].hold.calm()
        let isOlder = isNew && isRecognised(deployment, sending, lane, at: now)
        let owner = book.owner(of: deployment.id, at: sending.endpoint)
        let isShared = isOlder || isNew && owner.map { $0 != entry.operation } ?? false
        if let user = deployment.userID, isNew, !isShared {
            endpoints[lanes[lane].key.endpoint].user = user
        }
        let row = remember(deployment, as: sending.status, for: entry, isShared: isShared)
        settle(
            slot,
            .delivered,
            explain(sending, entry, row),
            result: result,
            row: row,
            madeRow: isNew && !row.isShared,
            at: now
        )
    }

    /// Whether GitLab answered with a row that stood there before our first attempt.
    ///
    /// Only a `success` is ever recognised (facts/gitlab.md §2, dedupe); all else makes rows.
    private func isRecognised(
        _ deployment: Deployment,
        _ sending: Sending,
        _ lane: Int,
        at now: Moment
    ) -> Bool {
        guard sending.status == .success else { return false }
        let first = lanes[lane].firstSending ?? sending
        if deployment.id <= first.highWater ?? 0 { return true }
        guard let made = deployment.createdAt else { return false }
        let began = endpoints[lanes[lane].key.endpoint].gitlabTime(
            of: first,
            sentAt: lanes[lane].firstSentAt,
            at: now
        )
        let slack = Int64(LookUp.clockSlackSeconds) * 1000
        return made.milliseconds < began.milliseconds - slack
    }

    private func explain(_ sending: Sending, _ entry: Waiting, _ row: Row) -> String {
        if sending.status != entry.status {
            return "written as \(sending.status.name)\(overtaken(entry, sending.status))"
        }
        if row.isShared {
            return "GitLab recognised deployment \(row.deployment), which says the same"
        }
        return sending.deployment == nil
            ? "GitLab made deployment \(row.deployment)"
            : "deployment \(row.deployment) is now \(row.status.name)"
    }

    /// Binds a row of GitLab's to the entry's operation.
    mutating func remember(
        _ deployment: Deployment,
        as status: DeploymentStatus,
        for entry: Waiting,
        isShared: Bool
    ) -> Row {
        let lane = Int(entry.lane)
        let key = lanes[lane].key
        let endpoint = endpoints[key.endpoint].name
        if isShared, let other = book.owner(of: deployment.id, at: endpoint),
            other != entry.operation, var theirs = book.row(of: other), !theirs.isShared
        {
            theirs.isShared = true
            book.put(theirs)
            output.append(.record(.row(theirs)))
        }
        let row = Row(
            application: applications.identity(entry.application),
            operation: entry.operation,
            order: entry.order,
            endpoint: endpoint,
            project: key.project,
            environment: key.environment,
            deployment: deployment.id,
            status: status,
            isShared: isShared
        )
        book.put(row)
        lanes[lane].highWater = max(lanes[lane].highWater ?? 0, deployment.id)
        if let id = deployment.environmentID, let known = environments[key], known.id != id {
            // It was deleted, and GitLab made one of its own.
            environments[key] = nil
        }
        return row
    }

    /// Writes an attempt that was not the last into the ledger.
    mutating func note(
        _ lane: Int,
        _ outcome: AttemptOutcome,
        _ reason: String,
        _ call: GitLabCall,
        _ result: CallResult,
        at now: Moment
    ) {
        let first = lanes[lane].line.first
        guard first != WaitingPool.none else { return }
        let entry = pool[first]
        note(
            entry.id,
            entry.generation,
            number: tries[first]?.attempts ?? 0,
            outcome,
            reason,
            call,
            result,
            at: now
        )
    }

    mutating func note(
        _ delivery: UInt64,
        _ generation: UInt32,
        number: UInt32,
        _ outcome: AttemptOutcome,
        _ reason: String,
        _ call: GitLabCall,
        _ result: CallResult,
        at now: Moment
    ) {
        let request = call.request
        output.append(
            .record(
                .attempt(
                    Attempt(
                        delivery: delivery,
                        generation: generation,
                        number: max(1, number),
                        finishedAt: now.wall,
                        call: "\(request.method) \(request.path)",
                        outcome: outcome,
                        httpStatus: UInt16(clamping: result.httpStatus),
                        reason: reason,
                        milliseconds: UInt32(clamping: result.milliseconds)
                    )
                )
            )
        )
    }

    /// The default branch that GitLab no longer knows is asked for again.
    private mutating func forgetBranch(of sending: Sending, _ member: String, _ lane: Int) {
        let project = lanes[lane].project
        guard member == "ref", let branch = projects[project].defaultBranch,
            let sent = try? DefaultBranch.read(sending.payload), sent.ref.contains(branch)
        else { return }
        projects[project].defaultBranch = nil
    }

    /// The commit or ref may still be on its way to GitLab (a mirror's lag): for a while, try again.
    mutating func retryUnknown(
        _ slot: WaitingPool.Slot,
        _ reason: String,
        _ call: GitLabCall,
        _ result: CallResult,
        at now: Moment
    ) {
        let lane = Int(pool[slot].lane)
        let since = tries[slot]?.unknownSince ?? now.steady
        tries[slot, default: Tries()].unknownSince = since
        let limit = since + Int64(settings.unknownRefMinutes) * 60_000
        guard now.steady < limit else {
            settle(slot, .dead, reason, result: result, at: now)
            return
        }
        note(lane, .deferred, reason, call, result, at: now)
        backOff(lane, at: now, atMost: limit)
    }

    /// The row is not in the status we believed it in: what GitLab shows decides.
    private mutating func showRefused(
        _ slot: WaitingPool.Slot,
        _ sending: Sending,
        _ reason: String,
        _ result: CallResult,
        at now: Moment
    ) {
        let lane = Int(pool[slot].lane)
        guard sending.deployment != nil, !lanes[lane].wasRefused else {
            settle(slot, .dead, reason, result: result, at: now)
            return
        }
        lanes[lane].wasRefused = true
        doubt(sending, in: lane, isOver: true, at: now)
        arouse(lane, at: now)
    }

    /// The row is not in GitLab: an end is told anew, a closing has nothing left to close.
    mutating func forgetRow(_ slot: WaitingPool.Slot, _ reason: String, at now: Moment) {
        let entry = pool[slot]
        let lane = Int(entry.lane)
        if let row = book.row(of: entry.operation) { book.remove(row) }
        if entry.isClosing {
            settle(slot, .superseded, reason, at: now)
            return
        }
        // A doubt about a row that was to be made stays: there may be one since before a restart.
        let mayBeAnother = lanes[lane].doubt.map { $0.sending.deployment == nil } ?? false
        if !mayBeAnother {
            lanes[lane].doubt = nil
            (lanes[lane].firstSending, lanes[lane].firstSentAt) = (nil, nil)
        }
        arouse(lane, at: now)
    }
}
