package import Formats

/// What became of every event, the newest `ledgerEntries` of them.
///
/// An index in memory over the two logs; belongs to the ingress thread, which hears from delivery
/// what was settled. Open deliveries are never forgotten, whatever the limit.
package struct Ledger: Sendable {
    /// By id, rising.
    private var entries: [LedgerEntry] = []
    private let limit: Int
    /// How many may gather before those that are over are swept out.
    private var capacity: Int
    private var passed: [PassedOver] = []
    private var holds: [HoldScope: HoldNote] = [:]
    private var numbers: [ProjectText: Int] = [:]
    /// Deliveries by final state, waiting ones under `accepted`; all since the data began.
    private var counts: [DeliveryState: Int] = [:]
    private var waitingByPlace: [PlaceKey: Int] = [:]
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

    private struct PlaceKey: Hashable {
        var endpoint: String
        var project: String
        var environment: String

        init?(_ entry: LedgerEntry) {
            guard let project = entry.project, let environment = entry.environment else {
                return nil
            }
            (endpoint, self.project, self.environment) = (entry.endpoint, project, environment)
        }
    }

    /// Events that made no delivery: the last thousand, the oldest first.
    package var passedOver: [PassedOver] { passed.suffix(Self.passedOverLimit) }

    /// How many events that made no delivery are kept.
    private static let passedOverLimit = 1000

    package init(limit: Int) {
        self.limit = limit
        capacity = limit + limit / 8 + 16
    }

    // MARK: - Taking

    package mutating func add(_ record: AcceptedRecord, locator: UInt64) {
        switch record {
        case .delivery(let delivery): put(LedgerEntry(delivery, locator: locator))
        case .deadLetter(let letter): put(LedgerEntry(letter, locator: locator))
        }
    }

    /// A redelivered entry keeps its id and its past.
    private mutating func put(_ new: LedgerEntry) {
        if let index = index(of: new.id) {
            count(entries[index], by: -1)
            var entry = new
            entry.settledLocators = entries[index].settledLocators
            entries[index] = entry
            count(entry, by: 1)
            return
        }
        taken += 1
        count(new, by: 1)
        if let last = entries.last, last.id > new.id {
            entries.insert(new, at: place(of: new.id))
        } else {
            entries.append(new)
        }
        if entries.count > capacity { forgetOldest() }
    }

    private mutating func count(_ entry: LedgerEntry, by step: Int) {
        counts[entry.state, default: 0] += step
        guard entry.state == .accepted, let place = PlaceKey(entry) else { return }
        waitingByPlace[place, default: 0] += step
        if waitingByPlace[place] == 0 { waitingByPlace[place] = nil }
    }

    private mutating func forgetOldest() {
        var excess = entries.count - limit
        entries.removeAll { entry in
            guard excess > 0, entry.state != .accepted else { return false }
            excess -= 1
            return true
        }
        // Open ones stay, however many: another sweep is due only when many more have come.
        let kept = max(limit, entries.count)
        capacity = kept + kept / 8 + 16
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
            entries[index].reason = attempt.reason
            entries[index].lastStatus = attempt.httpStatus
            entries[index].settledLocators.append(locator)
        case .settled(let settlement):
            end(settlement, locator)
        case .project(let project):
            numbers[ProjectText(endpoint: project.endpoint, text: project.text)] = project.id
        case .sending, .row, .environment, .address:
            break
        }
    }

    private mutating func end(_ settlement: Settlement, _ locator: UInt64) {
        guard let index = index(of: settlement.delivery),
            entries[index].generation <= settlement.generation
        else { return }
        count(entries[index], by: -1)
        entries[index].state = DeliveryState(settlement.state)
        entries[index].settledAt = settlement.settledAt
        entries[index].reason = settlement.reason
        entries[index].attempts = settlement.attempts
        entries[index].deployment = settlement.row?.deployment
        entries[index].written = settlement.row?.status
        entries[index].lastStatus = settlement.httpStatus
        entries[index].settledLocators.append(locator)
        count(entries[index], by: 1)
    }

    /// Takes over how a delivery ended before the start.
    package mutating func restore(_ id: UInt64, _ end: SettledSummary.End) {
        guard let index = index(of: id) else { return }
        count(entries[index], by: -1)
        if let state = end.state, end.generation >= entries[index].generation {
            entries[index].state = DeliveryState(state)
            entries[index].settledAt = end.settledAt
            entries[index].deployment = end.deployment
            entries[index].written = end.written
        }
        entries[index].attempts = end.attempts
        entries[index].settledLocators = end.locators
        count(entries[index], by: 1)
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
        guard entry.state == .accepted, let place = PlaceKey(entry) else { return nil }
        return hold(over: place)
    }

    private func hold(over place: PlaceKey) -> HoldNote? {
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
        let held = waitingByPlace.filter { hold(over: $0.key) != nil }.reduce(0) { $0 + $1.value }
        totals[.held] = held
        totals[.accepted, default: 0] -= held
        return totals
    }

    /// Waiting deliveries, held ones included.
    package var waiting: Int { counts[.accepted] ?? 0 }

    /// When the oldest waiting delivery came.
    package var oldestWaiting: Timestamp? {
        waiting == 0 ? nil : entries.first { $0.state == .accepted }?.receivedAt
    }

    // MARK: - Reading

    package subscript(id: UInt64) -> LedgerEntry? { index(of: id).map { entries[$0] } }

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

    /// The newest entries that fit, newest first; `next` continues with `before`.
    package func list(_ filter: Filter) -> (entries: [LedgerEntry], next: UInt64?) {
        var found: [LedgerEntry] = []
        for entry in entries.reversed() {
            if let before = filter.before, entry.id >= before { continue }
            if let since = filter.since, entry.receivedAt < since { continue }
            if let project = filter.project, entry.project != project { continue }
            if let environment = filter.environment, entry.environment != environment { continue }
            if let state = filter.state, self.state(of: entry) != state { continue }
            guard found.count < filter.limit else { return (found, found.last?.id) }
            found.append(entry)
        }
        return (found, nil)
    }
}
