import GitLab

/// How what is held finds out that it is mended: one probe for each, at a widening interval.
extension DeliveryQueue {
    /// Somebody has changed something (a secret's file, the configuration): ask at once.
    package mutating func mended(_ endpoint: String, at now: Moment) {
        guard let index = endpointIndex[endpoint] else { return }
        endpoints[index].user = nil
        for scope in heldScopes(at: index) { askNow(scope, at: now) }
    }

    mutating func probe(_ scope: HoldScope, at now: Moment, load: (UInt64) -> LoadedDelivery) {
        guard let hold = current(scope), !hold.isProbing, hold.probe != .configuration,
            hold.probeAt <= now.steady, let endpoint = endpointIndex[scope.endpoint]
        else { return }
        if isCovered(scope) { return widen(scope, at: now) }
        if let callable = endpoints[endpoint].waitsUntil(now) {
            return alarms.add(.probe(scope), due: callable)
        }
        _ = state(of: scope) { $0.startProbe() }
        if case .project(_, let text) = scope, Int(text) == nil {
            return ask(ProjectName(endpoint: endpoint, text: text), at: now)
        }
        let lanes = lanes(in: scope).filter { !self.lanes[$0].line.isEmpty }
        if lanes.isEmpty, !hasNames(in: scope) { return release(scope, at: now) }
        if hold.probe == .event, let lane = oldestFree(lanes, within: scope) {
            attempt(lane, in: scope, at: now, load: load)
        } else if hold.probe == .event, case .lane = scope {
            // A call is under way for it that will tell.
            widen(scope, at: now)
        } else {
            start(question(for: scope), at: endpoint, for: .probe(scope), now: now)
        }
    }

    /// The oldest event in reach is written, to see.
    private mutating func attempt(
        _ lane: Int,
        in scope: HoldScope,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) {
        lanes[lane].isTrial = true
        lanes[lane].dueAt = 0
        step(lane, at: now, load: load)
        guard lanes[lane].call == nil else { return }
        lanes[lane].isTrial = false
        widen(scope, at: now)
    }

    /// Whether something larger is held, whose own probe tells first.
    private mutating func isCovered(_ scope: HoldScope) -> Bool {
        switch scope {
        case .endpoint: false
        case .project(let endpoint, _): current(.endpoint(endpoint)) != nil
        case .lane(let endpoint, let project, _):
            current(.endpoint(endpoint)) != nil
                || current(.project(endpoint: endpoint, name: String(project))) != nil
        }
    }

    private func question(for scope: HoldScope) -> GitLabCall {
        switch scope {
        case .endpoint: .user
        case .project(_, let text): .project(text)
        case .lane(_, let project, _): .project(String(project))
        }
    }

    /// The lane whose first entry has waited longest, of those that nothing smaller holds.
    private func oldestFree(_ candidates: [Int], within scope: HoldScope) -> Int? {
        candidates
            .filter { lane in
                lanes[lane].call == nil
                    && scopes(over: lane).allSatisfy { $0.size.rawValue <= scope.size.rawValue }
            }
            .min { pool[lanes[$0].line.first].id < pool[lanes[$1].line.first].id }
    }

    private func hasNames(in scope: HoldScope) -> Bool {
        guard case .endpoint = scope, let endpoint = endpointIndex[scope.endpoint] else {
            return false
        }
        return names.values.contains { $0.endpoint == endpoint && !$0.waiting.isEmpty }
    }

    mutating func finishProbe(_ scope: HoldScope, _ meaning: Meaning, at now: Moment) {
        switch meaning {
        case .user:
            release(scope, at: now)
        case .project(let project):
            if let (reason, remedy) = project.obstacle {
                hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
            } else {
                release(scope, at: now)
            }
        case .held(.endpoint, let reason, let remedy) where scope.size != .endpoint:
            widen(scope, at: now)
            let endpoint = HoldScope.endpoint(scope.endpoint)
            hold(endpoint, reason: reason, remedy: remedy, probe: .read, at: now)
        case .held(_, let reason, let remedy):
            forgetNumber(of: scope)
            hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
        default:
            widen(scope, at: now)
        }
    }

    // MARK: - Trials

    /// The lane's one attempt during a hold was answered with something else than a hold.
    ///
    /// What tells nothing about the trouble (a 429, a time-out) leaves it as it is.
    mutating func endTrial(_ lane: Int, _ meaning: Meaning, at now: Moment) {
        guard lanes[lane].isTrial else { return }
        switch meaning {
        case .uncertain, .deferred, .throttled: return pauseTrial(lane, at: now)
        default: break
        }
        lanes[lane].isTrial = false
        for scope in scopes(over: lane) { release(scope, at: now) }
    }

    /// The attempt tells nothing yet: another one follows later.
    mutating func pauseTrial(_ lane: Int, at now: Moment) {
        guard lanes[lane].isTrial else { return }
        lanes[lane].isTrial = false
        for scope in scopes(over: lane) where isProbing(scope) { widen(scope, at: now) }
    }

    /// A read before the write proves nothing about the write: the attempt goes on with it.
    mutating func continueTrial(_ lane: Int, at now: Moment) {
        guard lanes[lane].isTrial else { return }
        lanes[lane].isTrial = false
        for scope in scopes(over: lane) where isProbing(scope) { askNow(scope, at: now) }
    }

    /// The trial met a hold of this size: what is larger is mended, what is smaller not yet asked.
    mutating func learnFromTrial(_ lane: Int, _ size: GitLab.Hold, at now: Moment) {
        guard lanes[lane].isTrial else { return }
        lanes[lane].isTrial = false
        for scope in scopes(over: lane) where scope.size != size {
            if scope.size.rawValue < size.rawValue {
                release(scope, at: now)
            } else if isProbing(scope) {
                widen(scope, at: now)
            }
        }
    }

    private mutating func isProbing(_ scope: HoldScope) -> Bool {
        current(scope)?.isProbing ?? false
    }

    private mutating func widen(_ scope: HoldScope, at now: Moment) {
        let hold = state(of: scope) { state -> Hold? in
            state.widen(at: now)
            return state.current
        }
        if let hold, let hold { alarms.add(.probe(scope), due: hold.probeAt) }
    }

    private mutating func askNow(_ scope: HoldScope, at now: Moment) {
        _ = state(of: scope) { $0.askNow(at: now) }
        alarms.add(.probe(scope), due: now.steady)
    }

    // MARK: - By hand

    /// Whether a call about this delivery is under way.
    package func isBeingSent(_ id: UInt64) -> Bool {
        guard let slot = slot(of: id) else { return false }
        let lane = Int(pool[slot].lane)
        return lanes[lane].line.first == slot && isBusy(lane)
    }

    /// Tries a delivery at once, whatever its wait or hold.
    ///
    /// - Returns: Whether it waits here.
    package mutating func retryNow(_ id: UInt64, at now: Moment) -> Bool {
        guard let slot = slot(of: id) else { return retryNamed(id, at: now) }
        let lane = Int(pool[slot].lane)
        settling[slot] = nil
        lanes[lane].dueAt = 0
        for scope in scopes(over: lane) { askNow(scope, at: now) }
        arouse(lane, at: now)
        return true
    }

    private mutating func retryNamed(_ id: UInt64, at now: Moment) -> Bool {
        for (name, state) in names where state.waiting.contains(where: { $0.entry.id == id }) {
            let endpoint = endpoints[state.endpoint].name
            let scopes = [
                HoldScope.endpoint(endpoint), .project(endpoint: endpoint, name: name.text),
            ]
            for scope in scopes where current(scope) != nil { askNow(scope, at: now) }
            names[name]?.dueAt = 0
            queueUp(name, at: now)
            return true
        }
        return false
    }

    /// Ends a waiting delivery by hand.
    ///
    /// - Returns: False when it is not here, a call about it is under way, or GitLab may have got
    ///   it without our knowing: that is found out first.
    package mutating func drop(_ id: UInt64, reason: String, at now: Moment) -> Bool {
        guard let slot = slot(of: id) else { return dropNamed(id, reason: reason, at: now) }
        guard !mayHaveArrived(slot) else { return false }
        settle(slot, .dropped, reason, at: now)
        return true
    }
}
