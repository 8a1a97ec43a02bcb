import GitLab

/// `onDelete: stop`: an environment whose Application is gone (DESIGN §2.6).
extension DeliveryQueue {
    /// The next step of an entry that is about the environment itself.
    ///
    /// Found by name each time: stopping twice does no harm, so nothing need be known of a write
    /// that was lost sight of.
    mutating func leaveEnvironment(
        _ slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) {
        let lane = Int(pool[slot].lane)
        let key = lanes[lane].key
        if pool[slot].task == .stay {
            var why = "others use the environment"
            if case .delivery(let delivery) = load(pool[slot].locator) {
                why = delivery.cause.words ?? why
            }
            return settle(slot, .superseded, why, at: now)
        }
        let call: GitLabCall
        if case .found(let known) = tries[slot]?.environment {
            call = .stopEnvironment(project: key.project, environment: known.id)
        } else {
            call = .findEnvironment(project: key.project, name: key.environment)
        }
        tries[slot, default: Tries()].begin(at: now)
        if call.isWrite { tries[slot]?.attempts += 1 }
        lanes[lane].call = start(call, at: key.endpoint, for: .stop(lane: lane), now: now)
    }

    mutating func finishStop(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let slot = lanes[lane].line.first
        switch meaning {
        case .environments(let rows):
            found(rows.first, slot, result, at: now)
        case .environment(let row):
            endTrial(lane, meaning, at: now)
            let words = "environment \(row.name) is \(row.state ?? "stopped")"
            settle(slot, .delivered, words, result: result, at: now)
        case .gone:
            endTrial(lane, meaning, at: now)
            settle(slot, .superseded, "deleted in GitLab", result: result, at: now)
        case .held(let size, let reason, let remedy):
            note(lane, .held, reason, call, result, at: now)
            hold(lane, size, reason: reason, remedy: remedy, at: now)
        case .uncertain, .deferred, .throttled, .again:
            tries[slot]?.environment = .unknown
            pauseTrial(lane, at: now)
            let isUncertain = if case .uncertain = meaning { true } else { false }
            note(lane, isUncertain ? .uncertain : .deferred, meaning.reason, call, result, at: now)
            retry(lane, after: meaning, at: now)
        default:
            endTrial(lane, meaning, at: now)
            settle(slot, .dead, meaning.reason, result: result, at: now)
        }
    }

    private mutating func found(
        _ environment: GitLabEnvironment?,
        _ slot: WaitingPool.Slot,
        _ result: CallResult,
        at now: Moment
    ) {
        let lane = Int(pool[slot].lane)
        continueTrial(lane, at: now)
        guard let environment else {
            let words = "GitLab has no environment of this name"
            return settle(slot, .superseded, words, result: result, at: now)
        }
        guard environment.state != "stopped" else {
            let words = "environment \(environment.name) is stopped already"
            return settle(slot, .delivered, words, at: now)
        }
        tries[slot]?.environment = .found(KnownEnvironment(environment))
        arouse(lane, at: now)
    }
}
