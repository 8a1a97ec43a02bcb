package import Formats
import GitLab
package import Relay
import Storage

/// A relay, a GitLab and the network between them, in a time of its own.
package struct World {
    /// What becomes of one call.
    package struct Fate: Sendable {
        /// Milliseconds until GitLab has processed it; nil: never.
        package var processed: Int64? = 5
        /// Milliseconds until the relay hears; not before it was processed, unless it is lost.
        package var heard: Int64 = 10
        /// What the relay hears instead of GitLab's own answer.
        package var instead: Instead?
    }

    package enum Instead: Sendable {
        /// It never left.
        case refused
        /// Sight of it is lost.
        case lost
        /// Of GitLab or of something before it, with the answer's fields.
        case answer(Int, String, [(name: String, value: String)] = [])
        /// GitLab's own answer, cut in the middle.
        case truncated
    }

    /// How the process ends: in the middle of the next commit to a log.
    struct Death: Sendable {
        var log: Disk.Log
        var tear: Disk.Tear
        /// Milliseconds until it is started again.
        var downtime: Int64
    }

    private enum Item {
        case process(call: GitLabCall, id: UInt64, life: Int)
        case hear(id: UInt64, life: Int, Instead?)
        case act(@Sendable (inout World) throws -> Void)
    }

    package var gitlab = GitLabModel()
    /// Where the GitLab is; a start finds it under the name it has by then.
    var address = "https://gitlab.example.com/api/v4"
    package let disk: Disk
    package private(set) var relay: RelayProcess?
    private let hooks: [Hook]
    private let limits: Limits
    private let settings: QueueSettings
    private let seed: UInt64
    /// Decides each call's fate.
    var fate: (GitLabCall) -> Fate = { _ in Fate() }
    /// The end that waits for its commit.
    var death: Death?

    /// Milliseconds of true time; 0 is `start`.
    package private(set) var time: Int64 = 0
    package let start: Timestamp
    /// How wrong our wall clock is, in milliseconds.
    package var wallError: Int64 = 0
    private var timeline = Timeline<Item>()
    private var answers: [UInt64: GitLabAnswer] = [:]
    /// How often the relay has started; what an earlier life asked nobody hears.
    package private(set) var life = 0
    private var bornAt: Int64 = 0
    private var steps = 0
    /// It went on and on: a relay that cannot come to rest would be played for ever.
    package private(set) var isRestless = false
    /// Far more than the largest history takes.
    private static let stepLimit = 100_000
    /// Calls that left, by method.
    package private(set) var calls: [String: Int] = [:]
    /// Whether `trace` is written: it costs more than all else.
    var keepsTrace = false
    /// Everything that happened, for a failing history's reader.
    package private(set) var trace: [String] = []

    package struct BadTime: Error, Equatable { let text: String }

    package init(
        at start: String = "2026-04-17T10:22:19Z",
        hooks: [Hook]? = nil,
        limits: Limits = Limits(),
        settings: QueueSettings = RelayProcess.queueSettings(),
        segmentBytes: Int = 1 << 26,
        trouble: DiskTrouble = .none,
        seed: UInt64 = 1
    ) throws {
        guard let time = Timestamp(rfc3339: start) else { throw BadTime(text: start) }
        self.start = time
        self.hooks = try hooks ?? RelayProcess.hooks()
        self.limits = limits
        self.settings = settings
        self.seed = seed
        disk = try Disk(segmentBytes: segmentBytes, trouble: trouble)
        try boot()
    }

    package var now: Moment {
        Moment(
            steady: time - bornAt + 1_000_000,
            wall: Timestamp(milliseconds: start.milliseconds + time + wallError)
        )
    }

    private var gitlabNow: Int64 { start.milliseconds + time }

    private mutating func tell(_ words: @autoclosure () -> String) {
        if keepsTrace { trace.append("\(time) \(words())") }
    }

    // MARK: - The relay's life

    package mutating func boot() throws {
        life += 1
        bornAt = time
        relay = try RelayProcess(
            disk,
            hooks: hooks,
            limits: limits,
            settings: settings,
            address: address,
            seed: seed &+ UInt64(life),
            at: now
        )
        answers = [:]
        tell("the relay starts")
    }

    /// The process is gone; what is under way goes on at GitLab.
    private mutating func die(_ end: Death) {
        tell("the relay ends, writing \(end.log): \(end.tear)")
        death = nil
        vanish()
        after(end.downtime) { try $0.reboot() }
    }

    /// A log cannot be used on: the process ends, and somebody starts it again.
    private mutating func fall(_ error: StorageError) {
        tell("the relay ends: \(error)")
        vanish()
        after(1000) { try $0.reboot() }
    }

    /// Starts the relay unless it runs; again a second later when it ended in its start.
    mutating func reboot() throws {
        guard relay == nil else { return }
        do { try boot() } catch let error as StorageError { fall(error) }
    }

    /// The process ends: what it had to say is on disk, and its calls do not leave.
    package mutating func crash() throws {
        let (present, whole) = (now, Disk.Tear(kept: 1, hasZeros: false))
        _ = try relay?.run(on: disk, tearing: whole, at: present)
        vanish()
    }

    private mutating func vanish() {
        relay = nil
        // GitLab is at work on what we lost sight of for less than `doubtSeconds` more.
        timeline.hurry(until: time + 59_000) { if case .process = $0 { true } else { false } }
    }

    // MARK: - Events

    /// - Returns: nil when nobody answers.
    @discardableResult
    package mutating func post(
        _ hook: String,
        _ body: [UInt8],
        project: String? = nil
    ) throws -> Reception? {
        let webhook = Webhook(hook: hook, pathProject: project, body: body, receivedAt: now.wall)
        let end = death.flatMap { $0.log == .accepted ? $0 : nil }
        guard relay != nil else { return nil }
        let present = now
        let reception: Reception?
        do {
            reception = try relay?.take(webhook, on: disk, tearing: end?.tear, at: present)
        } catch let error as StorageError {
            fall(error)
            return nil
        }
        tell("\(hook): \(reception?.word ?? "no answer")")
        if reception == nil, let end { die(end) }
        return reception
    }

    mutating func withRelay<Value>(
        _ body: (inout RelayProcess, Disk, Moment) throws -> Value
    ) rethrows -> Value? {
        guard var process = relay else { return nil }
        relay = nil
        defer { relay = process }
        return try body(&process, disk, now)
    }

    /// Does `action` when `milliseconds` have passed.
    package mutating func after(
        _ milliseconds: Int64,
        _ action: @escaping @Sendable (inout World) throws -> Void
    ) {
        timeline.add(.act(action), due: time + milliseconds)
    }

    // MARK: - Time

    /// Goes on until nothing is under way and nothing falls due within `milliseconds`.
    package mutating func settle(within milliseconds: Int64 = 600_000) throws {
        let end = time + milliseconds
        while try step(until: end) {}
    }

    package mutating func pass(_ milliseconds: Int64) throws {
        let end = time + milliseconds
        while try step(until: end) {}
        time = max(time, end)
        try turn()
    }

    /// The next thing that happens, if it happens before `end`.
    private mutating func step(until end: Int64) throws -> Bool {
        steps += 1
        guard steps <= Self.stepLimit else {
            isRestless = true
            return false
        }
        try turn()
        let present = now
        let due = relay?.nextDue(at: present).map { time + max(0, $0 - present.steady) }
        let expiry = relay?.intake.nextExpiry().map {
            time + max(0, $0.milliseconds - present.wall.milliseconds)
        }
        let next = [due, expiry, timeline.nextDue].compactMap { $0 }.min()
        guard let next, next <= end else { return false }
        time = max(time, next)
        while let item = timeline.popDue(at: time) { try happen(item) }
        return true
    }

    /// One turn of the relay.
    private mutating func turn() throws {
        guard relay != nil else { return }
        do { try carryOutTurn() } catch let error as StorageError { fall(error) }
    }

    private mutating func carryOutTurn() throws {
        let present = now
        if let expiry = relay?.intake.nextExpiry(), expiry <= present.wall {
            try relay?.expire(on: disk, at: present)
        }
        let end = death.flatMap { $0.log == .settled ? $0 : nil }
        let calls = try relay?.run(on: disk, tearing: end?.tear, at: present)
        if let calls {
            for (id, call) in calls { send(id, call) }
        } else if let end {
            die(end)
        }
    }

    private mutating func send(_ id: UInt64, _ call: GitLabCall) {
        calls[call.request.method, default: 0] += 1
        let fate = fate(call)
        tell("\(id) \(call.request.method) \(call.request.path): \(fate)")
        if let processed = fate.processed {
            timeline.add(.process(call: call, id: id, life: life), due: time + processed)
        }
        timeline.add(.hear(id: id, life: life, fate.instead), due: time + fate.heard)
    }

    private mutating func happen(_ item: Item) throws {
        switch item {
        case .process(let call, let id, let life):
            let answer = gitlab.process(call, at: gitlabNow)
            tell(
                "\(id) processed: \(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
            )
            if life == self.life { answers[id] = answer }
        case .hear(let id, let life, let instead):
            guard life == self.life, relay != nil else { return }
            let result = heard(id, instead)
            let present = now
            relay?.finish(id, result, at: present)
        case .act(let action):
            do { try action(&self) } catch let error as StorageError { fall(error) }
        }
    }

    private mutating func heard(_ id: UInt64, _ instead: Instead?) -> CallResult {
        let lost = CallResult.failure(isUncertain: true, message: "lost", milliseconds: 1)
        guard let answer = answers.removeValue(forKey: id) else {
            switch instead {
            case .refused: return .failure(isUncertain: false, message: "refused", milliseconds: 1)
            case .answer(let status, let body, let fields):
                return .answer(
                    gitlab.answer(status, body, fields, at: gitlabNow),
                    milliseconds: 1
                )
            case .lost, .truncated, nil: return lost
            }
        }
        switch instead {
        case .answer(let status, let body, let fields):
            return .answer(gitlab.answer(status, body, fields, at: gitlabNow), milliseconds: 1)
        case .truncated:
            let half = GitLabAnswer(
                status: answer.status,
                fields: answer.fields,
                body: Array(answer.body.prefix(answer.body.count / 2))
            )
            return .answer(half, milliseconds: 1)
        case .refused, .lost: return lost
        case nil: return .answer(answer, milliseconds: 1)
        }
    }
}
