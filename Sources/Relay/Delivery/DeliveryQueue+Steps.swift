import Formats
import GitLab
import JSON

/// What a lane does when its turn comes.
extension DeliveryQueue {
    /// Takes the one next step for the lane's first entry: a call, or its end.
    mutating func step(_ lane: Int, at now: Moment, load: (UInt64) -> AcceptedDelivery?) {
        let slot = lanes[lane].line.first
        guard slot != WaitingPool.none, lanes[lane].call == nil else { return }
        let entry = pool[slot]
        if lanes[lane].doubt != nil { return look(lane, at: now) }
        if let newer = latest[entry.operation], newer != slot {
            let later = pool[newer].status.name
            return settle(
                slot,
                in: lane,
                .superseded,
                "\(later) of the same operation came",
                at: now
            )
        }
        if entry.notBefore > now.wall.milliseconds {
            lanes[lane].dueAt = now.steady + entry.notBefore - now.wall.milliseconds
            return arouse(lane, at: now)
        }
        if gaveUp(entry, at: now) {
            let hours = settings.retryHours
            let reason = "no success within \(hours) hours; redeliver it once GitLab answers again"
            return settle(slot, in: lane, .dead, reason, at: now)
        }
        write(slot, in: lane, at: now, load: load)
    }

    private func gaveUp(_ entry: Waiting, at now: Moment) -> Bool {
        entry.triedSince != 0
            && now.steady - entry.triedSince >= Int64(settings.retryHours) * 3_600_000
    }

    private mutating func write(
        _ slot: WaitingPool.Slot,
        in lane: Int,
        at now: Moment,
        load: (UInt64) -> AcceptedDelivery?
    ) {
        let entry = pool[slot]
        let endpoint = endpoints[lanes[lane].key.endpoint].name
        let isOvertaken = book.isOvertaken(entry, at: endpoint, in: lanes[lane].key)
        let wanted: DeploymentStatus =
            entry.status == .success && isOvertaken ? .canceled : entry.status
        if let row = book.row(of: entry.operation), !row.isShared || row.status == wanted {
            change(row, to: wanted, for: slot, in: lane, at: now)
        } else if entry.isClosing {
            let reason = "nothing of this operation that could be closed stands in GitLab"
            settle(slot, in: lane, .superseded, reason, at: now)
        } else {
            create(wanted, for: slot, in: lane, at: now, load: load)
        }
    }

    private mutating func change(
        _ row: Row,
        to wanted: DeploymentStatus,
        for slot: WaitingPool.Slot,
        in lane: Int,
        at now: Moment
    ) {
        if row.status == wanted {
            let reason = "deployment \(row.deployment) is \(wanted.name) already"
            return settle(slot, in: lane, .delivered, reason, row: row, at: now)
        }
        if wanted == .running {
            let reason =
                "deployment \(row.deployment) is \(row.status.name) already: its end is known"
            return settle(slot, in: lane, .superseded, reason, row: row, at: now)
        }
        let call = GitLabCall.update(
            project: row.project,
            deployment: row.deployment,
            status: wanted
        )
        send(call, wanted, payload: [], deployment: row.deployment, for: slot, in: lane, at: now)
    }

    private mutating func create(
        _ wanted: DeploymentStatus,
        for slot: WaitingPool.Slot,
        in lane: Int,
        at now: Moment,
        load: (UInt64) -> AcceptedDelivery?
    ) {
        let project = lanes[lane].project
        guard let delivery = load(pool[slot].locator) else {
            let reason = "its record in the accepted log is damaged; see the log's quarantine file"
            return settle(slot, in: lane, .dead, reason, at: now)
        }
        if delivery.place.ref == nil, projects[project].defaultBranch == nil {
            let call = GitLabCall.project(String(projects[project].number))
            lanes[lane].call = start(
                call,
                at: lanes[lane].key.endpoint,
                for: .defaultBranch(lane: lane),
                now: now
            )
            return
        }
        do {
            let payload = try DefaultBranch.fill(
                delivery.payload,
                with: projects[project].defaultBranch,
                status: wanted
            )
            let call = GitLabCall.create(project: projects[project].number, payload: payload)
            send(call, wanted, payload: payload, deployment: nil, for: slot, in: lane, at: now)
        } catch {
            settle(slot, in: lane, .dead, "\(error)", at: now)
        }
    }

    private mutating func send(
        _ call: GitLabCall,
        _ status: DeploymentStatus,
        payload: [UInt8],
        deployment: Int?,
        for slot: WaitingPool.Slot,
        in lane: Int,
        at now: Moment
    ) {
        let key = lanes[lane].key
        pool[slot].attempts += 1
        if pool[slot].triedSince == 0 { pool[slot].triedSince = max(1, now.steady) }
        let sending = Sending(
            delivery: pool[slot].id,
            generation: pool[slot].generation,
            attempt: pool[slot].attempts,
            sentAt: now.wall,
            endpoint: endpoints[key.endpoint].name,
            project: key.project,
            environment: key.environment,
            deployment: deployment,
            status: status,
            payload: payload,
            user: endpoints[key.endpoint].user,
            highWater: lanes[lane].highWater,
            gitlabTime: endpoints[key.endpoint].skew == nil
                ? nil : endpoints[key.endpoint].gitlabTime(at: now)
        )
        if lanes[lane].firstSending == nil { lanes[lane].firstSending = sending }
        output.append(.record(.sending(sending)))
        lanes[lane].call = start(
            call,
            at: key.endpoint,
            for: .write(lane: lane, slot: slot, sending),
            now: now
        )
    }

    /// Before anything is written again: what does GitLab show.
    private mutating func look(_ lane: Int, at now: Moment) {
        guard let doubt = lanes[lane].doubt else { return }
        let key = lanes[lane].key
        if let deployment = doubt.sending.deployment {
            let call = GitLabCall.show(project: key.project, deployment: deployment)
            lanes[lane].call = start(call, at: key.endpoint, for: .show(lane: lane), now: now)
        } else if doubt.sending.user == nil, endpoints[key.endpoint].user == nil {
            lanes[lane].call = start(.user, at: key.endpoint, for: .user(lane: lane), now: now)
        } else {
            let call = GitLabCall.list(
                project: key.project,
                environment: key.environment,
                page: doubt.page
            )
            lanes[lane].call = start(call, at: key.endpoint, for: .lookUp(lane: lane), now: now)
        }
    }
}
