import Formats
import GitLab
package import Relay
import Storage

/// Intake, ledger and queue wired as the server wires them, on one thread and without sockets.
package struct RelayProcess: Sendable {
    package private(set) var intake: Intake
    package private(set) var ledger: Ledger
    package private(set) var queue: DeliveryQueue
    private(set) var extent: AcceptedExtent
    /// Holds by their scopes, as the queue told of them.
    package private(set) var held: [HoldScope: Relay.Hold] = [:]
    /// What the first commit must hold before a call leaves.
    private var firstRecords: [SettledRecord]
    /// What a turn of delivery decided and could not write down yet.
    private var heldUp: [QueueOutput] = []

    /// Starts from what is on disk.
    init(
        _ disk: Disk,
        hooks: [Hook],
        limits: Limits = Limits(),
        settings: QueueSettings,
        address: String,
        seed: UInt64,
        at now: Moment
    ) throws {
        try disk.open()
        var (settled, isDamaged) = try disk.readSettled(endLimit: limits.ledgerEntries)
        firstRecords = settled.begin(at: EndpointAddress(endpoint: "default", base: address))
        queue = DeliveryQueue(settings: settings, seed: seed)
        queue.restore(settled, damagedAt: isDamaged ? now.wall : nil)
        var past = AcceptedPast(
            hooks: hooks,
            limits: limits,
            settled: settled,
            expecting: disk.recordCount
        )
        for entry in try disk.readAccepted(into: &past) { queue.add(entry, at: now) }
        (intake, ledger, extent) = past.finish(reading: disk.deliveryReader)
    }

    // MARK: - Ingress

    /// - Returns: nil when the process ended in the middle of the commit (`tearing`), and when
    ///   there was no room: the sender hears 503.
    mutating func take(
        _ webhook: Webhook,
        on disk: Disk,
        tearing tear: Disk.Tear? = nil,
        at now: Moment
    ) throws -> Reception? {
        let reception = intake.take(webhook)
        guard try commit(reception.records, on: disk, tearing: tear, at: now) else { return nil }
        return tear == nil || reception.records.isEmpty ? reception : nil
    }

    mutating func retake(
        _ webhook: Webhook,
        id: UInt64,
        generation: UInt32,
        on disk: Disk,
        at now: Moment
    ) throws -> Reception? {
        guard let reception = intake.retake(webhook, id: id, generation: generation) else {
            return nil
        }
        return try commit(reception.records, on: disk, at: now) ? reception : nil
    }

    /// As the admin address does for what was delivered: the same once more, to be looked after.
    ///
    /// - Returns: Whether there was room.
    mutating func retell(
        _ delivery: AcceptedDelivery,
        on disk: Disk,
        at now: Moment
    ) throws -> Bool {
        var delivery = delivery
        delivery.generation += 1
        delivery.notBefore = nil
        return try commit([.delivery(delivery)], on: disk, at: now)
    }

    mutating func expire(on disk: Disk, at now: Moment) throws {
        _ = try commit(intake.expire(at: now.wall), on: disk, at: now)
    }

    /// - Returns: Whether there was room; without, all is as if nothing had come.
    private mutating func commit(
        _ records: [AcceptedRecord],
        on disk: Disk,
        tearing tear: Disk.Tear? = nil,
        at now: Moment
    ) throws -> Bool {
        let stored = records.map { (kind: $0.kind, bytes: $0.bytes) }
        let locators: [UInt64]
        do {
            locators = try disk.write(stored, to: .accepted, tearing: tear)
        } catch let error as StorageError where error.isRecoverable && !disk.trouble.hasEnded() {
            intake.rollBack()
            return false
        }
        for (record, locator) in zip(records, locators) {
            ledger.add(record, locator: locator, byteCount: record.bytes.count)
            extent.note(record.id, locator: locator)
            guard case .delivery(let delivery) = record else { continue }
            queue.add(QueueEntry(delivery, locator: locator), at: now)
        }
        intake.confirm()
        return true
    }

    // MARK: - Letting go

    /// Lets the oldest segment of each log go, as far as nothing needs it.
    mutating func letGo(on disk: Disk, at now: Moment) throws {
        let recent = RetentionRule(Limits(), newsHours: 24).recent(at: now.wall.milliseconds)
        do {
            try letGoOfAccepted(on: disk, recent: recent)
            try letGoOfSettled(on: disk, recent: recent)
        } catch let error as StorageError where error.isRecoverable && !disk.trouble.hasEnded() {
            // Tried again another time; the originals stand.
        }
    }

    private mutating func letGoOfAccepted(on disk: Disk, recent: Int64) throws {
        var retention = AcceptedRetention(recent: recent)
        let (known, ledger) = (intake, ledger)
        let gone = try disk.letGo(of: .accepted) { head in
            retention.fate(
                kind: head.kind,
                head: head.bytes,
                locator: head.position.locator,
                known,
                ledger
            )
        }
        guard let (segment, moves) = gone else { return }
        queue.move(retention.waiting(moves))
        retention.finish(segment, moves, &intake, &self.ledger, &extent)
    }

    private mutating func letGoOfSettled(on disk: Disk, recent: Int64) throws {
        var retention = SettledRetention(recent: recent)
        let (queue, gone) = (queue, GoneDeliveries(extent))
        let dropped = try disk.letGo(of: .settled) { head in
            retention.fate(
                kind: head.kind,
                head: head.bytes,
                locator: head.position.locator,
                queue,
                isGone: gone.contains
            )
        }
        for (id, move) in retention.moved(dropped?.moves ?? []) {
            ledger.move(settled: id, from: move.from, to: move.to)
        }
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

    func nextDue(at now: Moment) -> Int64? {
        heldUp.isEmpty ? queue.nextDue(at: now) : now.steady + 1000
    }

    /// One turn of delivery: what it says is on disk, and the calls may leave.
    ///
    /// - Returns: nil when the process ended in the middle of the commit (`tearing`), which it
    ///   does in the first turn that has something to say.
    mutating func run(
        on disk: Disk,
        tearing tear: Disk.Tear? = nil,
        at now: Moment
    ) throws -> [(id: UInt64, call: GitLabCall)]? {
        var outputs = heldUp
        if outputs.isEmpty {
            outputs = queue.run(at: now) { locator in
                disk.delivery(locator).map(LoadedDelivery.delivery) ?? .damaged(reason: "damaged")
            }
        }
        guard !outputs.isEmpty || !firstRecords.isEmpty else { return [] }
        let records =
            firstRecords
            + outputs.compactMap { output in
                if case .record(let record) = output { record } else { nil }
            }
        let stored = records.map { (kind: $0.kind, bytes: $0.bytes) }
        let locators: [UInt64]
        do {
            locators = try disk.write(stored, to: .settled, tearing: tear)
            (heldUp, firstRecords) = ([], [])
        } catch let error as StorageError where error.isRecoverable && !disk.trouble.hasEnded() {
            heldUp = outputs
            return []
        }
        guard tear == nil else { return nil }
        for (record, locator) in zip(records, locators) { note(record, at: locator, disk) }
        return outputs.compactMap { carryOut($0) }
    }

    private mutating func note(_ record: SettledRecord, at locator: UInt64, _ disk: Disk) {
        ledger.note(record, locator: locator)
        guard case .settled(let end) = record, end.state == .dead || end.state == .dropped,
            let entry = ledger[end.delivery], !entry.isDeadLetter,
            let delivery = disk.delivery(entry.locator)
        else { return }
        intake.forget(delivery)
    }

    private mutating func carryOut(_ output: QueueOutput) -> (id: UInt64, call: GitLabCall)? {
        switch output {
        case .record: break
        case .call(let id, _, let call): return (id, call)
        case .held(let scope, let hold):
            held[scope] = hold
            ledger.hold(scope, reason: hold.reason, remedy: hold.remedy, since: hold.since.wall)
        case .released(let scope):
            held[scope] = nil
            ledger.release(scope)
        }
        return nil
    }
}

extension RelayProcess {
    /// The usual hooks for a GitLab at `url`, as the configuration's defaults have them.
    package static func hooks(
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
            return try Hook(settings, endpoint: endpoint)
        }
    }

    package static func queueSettings(connections: Int = 8) -> QueueSettings {
        QueueSettings(
            endpoints: [
                .init(name: "default", connections: connections, requestsPerMinute: nil)
            ],
            doubtSeconds: 60,
            retryHours: 72,
            unknownRefMinutes: 15,
            rows: Limits().deployments
        )
    }
}
