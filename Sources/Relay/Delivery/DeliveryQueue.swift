import Formats
import GitLab

/// What waits to be told to GitLab, and what to do next about it (DESIGN §3.2).
///
/// Pure: time and results come in, records and calls go out. The owner stages the records,
/// commits once, and only then lets the calls leave; so a write is on disk as `sending` before
/// GitLab can have seen it.
///
/// One lane per (endpoint, numeric project, environment) keeps order and has one call under way.
/// A project named by a path is asked for once; its entries wait in `names` until then.
package struct DeliveryQueue: Sendable {
    var settings: QueueSettings
    var pool = WaitingPool()
    var lanes: [Lane] = []
    var laneIndex: [Lane.Key: Int] = [:]
    var projects: [ProjectState] = []
    var projectIndex: [ProjectKey: Int] = [:]
    var names: [ProjectName: NameState] = [:]
    var endpoints: [EndpointState] = []
    var endpointIndex: [String: Int] = [:]
    var book = RowBook()
    var errands: [UInt64: (errand: Errand, call: GitLabCall, endpoint: Int)] = [:]
    var alarms = Timers<Alarm>()
    /// The latest waiting entry of an operation: what a still later one supersedes.
    var latest: [Identity: WaitingPool.Slot] = [:]
    /// Per Application the newest operation that has been queued.
    var newestOrder: [Identity: Int64] = [:]
    /// The highest deployment id seen in a lane before the start.
    var highWaters: [Lane.Key: Int] = [:]
    /// Writes that a crash cut off from their outcome, by delivery.
    var interrupted: [UInt64: Interrupted] = [:]
    var output: [QueueOutput] = []
    private var nextCall: UInt64 = 1
    private var chance: SplitMix64
    let policy = RetryPolicy()

    struct ProjectKey: Hashable, Sendable {
        var endpoint: Int
        var number: Int
    }

    struct ProjectName: Hashable, Sendable {
        var endpoint: Int
        var text: String
    }

    enum Alarm: Sendable {
        case lane(Int)
        case name(ProjectName)
        case probe(HoldScope)
    }

    /// - Parameter seed: Where chance begins; the same seed and inputs give the same history.
    package init(settings: QueueSettings, seed: UInt64) {
        self.settings = settings
        chance = SplitMix64(state: seed)
        for endpoint in settings.endpoints { addEndpoint(endpoint) }
    }

    /// Deliveries that wait or are under way.
    package var count: Int {
        pool.count + names.values.reduce(0) { $0 + $1.waiting.count }
    }

    /// Takes an accepted event in.
    ///
    /// Waiting entries of the same operation that no attempt can have delivered are superseded.
    package mutating func add(_ entry: QueueEntry, at now: Moment) {
        let endpoint = endpointIndex[entry.endpoint] ?? addUnknownEndpoint(entry.endpoint, at: now)
        guard let number = Int(entry.project) else {
            wait(entry, forNameAt: endpoint, at: now)
            return
        }
        place(entry, in: number, at: endpoint, now: now)
    }

    /// Everything that can be done at `now`.
    ///
    /// - Parameters:
    ///   - load: Reads an accepted delivery by its locator; nil when its record is damaged.
    /// - Returns: Records and calls in order; empty when nothing is due.
    package mutating func run(
        at now: Moment,
        load: (UInt64) -> AcceptedDelivery?
    ) -> [QueueOutput] {
        while let alarm = alarms.popDue(at: now.steady) { ring(alarm, at: now, load: load) }
        for endpoint in endpoints.indices {
            while endpoints[endpoint].hold.current == nil, endpoints[endpoint].mayCall(at: now),
                let lane = endpoints[endpoint].turns.next()
            {
                lanes[lane].isQueued = false
                guard !isHeld(lane) else { continue }
                step(lane, at: now, load: load)
            }
        }
        defer { output = [] }
        return output
    }

    /// Steady milliseconds of the next moment at which `run` could have something to do.
    package func nextDue(at now: Moment) -> Int64? {
        var due = alarms.nextDue
        for endpoint in endpoints where endpoint.hold.current == nil && !endpoint.turns.isEmpty {
            guard let callable = endpoint.callableAt(now) else { continue }
            due = min(due ?? callable, callable)
        }
        return due
    }

    // MARK: - Placing

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
        lane.highWater = highWaters[key]
        lanes.append(lane)
        laneIndex[key] = lanes.count - 1
        projects[project].lanes.append(lanes.count - 1)
        return lanes.count - 1
    }

    mutating func place(_ entry: QueueEntry, in number: Int, at endpoint: Int, now: Moment) {
        let lane = lane(entry.environment, of: number, at: endpoint)
        var waiting = Waiting(entry)
        let older = latest[entry.operation]
        let isLate = newestOrder[entry.application].map { $0 > entry.order } ?? false
        if !isLate { newestOrder[entry.application] = entry.order }
        let successor = isLate ? firstNewer(than: entry, in: lane) : WaitingPool.none
        if let found = interrupted[entry.id], found.last.generation == entry.generation {
            waiting.attempts = found.attempts
        }
        let slot = pool.insert(waiting, into: &lanes[lane].line, before: successor)
        latest[entry.operation] = slot
        if let older { supersede(older, in: lane, by: slot, at: now) }
        recoverDoubt(lane, at: now)
        arouse(lane, at: now)
    }

    /// The first waiting entry of the same Application that belongs to a newer operation.
    private func firstNewer(than entry: QueueEntry, in lane: Int) -> WaitingPool.Slot {
        var slot = lanes[lane].line.first
        while slot != WaitingPool.none {
            let other = pool[slot]
            let isBusy = slot == lanes[lane].line.first && isBusy(lane)
            if !isBusy, other.application == entry.application, other.order > entry.order {
                return slot
            }
            slot = pool.next(after: slot)
        }
        return WaitingPool.none
    }

    /// Whether the lane's first entry may have reached GitLab without our knowing the outcome.
    func isBusy(_ lane: Int) -> Bool { lanes[lane].call != nil || lanes[lane].doubt != nil }

    private mutating func supersede(
        _ older: WaitingPool.Slot,
        in lane: Int,
        by newer: WaitingPool.Slot,
        at now: Moment
    ) {
        guard older != lanes[lane].line.first || !isBusy(lane) else { return }
        let later = pool[newer].status.name
        settle(older, in: lane, .superseded, "\(later) of the same operation came", at: now)
    }

    /// The lane's first entry was being sent when the process ended: look before writing.
    mutating func recoverDoubt(_ lane: Int, at now: Moment) {
        let first = lanes[lane].line.first
        guard first != WaitingPool.none, !isBusy(lane), lanes[lane].firstSending == nil,
            let found = interrupted[pool[first].id],
            found.last.generation == pool[first].generation
        else { return }
        interrupted[pool[first].id] = nil
        lanes[lane].firstSending = found.first
        guard found.isOpen else { return }
        let age = max(0, now.wall.milliseconds - found.last.sentAt.milliseconds)
        let wait = max(0, Int64(settings.doubtSeconds) * 1000 - age)
        lanes[lane].doubt = Doubt(sending: found.last, settlesAt: now.steady + wait)
    }

    // MARK: - Turns

    /// Puts a lane in line if it has something to do, or sets an alarm for when it will have.
    mutating func arouse(_ lane: Int, at now: Moment) {
        guard !lanes[lane].line.isEmpty, lanes[lane].call == nil, !lanes[lane].isQueued,
            !isHeld(lane)
        else { return }
        if lanes[lane].dueAt > now.steady {
            alarms.add(.lane(lane), due: lanes[lane].dueAt)
        } else {
            lanes[lane].isQueued = true
            endpoints[lanes[lane].key.endpoint].turns.append(
                lane: lane,
                of: lanes[lane].project
            )
        }
    }

    func isHeld(_ lane: Int) -> Bool {
        lanes[lane].hold.current != nil
            || projects[lanes[lane].project].hold.current != nil
            || endpoints[lanes[lane].key.endpoint].hold.current != nil
    }

    private mutating func ring(
        _ alarm: Alarm,
        at now: Moment,
        load: (UInt64) -> AcceptedDelivery?
    ) {
        switch alarm {
        case .lane(let lane): if lanes[lane].dueAt <= now.steady { arouse(lane, at: now) }
        case .name(let name): resolve(name, at: now)
        case .probe(let scope): probe(scope, at: now, load: load)
        }
    }

    /// Tries the lane again after `failures` in a row.
    mutating func backOff(_ lane: Int, at now: Moment, atMost limit: Int64? = nil) {
        lanes[lane].failures += 1
        let wait = policy.wait(afterFailures: lanes[lane].failures, chance: draw())
        lanes[lane].dueAt = min(now.steady + wait, limit ?? .max)
        arouse(lane, at: now)
    }

    mutating func draw() -> Double {
        Double(chance.next() >> 11) / Double(1 << 53)
    }

    // MARK: - Calls

    @discardableResult
    mutating func start(
        _ call: GitLabCall,
        at endpoint: Int,
        for errand: Errand,
        now: Moment
    ) -> UInt64 {
        let id = nextCall
        nextCall += 1
        errands[id] = (errand, call, endpoint)
        endpoints[endpoint].calls(at: now)
        output.append(.call(id: id, endpoint: endpoints[endpoint].name, call))
        return id
    }

    // MARK: - Ends

    /// Ends a waiting entry and lets its lane go on.
    mutating func settle(
        _ slot: WaitingPool.Slot,
        in lane: Int,
        _ state: FinalState,
        _ reason: String,
        result: CallResult? = nil,
        row: Row? = nil,
        madeRow: Bool = false,
        at now: Moment
    ) {
        let entry = pool[slot]
        let isFirst = slot == lanes[lane].line.first
        pool.remove(slot, from: &lanes[lane].line)
        if latest[entry.operation] == slot { latest[entry.operation] = nil }
        if pool.count == 0 { newestOrder = [:] }
        output.append(
            .record(
                .settled(
                    Settlement(
                        delivery: entry.id,
                        generation: entry.generation,
                        state: state,
                        settledAt: now.wall,
                        reason: reason,
                        attempts: entry.attempts,
                        httpStatus: UInt16(clamping: result?.httpStatus ?? 0),
                        row: row,
                        madeRow: madeRow,
                        answer: result?.excerpt ?? []
                    )
                )
            )
        )
        if isFirst {
            lanes[lane].turnToNext()
            recoverDoubt(lane, at: now)
        }
        arouse(lane, at: now)
    }
}

/// A small seeded generator (Steele, Lea and Flood: SplitMix): chance that can be repeated.
struct SplitMix64: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
