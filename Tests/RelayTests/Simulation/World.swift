import Formats
import GitLab
import Relay
import Testing

/// A relay, a GitLab and the network between them, in a time of its own.
struct World {
    /// What becomes of one call.
    struct Fate {
        /// Milliseconds until GitLab has processed it; nil: never.
        var processed: Int64? = 5
        /// Milliseconds until the relay hears; not before it was processed, unless it is lost.
        var heard: Int64 = 10
        /// What the relay hears instead of GitLab's own answer.
        var instead: Instead?
    }

    enum Instead {
        case failure(isUncertain: Bool)
        /// Of GitLab or of something before it, with the answer's fields.
        case answer(Int, String, [(name: String, value: String)] = [])
        /// GitLab's own answer, cut in the middle.
        case truncated
    }

    private enum Item {
        case process(call: GitLabCall, id: UInt64, life: Int)
        case hear(id: UInt64, life: Int, Instead?)
        case act(@Sendable (inout World) throws -> Void)
    }

    var gitlab = GitLabModel()
    var disk = Disk()
    private(set) var relay: RelayProcess?
    private let hooks: [Hook]
    private let limits: Limits
    private let settings: QueueSettings
    private let seed: UInt64
    /// Decides each call's fate.
    var fate: (GitLabCall, Int) -> Fate = { _, _ in Fate() }

    /// Milliseconds of true time; 0 is `start`.
    private(set) var time: Int64 = 0
    let start: Timestamp
    /// How wrong our wall clock is, in milliseconds.
    var wallError: Int64 = 0
    private var timeline = Timeline<Item>()
    private var answers: [UInt64: GitLabAnswer] = [:]
    /// How often the relay has started; what an earlier life asked nobody hears.
    private(set) var life = 0
    private var bornAt: Int64 = 0
    private(set) var calls = 0
    /// Everything that left, for a failing test's reader.
    private(set) var trace: [String] = []

    init(
        at start: String = "2026-04-17T10:22:19Z",
        hooks: [Hook]? = nil,
        limits: Limits = Limits(),
        settings: QueueSettings = RelayProcess.queueSettings(),
        seed: UInt64 = 1
    ) throws {
        self.start = try #require(Timestamp(rfc3339: start))
        self.hooks = try hooks ?? RelayProcess.hooks()
        self.limits = limits
        self.settings = settings
        self.seed = seed
        try boot()
    }

    var now: Moment {
        Moment(
            steady: time - bornAt + 1_000_000,
            wall: Timestamp(milliseconds: start.milliseconds + time + wallError)
        )
    }

    private var gitlabNow: Int64 { start.milliseconds + time }

    // MARK: - The relay's life

    mutating func boot() throws {
        life += 1
        bornAt = time
        relay = try RelayProcess(
            disk,
            hooks: hooks,
            limits: limits,
            settings: settings,
            seed: seed &+ UInt64(life),
            at: now
        )
        answers = [:]
    }

    /// The process is gone; what is under way goes on at GitLab.
    ///
    /// - Parameter records: How many records of its last turn are on disk all the same.
    mutating func crash(records: Int) {
        let present = now
        _ = relay?.run(on: &disk, at: present, cutAfter: records)
        trace.append("\(time) crash")
        relay = nil
        // GitLab is at work on what we lost sight of for less than `doubtSeconds` more.
        let longest = time + 59_000
        timeline.hurry(until: longest) { if case .process = $0 { true } else { false } }
    }

    // MARK: - Events

    @discardableResult
    mutating func post(_ hook: String, _ body: [UInt8], project: String? = nil) -> Reception? {
        let webhook = Webhook(hook: hook, pathProject: project, body: body, receivedAt: now.wall)
        let present = now
        let reception = relay?.take(webhook, on: &disk, at: present)
        if let reception { trace.append("\(time) \(hook): \(reception.word)") }
        return reception
    }

    mutating func withRelay<Value>(
        _ body: (inout RelayProcess, inout Disk, Moment) throws -> Value
    ) rethrows -> Value? {
        guard var process = relay else { return nil }
        relay = nil
        defer { relay = process }
        return try body(&process, &disk, now)
    }

    /// Does `action` when `milliseconds` have passed.
    mutating func after(
        _ milliseconds: Int64,
        _ action: @escaping @Sendable (inout World) throws -> Void
    ) {
        timeline.add(.act(action), due: time + milliseconds)
    }

    // MARK: - Time

    /// Goes on until nothing is under way and nothing falls due within `milliseconds`.
    mutating func settle(within milliseconds: Int64 = 600_000) throws {
        let end = time + milliseconds
        while try step(until: end) {}
    }

    mutating func pass(_ milliseconds: Int64) throws {
        let end = time + milliseconds
        while try step(until: end) {}
        time = max(time, end)
        turn()
    }

    /// The next thing that happens, if it happens before `end`.
    private mutating func step(until end: Int64) throws -> Bool {
        turn()
        let due = relay.flatMap { process in
            process.nextDue(at: now).map { time + max(0, $0 - now.steady) }
        }
        let expiry = relay.flatMap { process in
            process.intake.nextExpiry().map {
                time + max(0, $0.milliseconds - now.wall.milliseconds)
            }
        }
        let next = [due, expiry, timeline.nextDue].compactMap { $0 }.min()
        guard let next, next <= end else { return false }
        time = max(time, next)
        while let item = timeline.popDue(at: time) { try happen(item) }
        return true
    }

    /// One turn of the relay.
    private mutating func turn() {
        let present = now
        if let expiry = relay?.intake.nextExpiry(), expiry <= present.wall {
            relay?.expire(on: &disk, at: present)
        }
        guard let calls = relay?.run(on: &disk, at: present) else { return }
        for (id, call) in calls { send(id, call) }
    }

    private mutating func send(_ id: UInt64, _ call: GitLabCall) {
        calls += 1
        let fate = fate(call, calls)
        let words = "\(call.request.method) \(call.request.path)"
        trace.append("\(time) \(id) \(words) \(fate)")
        if let processed = fate.processed {
            timeline.add(.process(call: call, id: id, life: life), due: time + processed)
        }
        timeline.add(.hear(id: id, life: life, fate.instead), due: time + fate.heard)
    }

    private mutating func happen(_ item: Item) throws {
        switch item {
        case .process(let call, let id, let life):
            let answer = gitlab.process(call, at: gitlabNow)
            trace.append("\(time) \(id) processed: \(answer.status)")
            if life == self.life { answers[id] = answer }
        case .hear(let id, let life, let instead):
            guard life == self.life, relay != nil else { return }
            let result = heard(id, instead)
            let present = now
            relay?.finish(id, result, at: present)
        case .act(let action):
            try action(&self)
        }
    }

    private mutating func heard(_ id: UInt64, _ instead: Instead?) -> CallResult {
        let answer = answers.removeValue(forKey: id)
        switch instead {
        case .failure(let isUncertain):
            return .failure(isUncertain: isUncertain, message: "lost", milliseconds: 1)
        case .answer(let status, let body, let fields):
            let made = gitlab.answer(status, body, fields, at: gitlabNow)
            return .answer(made, milliseconds: 1)
        case .truncated:
            guard let answer else {
                return .failure(isUncertain: true, message: "lost", milliseconds: 1)
            }
            let half = GitLabAnswer(
                status: answer.status,
                fields: answer.fields,
                body: Array(answer.body.prefix(answer.body.count / 2))
            )
            return .answer(half, milliseconds: 1)
        case nil:
            guard let answer else {
                return .failure(isUncertain: true, message: "lost", milliseconds: 1)
            }
            return .answer(answer, milliseconds: 1)
        }
    }
}

extension Reception {
    /// The answer's `state`.
    var word: String {
        switch outcome {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .ignored: "ignored"
        case .dead: "dead"
        }
    }

    var status: Int {
        switch outcome {
        case .accepted: 202
        case .duplicate, .ignored: 200
        case .dead(_, let status, _): status
        }
    }

    var reason: String? {
        switch outcome {
        case .accepted: nil
        case .duplicate(_, let reason), .ignored(let reason), .dead(_, _, let reason): reason
        }
    }

    var delivery: AcceptedDelivery? {
        if case .accepted(let delivery) = outcome { delivery } else { nil }
    }
}

/// Things that happen, in the order of their time and then of their coming.
struct Timeline<Item> {
    private var items: [(due: Int64, number: Int, item: Item)] = []
    private var count = 0

    var nextDue: Int64? { items.first?.due }

    mutating func add(_ item: Item, due: Int64) {
        count += 1
        let new = (due, count, item)
        let place = items.firstIndex { $0.due > due } ?? items.count
        items.insert(new, at: place)
    }

    /// Brings forward what would come later than `end`.
    mutating func hurry(until end: Int64, _ isMeant: (Item) -> Bool) {
        let late = items.filter { $0.due > end && isMeant($0.item) }
        items.removeAll { $0.due > end && isMeant($0.item) }
        for (_, _, item) in late { add(item, due: end) }
    }

    mutating func popDue(at now: Int64) -> Item? {
        guard let first = items.first, first.due <= now else { return nil }
        return items.removeFirst().item
    }
}
