import Formats
import GitLab
import Relay

/// What outlives a crash: the two logs, in the real format.
struct Disk {
    struct Record {
        var kind: UInt8
        var bytes: [UInt8]
    }

    var accepted: [Record] = []
    var settled: [Record] = []

    /// Every end of every delivery, as the log has it.
    var settlements: [Settlement] {
        get throws {
            try settled.compactMap { record in
                guard
                    case .settled(let end) = try SettledRecord(
                        kind: record.kind,
                        bytes: record.bytes
                    )
                else { return nil }
                return end
            }
        }
    }

    var attempts: [Attempt] {
        get throws {
            try settled.compactMap { record in
                let read = try SettledRecord(kind: record.kind, bytes: record.bytes)
                return if case .attempt(let attempt) = read { attempt } else { nil }
            }
        }
    }

    var deliveries: [AcceptedDelivery] {
        get throws {
            try accepted.compactMap { record in
                guard
                    case .delivery(let delivery) = try AcceptedRecord(
                        kind: record.kind,
                        bytes: record.bytes
                    )
                else { return nil }
                return delivery
            }
        }
    }

    func delivery(_ locator: UInt64) -> AcceptedDelivery? {
        let record = accepted[Int(locator)]
        guard
            case .delivery(let delivery) = try? AcceptedRecord(
                kind: record.kind,
                bytes: record.bytes
            )
        else { return nil }
        return delivery
    }
}

/// Intake, ledger and queue wired as the server wires them, on one thread and without sockets.
struct RelayProcess {
    private(set) var intake: Intake
    private(set) var ledger: Ledger
    private(set) var queue: DeliveryQueue
    /// Holds by their scopes, as the queue told of them.
    private(set) var held: [HoldScope: Relay.Hold] = [:]

    /// Starts from what is on disk.
    init(
        _ disk: Disk,
        hooks: [Hook],
        limits: Limits = Limits(),
        settings: QueueSettings,
        seed: UInt64,
        at now: Moment
    ) throws {
        var past = SettledSummary(endLimit: limits.ledgerEntries)
        for (locator, record) in disk.settled.enumerated() {
            let read = try SettledRecord(kind: record.kind, bytes: record.bytes)
            past.note(read, locator: UInt64(locator))
        }
        intake = Intake(hooks: hooks, limits: limits)
        ledger = Ledger(limit: limits.ledgerEntries)
        queue = DeliveryQueue(settings: settings, seed: seed)
        queue.restore(past)
        for project in past.projects { ledger.note(.project(project), locator: 0) }
        for (locator, record) in disk.accepted.enumerated() {
            let read = try AcceptedRecord(kind: record.kind, bytes: record.bytes)
            let end = past.ends[read.id]
            let isOver = past.isSettled(read.id, generation: read.generation)
            let isForgotten = past.isForgotten(read.id, generation: read.generation)
            intake.replay(read, isForgotten: isForgotten)
            ledger.add(read, locator: UInt64(locator))
            if let end { ledger.restore(read.id, end) }
            guard !isOver, case .delivery(let delivery) = read else { continue }
            queue.add(QueueEntry(delivery, locator: UInt64(locator)), at: now)
        }
    }

    // MARK: - Ingress

    mutating func take(_ webhook: Webhook, on disk: inout Disk, at now: Moment) -> Reception {
        let reception = intake.take(webhook)
        commit(reception.records, on: &disk, at: now)
        return reception
    }

    mutating func retake(
        _ webhook: Webhook,
        id: UInt64,
        generation: UInt32,
        on disk: inout Disk,
        at now: Moment
    ) -> Reception? {
        guard let reception = intake.retake(webhook, id: id, generation: generation) else {
            return nil
        }
        commit(reception.records, on: &disk, at: now)
        return reception
    }

    mutating func expire(on disk: inout Disk, at now: Moment) {
        commit(intake.expire(at: now.wall), on: &disk, at: now)
    }

    private mutating func commit(
        _ records: [AcceptedRecord],
        on disk: inout Disk,
        at now: Moment
    ) {
        for record in records {
            let locator = UInt64(disk.accepted.count)
            disk.accepted.append(Disk.Record(kind: record.kind, bytes: record.bytes))
            ledger.add(record, locator: locator)
            guard case .delivery(let delivery) = record else { continue }
            queue.add(QueueEntry(delivery, locator: locator), at: now)
        }
        intake.confirm()
    }

    // MARK: - Delivery

    mutating func finish(_ call: UInt64, _ result: CallResult, at now: Moment) {
        queue.finish(call, result, at: now)
    }

    mutating func drop(_ id: UInt64, at now: Moment) -> Bool {
        queue.drop(id, reason: "by hand", at: now)
    }

    mutating func retryNow(_ id: UInt64, at now: Moment) -> Bool { queue.retryNow(id, at: now) }

    mutating func mended(at now: Moment) { queue.mended("default", at: now) }

    func nextDue(at now: Moment) -> Int64? { queue.nextDue(at: now) }

    /// One turn of delivery: what it says is on disk, and the calls may leave.
    ///
    /// With `cutAfter` the process ends after that many of the turn's records.
    mutating func run(
        on disk: inout Disk,
        at now: Moment,
        cutAfter: Int? = nil
    ) -> [(id: UInt64, call: GitLabCall)] {
        let reader = disk
        var calls: [(id: UInt64, call: GitLabCall)] = []
        var written = 0
        for output in queue.run(at: now, load: { reader.delivery($0) }) {
            switch output {
            case .record(let record):
                if let cutAfter, written >= cutAfter { return [] }
                written += 1
                write(record, on: &disk)
            case .call(let id, _, let call): calls.append((id, call))
            case .held(let scope, let hold):
                held[scope] = hold
                ledger.hold(scope, reason: hold.reason, remedy: hold.remedy, since: hold.since.wall)
            case .released(let scope):
                held[scope] = nil
                ledger.release(scope)
            }
        }
        return cutAfter == nil ? calls : []
    }

    private mutating func write(_ record: SettledRecord, on disk: inout Disk) {
        let locator = UInt64(disk.settled.count)
        disk.settled.append(Disk.Record(kind: record.kind, bytes: record.bytes))
        ledger.note(record, locator: locator)
        guard case .settled(let end) = record, end.state == .dead || end.state == .dropped,
            let entry = ledger[end.delivery], !entry.isDeadLetter,
            let delivery = disk.delivery(entry.locator)
        else { return }
        intake.forget(delivery)
    }
}

extension RelayProcess {
    /// The usual hooks for a GitLab at `url`, as the configuration's defaults have them.
    static func hooks(
        url: String = "http://127.0.0.1:8929",
        project: String? = "42",
        _ change: (inout HookSettings) -> Void = { _ in }
    ) throws -> [Hook] {
        var endpoint = EndpointSettings(name: "default")
        endpoint.url = url
        endpoint.project = project
        return try Configuration().hooks.map { settings in
            var settings = settings
            change(&settings)
            return try Hook(settings, endpoint: endpoint, file: nil)
        }
    }

    static func queueSettings(connections: Int = 8) -> QueueSettings {
        QueueSettings(
            endpoints: [
                .init(name: "default", connections: connections, requestsPerMinute: nil)
            ],
            doubtSeconds: 60,
            retryHours: 72,
            unknownRefMinutes: 15
        )
    }
}
