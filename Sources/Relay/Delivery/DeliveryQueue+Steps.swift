import Formats
import GitLab
import JSON

/// What a lane does when its turn comes.
extension DeliveryQueue {
    /// Takes the one next step for the lane's first entry: a call, or its end.
    mutating func step(_ lane: Int, at now: Moment, load: (UInt64) -> LoadedDelivery) {
        let slot = lanes[lane].line.first
        guard slot != WaitingPool.none, lanes[lane].call == nil else { return }
        let entry = pool[slot]
        if let row = book.row(of: entry.operation), row.isUnproven, !entry.isOfEnvironment {
            return prove(row, for: slot, at: now, load: load)
        }
        if entry.generation > 0, !entry.isOfEnvironment, tellsAgain(slot, at: now, load: load) {
            return
        }
        if lanes[lane].doubt != nil { return look(lane, at: now) }
        if entry.isSuspect, !entry.isOfEnvironment {
            return suspect(slot, at: now, load: load)
        }
        if let newer = latest(of: entry.operation), newer != slot, !pool[newer].isClosing,
            pool[newer].lane == entry.lane
        {
            let later = pool[newer].status.name
            return settle(slot, .superseded, "\(later) of the same operation came", at: now)
        }
        if let moment = settling[slot], moment > now.steady, lanes[lane].firstSending == nil {
            return passBy(lane, at: now, load: load)
        }
        if tries[slot]?.unreadableSince == nil, hasGivenUp(tries[slot]?.since, at: now) {
            return settle(slot, .dead, gaveUpReason, at: now)
        }
        if entry.isOfEnvironment { return leaveEnvironment(slot, at: now, load: load) }
        if preparesEnvironment(slot, at: now, load: load) { return }
        write(slot, at: now, load: load)
    }

    /// The first entry waits for `settleSeconds`: another Application's may go before it.
    private mutating func passBy(_ lane: Int, at now: Moment, load: (UInt64) -> LoadedDelivery) {
        var passed: Set<Int32> = []
        var due = Int64.max
        var slot = lanes[lane].line.first
        var looks = 0
        while slot != WaitingPool.none, looks < Self.longestLook {
            let entry = pool[slot]
            if !passed.contains(entry.application) {
                guard let moment = settling[slot], moment > now.steady else {
                    pool.moveToFront(slot, of: &lanes[lane].line)
                    recoverDoubt(lane, at: now)
                    return step(lane, at: now, load: load)
                }
                passed.insert(entry.application)
                due = min(due, moment)
            }
            slot = pool.next(after: slot)
            looks += 1
        }
        lanes[lane].isSettling = true
        lanes[lane].dueAt = due
        arouse(lane, at: now)
    }

    /// How far down its line a lane looks for one that may go before those that settle.
    private static var longestLook: Int { 256 }

    /// Whether what was first tried at these steady milliseconds has been tried long enough.
    func hasGivenUp(_ since: Int64?, at now: Moment) -> Bool {
        since.map { now.steady - $0 >= Int64(settings.retryHours) * 3_600_000 } ?? false
    }

    var gaveUpReason: String {
        "no success within \(settings.retryHours) hours; redeliver it once GitLab answers again"
    }

    /// What the entry is written as, now.
    func wanted(_ entry: Waiting) -> DeploymentStatus {
        let key = lanes[Int(entry.lane)].key
        let isOvertaken = book.isOvertaken(
            entry,
            of: applications.identity(entry.application),
            at: endpoints[key.endpoint].name,
            in: key
        )
        return entry.status == .success && isOvertaken ? .canceled : entry.status
    }

    /// Why a success is written as something else; empty where it is not.
    func overtaken(_ entry: Waiting, _ wanted: DeploymentStatus) -> String {
        entry.status == wanted ? "" : ": a newer success of this Application stands in GitLab"
    }

    private mutating func write(
        _ slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) {
        let entry = pool[slot]
        let wanted = wanted(entry)
        if let row = book.row(of: entry.operation), !row.isShared || row.status == wanted {
            change(row, to: wanted, for: slot, at: now)
        } else if entry.isClosing {
            let reason = "nothing of this operation that could be closed stands in GitLab"
            settle(slot, .superseded, reason, at: now)
        } else if let payload = payload(wanted, for: slot, at: now, load: load) {
            let project = lanes[Int(entry.lane)].key.project
            let call = GitLabCall.create(project: project, payload: payload)
            send(call, wanted, payload: payload, deployment: nil, for: slot, at: now)
        }
    }

    private mutating func change(
        _ row: Row,
        to wanted: DeploymentStatus,
        for slot: WaitingPool.Slot,
        at now: Moment
    ) {
        if row.status == wanted {
            let reason =
                "deployment \(row.deployment) is \(wanted.name) already"
                + overtaken(pool[slot], wanted)
            return settle(slot, .delivered, reason, row: row, at: now)
        }
        if wanted == .running {
            let reason =
                "deployment \(row.deployment) is \(row.status.name) already: its end is known"
            return settle(slot, .superseded, reason, row: row, at: now)
        }
        let lane = Int(pool[slot].lane)
        if let due = lanes[lane].waits(for: row.deployment, to: wanted, at: now) {
            lanes[lane].dueAt = due
            return arouse(lane, at: now)
        }
        let call = GitLabCall.update(
            project: row.project,
            deployment: row.deployment,
            status: wanted
        )
        send(call, wanted, payload: [], deployment: row.deployment, for: slot, at: now)
    }

    /// What is POSTed; nil when the default branch is being asked for, or the entry is over.
    private mutating func payload(
        _ wanted: DeploymentStatus,
        for slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) -> [UInt8]? {
        let lane = Int(pool[slot].lane)
        let project = lanes[lane].project
        guard let delivery = loaded(slot, at: now, load: load) else { return nil }
        if delivery.place.ref == nil, projects[project].defaultBranch == nil {
            tries[slot, default: Tries()].begin(at: now)
            lanes[lane].call = start(
                .project(String(projects[project].number)),
                at: lanes[lane].key.endpoint,
                for: .defaultBranch(lane: lane),
                now: now
            )
            return nil
        }
        // As it was accepted, nothing of it is left open.
        if delivery.place.ref != nil, delivery.status == wanted,
            !DefaultBranch.mayBeMarked(delivery.payload)
        {
            return delivery.payload
        }
        do {
            return try DefaultBranch.fill(
                delivery.payload,
                with: projects[project].defaultBranch,
                status: wanted
            )
        } catch {
            settle(slot, .dead, "\(error)", at: now)
            return nil
        }
    }

    /// The entry's record; nil when it is damaged and so dead, or cannot be read now.
    mutating func loaded(
        _ slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) -> AcceptedDelivery? {
        switch load(pool[slot].locator) {
        case .delivery(let loaded):
            tries[slot]?.becomeReadable(at: now)
            return loaded
        case .damaged(let reason):
            settle(slot, .dead, reason, at: now)
        case .unreadable(let reason):
            readLater(slot, reason, at: now)
        }
        return nil
    }

    /// The record cannot be read now; the time until it can does not count.
    mutating func readLater(
        _ slot: WaitingPool.Slot,
        _ reason: String,
        at now: Moment
    ) {
        if tries[slot]?.unreadableSince == nil {
            tries[slot, default: Tries()].unreadableSince = now.steady
            let entry = pool[slot]
            let attempt = Attempt(
                delivery: entry.id,
                generation: entry.generation,
                number: max(1, tries[slot]?.attempts ?? 0),
                finishedAt: now.wall,
                call: "reading its record",
                outcome: .deferred,
                httpStatus: 0,
                reason: reason,
                milliseconds: 0
            )
            output.append(.record(.attempt(attempt)))
        }
        backOff(Int(pool[slot].lane), at: now)
    }

    private mutating func send(
        _ call: GitLabCall,
        _ status: DeploymentStatus,
        payload: [UInt8],
        deployment: Int?,
        for slot: WaitingPool.Slot,
        at now: Moment
    ) {
        tries[slot, default: Tries()].attempts += 1
        tries[slot]?.begin(at: now)
        let lane = Int(pool[slot].lane)
        let sending = sending(slot, status, payload, deployment, sentAt: now.wall, at: now)
        if lanes[lane].firstSending == nil {
            (lanes[lane].firstSending, lanes[lane].firstSentAt) = (sending, now.steady)
        }
        output.append(.record(.sending(sending)))
        lanes[lane].call = start(
            call,
            at: lanes[lane].key.endpoint,
            for: .write(lane: lane, slot: slot, sending),
            now: now
        )
    }

    private func sending(
        _ slot: WaitingPool.Slot,
        _ status: DeploymentStatus,
        _ payload: [UInt8],
        _ deployment: Int?,
        sentAt: Timestamp,
        at now: Moment
    ) -> Sending {
        let entry = pool[slot]
        let lane = lanes[Int(entry.lane)]
        let endpoint = endpoints[lane.key.endpoint]
        return Sending(
            delivery: entry.id,
            generation: entry.generation,
            attempt: tries[slot]?.attempts ?? 0,
            sentAt: sentAt,
            endpoint: endpoint.name,
            project: lane.key.project,
            environment: lane.key.environment,
            deployment: deployment,
            status: status,
            payload: payload,
            user: endpoint.user,
            highWater: lane.highWater,
            gitlabTime: sentAt == now.wall ? endpoint.gitlabTime(at: now) : nil
        )
    }

    /// The record of an attempt may be among the damaged ones: as if it had been made.
    private mutating func suspect(
        _ slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) {
        let entry = pool[slot]
        let lane = Int(entry.lane)
        let wanted = wanted(entry)
        let row = book.row(of: entry.operation)
        if row?.status == wanted || row == nil && entry.isClosing {
            pool[slot].isSuspect = false
            return step(lane, at: now, load: load)
        }
        var body: [UInt8] = []
        if row == nil {
            guard let payload = payload(wanted, for: slot, at: now, load: load) else { return }
            body = payload
        }
        pool[slot].isSuspect = false
        let sentAt =
            if case .delivery(let loaded) = load(entry.locator) { loaded.receivedAt } else {
                now.wall
            }
        let sending = sending(slot, wanted, body, row?.deployment, sentAt: sentAt, at: now)
        lanes[lane].firstSending = sending
        doubt(sending, in: lane, at: now)
        look(lane, at: now)
    }

    /// Before anything is written again: what does GitLab show.
    private mutating func look(_ lane: Int, at now: Moment) {
        guard let doubt = lanes[lane].doubt else { return }
        let key = lanes[lane].key
        if let deployment = doubt.sending.deployment {
            lanes[lane].doubt?.lookedAt = now.steady
            let call = GitLabCall.show(project: key.project, deployment: deployment)
            lanes[lane].call = start(call, at: key.endpoint, for: .show(lane: lane), now: now)
        } else if doubt.sending.user == nil, endpoints[key.endpoint].user == nil {
            lanes[lane].call = start(.user, at: key.endpoint, for: .user(lane: lane), now: now)
        } else {
            if doubt.page == 1 { lanes[lane].doubt?.lookedAt = now.steady }
            let call = GitLabCall.list(
                project: key.project,
                environment: key.environment,
                page: doubt.page
            )
            lanes[lane].call = start(call, at: key.endpoint, for: .lookUp(lane: lane), now: now)
        }
    }
}
