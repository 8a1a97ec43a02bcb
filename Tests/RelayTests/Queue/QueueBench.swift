import Formats
import GitLab
import JSON
import Relay
import Simulation

/// A delivery queue with a GitLab behind it that answers at once, unless told otherwise.
struct QueueBench {
    /// What the next call meets instead of GitLab.
    enum Canned {
        /// GitLab itself.
        case gitlab
        case answer(Int, String, [(name: String, value: String)] = [])
        /// Sight of it is lost; GitLab may have acted.
        case lost(isDone: Bool)
        /// It never left.
        case unreachable
    }

    static let shas = (0..<10).map { String(repeating: String($0), count: 40) }

    var gitlab = GitLabModel()
    private(set) var queue: DeliveryQueue
    private(set) var now: Moment
    private(set) var records: [SettledRecord] = []
    /// What left, in its order: `POST /projects/42/deployments`.
    private(set) var calls: [String] = []
    /// Payloads of the creations that left.
    private(set) var payloads: [DeploymentPayload] = []
    private(set) var held: [HoldScope: Relay.Hold] = [:]
    private(set) var told: [QueueOutput] = []
    var canned: [Canned] = []
    private var accepted: [UInt64: AcceptedDelivery] = [:]
    /// Why no record can be read now; nil: they can be.
    var unreadable: String?
    /// Deliveries whose records are damaged.
    var damaged: Set<UInt64> = []

    init(_ settings: QueueSettings = RelayProcess.queueSettings(), seed: UInt64 = 1) {
        queue = DeliveryQueue(settings: settings, seed: seed)
        let start = Timestamp(milliseconds: 1_776_421_230_000)  // 2026-04-17T10:20:30Z
        now = Moment(steady: 5_000_000, wall: start)
    }

    /// True time, by which GitLab's clock goes: ours may be set.
    var gitlabNow: Int64 { 1_776_421_230_000 + now.steady - 5_000_000 }

    // MARK: - In

    /// An operation whose success comes when a newer one's stands already.
    ///
    /// - Returns: The delivery of that success.
    mutating func acceptOvertakenSuccess() -> UInt64 {
        accept(1, .running)
        settle()
        accept(2, .success)
        settle()
        defer { settle() }
        return accept(1, .success)
    }

    /// An event of `operation` of Application `application`.
    @discardableResult
    mutating func accept(
        _ operation: Int,
        _ status: DeploymentStatus,
        application: String = "parcel",
        environment: String = "production",
        project: String = "42",
        ref: String? = "main",
        endpoint: String = "default",
        isClosing: Bool = false,
        deletion: Bool? = nil,
        tier: String? = nil,
        externalURL: String? = nil,
        notBefore: Int64? = nil,
        generation: UInt32 = 0,
        id: UInt64? = nil
    ) -> UInt64 {
        let id = id ?? UInt64(accepted.count + 1)
        let payload = DeploymentPayload(
            environment: environment,
            sha: Self.shas[operation],
            ref: ref ?? DefaultBranch.mark,
            tag: false,
            status: status
        )
        let delivery = AcceptedDelivery(
            id: id,
            generation: generation,
            receivedAt: now.wall,
            cause: deletion.map { .deletion("its Application is deleted", stops: $0) }
                ?? (isClosing ? .closing("never told") : .event),
            hook: "argocd",
            operation: OperationName(
                application: Identity(of: [application]),
                applicationName: application,
                identity: Identity(
                    of: [application, environment, project, String(operation)]
                        + (deletion == nil ? [] : ["deletion"])
                ),
                name: String(operation),
                order: Int64(operation),
                startedAt: nil,
                finishedAt: nil
            ),
            place: Place(
                endpoint: endpoint,
                project: project,
                environment: environment,
                sha: Self.shas[operation],
                ref: ref,
                tag: false
            ),
            status: status,
            notBefore: notBefore.map {
                Timestamp(milliseconds: now.wall.milliseconds + $0 * 1000)
            },
            payload: payload.json,
            tier: tier,
            externalURL: externalURL
        )
        accepted[id] = delivery
        queue.add(QueueEntry(delivery, locator: id), at: now)
        return id
    }

    mutating func drop(_ id: UInt64) -> Bool { queue.drop(id, reason: "by hand", at: now) }
    mutating func retryNow(_ id: UInt64) -> Bool { queue.retryNow(id, at: now) }
    mutating func mended() { queue.mended("default", at: now) }
    mutating func configure(_ settings: QueueSettings) { queue.configure(settings, at: now) }

    /// The process ends and starts again with what its log holds; `isDamaged` says that a record
    /// in the log's middle could not be read, `address` where the GitLab is now.
    mutating func restart(
        isDamaged: Bool = false,
        downSeconds: Int64 = 1,
        address: String? = nil
    ) {
        now = now.adding(milliseconds: downSeconds * 1000)
        var summary = SettledSummary(endLimit: 1000)
        for (locator, record) in records.enumerated() {
            summary.note(record, locator: UInt64(locator))
        }
        if let address {
            records += summary.begin(at: EndpointAddress(endpoint: "default", base: address))
        }
        queue = DeliveryQueue(settings: RelayProcess.queueSettings(), seed: 2)
        queue.restore(summary, damagedAt: isDamaged ? now.wall : nil)
        held = [:]
        for delivery in accepted.values.sorted(by: { $0.id < $1.id })
        where !summary.isSettled(delivery.id, generation: delivery.generation) {
            queue.add(QueueEntry(delivery, locator: delivery.id), at: now)
        }
    }

    /// Somebody sets our wall clock.
    mutating func setWallClock(by milliseconds: Int64) {
        now.wall = Timestamp(milliseconds: now.wall.milliseconds + milliseconds)
    }

    /// Records that never reached the disk, because the process ended before.
    mutating func loseRecords(from index: Int) { records.removeSubrange(index...) }

    // MARK: - Time

    /// One turn whose calls are left unanswered.
    mutating func turn() -> [QueueOutput] {
        let (reader, unreadable, damaged) = (accepted, unreadable, damaged)
        let outputs = queue.run(at: now) { id in
            if let unreadable { return .unreadable(reason: unreadable) }
            guard let delivery = reader[id], !damaged.contains(id) else {
                return .damaged(reason: "damaged; see the quarantine file")
            }
            return .delivery(delivery)
        }
        for output in outputs { note(output) }
        told += outputs
        return outputs
    }

    private mutating func note(_ output: QueueOutput) {
        switch output {
        case .record(let record): records.append(record)
        case .call(_, _, let call):
            calls.append("\(call.request.method) \(call.request.path)")
            guard case .create(_, let payload) = call, let read = try? DefaultBranch.read(payload)
            else { return }
            payloads.append(read)
        case .held(let scope, let hold): held[scope] = hold
        case .released(let scope): held[scope] = nil
        }
    }

    /// Goes on until nothing falls due within `seconds`.
    mutating func settle(seconds: Int64 = 600) { play(until: now.steady + seconds * 1000) }

    /// Time goes by and nobody looks.
    mutating func wait(milliseconds: Int64) {
        now = now.adding(milliseconds: max(0, milliseconds))
    }

    mutating func pass(seconds: Int64) {
        let end = now.steady + seconds * 1000
        play(until: end)
        now = now.adding(milliseconds: max(0, end - now.steady))
        play(until: end)
    }

    private mutating func play(until end: Int64) {
        while true {
            let outputs = turn()
            for output in outputs {
                guard case .call(let id, _, let call) = output else { continue }
                now = now.adding(milliseconds: 1)
                queue.finish(id, result(call), at: now)
            }
            if !outputs.isEmpty { continue }
            guard let due = queue.nextDue(at: now), due <= end else { return }
            now = now.adding(milliseconds: max(0, due - now.steady))
        }
    }

    private mutating func result(_ call: GitLabCall) -> CallResult {
        let moment = gitlabNow
        switch canned.isEmpty ? .gitlab : canned.removeFirst() {
        case .gitlab: return .answer(gitlab.process(call, at: moment), milliseconds: 1)
        case .answer(let status, let body, let fields):
            return .answer(gitlab.answer(status, body, fields, at: moment), milliseconds: 1)
        case .lost(let isDone):
            if isDone { _ = gitlab.process(call, at: moment) }
            return .failure(isUncertain: true, message: "timed out", milliseconds: 1)
        case .unreachable:
            return .failure(isUncertain: false, message: "refused", milliseconds: 1)
        }
    }

    /// Answers a call that `turn` left open.
    mutating func finish(_ id: UInt64, _ call: GitLabCall) {
        now = now.adding(milliseconds: 1)
        queue.finish(id, result(call), at: now)
    }

    // MARK: - Out

    func end(of id: UInt64) -> Settlement? {
        for case .settled(let end) in records.reversed() where end.delivery == id { return end }
        return nil
    }

    func state(of id: UInt64) -> FinalState? { end(of: id)?.state }

    var writes: [String] { calls.filter { !$0.hasPrefix("GET ") } }
    var reads: [String] { calls.filter { $0.hasPrefix("GET ") } }

    /// Status of the operation's rows, the oldest first.
    func rows(of operation: Int) -> [DeploymentStatus] {
        gitlab.rows.filter { $0.sha == Self.shas[operation] }.map(\.status)
    }
}
