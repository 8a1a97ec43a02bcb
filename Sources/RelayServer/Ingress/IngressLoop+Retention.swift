import Formats
import POSIX
import Relay
import Storage
import Synchronization

/// Where the ingress loop is with the oldest segment of `accepted`.
struct LettingGo {
    enum Phase: Equatable {
        case idle
        /// Copies of what is needed are being written, some with each turn.
        case carrying
        /// Delivery is to say that it looks for what waits where it lies now.
        case telling
        case ending
    }

    var rule: RetentionRule
    fileprivate(set) var phase = Phase.idle
    fileprivate var drop: SegmentDrop?
    fileprivate var retention = AcceptedRetention(recent: 0)
    /// Steady milliseconds before which nothing is begun, after something went wrong.
    fileprivate var pausedUntil: Int64 = 0
    /// Deliveries that wait, and whose records in the oldest segment are damaged: it stays until
    /// they are over, for copies made again and again would only make the log larger.
    fileprivate var stuck: [UInt64] = []

    /// What one turn carries, so that senders hardly notice.
    fileprivate static let stepBytes = 256 << 10
    fileprivate static let stepRecords = 2048
    fileprivate static let pauseMilliseconds: Int64 = 600_000

    init(_ configuration: Configuration) { rule = RetentionRule(configuration) }

    /// Delivery knows where what waited in `segment` lies now.
    mutating func isKnown(_ segment: UInt32) {
        if phase == .telling, drop?.segment == segment { phase = .ending }
    }

    fileprivate mutating func end() {
        (phase, drop, retention) = (.idle, nil, AcceptedRetention(recent: 0))
    }

    fileprivate mutating func pause() {
        end()
        pausedUntil = Clock.monotonic() + Self.pauseMilliseconds
    }
}

/// Letting go of what is old in the `accepted` log: a step each turn, between two webhooks.
extension IngressLoop {
    /// Steady milliseconds at which there is something to do; nil: nothing that time brings about.
    func lettingGoDue() -> Int64? {
        guard !isDraining, trouble.words == nil else { return nil }
        switch letGo.phase {
        case .carrying, .ending: return 0
        case .telling: return nil
        case .idle: break
        }
        var due = letGo.rule.closing(openSince: openSince)
        if let oldest = accepted.closed.first, letGo.stuck.isEmpty {
            due = min(due, letGo.rule.expiry(closedAt: oldest.closedAt))
        }
        let left = min(max(0, due - Clock.now()), 3_600_000)
        return max(letGo.pausedUntil, Clock.monotonic() + left)
    }

    private var openSince: Int64 {
        accepted.openSince ?? ledger.oldestReceived?.milliseconds ?? Clock.now()
    }

    /// Stages copies of what is still needed, to be committed with what the turn accepted.
    mutating func carryForward() throws(IngressError) {
        guard letGo.phase == .carrying, var drop = letGo.drop, !isDraining else { return }
        guard trouble.words == nil else { return letGo.end() }
        var retention = letGo.retention
        let (intake, ledger) = (intake, ledger)
        let before = accepted.stagedBytes
        do throws(StorageError) {
            try accepted.carry(
                &drop,
                bytes: LettingGo.stepBytes,
                records: LettingGo.stepRecords
            ) { head in
                let locator = head.position.locator
                let fate = retention.fate(
                    kind: head.kind,
                    head: head.bytes,
                    locator: locator,
                    intake,
                    ledger
                )
                return RecordLog.Fate(fate)
            }
        } catch {
            return try giveUp(error)
        }
        (letGo.drop, letGo.retention) = (drop, retention)
        letGo.rule.note(carried: accepted.stagedBytes - before)
    }

    /// After the commit: begins, goes on, or ends.
    mutating func letGoOfOldest() throws(IngressError) {
        guard !isDraining else { return }
        guard trouble.words == nil else { return letGo.end() }
        switch letGo.phase {
        case .idle: try beginLettingGo()
        case .carrying: tellMoved()
        case .telling: break
        case .ending: try endLettingGo()
        }
    }

    private mutating func beginLettingGo() throws(IngressError) {
        let now = Clock.now()
        guard Clock.monotonic() >= letGo.pausedUntil else { return }
        if letGo.rule.closing(openSince: openSince) <= now {
            accepted.closeSegment()
            // No other could be begun, and the old one goes on: not at once again.
            if accepted.trouble != nil { return letGo.pause() }
        }
        guard let oldest = accepted.closed.first else { return }
        if letGo.stuck.contains(where: ledger.waits) { return }
        letGo.stuck = []
        let settledBytes = shared.deliveryMetrics.withLock { $0.logBytes }
        let isDue = letGo.rule.isDue(
            closedAt: oldest.closedAt,
            logBytes: accepted.byteCount + settledBytes,
            waitingBytes: Int64(ledger.waitingBytes),
            at: now
        )
        guard isDue else { return }
        do throws(StorageError) {
            letGo.drop = try accepted.beginDrop()
        } catch {
            return try giveUp(error)
        }
        letGo.retention = AcceptedRetention(recent: letGo.rule.recent(at: now))
        letGo.phase = .carrying
    }

    private mutating func tellMoved() {
        guard let drop = letGo.drop, drop.isCarried else { return }
        let moves = drop.recordMoves
        let stuck = letGo.retention.unmoved(moves, ledger)
        guard stuck.isEmpty else {
            letGo.end()
            letGo.stuck = stuck
            return log.tellStuck(stuck, segment: drop.segment)
        }
        let waiting = letGo.retention.waiting(moves)
        guard !waiting.isEmpty else {
            letGo.phase = .ending
            return
        }
        letGo.phase = .telling
        send(.moved(waiting, segment: drop.segment))
    }

    private mutating func endLettingGo() throws(IngressError) {
        guard let drop = letGo.drop else { return }
        do throws(StorageError) {
            try accepted.finish(drop)
        } catch {
            return try giveUp(error)
        }
        letGo.retention.finish(drop.segment, drop.recordMoves, &intake, &ledger, &extent)
        log.tellDropped(drop, of: "accepted")
        letGo.end()
        send(.gone(GoneDeliveries(extent)))
    }

    /// The originals still stand; it is begun anew some time.
    private mutating func giveUp(_ error: StorageError) throws(IngressError) {
        letGo.pause()
        switch error {
        case .unreadable, .damaged, .dropped, .newerVersion, .locked:
            log.tellNotDropped("accepted", error)
        case .full:
            trouble.begin("\(error)", at: Clock.monotonic(), log)
        case .flushFailed, .lost:
            throw .storage(error)
        }
    }
}

extension SegmentDrop {
    var recordMoves: [RecordMove] {
        moves.map { RecordMove(from: $0.from.locator, to: $0.to.locator) }
    }
}

extension RecordLog.Fate {
    init(_ fate: RecordFate) {
        switch fate {
        case .goes: self = .goes
        case .stays: self = .stays
        case .becomes(let kind, let bytes): self = .becomes(kind: kind, bytes)
        }
    }
}

extension Log {
    func tellDropped(_ drop: borrowing SegmentDrop, of name: String) {
        info(
            "segment-dropped",
            [
                ("log", .text(name)), ("segment", .number(Int64(drop.segment))),
                ("carried", .number(Int64(drop.moves.count))),
            ]
        )
    }

    func tellStuck(_ deliveries: [UInt64], segment: UInt32) {
        let ids = deliveries.prefix(10).map(String.init).joined(separator: ", ")
        warn(
            "segment-not-dropped",
            [
                ("log", .text("accepted")), ("segment", .number(Int64(segment))),
                ("reason", .text("what waits cannot be carried on, its record is damaged: \(ids)")),
                ("hint", .text("drop it, or mend what holds it: it ends as dead at its turn")),
            ]
        )
    }

    func tellNotDropped(_ name: String, _ error: StorageError) {
        warn(
            "segment-not-dropped",
            [
                ("log", .text(name)), ("reason", .text("\(error)")),
                (
                    "hint",
                    .text(
                        "nothing is lost, and the data folder stays larger; tried again in 10 minutes"
                    )
                ),
            ]
        )
    }
}
