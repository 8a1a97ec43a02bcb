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
    /// Where an entry lies, by its delivery's id.
    private var slots = SlotTable()
    var tries: [WaitingPool.Slot: Tries] = [:]
    /// Steady milliseconds until which an entry waits for `settleSeconds` to pass.
    var settling: [WaitingPool.Slot: Int64] = [:]
    var lanes: [Lane] = []
    var laneIndex: [Lane.Key: Int] = [:]
    /// Places in `lanes` of those that were idle and are forgotten.
    var freeLanes: [Int] = []
    var projects: [ProjectState] = []
    var projectIndex: [ProjectKey: Int] = [:]
    var names: [ProjectName: NameState] = [:]
    var endpoints: [EndpointState] = []
    var endpointIndex: [String: Int] = [:]
    var book: RowBook
    var errands: [UInt64: (errand: Errand, call: GitLabCall, endpoint: Int)] = [:]
    var alarms = Timers<Alarm>()
    /// The latest waiting entry of an operation: what a still later one supersedes.
    private var latest = SlotTable()
    var applications = QueuedApplications()
    /// The highest deployment id seen in lanes that are not there (yet, or any more).
    var highWaters = HighWaters()
    /// What environments are known to be in GitLab.
    var environments = EnvironmentBook()
    /// Writes that a crash cut off from their outcome, by delivery.
    var interrupted: [UInt64: Interrupted] = [:]
    /// What came before this may have been sent although no record says so.
    var suspectUntil: Timestamp?
    var output: [QueueOutput] = []
    /// Entries that were ever added, and those that ended.
    var added = 0
    var ended = 0
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

    /// How many outputs one turn may have, about; the rest comes in the next one.
    private static let outputsPerTurn = 4096

    /// Makes an empty queue; the same `seed`, which begins its chance, and the same inputs give
    /// the same history.
    package init(settings: QueueSettings, seed: UInt64) {
        self.settings = settings
        book = RowBook(limit: settings.rows)
        chance = SplitMix64(state: seed)
        for endpoint in settings.endpoints { addEndpoint(endpoint) }
    }

    /// Deliveries that wait or are under way.
    package var count: Int { pool.count + namedCount }

    /// Entries that neither wait nor ended; 0, whatever happens (DESIGN §4.8).
    package var unaccounted: Int { added - ended - count }

    private var namedCount: Int { names.values.reduce(0) { $0 + $1.waiting.count } }

    /// Everything that can be done at `now`.
    ///
    /// - Parameters:
    ///   - now: The present; its steady clock never goes back.
    ///   - load: Reads an accepted delivery by its locator.
    /// - Returns: Records and calls in order; empty when nothing is due.
    package mutating func run(
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) -> [QueueOutput] {
        while let alarm = alarms.popDue(at: now.steady) { ring(alarm, at: now, load: load) }
        for endpoint in endpoints.indices {
            while endpoints[endpoint].hold.current == nil, endpoints[endpoint].mayCall(at: now),
                output.count < Self.outputsPerTurn
            {
                if let name = endpoints[endpoint].askers.popFirst() {
                    ask(name, at: now)
                } else if let lane = endpoints[endpoint].turns.next() {
                    lanes[lane].isQueued = false
                    if !isHeld(lane) { step(lane, at: now, load: load) }
                } else {
                    break
                }
            }
        }
        defer { output = [] }
        return output
    }

    /// Steady milliseconds of the next moment at which `run` could have something to do.
    package func nextDue(at now: Moment) -> Int64? {
        var due = alarms.nextDue
        for endpoint in endpoints where endpoint.hold.current == nil && endpoint.isAsked {
            guard let callable = endpoint.callableAt(now) else { continue }
            due = min(due ?? callable, callable)
        }
        return due
    }

    private mutating func ring(
        _ alarm: Alarm,
        at now: Moment,
        load: (UInt64) -> LoadedDelivery
    ) {
        switch alarm {
        case .lane(let lane):
            guard let set = lanes[lane].alarmAt, set <= now.steady else { return }
            lanes[lane].alarmAt = nil
            arouse(lane, at: now)
            retire(lane, at: now)
        case .name(let name): queueUp(name, at: now)
        case .probe(let scope): probe(scope, at: now, load: load)
        }
    }

    // MARK: - Turns

    /// Puts a lane in line if it has something to do, or sets an alarm for when it will have.
    mutating func arouse(_ lane: Int, at now: Moment) {
        guard !lanes[lane].line.isEmpty, lanes[lane].call == nil, !lanes[lane].isQueued,
            !isHeld(lane)
        else { return }
        let due = lanes[lane].dueAt
        guard due > now.steady else {
            lanes[lane].isQueued = true
            let endpoint = lanes[lane].key.endpoint
            return endpoints[endpoint].turns.append(lane: lane, of: lanes[lane].project)
        }
        if let set = lanes[lane].alarmAt, set <= due, set > now.steady { return }
        lanes[lane].alarmAt = due
        alarms.add(.lane(lane), due: due)
    }

    func isHeld(_ lane: Int) -> Bool {
        lanes[lane].hold.current != nil
            || projects[lanes[lane].project].hold.current != nil
            || endpoints[lanes[lane].key.endpoint].hold.current != nil
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
        _ state: FinalState,
        _ reason: String,
        result: CallResult? = nil,
        row: Row? = nil,
        madeRow: Bool = false,
        at now: Moment
    ) {
        let entry = pool[slot]
        let lane = Int(entry.lane)
        let isFirst = slot == lanes[lane].line.first
        let attempts = tries.removeValue(forKey: slot)?.attempts ?? 0
        settling[slot] = nil
        forget(entry, at: slot)
        ended += 1
        output.append(
            .record(
                .settled(
                    Settlement(
                        delivery: entry.id,
                        generation: entry.generation,
                        state: state,
                        settledAt: now.wall,
                        reason: reason,
                        attempts: attempts,
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
        retire(lane, at: now)
    }

    private mutating func forget(_ entry: Waiting, at slot: WaitingPool.Slot) {
        pool.remove(slot, from: &lanes[Int(entry.lane)].line)
        slots.remove(slot, hash: entry.id)
        interrupted[entry.id] = nil
        latest.remove(slot, hash: entry.operation.low)
        applications.leave(entry.application)
    }

    // MARK: - Finding

    /// Where a delivery waits.
    func slot(of id: UInt64) -> WaitingPool.Slot? {
        slots.find(hash: id) { pool[$0].id == id }
    }

    /// The latest waiting entry of an operation.
    func latest(of operation: Identity) -> WaitingPool.Slot? {
        latest.find(hash: operation.low) { pool[$0].operation == operation }
    }

    /// Makes an entry that is in the pool known to be there, as its operation's latest.
    mutating func index(_ slot: WaitingPool.Slot, _ entry: QueueEntry) {
        slots.insert(slot, hash: entry.id) { pool[$0].id }
        let isKnown = latest.replace(with: slot, hash: entry.operation.low) {
            pool[$0].operation == entry.operation
        }
        guard !isKnown else { return }
        latest.insert(slot, hash: entry.operation.low) { pool[$0].operation.low }
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
