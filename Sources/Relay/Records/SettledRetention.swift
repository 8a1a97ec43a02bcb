/// Which records of the `settled` log are needed though the segment they lie in goes.
package struct SettledRetention: Sendable {
    /// Lanes whose marks are carried already.
    private var marked: Set<Lane.Key> = []
    /// The deliveries that records are about, by where those lay.
    private var deliveries: [UInt64: UInt64] = [:]

    /// Milliseconds since 1970; see `RetentionRule.recent`.
    private let recent: Int64

    package init(recent: Int64) { self.recent = recent }

    /// What becomes of a record; to be asked once for each of a segment, in their order.
    ///
    /// `isGone`: whether no record of a delivery is left in the `accepted` log: what became of it
    /// may be forgotten only then, or it would be sent anew.
    package mutating func fate(
        kind: UInt8,
        head bytes: UnsafeRawBufferPointer,
        locator: UInt64,
        _ queue: DeliveryQueue,
        isGone: (UInt64) -> Bool
    ) -> RecordFate {
        let head: SettledHead
        do throws(RecordError) {
            head = try SettledHead(kind: kind, bytes)
        } catch {
            // A newer version wrote it, and will want it again.
            return .stays
        }
        if let delivery = head.delivery, !isGone(delivery) {
            deliveries[locator] = delivery
            return .stays
        }
        return fate(head, queue)
    }

    private mutating func fate(_ head: SettledHead, _ queue: DeliveryQueue) -> RecordFate {
        switch head {
        case .sending(_, _, _, let place):
            return mark(place.endpoint, place.project, place.environment, queue)
        case .attempt: return .goes
        case .settled(_, _, _, let settledAt, _, let row):
            guard let row else { return .goes }
            if queue.needs(row) { return Self.becomes(.row(row)) }
            if settledAt >= recent, queue.book.row(of: row.operation) == row { return .stays }
            return mark(row.endpoint, row.project, row.environment, queue)
        case .other(.row(let row)):
            return queue.needs(row)
                ? .stays : mark(row.endpoint, row.project, row.environment, queue)
        case .other(.mark(let mark)):
            return self.mark(mark.endpoint, mark.project, mark.environment, queue)
        case .other(.project(let project)): return queue.isCurrent(project) ? .stays : .goes
        case .other(.environment(let known)): return queue.isCurrent(known) ? .stays : .goes
        case .other: return .stays
        }
    }

    private static func becomes(_ record: SettledRecord) -> RecordFate {
        .becomes(kind: record.kind, record.bytes)
    }

    /// A lane's highest deployment id, once.
    private mutating func mark(
        _ endpoint: String,
        _ project: Int,
        _ environment: String,
        _ queue: DeliveryQueue
    ) -> RecordFate {
        guard let (key, deployment) = queue.highWater(endpoint, project, environment),
            marked.insert(key).inserted
        else { return .goes }
        let mark = LaneMark(
            endpoint: endpoint,
            project: project,
            environment: environment,
            deployment: deployment
        )
        return Self.becomes(.mark(mark))
    }

    /// Of which deliveries records lie elsewhere now.
    package func moved(_ moves: [RecordMove]) -> [(delivery: UInt64, move: RecordMove)] {
        moves.compactMap { move in deliveries[move.from].map { ($0, move) } }
    }
}

/// Which deliveries have no record in the `accepted` log any more.
package struct GoneDeliveries: Sendable {
    private let floor: UInt64
    private let kept: Set<UInt64>

    package init(_ extent: AcceptedExtent) {
        floor = extent.floor
        kept = Set(extent.kept)
    }

    package func contains(_ id: UInt64) -> Bool { id < floor && !kept.contains(id) }
}

// MARK: - What the queue needs

extension DeliveryQueue {
    /// Whether an operation's row must stay known: it runs, is the newest of its Application, or is
    /// the newest success in its environment.
    func needs(_ row: Row) -> Bool { book.needs(row) }

    func isCurrent(_ project: ResolvedProject) -> Bool {
        guard let endpoint = endpointIndex[project.endpoint] else { return true }
        if Int(project.text) == nil {
            let name = ProjectName(endpoint: endpoint, text: project.text)
            guard names[name]?.number == project.id else { return false }
        }
        guard let index = projectIndex[ProjectKey(endpoint: endpoint, number: project.id)] else {
            return false
        }
        return projects[index].defaultBranch == project.defaultBranch
            && projects[index].path == project.path
    }

    func isCurrent(_ record: EnvironmentRecord) -> Bool {
        guard let endpoint = endpointIndex[record.endpoint] else { return true }
        let key = Lane.Key(
            endpoint: endpoint,
            project: record.project,
            environment: record.environment
        )
        return environments[key] == record.known
    }

    func highWater(
        _ endpoint: String,
        _ project: Int,
        _ environment: String
    ) -> (key: Lane.Key, deployment: Int)? {
        guard let endpoint = endpointIndex[endpoint] else { return nil }
        let key = Lane.Key(endpoint: endpoint, project: project, environment: environment)
        let mark = laneIndex[key].flatMap { lanes[$0].highWater } ?? highWaters.mark(key)
        return mark.map { (key, $0) }
    }

    /// Records of what waits lie elsewhere now.
    package mutating func move(_ moved: [(id: UInt64, locator: UInt64)]) {
        var named: [UInt64: UInt64] = [:]
        for (id, locator) in moved {
            if let slot = slot(of: id) {
                pool[slot].locator = locator
            } else {
                named[id] = locator
            }
        }
        moveNamed(named)
    }
}
