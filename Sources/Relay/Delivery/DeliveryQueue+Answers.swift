import Formats
import GitLab

/// What a call's result makes of its delivery.
extension DeliveryQueue {
    /// Takes the result of a call that `run` asked for.
    package mutating func finish(_ id: UInt64, _ result: CallResult, at now: Moment) {
        guard let (errand, call, endpoint) = errands.removeValue(forKey: id) else {
            preconditionFailure("call \(id) was not under way")
        }
        endpoints[endpoint].inFlight -= 1
        if let lane = errand.lane { lanes[lane].call = nil }
        let meaning = meaning(of: result, to: call, at: endpoint, now: now)
        if case .throttled(_, let retryAt) = meaning {
            pause(endpoint, until: retryAt, at: now)
        }
        switch errand {
        case .write(let lane, let slot, let sending):
            finishWrite(lane, slot, sending, call, result, meaning, at: now)
        case .lookUp(let lane): finishLookUp(lane, call, result, meaning, at: now)
        case .show(let lane): finishShow(lane, call, result, meaning, at: now)
        case .user(let lane): finishUser(lane, call, result, meaning, at: now)
        case .defaultBranch(let lane): finishDefaultBranch(lane, call, result, meaning, at: now)
        case .diagnosis(let lane): finishDiagnosis(lane, meaning, at: now)
        case .resolve(let name): finishResolve(name, meaning, at: now)
        case .probe(let scope): finishProbe(scope, meaning, at: now)
        }
    }

    private mutating func meaning(
        of result: CallResult,
        to call: GitLabCall,
        at endpoint: Int,
        now: Moment
    ) -> Meaning {
        switch result {
        case .answer(let answer, _):
            endpoints[endpoint].observe(RatePace(answer.fields), at: now)
            return AnswerTable.meaning(of: answer, to: call, now: now.wall)
        case .failure(let isUncertain, let message, _):
            return isUncertain
                ? .uncertain(reason: message, isRailsError: false) : .deferred(reason: message)
        }
    }

    /// Pauses every call of this token; `retryAt` is by our wall clock.
    private mutating func pause(_ endpoint: Int, until retryAt: Timestamp?, at now: Moment) {
        let told = retryAt.map { $0.milliseconds - now.wall.milliseconds }
        let wait = told ?? policy.wait(afterFailures: 5, chance: draw())
        endpoints[endpoint].pausedUntil = max(
            endpoints[endpoint].pausedUntil,
            now.steady + max(wait, 0)
        )
    }

    // MARK: - Writes

    private mutating func finishWrite(
        _ lane: Int,
        _ slot: WaitingPool.Slot,
        _ sending: Sending,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        switch meaning {
        case .held: break
        default: endTrial(lane, at: now)
        }
        switch meaning {
        case .deployment(let deployment):
            confirm(deployment, sending, slot, lane, result, at: now)
        case .uncertain(let reason, let isRailsError):
            note(lane, .uncertain, reason, call, result, at: now)
            let wait = isRailsError ? 0 : Int64(settings.doubtSeconds) * 1000
            lanes[lane].doubt = Doubt(sending: sending, settlesAt: now.steady + wait)
            backOff(lane, at: now, atMost: now.steady + 1000)
        case .held(let size, let reason, let remedy):
            note(lane, .held, reason, call, result, at: now)
            hold(lane, size, reason: reason, remedy: remedy, at: now)
        case .rejected(let reason):
            settle(slot, in: lane, .dead, reason, result: result, at: now)
        case .unknownRevision(let member, let reason):
            retryUnknown(slot, lane, member, reason, call, result, at: now)
        case .refusedTransition(let reason):
            note(lane, .deferred, reason, call, result, at: now)
            showRefused(slot, lane, sending, reason, result, at: now)
        case .again(let reason):
            note(lane, .deferred, reason, call, result, at: now)
            lanes[lane].dueAt = now.steady + 50
            arouse(lane, at: now)
        case .gone(let reason):
            note(lane, .deferred, reason, call, result, at: now)
            forgetRow(slot, lane, at: now)
        case .deferred(let reason), .throttled(let reason, _):
            note(lane, .deferred, reason, call, result, at: now)
            retry(lane, after: meaning, at: now)
        default:
            note(lane, .deferred, "an answer to another question", call, result, at: now)
            backOff(lane, at: now)
        }
    }

    /// A 429 makes the token wait, not the lane: it goes on when the token may.
    private mutating func retry(_ lane: Int, after meaning: Meaning, at now: Moment) {
        if case .throttled = meaning {
            lanes[lane].dueAt = 0
            arouse(lane, at: now)
        } else {
            backOff(lane, at: now)
        }
    }

    /// GitLab shows the row as it was wanted.
    private mutating func confirm(
        _ deployment: Deployment,
        _ sending: Sending,
        _ slot: WaitingPool.Slot,
        _ lane: Int,
        _ result: CallResult,
        at now: Moment
    ) {
        let entry = pool[slot]
        let endpoint = lanes[lane].key.endpoint
        let isNew = sending.deployment == nil
        let owner = book.owner(of: deployment.id, at: sending.endpoint)
        let isOlder = isNew && deployment.id <= (sending.highWater ?? 0)
        let isAnothers = owner != nil && owner != entry.operation
        if let user = deployment.userID, isNew, !isOlder { endpoints[endpoint].user = user }
        let row = remember(
            deployment,
            as: sending.status,
            for: entry,
            in: lane,
            isShared: isNew && (isOlder || isAnothers)
        )
        let words = explain(sending, entry, row, isOlder: isNew && (isOlder || isAnothers))
        settle(
            slot,
            in: lane,
            .delivered,
            words,
            result: result,
            row: row,
            madeRow: isNew && !row.isShared,
            at: now
        )
    }

    private func explain(
        _ sending: Sending,
        _ entry: Waiting,
        _ row: Row,
        isOlder: Bool
    ) -> String {
        if sending.status != entry.status {
            return "written as \(sending.status.name): a newer success of this Application "
                + "stands in GitLab"
        }
        if isOlder {
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
        in lane: Int,
        isShared: Bool
    ) -> Row {
        let key = lanes[lane].key
        let endpoint = endpoints[key.endpoint].name
        if isShared, let other = book.owner(of: deployment.id, at: endpoint),
            var theirs = book.row(of: other), !theirs.isShared
        {
            theirs.isShared = true
            book.put(theirs)
            output.append(.record(.row(theirs)))
        }
        let row = Row(
            application: entry.application,
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
        return row
    }

    /// Writes an attempt that was not the last into the ledger.
    private mutating func note(
        _ lane: Int,
        _ outcome: AttemptOutcome,
        _ reason: String,
        _ call: GitLabCall,
        _ result: CallResult,
        at now: Moment
    ) {
        let first = lanes[lane].line.first
        guard first != WaitingPool.none else { return }
        let request = call.request
        output.append(
            .record(
                .attempt(
                    Attempt(
                        delivery: pool[first].id,
                        generation: pool[first].generation,
                        number: max(1, pool[first].attempts),
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

    /// The commit or ref may still be on its way to GitLab (a mirror's lag): for a while, try again.
    private mutating func retryUnknown(
        _ slot: WaitingPool.Slot,
        _ lane: Int,
        _ member: String,
        _ reason: String,
        _ call: GitLabCall,
        _ result: CallResult,
        at now: Moment
    ) {
        if member == "ref" { projects[lanes[lane].project].defaultBranch = nil }
        if pool[slot].unknownSince == 0 { pool[slot].unknownSince = max(1, now.steady) }
        let limit = pool[slot].unknownSince + Int64(settings.unknownRefMinutes) * 60_000
        guard now.steady < limit else {
            settle(slot, in: lane, .dead, reason, result: result, at: now)
            return
        }
        note(lane, .deferred, reason, call, result, at: now)
        backOff(lane, at: now, atMost: limit)
    }

    private mutating func showRefused(
        _ slot: WaitingPool.Slot,
        _ lane: Int,
        _ sending: Sending,
        _ reason: String,
        _ result: CallResult,
        at now: Moment
    ) {
        guard let deployment = sending.deployment, !lanes[lane].wasRefused else {
            settle(slot, in: lane, .dead, reason, result: result, at: now)
            return
        }
        lanes[lane].wasRefused = true
        let call = GitLabCall.show(project: sending.project, deployment: deployment)
        lanes[lane].call = start(
            call,
            at: lanes[lane].key.endpoint,
            for: .show(lane: lane),
            now: now
        )
    }

    /// The row was deleted in GitLab: an end is told anew, a closing has nothing left to close.
    private mutating func forgetRow(_ slot: WaitingPool.Slot, _ lane: Int, at now: Moment) {
        let entry = pool[slot]
        lanes[lane].doubt = nil
        if let row = book.row(of: entry.operation) { book.remove(row) }
        if entry.isClosing {
            settle(slot, in: lane, .superseded, "deleted in GitLab", at: now)
        } else {
            lanes[lane].firstSending = nil
            arouse(lane, at: now)
        }
    }

    // MARK: - Looks

    private mutating func finishLookUp(
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
        endTrial(lane, at: now)
        switch search(for: doubt, in: rows, nextPage: nextPage, lane) {
        case .found(let deployment):
            adopt(deployment, lane, result, at: now)
        case .needsNextPage where nextPage != nil:
            lanes[lane].doubt?.page = nextPage ?? 1
            arouse(lane, at: now)
        case .absent, .needsNextPage:
            if now.steady >= doubt.settlesAt {
                lanes[lane].doubt = nil
                lanes[lane].failures = 0
                arouse(lane, at: now)
            } else {
                lanes[lane].doubt?.page = 1
                backOff(lane, at: now, atMost: doubt.settlesAt)
            }
        }
    }

    private func search(
        for doubt: Doubt,
        in rows: [Deployment],
        nextPage: Int?,
        _ lane: Int
    ) -> LookUp.Match {
        let first = lanes[lane].firstSending ?? doubt.sending
        let mine = pool[lanes[lane].line.first].operation
        let endpoint = doubt.sending.endpoint
        let owned = rows.map(\.id).filter { id in
            book.owner(of: id, at: endpoint).map { $0 != mine } ?? false
        }
        guard let sent = try? DefaultBranch.read(doubt.sending.payload) else { return .absent }
        let began = first.gitlabTime ?? first.sentAt
        let lookUp = LookUp(
            sha: sent.sha,
            ref: sent.ref,
            environment: doubt.sending.environment,
            userID: doubt.sending.user ?? endpoints[lanes[lane].key.endpoint].user,
            highWater: first.highWater,
            notBefore: began,
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
        let row = remember(deployment, as: shown, for: pool[slot], in: lane, isShared: false)
        if shown == sent {
            let words = "found as deployment \(row.deployment): the attempt had reached GitLab"
            settle(
                slot,
                in: lane,
                .delivered,
                words,
                result: result,
                row: row,
                madeRow: true,
                at: now
            )
        } else {
            output.append(.record(.row(row)))
            arouse(lane, at: now)
        }
    }

    private mutating func finishShow(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let slot = lanes[lane].line.first
        let entry = pool[slot]
        switch meaning {
        case .deployment(let deployment):
            endTrial(lane, at: now)
            showed(deployment, entry, slot, lane, result, at: now)
        case .gone:
            endTrial(lane, at: now)
            forgetRow(slot, lane, at: now)
        default:
            lookAgain(lane, call, result, meaning, at: now)
        }
    }

    private mutating func showed(
        _ deployment: Deployment,
        _ entry: Waiting,
        _ slot: WaitingPool.Slot,
        _ lane: Int,
        _ result: CallResult,
        at now: Moment
    ) {
        guard var row = book.row(of: entry.operation) else { return forgetRow(slot, lane, at: now) }
        let shown = DeploymentStatus(name: deployment.status) ?? row.status
        if shown != row.status {
            row.status = shown
            book.put(row)
            output.append(.record(.row(row)))
        }
        guard let doubt = lanes[lane].doubt else { return arouse(lane, at: now) }
        let isFollowed = latest[entry.operation].map { $0 != slot } ?? false
        if shown == doubt.sending.status {
            lanes[lane].doubt = nil
            let words =
                "deployment \(row.deployment) is \(shown.name): the attempt had reached GitLab"
            settle(slot, in: lane, .delivered, words, result: result, row: row, at: now)
        } else if isFollowed, now.steady < doubt.settlesAt {
            backOff(lane, at: now, atMost: doubt.settlesAt)
        } else {
            lanes[lane].doubt = nil
            arouse(lane, at: now)
        }
    }

    private mutating func finishUser(
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
        arouse(lane, at: now)
    }

    private mutating func finishDefaultBranch(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        guard case .project(let project) = meaning else {
            return lookAgain(lane, call, result, meaning, at: now)
        }
        endTrial(lane, at: now)
        learn(project, at: lanes[lane].key.endpoint, text: String(project.id))
        if project.defaultBranch == nil {
            let reason =
                "the project has no default branch; name a ref in the hook or by annotation"
            retryUnknown(lanes[lane].line.first, lane, "ref", reason, call, result, at: now)
        } else {
            arouse(lane, at: now)
        }
    }

    /// A read that a lane waits for came to nothing.
    private mutating func lookAgain(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        if case .held(let size, let reason, let remedy) = meaning {
            note(lane, .held, reason, call, result, at: now)
            hold(lane, size, reason: reason, remedy: remedy, at: now)
            return
        }
        endTrial(lane, at: now)
        note(lane, .deferred, meaning.reason, call, result, at: now)
        retry(lane, after: meaning, at: now)
    }
}

extension Meaning {
    /// GitLab's words, or ours for an answer that fits no question.
    var reason: String {
        switch self {
        case .uncertain(let reason, _), .deferred(let reason), .throttled(let reason, _),
            .held(_, let reason, _), .rejected(let reason), .unknownRevision(_, let reason),
            .refusedTransition(let reason), .again(let reason), .gone(let reason):
            reason
        case .moved(let place): "moved to \(place)"
        default: "an answer to another question"
        }
    }
}
