import Formats
import POSIX
import Relay
import Storage

/// Where the delivery loop is with the oldest segment of `settled`.
struct SettledLettingGo {
    var rule: RetentionRule
    fileprivate let oldestEnd: Timestamp?
    fileprivate var gone: GoneDeliveries?
    fileprivate var drop: SegmentDrop?
    fileprivate var retention = SettledRetention(recent: 0)
    /// Whether the oldest segment may have become one that can go.
    fileprivate var looks = false

    fileprivate static let stepBytes = 256 << 10
    fileprivate static let stepRecords = 2048

    init(_ configuration: Configuration, _ oldestEnd: Timestamp?) {
        rule = RetentionRule(configuration)
        self.oldestEnd = oldestEnd
    }

    /// Whether there is something to do at once.
    var isBusy: Bool { looks || drop != nil }

    /// A segment of `accepted` is gone, and with it the last of these.
    mutating func learn(_ gone: GoneDeliveries) {
        self.gone = gone
        looks = true
    }

    fileprivate mutating func end() { (drop, retention) = (nil, SettledRetention(recent: 0)) }
}

/// Letting go of what is old in the `settled` log, once nothing is left in `accepted` of the
/// deliveries it speaks of (DESIGN §3.3).
extension DeliveryLoop {
    /// One step, while nothing else is to be written.
    mutating func letGoOfOldest() throws(StorageError) {
        guard let gone = letGo.gone else { return }
        guard let drop = letGo.drop else { return try look(gone) }
        do throws(StorageError) {
            if drop.isCarried { try end(drop) } else { try carry(drop, gone) }
        } catch {
            try giveUp(error)
        }
    }

    private mutating func look(_ gone: GoneDeliveries) throws(StorageError) {
        guard letGo.looks else { return }
        letGo.looks = false
        let since = settled.openSince ?? letGo.oldestEnd?.milliseconds ?? .max / 2
        if letGo.rule.closing(openSince: since) <= now().wall.milliseconds {
            settled.closeSegment()
        }
        do throws(StorageError) {
            let retention = SettledRetention(recent: letGo.rule.recent(at: now().wall.milliseconds))
            guard let drop = try settled.beginDrop(), isWorthIt(drop, retention, gone) else {
                return
            }
            (letGo.drop, letGo.retention) = (drop, retention)
        } catch {
            try giveUp(error)
        }
    }

    /// Whether less than half of it would have to be written anew.
    private func isWorthIt(
        _ drop: SegmentDrop,
        _ retention: SettledRetention,
        _ gone: GoneDeliveries
    ) -> Bool {
        var retention = retention
        var (kept, all) = (0, 0)
        drop.forEach { head in
            all += head.byteCount
            switch retention.fate(head, queue, gone) {
            case .goes: break
            case .stays: kept += head.byteCount
            case .becomes(_, let bytes): kept += bytes.count
            }
        }
        return kept * 2 < all
    }

    private mutating func carry(
        _ drop: SegmentDrop,
        _ gone: GoneDeliveries
    ) throws(StorageError) {
        var (drop, retention) = (drop, letGo.retention)
        let queue = queue
        let isWritten = try write { log throws(StorageError) in
            try log.carry(
                &drop,
                bytes: SettledLettingGo.stepBytes,
                records: SettledLettingGo.stepRecords
            ) { head in
                RecordLog.Fate(retention.fate(head, queue, gone))
            }
            try log.commit()
        }
        guard isWritten else { return letGo.end() }
        (letGo.drop, letGo.retention) = (drop, retention)
    }

    private mutating func end(_ drop: SegmentDrop) throws(StorageError) {
        guard try write({ log throws(StorageError) in try log.finish(drop) }) else {
            return letGo.end()
        }
        reporter.add(.carried(letGo.retention.moved(drop.recordMoves)))
        shared.log.tellDropped(drop, of: "settled")
        letGo.end()
        letGo.looks = true
    }

    /// The originals still stand; it is begun anew when `accepted` has let go of its next segment.
    private mutating func giveUp(_ error: StorageError) throws(StorageError) {
        settled.discardStaged()
        letGo.end()
        switch error {
        case .unreadable, .damaged, .dropped, .newerVersion, .locked:
            shared.log.tellNotDropped("settled", error)
        case .full, .flushFailed, .lost: throw error
        }
    }
}

extension SettledRetention {
    fileprivate mutating func fate(
        _ head: RecordHead,
        _ queue: DeliveryQueue,
        _ gone: GoneDeliveries
    ) -> RecordFate {
        fate(
            kind: head.kind,
            head: head.bytes,
            locator: head.position.locator,
            queue,
            isGone: gone.contains
        )
    }
}
