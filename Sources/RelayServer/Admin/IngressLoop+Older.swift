import Formats
import POSIX
import Relay
import Storage

/// The segment of `accepted` that was looked into last, as a part of the ledger.
struct OlderPart {
    let segment: UInt32
    let ledger: Ledger
    /// Steady milliseconds until which it is taken for true: what is over hardly changes.
    let until: Int64
}

/// The ledger beyond what is in memory: read from disk, a segment at a time (DESIGN §3.3).
///
/// Some ten milliseconds for each segment of 64 MiB, on the loop's own thread, for whoever leafs
/// back beyond `limits.ledgerEntries`.
extension IngressLoop {
    /// Segments that one listing looks into at most; the next page goes on from there.
    private static var segmentsAtOnce: Int { 2 }
    private static var keptMilliseconds: Int64 { 10_000 }

    /// A page of the ledger, newest first, from memory and then from disk.
    ///
    /// A page may be short, or empty, though `next` says that there is more.
    mutating func list(_ filter: Ledger.Filter) -> (entries: [LedgerEntry], next: UInt64?) {
        var (entries, next) = ledger.list(filter, downTo: ledger.floor)
        guard next == nil, ledger.floor > extent.floor else { return (entries, next) }
        var rest = filter
        rest.before = min(filter.before ?? .max, ledger.floor)
        var looked = 0
        for (segment, lowest) in extent.spans.reversed() {
            guard let before = rest.before, lowest < before else { continue }
            guard entries.count < filter.limit, looked < Self.segmentsAtOnce else {
                return (entries, before)
            }
            looked += 1
            let part = part(segment)
            rest.limit = filter.limit - entries.count
            let (found, more) = part?.list(rest) ?? (entries: [], next: nil)
            entries += found.compactMap { present($0, filter) }
            if let more { return (entries, more) }
            rest.before = lowest
            if let since = filter.since, let oldest = part?.oldestReceived, oldest < since {
                return (entries, nil)
            }
        }
        return (entries, nil)
    }

    /// What an entry is by now, if it was taken in anew; nil when it does not fit any more.
    private func present(_ entry: LedgerEntry, _ filter: Ledger.Filter) -> LedgerEntry? {
        guard let present = ledger[entry.id] else { return entry }
        return ledger.fits(present, filter) ? present : nil
    }

    /// An entry that is over and no longer in memory.
    mutating func olderEntry(_ id: UInt64) -> LedgerEntry? {
        guard let segment = extent.segment(of: id) else { return nil }
        return part(segment)?[id]
    }

    /// What a segment holds, as a part of the ledger; nil when it cannot be read.
    private mutating func part(_ segment: UInt32) -> Ledger? {
        let now = Clock.monotonic()
        if let kept = olderPart, kept.segment == segment, kept.until > now { return kept.ledger }
        do throws(StorageError) {
            let ledger = try read(segment)
            olderPart = OlderPart(
                segment: segment,
                ledger: ledger,
                until: now + Self.keptMilliseconds
            )
            return ledger
        } catch {
            log.warn(
                "log-not-readable",
                [("log", .text("accepted")), ("reason", .text("\(error)"))]
            )
            return nil
        }
    }

    private func read(_ segment: UInt32) throws(StorageError) -> Ledger {
        let folder = running.configuration.data
        let heads = try RecordReader(folder: folder, name: "accepted")
            .heads(of: segment, .accepted(limits))
        var part = OlderLedger(besides: ledger)
        heads.forEach { part.survey(kind: $0.kind, head: $0.bytes) }
        for number in try settled.segments() where !part.isComplete {
            if let closedAt = try settled.closedAt(number), closedAt < part.since { continue }
            try settled.heads(of: number, .settled(limits)).forEach { head in
                part.note(kind: head.kind, head: head.bytes, locator: head.position.locator)
            }
        }
        heads.forEach { head in
            part.take(
                kind: head.kind,
                head: head.bytes,
                locator: head.position.locator,
                byteCount: head.byteCount
            )
        }
        return part.ledger
    }
}
