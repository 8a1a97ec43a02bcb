import Formats
import GitLab

/// What stands still until somebody mends something, and how it resumes by itself.
extension DeliveryQueue {
    /// Holds what a lane's write or read found wrong.
    mutating func hold(
        _ lane: Int,
        _ size: GitLab.Hold,
        reason: String,
        remedy: String,
        at now: Moment
    ) {
        let key = lanes[lane].key
        let endpoint = endpoints[key.endpoint].name
        let isForbidden = size == .lane
        lanes[lane].isTrial = false
        switch size {
        case .endpoint:
            hold(.endpoint(endpoint), reason: reason, remedy: remedy, probe: .read, at: now)
        case .project:
            hold(
                .project(endpoint: endpoint, name: String(key.project)),
                reason: reason,
                remedy: remedy,
                probe: .read,
                at: now
            )
        case .lane:
            hold(
                .lane(endpoint: endpoint, project: key.project, environment: key.environment),
                reason: reason,
                remedy: remedy,
                probe: .event,
                at: now
            )
        }
        // A 403 does not say which switch forbids it; the project does.
        if isForbidden, lanes[lane].call == nil {
            lanes[lane].call = start(
                .project(String(key.project)),
                at: key.endpoint,
                for: .diagnosis(lane: lane),
                now: now
            )
        }
    }

    mutating func hold(
        _ scope: HoldScope,
        reason: String,
        remedy: String,
        probe: Hold.Probe,
        at now: Moment
    ) {
        let hold = state(of: scope) { state in
            state.begin(reason: reason, remedy: remedy, at: now, probe: probe)
        }
        guard let hold else { return }
        output.append(.held(scope, hold))
        if hold.probe != .configuration { alarms.add(.probe(scope), due: hold.probeAt) }
    }

    /// Somebody has changed something (a secret's file, the configuration): ask at once.
    package mutating func mended(_ endpoint: String, at now: Moment) {
        guard let index = endpointIndex[endpoint] else { return }
        endpoints[index].user = nil
        for scope in heldScopes(at: index) { askNow(scope, at: now) }
    }

    /// Tries a delivery at once, whatever its wait or hold.
    ///
    /// - Returns: Whether it waits here.
    package mutating func retryNow(_ id: UInt64, at now: Moment) -> Bool {
        guard let (lane, _) = find(id) else {
            return names.values.contains { $0.waiting.contains { $0.id == id } }
        }
        lanes[lane].dueAt = 0
        for scope in scopes(over: lane) { askNow(scope, at: now) }
        arouse(lane, at: now)
        return true
    }

    /// Ends a waiting delivery by hand.
    ///
    /// - Returns: False when it is not here, or a call about it is under way.
    package mutating func drop(_ id: UInt64, reason: String, at now: Moment) -> Bool {
        if let (lane, slot) = find(id) {
            let isFirst = slot == lanes[lane].line.first
            guard !isFirst || lanes[lane].call == nil else { return false }
            settle(slot, in: lane, .dropped, reason, at: now)
            return true
        }
        return dropNamed(id, reason: reason, at: now)
    }

    private func find(_ id: UInt64) -> (lane: Int, slot: WaitingPool.Slot)? {
        for lane in lanes.indices {
            var slot = lanes[lane].line.first
            while slot != WaitingPool.none {
                if pool[slot].id == id { return (lane, slot) }
                slot = pool.next(after: slot)
            }
        }
        return nil
    }

    // MARK: - Probes

    mutating func probe(_ scope: HoldScope, at now: Moment, load: (UInt64) -> AcceptedDelivery?) {
        guard let hold = state(of: scope, { $0.current }) ?? nil, !hold.isProbing,
            hold.probe != .configuration, hold.probeAt <= now.steady,
            let endpoint = endpointIndex[scope.endpoint]
        else { return }
        if case .project(_, let text) = scope, Int(text) == nil {
            resolve(ProjectName(endpoint: endpoint, text: text), at: now)
            return
        }
        _ = state(of: scope) { $0.startProbe() }
        guard let lane = oldestLane(in: scope) else {
            // Nothing waits there any more, or a call that will tell is under way.
            let isEmpty = lanes(in: scope).allSatisfy { lanes[$0].line.isEmpty }
            return isEmpty ? release(scope, at: now) : widen(scope, at: now)
        }
        switch hold.probe {
        case .event:
            lanes[lane].isTrial = true
            lanes[lane].dueAt = 0
            step(lane, at: now, load: load)
            if lanes[lane].call == nil, state(of: scope, { $0.current }) ?? nil != nil {
                lanes[lane].isTrial = false
                widen(scope, at: now)
            }
        case .configuration:
            break
        case .read:
            start(question(for: scope, lane), at: endpoint, for: .probe(scope), now: now)
        }
    }

    private func question(for scope: HoldScope, _ lane: Int) -> GitLabCall {
        if case .endpoint = scope { .user } else { .project(String(lanes[lane].key.project)) }
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
        case .held(_, let reason, let remedy):
            hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
        default:
            widen(scope, at: now)
        }
    }

    /// The lane's one attempt during a hold was answered with something else than the hold.
    mutating func endTrial(_ lane: Int, at now: Moment) {
        guard lanes[lane].isTrial else { return }
        lanes[lane].isTrial = false
        for scope in scopes(over: lane) { release(scope, at: now) }
    }

    mutating func finishDiagnosis(_ lane: Int, _ meaning: Meaning, at now: Moment) {
        guard case .project(let project) = meaning, let (reason, remedy) = project.obstacle else {
            return
        }
        let key = lanes[lane].key
        let endpoint = endpoints[key.endpoint].name
        _ = lanes[lane].hold.end(at: now)
        output.append(
            .released(
                .lane(endpoint: endpoint, project: key.project, environment: key.environment)
            )
        )
        hold(
            .project(endpoint: endpoint, name: String(key.project)),
            reason: reason,
            remedy: remedy,
            probe: .read,
            at: now
        )
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

    mutating func release(_ scope: HoldScope, at now: Moment) {
        guard let over = state(of: scope, { $0.end(at: now) }) ?? nil else { return }
        output.append(.released(scope))
        if case .endpoint = scope { askNames(at: scope.endpoint, now: now) }
        for lane in lanes(in: scope) {
            let first = lanes[lane].line.first
            guard first != WaitingPool.none else { continue }
            let held = now.steady - over.since.steady
            if pool[first].triedSince != 0 {
                pool[first].triedSince = min(now.steady, pool[first].triedSince + held)
            }
            lanes[lane].failures = 0
            lanes[lane].dueAt = 0
            arouse(lane, at: now)
        }
    }

    // MARK: - Scopes

    private mutating func state<Value>(
        of scope: HoldScope,
        _ body: (inout HoldState) -> Value
    ) -> Value? {
        guard let endpoint = endpointIndex[scope.endpoint] else { return nil }
        switch scope {
        case .endpoint:
            return body(&endpoints[endpoint].hold)
        case .project(_, let text):
            if let number = Int(text) {
                let index = project(number, at: endpoint)
                return body(&projects[index].hold)
            }
            let name = ProjectName(endpoint: endpoint, text: text)
            guard names[name] != nil else { return nil }
            return names[name].map { state in
                var state = state
                defer { names[name] = state }
                return body(&state.hold)
            }
        case .lane(_, let project, let environment):
            let index = lane(environment, of: project, at: endpoint)
            return body(&lanes[index].hold)
        }
    }

    private func lanes(in scope: HoldScope) -> [Int] {
        guard let endpoint = endpointIndex[scope.endpoint] else { return [] }
        switch scope {
        case .endpoint:
            return lanes.indices.filter { lanes[$0].key.endpoint == endpoint }
        case .project(_, let text):
            let key = ProjectKey(endpoint: endpoint, number: Int(text) ?? -1)
            return projectIndex[key].map { projects[$0].lanes } ?? []
        case .lane(_, let project, let environment):
            let key = Lane.Key(endpoint: endpoint, project: project, environment: environment)
            return laneIndex[key].map { [$0] } ?? []
        }
    }

    private func scopes(over lane: Int) -> [HoldScope] {
        let key = lanes[lane].key
        let endpoint = endpoints[key.endpoint].name
        var scopes: [HoldScope] = []
        if endpoints[key.endpoint].hold.current != nil { scopes.append(.endpoint(endpoint)) }
        if projects[lanes[lane].project].hold.current != nil {
            scopes.append(.project(endpoint: endpoint, name: String(key.project)))
        }
        if lanes[lane].hold.current != nil {
            scopes.append(
                .lane(endpoint: endpoint, project: key.project, environment: key.environment)
            )
        }
        return scopes
    }

    private func heldScopes(at endpoint: Int) -> Set<HoldScope> {
        var scopes: Set<HoldScope> = []
        for lane in lanes.indices where lanes[lane].key.endpoint == endpoint {
            scopes.formUnion(self.scopes(over: lane))
        }
        let name = endpoints[endpoint].name
        if endpoints[endpoint].hold.current != nil { scopes.insert(.endpoint(name)) }
        for state in names.values where state.endpoint == endpoint && state.hold.current != nil {
            scopes.insert(.project(endpoint: name, name: state.text))
        }
        return scopes
    }

    /// The lane whose first entry has waited longest.
    private func oldestLane(in scope: HoldScope) -> Int? {
        lanes(in: scope)
            .filter { !lanes[$0].line.isEmpty && lanes[$0].call == nil }
            .min { pool[lanes[$0].line.first].id < pool[lanes[$1].line.first].id }
    }
}
