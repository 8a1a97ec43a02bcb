import GitLab

/// What stands still until somebody mends something.
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
        let scope = scope(of: size, around: lane)
        learnFromTrial(lane, size, at: now)
        let probe: Hold.Probe = size == .lane ? .event : .read
        hold(scope, reason: reason, remedy: remedy, probe: probe, at: now)
        // A 403 does not say which switch forbids it; the project does.
        if size == .lane, lanes[lane].call == nil {
            lanes[lane].call = start(
                .project(String(key.project)),
                at: key.endpoint,
                for: .diagnosis(lane: lane),
                now: now
            )
        }
    }

    /// Begins a hold, or goes on with it.
    mutating func hold(
        _ scope: HoldScope,
        reason: String,
        remedy: String,
        probe: Hold.Probe,
        at now: Moment
    ) {
        let before = current(scope)
        let hold = state(of: scope) { state in
            state.begin(reason: reason, remedy: remedy, at: now, probe: probe)
        }
        guard let hold else { return }
        if before?.reason != hold.reason || before?.remedy != hold.remedy {
            output.append(.held(scope, hold))
        }
        if hold.probe != .configuration { alarms.add(.probe(scope), due: hold.probeAt) }
    }

    mutating func finishDiagnosis(_ lane: Int, _ meaning: Meaning, at now: Moment) {
        let key = lanes[lane].key
        switch meaning {
        case .project(let project):
            guard let (reason, remedy) = project.obstacle else { break }
            release(scope(of: .lane, around: lane), at: now)
            let scope = scope(of: .project, around: lane)
            hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
        case .held(let size, let reason, let remedy) where size != .lane:
            let scope = scope(of: size, around: lane)
            hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
        default: break
        }
        arouse(lane, at: now)
        if laneIndex[key] == lane { retire(lane, at: now) }
    }

    /// Ends a hold: what waited goes on, and the time it was held does not count.
    mutating func release(_ scope: HoldScope, at now: Moment) {
        guard let over = state(of: scope, { $0.end(at: now) }) ?? nil else { return }
        output.append(.released(scope))
        let held = now.steady - over.since.steady
        if case .endpoint(let name) = scope { askNames(at: name, held: held, now: now) }
        for lane in lanes(in: scope) {
            let first = lanes[lane].line.first
            guard first != WaitingPool.none else {
                retire(lane, at: now)
                continue
            }
            tries[first]?.passOver(held, at: now)
            lanes[lane].failures = 0
            lanes[lane].dueAt = 0
            arouse(lane, at: now)
        }
    }

    // MARK: - Scopes

    func scope(of size: GitLab.Hold, around lane: Int) -> HoldScope {
        let key = lanes[lane].key
        let endpoint = endpoints[key.endpoint].name
        switch size {
        case .endpoint: return .endpoint(endpoint)
        case .project: return .project(endpoint: endpoint, name: String(key.project))
        case .lane:
            return .lane(
                endpoint: endpoint,
                project: key.project,
                environment: key.environment
            )
        }
    }

    mutating func current(_ scope: HoldScope) -> Hold? { state(of: scope) { $0.current } ?? nil }

    mutating func state<Value>(
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
            guard var hold = names[name]?.hold else { return nil }
            defer { names[name]?.hold = hold }
            return body(&hold)
        case .lane(_, let project, let environment):
            let key = Lane.Key(endpoint: endpoint, project: project, environment: environment)
            return laneIndex[key].map { body(&lanes[$0].hold) }
        }
    }

    func lanes(in scope: HoldScope) -> [Int] {
        guard let endpoint = endpointIndex[scope.endpoint] else { return [] }
        switch scope {
        case .endpoint:
            return laneIndex.values.filter { lanes[$0].key.endpoint == endpoint }.sorted()
        case .project(_, let text):
            let key = ProjectKey(endpoint: endpoint, number: Int(text) ?? -1)
            return projectIndex[key].map { projects[$0].lanes.sorted() } ?? []
        case .lane(_, let project, let environment):
            let key = Lane.Key(endpoint: endpoint, project: project, environment: environment)
            return laneIndex[key].map { [$0] } ?? []
        }
    }

    /// What holds this lane, the largest first.
    func scopes(over lane: Int) -> [HoldScope] {
        let key = lanes[lane].key
        var scopes: [HoldScope] = []
        if endpoints[key.endpoint].hold.current != nil {
            scopes.append(scope(of: .endpoint, around: lane))
        }
        if projects[lanes[lane].project].hold.current != nil {
            scopes.append(scope(of: .project, around: lane))
        }
        if lanes[lane].hold.current != nil { scopes.append(scope(of: .lane, around: lane)) }
        return scopes
    }

    func heldScopes(at endpoint: Int) -> Set<HoldScope> {
        let name = endpoints[endpoint].name
        var scopes: Set<HoldScope> = []
        for lane in lanes(in: .endpoint(name)) { scopes.formUnion(self.scopes(over: lane)) }
        if endpoints[endpoint].hold.current != nil { scopes.insert(.endpoint(name)) }
        for project in projects where project.endpoint == endpoint && project.hold.current != nil {
            scopes.insert(.project(endpoint: name, name: String(project.number)))
        }
        for state in names.values where state.endpoint == endpoint && state.hold.current != nil {
            scopes.insert(.project(endpoint: name, name: state.text))
        }
        return scopes
    }
}
