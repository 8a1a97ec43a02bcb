import Formats
import GitLab
import HTTP
import POSIX
import Relay
import Storage
import Synchronization
import Webhooks

/// Accepts webhooks and serves the admin address, on one thread (DESIGN §3.1).
///
/// A turn reads all that is ready, decides, stages the records, commits once, and only then
/// answers: a sender hears 202 only after the flush that makes it true.
struct IngressLoop: ~Copyable {
    var poller: Poller
    let mailbox: Mailbox<IngressMail>
    let delivery: Mailbox<DeliveryMail>
    let shared: Shared
    var running: Running
    var hooksListener: ListeningSocket?
    var adminListener: ListeningSocket?
    var connections: [UInt64: Connection] = [:]
    /// Whose they are, at each address.
    var hooksCrowd = Crowd()
    var adminCrowd = Crowd()
    /// Connections that the platform's descriptors leave room for, at each address.
    let descriptorRoom: Int
    var refusals = RefusalLines()
    var nextConnection: UInt64 = 16
    /// Connections whose requests were read already and may go on.
    var resumable: [UInt64] = []
    var deadlines = Deadlines()
    /// Steady milliseconds until which nobody is let in, for want of descriptors.
    var acceptsAgainAt: Int64?
    var acceptToldAt: Int64?
    var accepted: RecordLog
    let settled: RecordReader
    var intake: Intake
    var ledger: Ledger
    var extent: AcceptedExtent
    var letGo: LettingGo
    /// The part of the ledger that somebody has leafed back to.
    var olderPart: OlderPart?
    var waiters = Waiters()
    var metrics = IngressMetrics()
    var history = History()
    var traces = Traces()
    var streams = LiveStreams()
    /// What `/api/deployments` answers until a moment in steady nanoseconds.
    var keptDeployments = KeptAnswer()
    /// What this turn has accepted, told to delivery after the commit.
    var staged: [(record: AcceptedRecord, position: RecordPosition, byteCount: Int)] = []
    var letterEnds: [(id: UInt64, reason: String)] = []
    /// Connections that are owed something, in the order they came to be.
    var owing: [UInt64] = []
    /// Admin requests that delivery carries out: the connection that waits, by ticket.
    var errands: [UInt64: UInt64] = [:]
    var nextErrand: UInt64 = 1
    /// Who failed to show who it is, and whose answers are held back for it.
    var failures = FailureMeter(seed: Host.random())
    var slowedTimers = Timers<UInt64>()
    var slowedCount = 0
    /// Bodies being read now, in bytes (`limits.bodyMemoryBytes`).
    var bodyBytes = 0
    /// How many of them are of senders whose signature is still to be checked.
    var unprovenBytes = 0
    var trouble = LogTrouble(
        name: "accepted",
        hint: "senders get 503 and try again; make room or mend the folder"
    )
    /// What this turn's webhooks became, told once it is on disk.
    var untold: [Untold] = []
    /// Requests whose status depends on the same, for the metrics.
    var unnoted: [(exchange: Exchange, status: Int)] = []
    var isDraining = false
    var drainDeadline: Int64 = .max
    let buffer: UnsafeMutableRawBufferPointer

    static let mailboxToken: UInt64 = 0
    static let hooksToken: UInt64 = 1
    static let adminToken: UInt64 = 2

    var limits: Limits { running.configuration.limits }
    var log: Log { shared.log }

    deinit { buffer.deallocate() }

    /// Runs until `stop` comes and what was in flight is answered.
    ///
    /// - Throws: What leaves no way on: a failed flush, or epoll itself.
    mutating func run() throws(IngressError) {
        try makeRoom()
        tellDescriptorRoom()
        while !isDone { try turn() }
        poller.forget(mailbox.doorbell.number)
    }

    private var isDone: Bool {
        isDraining && (connections.isEmpty || Clock.monotonic() >= drainDeadline)
    }

    /// One turn; see the type.
    private mutating func turn() throws(IngressError) {
        let ready = try wait()
        if trouble.words != nil, trouble.nextTry <= Clock.monotonic() { try makeRoom() }
        var arrivals: [Connection.Role] = []
        for readiness in ready {
            switch readiness.token {
            case Self.mailboxToken: readMail()
            case Self.hooksToken: arrivals.append(.hooks)
            case Self.adminToken: arrivals.append(.admin)
            default: serve(readiness)
            }
        }
        // Those that are there come first.
        for role in arrivals { accept(role) }
        acceptAgain()
        parseResumable()
        closeOverdue()
        releaseSlowed()
        expireOperations()
        try carryForward()
        try commit()
        try letGoOfOldest()
        answer()
        publish()
        if log.isBehind { log.catchUp() }
    }

    private mutating func wait() throws(IngressError) -> [Poller.Readiness] {
        do {
            return try poller.wait(milliseconds: timeout())
        } catch {
            throw .system(error)
        }
    }

    /// Milliseconds until something falls due; -1: only readiness matters.
    private func timeout() -> Int32 {
        if !resumable.isEmpty || !owing.isEmpty || accepted.stagedCount > 0 { return 0 }
        var due = deadlines.next
        if let wait = waiters.nextDeadline { due = min(due ?? wait, wait) }
        if let slowed = slowedTimers.nextDue { due = min(due ?? slowed, slowed) }
        if let moment = acceptsAgainAt { due = min(due ?? moment, moment) }
        if let moment = streams.due { due = min(due ?? moment, moment) }
        if isDraining { due = min(due ?? drainDeadline, drainDeadline) }
        if trouble.words != nil { due = min(due ?? .max, trouble.nextTry) }
        if let moment = lettingGoDue() { due = min(due ?? moment, moment) }
        if let expiry = intake.nextExpiry() {
            let left = max(0, expiry.milliseconds - Clock.now())
            due = min(due ?? .max, Clock.monotonic() + min(left, 3_600_000))
        }
        // Whoever reads the log does not say when there is room again.
        if log.isBehind { due = min(due ?? .max, Clock.monotonic() + 100) }
        guard let due else { return -1 }
        return Int32(clamping: max(0, due - Clock.monotonic()))
    }

    // MARK: - Mail

    private mutating func readMail() {
        for mail in mailbox.takeAll() {
            switch mail {
            case .news(let news): for item in news { take(item) }
            case .configure(let new): configure(new)
            case .reloaded(let ticket, let mistakes): replyReloaded(ticket, mistakes: mistakes)
            case .stop: drain()
            }
        }
    }

    private mutating func configure(_ new: Running) {
        running = new
        letGo.rule = RetentionRule(new.configuration)
        intake.replaceHooks(new.hooks)
    }

    private mutating func drain() {
        guard !isDraining else { return }
        isDraining = true
        drainDeadline = Clock.monotonic() + 1500
        if let listener = hooksListener.take() { poller.forget(listener.descriptor) }
        if let listener = adminListener.take() { poller.forget(listener.descriptor) }
        for ticket in waiters.all { endWait(ticket) }
        for connection in connections.values {
            connection.closesAfterAnswer = true
            if connection.isIdle || connection.owed.isBlocked { close(connection) }
        }
    }

    private mutating func take(_ news: DeliveryNews) {
        switch news {
        case .record(let record, let locator):
            // Asked before the ledger forgets what has waited beyond `ledgerEntries`: its end would
            // be looked for in a whole segment, and after an outage there are thousands.
            let ended: LedgerEntry? =
                if case .settled(let end) = record { entry(end.delivery) } else { nil }
            ledger.note(record, locator: locator)
            record.delivery.map { streams.note(delivery: $0) }
            if case .settled(let end) = record, let ended { note(end, of: ended) }
            if case .attempt(let attempt) = record, attempt.outcome != .delivered {
                history.note(at: attempt.finishedAt.milliseconds) { $0.failedAttempts += 1 }
            }
            settleWaiters(record, ended)
        case .held(let scope, let hold):
            ledger.hold(scope, reason: hold.reason, remedy: hold.remedy, since: hold.since.wall)
            streams.noteHolds()
            tellHeldWaiters()
        case .released(let scope):
            ledger.release(scope)
            streams.noteHolds()
        case .moved(let segment): letGo.isKnown(segment)
        case .carried(let moved):
            for (id, move) in moved { ledger.move(settled: id, from: move.from, to: move.to) }
        case .reply(let ticket, let done, let words):
            reply(ticket, done: done, words: words)
        }
    }

    /// A delivery is over: one line in the log, and what it took from acceptance to its end.
    private mutating func note(_ end: Settlement, of entry: LedgerEntry) {
        guard !entry.isDeadLetter else { return }
        let milliseconds = max(0, end.settledAt.milliseconds - entry.receivedAt.milliseconds)
        if end.state == .delivered { metrics.latency.observe(Double(milliseconds) / 1000) }
        history.note(at: end.settledAt.milliseconds) { minute in
            switch end.state {
            case .delivered:
                minute.delivered += 1
                minute.longestMilliseconds = max(minute.longestMilliseconds, milliseconds)
                minute.totalMilliseconds += milliseconds
            case .superseded: minute.superseded += 1
            case .dead: minute.dead += 1
            case .dropped: minute.dropped += 1
            }
        }
        let fields: [(String, Log.Value?)] = [
            ("id", .text(String(end.delivery))), ("hook", .text(entry.hook)),
            ("application", entry.application.map(Log.Value.text)),
            ("project", entry.project.map(Log.Value.text)),
            ("environment", entry.environment.map(Log.Value.text)),
            ("status", (entry.status?.name).map(Log.Value.text)),
            ("deployment", end.row.map { .number(Int64($0.deployment)) }),
            ("reason", .text(end.reason)), ("attempts", .number(Int64(end.attempts))),
            ("milliseconds", .number(milliseconds)),
            ("traceparent", traceparent(of: entry).map(Log.Value.text)),
        ]
        switch end.state {
        case .delivered, .superseded: log.info("delivery-\(end.state.name)", fields)
        case .dead, .dropped: log.warn("delivery-\(end.state.name)", fields)
        }
    }

    /// What the event came with; read from its record when it came before this start.
    private mutating func traceparent(of entry: LedgerEntry) -> String? {
        if let known = traces.take(entry.id) { return known }
        guard traces.mayLack(entry.id) || entry.receivedAt.milliseconds < shared.startedAt else {
            return nil
        }
        return acceptedDelivery(entry)?.traceparent
    }

    // MARK: - Commit

    /// Writes what this turn accepted; on a full disk its events were never accepted.
    private mutating func commit() throws(IngressError) {
        guard accepted.stagedCount > 0 else { return finishTurn(wasWritten: true) }
        let start = Clock.monotonicNanoseconds()
        do {
            try accepted.commit()
            metrics.flush.observe(Double(Clock.monotonicNanoseconds() - start) / 1e9)
            trouble.end(log)
            finishTurn(wasWritten: true)
        } catch {
            metrics.flushErrors += 1
            guard error.isRecoverable else { throw .storage(error) }
            trouble.begin("\(error)", at: Clock.monotonic(), log)
            finishTurn(wasWritten: false)
        }
    }

    /// At the start, and each second while the log cannot be written: so that it goes on, and
    /// `/readyz` says so, although no webhook comes.
    private mutating func makeRoom() throws(IngressError) {
        do {
            try accepted.makeRoom()
            trouble.end(log)
        } catch {
            metrics.flushErrors += 1
            guard error.isRecoverable else { throw .storage(error) }
            trouble.begin("\(error)", at: Clock.monotonic(), log)
        }
    }

    /// Why one of the logs cannot be written now, as far as is known.
    var logTrouble: String? {
        trouble.words ?? shared.deliveryMetrics.withLock { $0.logTrouble }
    }

    /// Notices a log that has gone away while nothing was written to it.
    ///
    /// One that does not come back ends the process a second later, in `makeRoom`.
    mutating func lookAfterLog() {
        guard trouble.words == nil else { return }
        do {
            try accepted.checkPlace()
        } catch {
            trouble.begin("\(error)", at: Clock.monotonic(), log)
        }
    }

    private mutating func finishTurn(wasWritten: Bool) {
        if wasWritten {
            intake.confirm()
            tellDelivery()
        } else {
            intake.rollBack()
        }
        tellTaken(wasWritten)
        staged.removeAll(keepingCapacity: true)
        letterEnds.removeAll(keepingCapacity: true)
        promise(wasWritten)
    }

    private mutating func tellDelivery() {
        guard !staged.isEmpty || !letterEnds.isEmpty else { return }
        var entries: [QueueEntry] = []
        let now = Clock.now()
        for (record, position, byteCount) in staged {
            letGo.rule.note(accepted: byteCount)
            ledger.add(record, locator: position.locator, byteCount: byteCount)
            extent.note(record.id, locator: position.locator)
            // What is taken in anew was counted when it came.
            if record.generation == 0 {
                history.note(at: now) { minute in
                    minute.taken += 1
                    if case .deadLetter = record { minute.dead += 1 }
                }
            }
            streams.note(delivery: record.id)
            if case .delivery(let accepted) = record {
                entries.append(QueueEntry(accepted, locator: position.locator))
                accepted.traceparent.map { traces.add(accepted.id, $0) }
            }
        }
        if !entries.isEmpty { send(.accepted(entries)) }
        tellHeldWaiters()
        for end in letterEnds {
            guard let entry = ledger[end.id], entry.isDeadLetter else { continue }
            send(
                .settleLetter(
                    id: end.id,
                    generation: entry.generation,
                    .superseded,
                    reason: end.reason,
                    ticket: nil
                )
            )
        }
    }

    /// The mailbox is as large as the backlog may be, so it cannot be full.
    mutating func send(_ mail: DeliveryMail) {
        let fits = delivery.put(mail)
        precondition(fits, "the delivery mailbox is larger than the backlog may be")
    }

    /// Closes what has been running for longer than `maximumAgeHours`.
    private mutating func expireOperations() {
        let now = Timestamp(milliseconds: Clock.now())
        guard let expiry = intake.nextExpiry(), expiry <= now else { return }
        stage(intake.expire(at: now))
    }

    mutating func stage(_ records: [AcceptedRecord]) {
        for record in records {
            let bytes = record.bytes
            let position = accepted.stage(kind: record.kind, bytes)
            staged.append((record, position, bytes.count))
        }
    }
}
