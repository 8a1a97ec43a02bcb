import GitLab

/// Tier and external URL: set before an event's own write, and never a reason to lose it.
///
/// GitLab makes a missing environment with the first deployment and guesses its tier from the
/// name; so what is wanted is made first (facts/gitlab.md §7). What is known to stand already is
/// not written again.
extension DeliveryQueue {
    /// Whether a call about the environment leaves before the entry's own write.
    mutating func preparesEnvironment(
        _ slot: WaitingPool.Slot,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) -> Bool {
        let entry = pool[slot]
        let lane = Int(entry.lane)
        let key = lanes[lane].key
        var step = tries[slot]?.environment ?? .unknown
        if case .done = step { return false }
        guard entry.hasWish else { return false }
        let wish: EnvironmentWish
        switch load(entry.locator) {
        case .delivery(let delivery):
            guard let wanted = EnvironmentWish(delivery) else { return false }
            wish = wanted
        case .damaged:
            return false
        case .unreadable(let reason):
            readLater(slot, reason, at: now)
            return true
        }
        if case .unknown = step, let remembered = environments[key] { step = .found(remembered) }
        switch step {
        case .found(let known) where wish.isMet(by: known):
            remember(known, of: lane)
            tries[slot, default: Tries()].environment = .done
            return false
        case .found(let known):
            let call = GitLabCall.updateEnvironment(
                project: key.project,
                environment: known.id,
                tier: wish.tier,
                externalURL: wish.externalURL
            )
            return ask(call, about: slot, at: now)
        case .absent:
            let call = GitLabCall.createEnvironment(
                project: key.project,
                name: key.environment,
                tier: wish.tier,
                externalURL: wish.externalURL
            )
            return ask(call, about: slot, at: now)
        case .unknown, .done:
            let call = GitLabCall.findEnvironment(project: key.project, name: key.environment)
            return ask(call, about: slot, at: now)
        }
    }

    private mutating func ask(
        _ call: GitLabCall,
        about slot: WaitingPool.Slot,
        at now: Moment
    ) -> Bool {
        let lane = Int(pool[slot].lane)
        var tried = tries[slot] ?? Tries()
        tried.begin(at: now)
        tried.environmentSince = tried.environmentSince ?? now.steady
        tries[slot] = tried
        let endpoint = lanes[lane].key.endpoint
        lanes[lane].call = start(call, at: endpoint, for: .environment(lane: lane), now: now)
        return true
    }

    /// Keeps what an environment is, in memory and on disk.
    private mutating func remember(_ known: KnownEnvironment, of lane: Int) {
        let key = lanes[lane].key
        guard environments[key] != known else { return }
        environments[key] = known
        let record = EnvironmentRecord(
            endpoint: endpoints[key.endpoint].name,
            project: key.project,
            environment: key.environment,
            known: known
        )
        output.append(.record(.environment(record)))
    }

    mutating func finishEnvironment(
        _ lane: Int,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let slot = lanes[lane].line.first
        switch meaning {
        case .environments(let rows):
            let found = rows.first.map { EnvironmentStep.found(KnownEnvironment($0)) }
            tries[slot]?.environment = found ?? .absent
            goOnWithEnvironment(lane, at: now)
        case .environment(let row):
            let wish = EnvironmentWish(of: call)
            let known = KnownEnvironment(
                id: row.id,
                // Older versions of GitLab do not show the tier that they took.
                tier: wish?.tier ?? row.tier,
                externalURL: wish?.externalURL ?? row.externalURL
            )
            remember(known, of: lane)
            tries[slot]?.environment = .done
            let words = "the environment has \(wish?.words ?? "what was wanted") now"
            note(lane, .delivered, words, call, result, at: now)
            goOnWithEnvironment(lane, at: now)
        case .gone:
            environments[lanes[lane].key] = nil
            tries[slot]?.environment = .unknown
            goOnWithEnvironment(lane, at: now)
        case .held(let size, let reason, let remedy):
            note(lane, .held, reason, call, result, at: now)
            hold(lane, size, reason: reason, remedy: remedy, at: now)
        case .uncertain, .deferred, .throttled, .again:
            failEnvironment(slot, call, result, meaning, at: now)
        default:
            giveUpEnvironment(slot, call, result, meaning, at: now)
        }
    }

    /// A read, or a write about the environment, proves nothing about the deployment's own write:
    /// in a trial that one follows at once.
    private mutating func goOnWithEnvironment(_ lane: Int, at now: Moment) {
        lanes[lane].failures = 0
        continueTrial(lane, at: now)
        arouse(lane, at: now)
    }

    /// Tries again for as long as GitLab may take to know a ref; then the deployment goes on.
    private mutating func failEnvironment(
        _ slot: WaitingPool.Slot,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let lane = Int(pool[slot].lane)
        // Whatever a lost write did: looking by name tells.
        tries[slot]?.environment = .unknown
        let limit = Int64(settings.unknownRefMinutes) * 60_000
        if let since = tries[slot]?.environmentSince, now.steady - since >= limit {
            return giveUpEnvironment(slot, call, result, meaning, at: now)
        }
        pauseTrial(lane, at: now)
        let isUncertain = if case .uncertain = meaning { true } else { false }
        note(lane, isUncertain ? .uncertain : .deferred, meaning.reason, call, result, at: now)
        retry(lane, after: meaning, at: now)
    }

    private mutating func giveUpEnvironment(
        _ slot: WaitingPool.Slot,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        let lane = Int(pool[slot].lane)
        tries[slot]?.environment = .done
        let what = EnvironmentWish(of: call)?.words ?? "tier and external URL"
        let words = "\(meaning.reason); \(what) not set, the deployment goes on without"
        note(lane, .rejected, words, call, result, at: now)
        goOnWithEnvironment(lane, at: now)
    }
}
