import Formats
import GitLab
import POSIX
package import Relay
package import Storage

extension DeliveryLoop {
    /// Reads the `settled` log and builds the queue; the open deliveries come from ingress, which
    /// reads `accepted`.
    static func start(
        _ running: Running,
        _ mail: ServerMail,
        _ shared: Shared
    ) throws(StorageError) -> DeliveryLoop {
        let folder = running.configuration.data
        let isGone =
            RecordLog.byteCount(folder: folder, name: "settled") == nil
            && (RecordLog.byteCount(folder: folder, name: "accepted") ?? 0) > 0
        let limits = running.configuration.limits
        var log = try RecordLog(folder: folder, name: "settled", options: .settled(limits))
        var past = SettledSummary(endLimit: limits.ledgerEntries)
        var unreadable = 0
        try log.replayHeads { head in
            do throws(RecordError) {
                let locator = head.position.locator
                try past.note(kind: head.kind, head: head.bytes, locator: locator)
            } catch {
                unreadable += 1
            }
        }
        unreadable += past.readInterrupted { log.settledRecord($0) }
        shared.log.tell(log.damage, unreadable: unreadable, in: "settled")
        if isGone { shared.log.tellGone("settled", in: folder) }
        var queue = DeliveryQueue(settings: running.queueSettings, seed: Host.random())
        let isDamaged = isGone || unreadable > 0 || log.damage.contains { $0.kind.mayHaveLost }
        let now = Moment(steady: Clock.monotonic(), wall: Timestamp(milliseconds: Clock.now()))
        let addresses = running.configuration.endpoints.compactMap { endpoint in
            running.addresses[endpoint.name].map {
                EndpointAddress(endpoint: endpoint.name, base: $0.base)
            }
        }
        let changes = addresses.flatMap { past.begin(at: $0) }
        queue.restore(past, damagedAt: isDamaged ? now.wall : nil)
        let oldestEnd = past.oldest
        _ = mail.past.put(past)
        mail.open.forEach { entries in
            for entry in entries { queue.add(entry, at: now) }
        }
        return DeliveryLoop(
            mailbox: mail.delivery,
            ingress: mail.ingress,
            shared: shared,
            running: running,
            settled: log,
            oldestEnd: oldestEnd,
            queue: queue,
            firstRecords: changes
        )
    }
}

extension Log {
    /// A whole log is not there, and the other one is.
    func tellGone(_ name: String, in folder: String) {
        error(
            "log-missing",
            [
                ("log", .text(name)), ("file", .text("\(folder)/\(name)-….log")),
                (
                    "hint",
                    .text("what GitLab was told is not known: it is looked up before each write")
                ),
            ]
        )
    }

    /// What a start found that was no record: where it lay and what was done with it.
    func tell(_ damage: [Damage], unreadable: Int, in name: String) {
        for found in damage {
            let fields: [(String, Value?)] = [
                ("log", .text(name)), ("file", .text(found.file)),
                ("offset", .number(Int64(found.offset))),
                ("bytes", .number(Int64(found.count))),
                ("quarantine", found.quarantine.map(Log.Value.text)),
            ]
            switch found.kind {
            case .torn:
                let hint = "after a crash nothing was lost: nobody was promised what was cut off"
                warn("record-torn", fields + [("hint", .text(hint))])
            case .index:
                let hint = "nothing is lost: the records were read instead"
                warn("index-damaged", fields + [("hint", .text(hint))])
            case .damaged:
                let hint = "look at the disk; what was in it can be sent again by hand"
                error("record-damaged", fields + [("hint", .text(hint))])
            case .missing:
                let hint = "restore the file from a backup, with the relay stopped, if there is one"
                error("log-missing", fields + [("hint", .text(hint))])
            }
        }
        guard unreadable > 0 else { return }
        error(
            "record-unknown",
            [
                ("log", .text(name)), ("count", .number(Int64(unreadable))),
                ("hint", .text("written by a newer version: go back to it, or accept the loss")),
            ]
        )
    }
}

extension RecordLog {
    fileprivate func settledRecord(_ locator: UInt64) -> SettledRecord? {
        do {
            let record = try read(RecordPosition(locator: locator))
            return try SettledRecord(kind: record.kind, bytes: record.bytes)
        } catch {
            // Counted by whoever asks.
            return nil
        }
    }
}

extension RecordLog.Options {
    /// How the two logs are kept: their indexes have what a start needs.
    package static func accepted(_ limits: Limits) -> RecordLog.Options {
        logging(limits, AcceptedRecord.headLength)
    }
    package static func settled(_ limits: Limits) -> RecordLog.Options {
        var options = logging(limits, SettledRecord.headLength)
        // A flush before each round of calls, for a few hundred bytes each time.
        options.fillsRoom = true
        return options
    }

    private static func logging(
        _ limits: Limits,
        _ headLength: @escaping @Sendable (UInt8, UnsafeRawBufferPointer) -> Int
    ) -> RecordLog.Options {
        var options = RecordLog.Options()
        options.headLength = headLength
        options.segmentBytes = RetentionRule.segmentBytes(limits)
        return options
    }
}
