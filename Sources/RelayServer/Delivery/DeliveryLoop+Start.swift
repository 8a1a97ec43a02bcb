import Formats
import GitLab
import POSIX
import Relay
import Storage

extension DeliveryLoop {
    /// Reads the `settled` log and builds the queue; the open deliveries come by mail from
    /// ingress, which reads `accepted`.
    static func start(
        _ running: Running,
        _ mail: ServerMail,
        _ shared: Shared
    ) throws(StorageError) -> DeliveryLoop {
        var log = try RecordLog(folder: running.configuration.data, name: "settled")
        var past = SettledSummary(endLimit: running.configuration.limits.ledgerEntries)
        var unreadable = 0
        try log.replay { record in
            do {
                let read = try SettledRecord(kind: record.kind, bytes: record.bytes)
                past.note(read, locator: record.position.locator)
            } catch {
                unreadable += 1
            }
        }
        shared.log.tell(log.damage, unreadable: unreadable, in: "settled")
        var queue = DeliveryQueue(settings: running.queueSettings, seed: Host.random())
        let isDamaged = unreadable > 0 || log.damage.contains { $0.kind.mayHaveLost }
        let now = Timestamp(milliseconds: Clock.now())
        let addresses = running.configuration.endpoints.compactMap { endpoint in
            running.addresses[endpoint.name].map {
                EndpointAddress(endpoint: endpoint.name, base: $0.base)
            }
        }
        let changes = addresses.flatMap { past.begin(at: $0) }
        queue.restore(past, damagedAt: isDamaged ? now : nil)
        _ = mail.past.put(past)
        return DeliveryLoop(
            mailbox: mail.delivery,
            ingress: mail.ingress,
            shared: shared,
            running: running,
            settled: log,
            queue: queue,
            firstRecords: changes
        )
    }
}

extension Log {
    /// What a start found that was no record: where it lay and what was done with it.
    func tell(_ damage: [Damage], unreadable: Int, in name: String) {
        for found in damage {
            error(
                "record-damaged",
                [
                    ("log", .text(name)), ("file", .text(found.file)),
                    ("offset", .number(Int64(found.offset))),
                    ("bytes", .number(Int64(found.count))),
                    ("quarantine", found.quarantine.map(Log.Value.text)),
                    ("hint", .text("look at the disk; what was in it can be sent again by hand")),
                ]
            )
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
