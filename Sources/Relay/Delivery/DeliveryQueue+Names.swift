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
            .waiting.append(entry)
        resolve(name, at: now)
    }

    /// Asks GitLab for the number, if that may be asked now.
    mutating func resolve(_ name: ProjectName, at now: Moment) {
        guard let state = names[name], state.number == nil, !state.isAsking,
            !state.waiting.isEmpty
        else { return }
        let endpoint = endpoints[name.endpoint]
        let due =
            [
                state.dueAt,
                state.hold.current?.probeAt ?? 0,
                endpoint.hold.current?.probeAt ?? 0,
                endpoint.callableAt(now) ?? now.steady + 20,
            ].max() ?? 0
        guard due <= now.steady else {
            alarms.add(.name(name), due: due)
            return
        }
        names[name]?.isAsking = true
        start(.project(name.text), at: name.endpoint, for: .resolve(name), now: now)
    }

    mutating func finishResolve(_ name: ProjectName, _ meaning: Meaning, at now: Moment) {
        names[name]?.isAsking = false
        let endpoint = endpoints[name.endpoint].name
        switch meaning {
        case .project(let project):
            learn(project, at: name.endpoint, text: name.text)
            resolved(name, as: project.id, at: now)
        case .moved(let number):
            guard let number = Int(number) else { return postpone(name, at: now) }
            resolved(name, as: number, at: now)
        case .held(.endpoint, let reason, let remedy):
            hold(.endpoint(endpoint), reason: reason, remedy: remedy, probe: .read, at: now)
            postpone(name, at: now)
        case .held(_, let reason, let remedy):
            let scope = HoldScope.project(endpoint: endpoint, name: name.text)
            hold(scope, reason: reason, remedy: remedy, probe: .read, at: now)
        default:
            postpone(name, at: now)
        }
    }

    private mutating func postpone(_ name: ProjectName, at now: Moment) {
        guard var state = names[name] else { return }
        state.failures += 1
        let wait = policy.wait(afterFailures: min(state.failures, 6), chance: draw())
        state.dueAt = now.steady + wait
        names[name] = state
        alarms.add(.name(name), due: state.dueAt)
    }

    private mutating func resolved(_ name: ProjectName, as number: Int, at now: Moment) {
        guard var state = names[name] else { return }
        let entries = state.waiting
        state.number = number
        state.waiting = []
        let wasHeld = state.hold.end(at: now) != nil
        names[name] = state
        if wasHeld {
            let endpoint = endpoints[name.endpoint].name
            output.append(.released(.project(endpoint: endpoint, name: name.text)))
        }
        for entry in entries { place(entry, in: number, at: name.endpoint, now: now) }
    }

    /// The endpoint answers again: what waits for a number need not wait longer.
    mutating func askNames(at endpoint: String, now: Moment) {
        for (name, state) in names where endpoints[state.endpoint].name == endpoint {
            guard !state.waiting.isEmpty else { continue }
            names[name]?.dueAt = 0
            alarms.add(.name(name), due: now.steady)
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

    mutating func dropNamed(_ id: UInt64, reason: String, at now: Moment) -> Bool {
        for name in names.keys {
            guard let index = names[name]?.waiting.firstIndex(where: { $0.id == id }),
                let entry = names[name]?.waiting.remove(at: index)
            else { continue }
            output.append(
                .record(
                    .settled(
                        Settlement(
                            delivery: entry.id,
                            generation: entry.generation,
                            state: .dropped,
                            settledAt: now.wall,
                            reason: reason,
                            attempts: 0,
                            httpStatus: 0,
                            row: nil,
                            madeRow: false,
                            answer: []
                        )
                    )
                )
            )
            return true
        }
        return false
    }
}
