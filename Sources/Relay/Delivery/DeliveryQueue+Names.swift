import Formats
import GitLab

/// Projects named by a path: asked for once, their number used from then on.
extension DeliveryQueue {
    mutating func wait(_ entry: QueueEntry, forNameAt endpoint: Int, at now: Moment) {
        let name = ProjectName(endpoint: endpoint, text: entry.project)
        if let number = names[name]?.number {
            place(entry, in: number, at: endpoint, now: now)
            return
        }
        names[name, default: NameState(endpoint: endpoint, text: entry.project)]
            .waiting.append(NameState.Waiting(entry: entry, since: now.steady))
        queueUp(name, at: now)
    }

    /// Puts the question for the number in line, or sets an alarm for when it may be asked.
    mutating func queueUp(_ name: ProjectName, at now: Moment) {
        guard let state = names[name], state.number == nil, !state.isAsking, !state.isQueued,
            !state.waiting.isEmpty, state.hold.current == nil
        else { return }
        guard state.dueAt <= now.steady else { return alarms.add(.name(name), due: state.dueAt) }
        names[name]?.isQueued = true
        endpoints[name.endpoint].askers.append(name)
    }

    /// Asks GitLab for the number.
    mutating func ask(_ name: ProjectName, at now: Moment) {
        names[name]?.isQueued = false
        guard let state = names[name], state.number == nil, !state.isAsking else { return }
        guard !state.waiting.isEmpty else {
            // Everything was dropped meanwhile.
            let endpoint = endpoints[name.endpoint].name
            return release(.project(endpoint: endpoint, name: name.text), at: now)
        }
        names[name]?.isAsking = true
        start(.project(name.text), at: name.endpoint, for: .resolve(name), now: now)
    }

    mutating func finishResolve(
        _ name: ProjectName,
        _ call: GitLabCall,
        _ result: CallResult,
        _ meaning: Meaning,
        at now: Moment
    ) {
        names[name]?.isAsking = false
        let endpoint = endpoints[name.endpoint].name
        switch meaning {
        case .project(let project):
            learn(project, at: name.endpoint, text: name.text)
            tellMoved(name, to: project, call, result, at: now)
            resolved(name, as: project.id, at: now)
        case .moved(let number):
            guard Int(number) != nil else { return postpone(name, at: now) }
            // The number tells what the project is called now.
            names[name]?.isAsking = true
            start(.project(number), at: name.endpoint, for: .resolve(name), now: now)
        case .held(.endpoint, let reason, let remedy):
            hold(.endpoint(endpoint), reason: reason, remedy: remedy, probe: .read, at: now)
            postpone(name, at: now)
        case .held(_, let reason, let remedy):
            let scope = HoldScope.project(endpoint: endpoint, name: name.text)
            hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
        default:
            // One line in the ledger, for the oldest: all of them wait for the same answer.
            if let entry = names[name]?.waiting.first?.entry {
                let outcome = AttemptOutcome.deferred
                note(
                    entry.id,
                    entry.generation,
                    number: 0,
                    outcome,
                    meaning.reason,
                    call,
                    result,
                    at: now
                )
            }
            postpone(name, at: now)
        }
    }

    /// GitLab did not say; what has waited too long for it is given up.
    private mutating func postpone(_ name: ProjectName, at now: Moment) {
        guard var state = names[name] else { return }
        let given = state.waiting.filter { hasGivenUp($0.since, at: now) }
        if !given.isEmpty { state.waiting.removeAll { hasGivenUp($0.since, at: now) } }
        state.failures += 1
        let wait = policy.wait(afterFailures: min(state.failures, 6), chance: draw())
        state.dueAt = now.steady + wait
        state.hold.widen(at: now)
        names[name] = state
        if let hold = state.hold.current {
            let endpoint = endpoints[name.endpoint].name
            alarms.add(.probe(.project(endpoint: endpoint, name: name.text)), due: hold.probeAt)
        }
        for waiting in given { settle(waiting.entry, .dead, gaveUpReason, at: now) }
        queueUp(name, at: now)
    }

    private mutating func resolved(_ name: ProjectName, as number: Int, at now: Moment) {
        guard let waiting = names[name]?.waiting else { return }
        let held = names[name]?.hold.current.map { now.steady - $0.since.steady } ?? 0
        names[name]?.number = number
        names[name]?.waiting = []
        let endpoint = endpoints[name.endpoint].name
        release(.project(endpoint: endpoint, name: name.text), at: now)
        for waiting in waiting {
            place(
                waiting.entry,
                in: number,
                at: name.endpoint,
                since: min(waiting.since + held, now.steady),
                now: now
            )
        }
    }

    /// The text is an old path: whoever wrote it should know, since GitLab may give it to another.
    private mutating func tellMoved(
        _ name: ProjectName,
        to project: Project,
        _ call: GitLabCall,
        _ result: CallResult,
        at now: Moment
    ) {
        guard call != .project(name.text) else { return }
        let place = project.path.map { "\($0), " } ?? ""
        let reason =
            "project \(name.text) has moved: it is \(place)number \(project.id); write that instead"
        for waiting in names[name]?.waiting ?? [] {
            let entry = waiting.entry
            note(entry.id, entry.generation, number: 0, .deferred, reason, call, result, at: now)
        }
    }

    /// The endpoint answers again: what waits for a number need not wait longer.
    mutating func askNames(at endpoint: String, held: Int64, now: Moment) {
        for name in names.keys where endpoints[name.endpoint].name == endpoint {
            guard names[name]?.waiting.isEmpty == false else { continue }
            for index in names[name]?.waiting.indices ?? 0..<0 {
                names[name]?.waiting[index].since += held
            }
            names[name]?.dueAt = 0
            queueUp(name, at: now)
        }
    }

    /// Keeps what GitLab says of a project, in memory and on disk.
    mutating func learn(_ project: Project, at endpoint: Int, text: String) {
        let index = self.project(project.id, at: endpoint)
        projects[index].path = project.path ?? projects[index].path
        projects[index].defaultBranch = project.defaultBranch ?? projects[index].defaultBranch
        output.append(
            .record(
                .project(
                    ResolvedProject(
                        endpoint: endpoints[endpoint].name,
                        text: text,
                        id: project.id,
                        path: projects[index].path,
                        defaultBranch: projects[index].defaultBranch
                    )
                )
            )
        )
    }

    /// Records of what waits for a project's number lie elsewhere now, by id.
    mutating func moveNamed(_ moved: [UInt64: UInt64]) {
        guard !moved.isEmpty else { return }
        for name in names.keys {
            for index in names[name]?.waiting.indices ?? 0..<0 {
                guard let id = names[name]?.waiting[index].entry.id, let locator = moved[id] else {
                    continue
                }
                names[name]?.waiting[index].entry.locator = locator
            }
        }
    }

    mutating func dropNamed(_ id: UInt64, reason: String, at now: Moment) -> Bool {
        for name in names.keys {
            guard let index = names[name]?.waiting.firstIndex(where: { $0.entry.id == id }),
                let waiting = names[name]?.waiting.remove(at: index)
            else { continue }
            settle(waiting.entry, .dropped, reason, at: now)
            return true
        }
        return false
    }

    /// GitLab does not show the project of this number any more.
    ///
    /// At its path there may be another by now, so what comes later asks for the path again. What
    /// waits stays with its number.
    mutating func forgetNumber(of scope: HoldScope) {
        guard case .project(let endpoint, let text) = scope, let number = Int(text) else { return }
        for (name, state) in names where state.number == number {
            guard endpoints[name.endpoint].name == endpoint else { continue }
            names[name]?.number = nil
        }
    }

    /// Ends an entry that has no lane yet.
    private mutating func settle(
        _ entry: QueueEntry,
        _ state: FinalState,
        _ reason: String,
        at now: Moment
    ) {
        ended += 1
        let end = Settlement(
            of: entry.id,
            generation: entry.generation,
            as: state,
            reason: reason,
            at: now.wall
        )
        output.append(.record(.settled(end)))
    }
}
