import Formats
import GitLab

/// Where a delivery stands until its turn comes.
extension DeliveryQueue {
    /// Takes an accepted event in.
    ///
    /// Waiting entries of the same operation that no attempt can have delivered are superseded.
    package mutating func add(_ entry: QueueEntry, at now: Moment) {
        added += 1
        let endpoint = endpointIndex[entry.endpoint] ?? addUnknownEndpoint(entry.endpoint, at: now)
        guard let number = Int(entry.project) else {
            wait(entry, forNameAt: endpoint, at: now)
            return
        }
        place(entry, in: number, at: endpoint, now: now)
    }

    // MARK: - Endpoints, projects, lanes

    mutating func addEndpoint(_ endpoint: QueueSettings.Endpoint) {
        endpointIndex[endpoint.name] = endpoints.count
        endpoints.append(EndpointState(endpoint))
    }

    /// An event accepted for a GitLab that is no longer configured: kept, and held.
    private mutating func addUnknownEndpoint(_ name: String, at now: Moment) -> Int {
        addEndpoint(QueueSettings.Endpoint(name: name, connections: 1, requestsPerMinute: nil))
        holdUnconfigured(name, at: now)
        return endpoints.count - 1
    }

    mutating func project(_ number: Int, at endpoint: Int) -> Int {
        let key = ProjectKey(endpoint: endpoint, number: number)
        if let index = projectIndex[key] { return index }
        projects.append(ProjectState(endpoint: endpoint, number: number))
        projectIndex[key] = projects.count - 1
        return projects.count - 1
    }

    mutating func lane(_ environment: String, of number: Int, at endpoint: Int) -> Int {
        let key = Lane.Key(endpoint: endpoint, project: number, environment: environment)
        if let index = laneIndex[key] { return index }
        let project = project(number, at: endpoint)
        var lane = Lane(key: key, project: project)
        lane.highWater = highWaters.take(key)
        let index: Int
        if let free = freeLanes.popLast() {
            index = free
            lane.alarmAt = lanes[free].alarmAt
            lanes[free] = lane
        } else {
            index = lanes.count
            lanes.append(lane)
        }
        laneIndex[key] = index
        projects[project].lanes.insert(index)
        return index
    }

    /// Forgets a lane in which nothing goes on but its high-water mark, so that a thousand
    /// environments a day do not gather.
    mutating func retire(_ lane: Int, at now: Moment) {
        guard lanes[lane].isIdle, laneIndex[lanes[lane].key] == lane else { return }
        lanes[lane].endEchoes(at: now)
        if let end = lanes[lane].echoes.map(\.endsAt).max() {
            lanes[lane].alarmAt = end
            return alarms.add(.lane(lane), due: end)
        }
        let key = lanes[lane].key
        if let mark = lanes[lane].highWater { highWaters.raise(key, to: mark) }
        laneIndex[key] = nil
        projects[lanes[lane].project].lanes.remove(lane)
        freeLanes.append(lane)
    }

    // MARK: - Entries

    mutating func place(
        _ entry: QueueEntry,
        in number: Int,
        at endpoint: Int,
        since: Int64? = nil,
        now: Moment
    ) {
        let lane = lane(entry.environment, of: number, at: endpoint)
        let older = latest(of: entry.operation)
        let newest = applications.newestOrder(of: entry.application)
        let application = applications.enter(entry.application, order: entry.order)
        let successor =
            newest > entry.order
            ? firstNewer(than: entry, of: application, in: lane) : WaitingPool.none
        let waiting = Waiting(entry, application: application, lane: lane)
        let slot = pool.insert(waiting, into: &lanes[lane].line, before: successor)
        index(slot, entry)
        if let moment = entry.settlesAt(from: now) { settling[slot] = moment }
        remember(entry, at: slot, since: since)
        if let older { supersede(older, by: slot, at: now) }
        lanes[lane].endSettling()
        recoverDoubt(lane, at: now)
        arouse(lane, at: now)
    }

    /// What is known of tries before the restart, or before the lane was known.
    private mutating func remember(
        _ entry: QueueEntry,
        at slot: WaitingPool.Slot,
        since: Int64?
    ) {
        if let since { tries[slot, default: Tries()].since = since }
        if let found = interrupted[entry.id] {
            guard found.last.generation == entry.generation else {
                interrupted[entry.id] = nil
                return
            }
            tries[slot, default: Tries()].attempts = found.attempts
        } else if let suspectUntil, entry.receivedAt <= suspectUntil {
            pool[slot].isSuspect = true
        }
    }

    /// The first waiting entry of the same Application that belongs to a newer operation.
    private func firstNewer(
        than entry: QueueEntry,
        of application: Int32,
        in lane: Int
    ) -> WaitingPool.Slot {
        var slot = lanes[lane].line.first
        while slot != WaitingPool.none {
            let other = pool[slot]
            if other.application == application, other.order > entry.order,
                slot != lanes[lane].line.first || !isBusy(lane)
            {
                return slot
            }
            slot = pool.next(after: slot)
        }
        return WaitingPool.none
    }

    /// Whether the lane's first entry may have reached GitLab without our knowing the outcome.
    func isBusy(_ lane: Int) -> Bool { lanes[lane].call != nil || lanes[lane].doubt != nil }

    /// Whether an attempt can have delivered it although we do not know of it.
    func mayHaveArrived(_ slot: WaitingPool.Slot) -> Bool {
        let lane = Int(pool[slot].lane)
        if slot == lanes[lane].line.first, isBusy(lane) { return true }
        return interrupted[pool[slot].id]?.isOpen ?? false || pool[slot].isSuspect
    }

    private mutating func supersede(
        _ older: WaitingPool.Slot,
        by newer: WaitingPool.Slot,
        at now: Moment
    ) {
        // A closing makes no row of its own: what it closes is told first.
        guard !mayHaveArrived(older), !pool[newer].isClosing,
            pool[older].lane == pool[newer].lane
        else { return }
        let later = pool[newer].status.name
        settle(older, .superseded, "\(later) of the same operation came", at: now)
    }

    /// The lane's first entry was being sent when the process ended: look before writing.
    ///
    /// Nobody knows how long before the start sight of it was lost, so the whole of
    /// `doubtSeconds` begins now.
    mutating func recoverDoubt(_ lane: Int, at now: Moment) {
        let first = lanes[lane].line.first
        guard first != WaitingPool.none, !isBusy(lane), lanes[lane].firstSending == nil,
            let found = interrupted.removeValue(forKey: pool[first].id)
        else { return }
        lanes[lane].firstSending = found.first
        if found.isOpen { doubt(found.last, in: lane, at: now) }
    }

    /// From now on the lane looks before it writes.
    mutating func doubt(_ sending: Sending, in lane: Int, isOver: Bool = false, at now: Moment) {
        let ends = now.steady + (isOver ? 0 : Int64(settings.doubtSeconds) * 1000)
        lanes[lane].doubt = Doubt(sending: sending, settlesAt: ends)
        if let deployment = sending.deployment, !isOver {
            let echo = Echo(deployment: deployment, status: sending.status, endsAt: ends)
            lanes[lane].echoes.append(echo)
        }
    }
}

/// The highest deployment id seen in lanes, by their keys; the lowest ids are forgotten first.
struct HighWaters: Sendable {
    private var marks: [Lane.Key: Int] = [:]
    private static let limit = 200_000

    mutating func raise(_ key: Lane.Key, to deployment: Int) {
        marks[key] = max(marks[key] ?? 0, deployment)
        guard marks.count > Self.limit else { return }
        let lowest = marks.sorted { $0.value < $1.value }.prefix(Self.limit / 10)
        for (key, _) in lowest { marks[key] = nil }
    }

    func mark(_ key: Lane.Key) -> Int? { marks[key] }

    mutating func take(_ key: Lane.Key) -> Int? { marks.removeValue(forKey: key) }
}
