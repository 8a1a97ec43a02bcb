package import Formats

/// What became of every event, the newest `ledgerEntries` of them.
///
/// An index in memory over the two logs; belongs to the ingress thread, which hears from delivery
/// what was settled. Open deliveries are never forgotten, whatever the limit: of those beyond it
/// only what is needed to find their records.
package struct Ledger: Sendable {
    /// By id, rising.
    private(set) var entries: [PackedEntry] = []
    private var distant = DistantEntries()
    var texts = LedgerTexts()
    private let limit: Int
    /// How many may gather before those that are over are swept out.
    private var capacity: Int
    private var passed: [PassedOver] = []
    private(set) var holds = HoldBook()
    private var tally = DeliveryTally()
    /// No entry with a lower id waits, those in `distant` aside.
    private var waitingFrom: UInt64 = 0
    /// From this id on all are in memory; below it only those that were taken in anew.
    package private(set) var floor: UInt64 = 0
    /// All deliveries ever taken, dead letters and closings included.
    package private(set) var taken = 0

    /// Events that made no delivery: the last thousand, the oldest first.
    package var passedOver: [PassedOver] { passed.suffix(Self.passedOverLimit) }

    /// How many events that made no delivery are kept.
    private static let passedOverLimit = 1000

    package init(limit: Int) {
        self.limit = limit
        capacity = limit + limit / 8 + 16
    }

    /// Without entries, for a part of the past: what stands still now is held there too.
    var empty: Ledger {
        var part = Ledger(limit: .max / 4)
        part.holds = holds
        return part
    }

    // MARK: - Taking

    /// Takes what was accepted; `byteCount` is the size of its record.
    package mutating func add(_ record: AcceptedRecord, locator: UInt64, byteCount: Int) {
        put(pack(LedgerEntry(record, locator: locator), byteCount))
    }

    private mutating func pack(_ entry: LedgerEntry, _ byteCount: Int) -> PackedEntry {
        var place: UInt32?
        if let project = entry.project, let environment = entry.environment {
            place = texts.places.number(
                of: PlaceName(
                    endpoint: entry.endpoint,
                    project: project,
                    environment: environment
                )
            )
        }
        return PackedEntry(
            id: entry.id,
            generation: entry.generation,
            locator: entry.locator,
            byteCount: UInt32(clamping: byteCount),
            receivedAt: entry.receivedAt.milliseconds,
            hook: texts.number(of: entry.hook),
            place: place,
            application: entry.application.map { texts.number(of: $0) },
            operationKey: entry.operationKey,
            status: entry.status,
            isDeadLetter: entry.isDeadLetter
        )
    }

    /// A redelivered entry keeps its id and its past.
    mutating func put(_ new: PackedEntry) {
        if let index = index(of: new.id) {
            return change(index) { entry in
                let past = entry.settled
                entry = new
                entry.settled = past
            }
        }
        if let known = distant.remove(new.id) {
            count(known, by: -1)
        } else {
            taken += 1
        }
        count(new, by: 1)
        if let last = entries.last, last.id > new.id {
            entries.insert(new, at: place(of: new.id))
        } else {
            entries.append(new)
        }
        if entries.count > capacity { forgetOldest() }
    }

    private mutating func count(_ entry: PackedEntry, by step: Int) {
        tally.count(entry.state, entry.place, entry.byteCount, by: step)
        if step > 0, entry.state == .accepted { waitingFrom = min(waitingFrom, entry.id) }
    }

    private mutating func count(_ entry: DistantEntry, by step: Int) {
        tally.count(.accepted, entry.place, entry.byteCount, by: step)
    }

    /// The oldest beyond the limit go; of those that wait enough stays to find them.
    private mutating func forgetOldest() {
        let excess = entries.count - limit
        for entry in entries.prefix(excess) where entry.state == .accepted {
            distant.add(DistantEntry(entry))
        }
        floor = max(floor, entries[excess - 1].id + 1)
        entries.removeSubrange(..<excess)
        if texts.count > max(10_000, entries.count * 4) { repackTexts() }
    }

    /// Texts that no entry has any more are let go.
    private mutating func repackTexts() {
        var fresh = LedgerTexts()
        for index in entries.indices {
            let entry = entries[index]
            entries[index].hook = fresh.number(of: texts.text(entry.hook))
            entries[index].application = entry.application.map {
                fresh.number(of: texts.text($0))
            }
            entries[index].place = entry.place.map {
                fresh.places.number(of: texts.places.name($0))
            }
        }
        distant.renumber { fresh.places.number(of: texts.places.name($0)) }
        texts = fresh
        let near = entries.lazy.filter { $0.state == .accepted }.compactMap(\.place)
        tally.recount(Array(near) + distant.all.map(\.place))
    }

    package mutating func add(_ event: PassedOver) {
        passed.append(event)
        if passed.count > Self.passedOverLimit * 2 {
            passed.removeFirst(passed.count - Self.passedOverLimit)
        }
    }

    /// Takes what delivery has written down about a delivery.
    package mutating func note(_ record: SettledRecord, locator: UInt64) {
        switch record {
        case .attempt(let attempt):
            guard let index = index(of: attempt.delivery) else { return }
            entries[index].attempts = attempt.number
            entries[index].lastStatus = attempt.httpStatus
            entries[index].settled.append(locator)
        case .settled(let settlement):
            end(settlement, locator)
        case .project(let project):
            holds.note(project)
        case .sending, .row, .environment, .mark, .address:
            break
        }
    }

    private mutating func end(_ settlement: Settlement, _ locator: UInt64) {
        let state = DeliveryState(settlement.state)
        guard let index = index(of: settlement.delivery) else {
            if let known = distant.remove(settlement.delivery, upTo: settlement.generation) {
                count(known, by: -1)
                tally.count(state, known.place, known.byteCount, by: 1)
            }
            return
        }
        guard entries[index].generation <= settlement.generation else { return }
        change(index) { entry in
            entry.state = state
            entry.settledAt = settlement.settledAt.milliseconds
            entry.attempts = settlement.attempts
            entry.deployment = Int64(settlement.row?.deployment ?? 0)
            entry.written = settlement.row?.status
            entry.lastStatus = settlement.httpStatus
            entry.settled.append(locator)
        }
    }

    /// Changes an entry, and what is counted of it.
    private mutating func change(_ index: Int, _ body: (inout PackedEntry) -> Void) {
        count(entries[index], by: -1)
        body(&entries[index])
        count(entries[index], by: 1)
        if entries[index].id == waitingFrom { findOldestWaiting() }
    }

    private mutating func findOldestWaiting() {
        var index = place(of: waitingFrom)
        while index < entries.count, entries[index].state != .accepted { index += 1 }
        waitingFrom = index < entries.count ? entries[index].id : .max
    }

    /// Takes over how a delivery ended before a start.
    mutating func restore(_ id: UInt64, _ end: SettledSummary.End) {
        guard let index = index(of: id) else { return }
        change(index) { entry in
            entry.attempts = end.attempts
            entry.settled = SettledLocators(end.locators)
            guard let state = end.state, end.generation >= entry.generation else { return }
            entry.state = DeliveryState(state)
            entry.settledAt = end.settledAt?.milliseconds
            entry.deployment = Int64(end.deployment ?? 0)
            entry.written = end.written
        }
    }

    /// Takes a delivery that a start finds beyond the limit; `state` is how it ended, if it did.
    mutating func restore(_ entry: DistantEntry, endedAs state: DeliveryState?) {
        floor = max(floor, entry.id + 1)
        if let known = distant.remove(entry.id) { count(known, by: -1) } else { taken += 1 }
        guard state == nil else {
            return tally.count(state ?? .accepted, entry.place, entry.byteCount, by: 1)
        }
        count(entry, by: 1)
        distant.add(entry)
    }

    // MARK: - Where records lie

    /// Where the accepted record of a delivery lies, however old it is, if it is known here.
    package func locator(of id: UInt64) -> UInt64? {
        index(of: id).map { entries[$0].locator } ?? distant[id]?.locator
    }

    /// When the oldest that is kept here came.
    package var oldestReceived: Timestamp? {
        entries.first.map { Timestamp(milliseconds: $0.receivedAt) }
    }

    /// Whether it waits.
    package func waits(_ id: UInt64) -> Bool {
        index(of: id).map { entries[$0].state == .accepted } ?? (distant[id] != nil)
    }

    /// The accepted records in this segment are gone: what is over has nothing left to show.
    mutating func forget(segment: UInt32) {
        entries.removeAll { $0.locator >> 32 == UInt64(segment) && $0.state != .accepted }
    }

    /// A record of the `settled` log about a delivery was written anew at another place.
    package mutating func move(settled id: UInt64, from old: UInt64, to new: UInt64) {
        guard let index = index(of: id) else { return }
        entries[index].settled.replace(old, by: new)
    }

    /// Its accepted record was written anew at another place.
    package mutating func move(_ id: UInt64, from old: UInt64, to new: UInt64) {
        if let index = index(of: id) {
            if entries[index].locator == old { entries[index].locator = new }
        } else {
            distant.move(id, from: old, to: new)
        }
    }

    // MARK: - What stands still, and how many

    package mutating func hold(_ scope: HoldScope, reason: String, remedy: String, since: Timestamp)
    {
        holds.hold(scope, HoldNote(reason: reason, remedy: remedy, since: since))
    }

    package mutating func release(_ scope: HoldScope) { holds.release(scope) }

    /// What stands still now, in a steady order.
    package var held: [(scope: HoldScope, note: HoldNote)] { holds.all }

    /// What holds a waiting entry; nil when it is not held.
    package func hold(over entry: LedgerEntry) -> HoldNote? {
        guard entry.state == .accepted, let project = entry.project,
            let environment = entry.environment
        else { return nil }
        let endpoint = entry.endpoint
        return holds.over(
            PlaceName(endpoint: endpoint, project: project, environment: environment)
        )
    }

    /// The state to show: `held` for what waits behind a hold.
    package func state(of entry: LedgerEntry) -> DeliveryState {
        hold(over: entry) == nil ? entry.state : .held
    }

    /// Deliveries by state; held ones apart from the accepted ones that only wait.
    package func totals() -> [DeliveryState: Int] {
        tally.totals { !holds.isEmpty && holds.over(texts.places.name($0)) != nil }
    }

    /// Waiting deliveries, held ones included.
    package var waiting: Int { tally.waiting }
    /// Size of the records of what waits.
    package var waitingBytes: Int { tally.waitingBytes }

    /// When the oldest waiting delivery came.
    package var oldestWaiting: Timestamp? {
        guard waiting > 0 else { return nil }
        let near = index(of: waitingFrom).map { entries[$0] }
        let far = distant.first
        switch (near, far) {
        case (let near?, let far?):
            return Timestamp(milliseconds: min(near.receivedAt, far.receivedAt))
        case (let near?, nil): return Timestamp(milliseconds: near.receivedAt)
        case (nil, let far?): return Timestamp(milliseconds: far.receivedAt)
        case (nil, nil): return nil
        }
    }

    // MARK: - Reading

    /// nil also for what waits beyond the limit: see `locator(of:)`.
    package subscript(id: UInt64) -> LedgerEntry? {
        index(of: id).map { LedgerEntry(entries[$0], texts) }
    }

    func isIndexed(_ id: UInt64) -> Bool { index(of: id) != nil }

    private func index(of id: UInt64) -> Int? {
        let place = place(of: id)
        return place < entries.count && entries[place].id == id ? place : nil
    }

    /// Where the first entry with this id or a higher one stands.
    private func place(of id: UInt64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
