package import Formats

/// What became of every event, the newest `ledgerEntries` of them.
///
/// An index in memory over the two logs; belongs to the ingress thread, which hears from delivery
/// what was settled. Open deliveries are never forgotten, whatever the limit: of those beyond it
/// only what is needed to find their records.
package struct Ledger: Sendable {
    /// By id, rising.
    private var entries: [PackedEntry] = []
    private var distant = DistantEntries()
    private var texts = LedgerTexts()
    private let limit: Int
    /// How many may gather before those that are over are swept out.
    private var capacity: Int
    private var passed: [PassedOver] = []
    private var holds: [HoldScope: HoldNote] = [:]
    private var numbers: [ProjectText: Int] = [:]
    /// Deliveries by final state, waiting ones under `accepted`; all since the data began.
    private var counts: [DeliveryState: Int] = [:]
    /// Size of the records of what waits.
    package private(set) var waitingBytes = 0
    /// Waiting deliveries by the number of their place.
    private var waitingByPlace: [Int] = []
    /// No entry with a lower id waits, those in `distant` aside.
    private var waitingFrom: UInt64 = 0
    /// From this id on all are in memory; below it only those that were taken in anew.
    package private(set) var floor: UInt64 = 0
    /// All deliveries ever taken, dead letters and closings included.
    package private(set) var taken = 0

    package struct HoldNote: Sendable {
        package var reason: String
        package var remedy: String
        package var since: Timestamp
    }

    private struct ProjectText: Hashable {
        var endpoint: String
        var text: String
    }

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
        (part.holds, part.numbers) = (holds, numbers)
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
    private mutating func put(_ new: PackedEntry) {
        if let index = index(of: new.id) {
            count(entries[index], by: -1)
            var entry = new
            entry.settledLocators = entries[index].settledLocators
            entries[index] = entry
            count(entry, by: 1)
            return
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
        count(entry.state, entry.place, entry.byteCount, by: step)
        if step > 0, entry.state == .accepted { waitingFrom = min(waitingFrom, entry.id) }
    }

    private mutating func count(_ entry: DistantEntry, by step: Int) {
        count(.accepted, entry.place, entry.byteCount, by: step)
    }

    private mutating func count(
        _ state: DeliveryState,
        _ place: UInt32?,
        _ byteCount: UInt32,
        by step: Int
    ) {
        counts[state, default: 0] += step
        guard state == .accepted else { return }
        waitingBytes += Int(byteCount) * step
        guard let place else { return }
        while waitingByPlace.count <= Int(place) { waitingByPlace.append(0) }
        waitingByPlace[Int(place)] += step
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
        waitingByPlace = []
        for entry in entries where entry.state == .accepted { countPlace(entry.place) }
        for entry in distant.all { countPlace(entry.place) }
    }

    private mutating func countPlace(_ place: UInt32?) {
        guard let place else { return }
        while waitingByPlace.count <= Int(place) { waitingByPlace.append(0) }
        waitingByPlace[Int(place)] += 1
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
            entries[index].settledLocators.append(locator)
        case .settled(let settlement):
            end(settlement, locator)
        case .project(let project):
            numbers[ProjectText(endpoint: project.endpoint, text: project.text)] = project.id
        case .sending, .row, .environment, .mark, .address:
            break
        }
    }

    private mutating func end(_ settlement: Settlement, _ locator: UInt64) {
        let state = DeliveryState(settlement.state)
        guard let index = index(of: settlement.delivery) else {
            if let known = distant.remove(settlement.delivery, upTo: settlement.generation) {
                count(known, by: -1)
                count(state, known.place, known.byteCount, by: 1)
            }
            return
        }
        guard entries[index].generation <= settlement.generation else { return }
        count(entries[index], by: -1)
        entries[index].state = state
        entries[index].settledAt = settlement.settledAt.milliseconds
        entries[index].attempts = settlement.attempts
        entries[index].deployment = Int64(settlement.row?.deployment ?? 0)
        entries[index].written = settlement.row?.status
        entries[index].lastStatus = settlement.httpStatus
        entries[index].settledLocators.append(locator)
        count(entries[index], by: 1)
        if entries[index].id == waitingFrom { findOldestWaiting() }
    }

    private mutating func findOldestWaiting() {
        var index = place(of: waitingFrom)
        while index < entries.count, entries[index].state != .accepted { index += 1 }
        waitingFrom = index < entries.count ? entries[index].id : .max
    }

    // MARK: - A start

    /// Takes a delivery that a start finds.
    ///
    /// `end` is how it ended before the start, if it did; `isDistant`: more than `limit` younger
    /// ones come behind it.
    mutating func restore(
        _ head: AcceptedHead,
        locator: UInt64,
        byteCount: Int,
        isOver: Bool,
        _ end: SettledSummary.End?,
        isDistant: Bool
    ) {
        let place = texts.places.number(of: head.place)
        let byteCount = UInt32(clamping: byteCount)
        if isDistant, index(of: head.id) == nil {
            floor = max(floor, head.id + 1)
            if let known = distant.remove(head.id) { count(known, by: -1) } else { taken += 1 }
            guard !isOver else {
                let state = end?.state.map { DeliveryState($0) } ?? .delivered
                return count(state, place, byteCount, by: 1)
            }
            let entry = DistantEntry(
                id: head.id,
                locator: locator,
                receivedAt: head.receivedAt,
                byteCount: byteCount,
                place: place,
                generation: head.generation
            )
            count(entry, by: 1)
            return distant.add(entry)
        }
        // A deletion is of an environment, not of a deployment.
        let isOfEnvironment = head.task == .stop || head.task == .stay
        put(
            PackedEntry(
                id: head.id,
                generation: head.generation,
                locator: locator,
                byteCount: byteCount,
                receivedAt: head.receivedAt,
                hook: texts.number(of: head.hook),
                place: place,
                application: texts.number(of: head.applicationName),
                operationKey: head.operation.low,
                status: isOfEnvironment ? nil : head.status,
                isDeadLetter: false
            )
        )
        if let end { restore(head.id, end) }
    }

    mutating func restore(_ letter: LetterHead, locator: UInt64, _ end: SettledSummary.End?) {
        put(
            PackedEntry(
                id: letter.id,
                generation: letter.generation,
                locator: locator,
                byteCount: 0,
                receivedAt: letter.receivedAt,
                hook: texts.number(of: letter.hook),
                place: nil,
                application: nil,
                operationKey: 0,
                status: nil,
                isDeadLetter: true
            )
        )
        if let end { restore(letter.id, end) }
    }

    /// Takes over how a delivery ended before the start.
    private mutating func restore(_ id: UInt64, _ end: SettledSummary.End) {
        guard let index = index(of: id) else { return }
        count(entries[index], by: -1)
        if let state = end.state, end.generation >= entries[index].generation {
            entries[index].state = DeliveryState(state)
            entries[index].settledAt = end.settledAt?.milliseconds
            entries[index].deployment = Int64(end.deployment ?? 0)
            entries[index].written = end.written
        }
        entries[index].attempts = end.attempts
        entries[index].settledLocators = end.locators
        count(entries[index], by: 1)
        if entries[index].id == waitingFrom { findOldestWaiting() }
    }

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
        guard let index = index(of: id),
            let place = entries[index].settledLocators.firstIndex(of: old)
        else { return }
        entries[index].settledLocators[place] = new
    }

    /// Its accepted record was written anew at another place.
    package mutating func move(_ id: UInt64, from old: UInt64, to new: UInt64) {
        if let index = index(of: id) {
            if entries[index].locator == old { entries[index].locator = new }
        } else {
            distant.move(id, from: old, to: new)
        }
    }

    // MARK: - Holds

    package mutating func hold(_ scope: HoldScope, reason: String, remedy: String, since: Timestamp)
    {
        holds[scope] = HoldNote(reason: reason, remedy: remedy, since: since)
    }

    package mutating func release(_ scope: HoldScope) { holds[scope] = nil }

    /// What stands still now, in a steady order.
    package var held: [(scope: HoldScope, note: HoldNote)] {
        holds.map { ($0.key, $0.value) }.sorted { $0.scope.words < $1.scope.words }
    }

    /// What holds a waiting entry; nil when it is not held.
    package func hold(over entry: LedgerEntry) -> HoldNote? {
        guard entry.state == .accepted, let project = entry.project,
            let environment = entry.environment
        else { return nil }
        let endpoint = entry.endpoint
        return hold(
            over: PlaceName(endpoint: endpoint, project: project, environment: environment)
        )
    }

    private func hold(over place: PlaceName) -> HoldNote? {
        guard !holds.isEmpty else { return nil }
        if let hold = holds[.endpoint(place.endpoint)] { return hold }
        let byName = HoldScope.project(endpoint: place.endpoint, name: place.project)
        if let hold = holds[byName] { return hold }
        let text = ProjectText(endpoint: place.endpoint, text: place.project)
        guard let number = Int(place.project) ?? numbers[text] else { return nil }
        let byNumber = HoldScope.project(endpoint: place.endpoint, name: String(number))
        let lane = HoldScope.lane(
            endpoint: place.endpoint,
            project: number,
            environment: place.environment
        )
        return holds[byNumber] ?? holds[lane]
    }

    /// The state to show: `held` for what waits behind a hold.
    package func state(of entry: LedgerEntry) -> DeliveryState {
        hold(over: entry) == nil ? entry.state : .held
    }

    /// Deliveries by state; held ones apart from the accepted ones that only wait.
    package func totals() -> [DeliveryState: Int] {
        var totals: [DeliveryState: Int] = [:]
        for state in DeliveryState.allCases { totals[state] = counts[state] ?? 0 }
        guard !holds.isEmpty else { return totals }
        var held = 0
        for (place, count) in waitingByPlace.enumerated() where count > 0 {
            if hold(over: texts.places.name(UInt32(place))) != nil { held += count }
        }
        totals[.held] = held
        totals[.accepted, default: 0] -= held
        return totals
    }

    /// Waiting deliveries, held ones included.
    package var waiting: Int { counts[.accepted] ?? 0 }

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

    /// What a listing asks for; nil: whatever it be.
    package struct Filter: Sendable {
        package var state: DeliveryState?
        package var project: String?
        package var environment: String?
        package var since: Timestamp?
        /// Only ids below this one.
        package var before: UInt64?
        package var limit = 50

        package init() {}
    }

    /// The newest entries that fit, newest first, none below `floor`; `next` continues with
    /// `before`.
    package func list(
        _ filter: Filter,
        downTo floor: UInt64 = 0
    ) -> (entries: [LedgerEntry], next: UInt64?) {
        var found: [LedgerEntry] = []
        var places: [UInt32: Bool] = [:]
        for packed in entries.reversed() {
            if let before = filter.before, packed.id >= before { continue }
            if packed.id < floor { break }
            if let since = filter.since, packed.receivedAt < since.milliseconds { continue }
            guard fits(packed, filter, &places) else { continue }
            guard found.count < filter.limit else { return (found, found.last?.id) }
            found.append(LedgerEntry(packed, texts))
        }
        return (found, nil)
    }

    /// As `fits`, without making texts of an entry's own; `places` remembers what was compared.
    private func fits(
        _ entry: PackedEntry,
        _ filter: Filter,
        _ places: inout [UInt32: Bool]
    ) -> Bool {
        if filter.project != nil || filter.environment != nil {
            guard let number = entry.place else { return false }
            let known = places[number]
            let isWanted = known ?? isWanted(texts.places.name(number), filter)
            if known == nil { places[number] = isWanted }
            guard isWanted else { return false }
        }
        guard let state = filter.state else { return true }
        guard entry.state == .accepted else { return entry.state == state }
        let isHeld = entry.place.flatMap { hold(over: texts.places.name($0)) } != nil
        return state == (isHeld ? .held : .accepted)
    }

    private func isWanted(_ place: PlaceName, _ filter: Filter) -> Bool {
        filter.project.map { $0 == place.project } ?? true
            && filter.environment.map { $0 == place.environment } ?? true
    }

    /// Whether an entry is one that a listing asks for.
    package func fits(_ entry: LedgerEntry, _ filter: Filter) -> Bool {
        if let before = filter.before, entry.id >= before { return false }
        if let since = filter.since, entry.receivedAt < since { return false }
        if let project = filter.project, entry.project != project { return false }
        if let environment = filter.environment, entry.environment != environment { return false }
        return filter.state.map { state(of: entry) == $0 } ?? true
    }
}
