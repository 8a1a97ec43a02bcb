import Formats
import GitLab

/// Reads an accepted delivery's record by its locator; nil: it cannot be read, or is gone.
package typealias DeliveryReader = @Sendable (UInt64) -> AcceptedDelivery?

/// What was accepted, by Application, in as little room as it takes to find it on disk again: a
/// row of locators each.
///
/// An Application's operations are put together from their records when an event of it comes.
struct PastBook: Sendable {
    private struct Known: Sendable {
        let identity: Identity
        var newestOrder: Int64
        var newestOperation: Identity
        /// The last event of the newest operation, and of all: numbers of events.
        var newest: UInt32
        var last: UInt32
        /// Of the newest operation.
        var place: UInt32
        /// Its deletion was seen to, and nothing came since.
        var isGone: Bool
    }

    /// An operation that runs.
    struct Open: Sendable {
        var application: Identity
        var hook: String
        var startedAt: Timestamp?
        var acceptedAt: Timestamp
        var place: UInt32
        fileprivate var event: UInt32
    }

    private static let none = UInt32.max

    /// Where events lie, in the order in which they came, and the one of their Application before.
    private var locators: [UInt64] = []
    private var previous: [UInt32] = []
    private var known: [Known] = []
    private var table = SlotTable()
    private(set) var open: [Identity: Open] = [:]
    /// Operations in `open` by their Application.
    private var running: [Identity: [Identity]] = [:]
    private var places = PlaceTable()
    private var hooks = BytesTable()
    private(set) var count = 0

    /// How many events of an Application are looked at: its newest ones, and what is open.
    private static let longestWalk = 64

    mutating func reserve(_ events: Int) {
        locators.reserveCapacity(events)
        previous.reserveCapacity(events)
    }

    private func index(of application: Identity) -> Int? {
        table.find(hash: application.low) { known[Int($0)].identity == application }.map { Int($0) }
    }

    func contains(_ application: Identity) -> Bool { index(of: application) != nil }

    // MARK: - Taking

    /// Takes an event in its order; one that ended as dead or dropped is not to be taken.
    mutating func take(_ head: AcceptedHead, locator: UInt64) {
        let event = UInt32(locators.count)
        let index = index(of: head.application)
        locators.append(locator)
        previous.append(index.map { known[$0].last } ?? Self.none)
        let isDeletion = head.task == .stop || head.task == .stay
        guard let index else {
            guard !isDeletion else { return }
            return add(head, event)
        }
        known[index].last = event
        if isDeletion {
            known[index].isGone = true
            return
        }
        if head.order >= known[index].newestOrder {
            if head.operation != known[index].newestOperation { known[index].isGone = false }
            known[index].newestOrder = head.order
            known[index].newestOperation = head.operation
            known[index].newest = event
            known[index].place = places.number(of: head.place)
        } else if head.operation == known[index].newestOperation {
            known[index].newest = event
        }
        note(head, event, known[index].place)
    }

    private mutating func add(_ head: AcceptedHead, _ event: UInt32) {
        let place = places.number(of: head.place)
        known.append(
            Known(
                identity: head.application,
                newestOrder: head.order,
                newestOperation: head.operation,
                newest: event,
                last: event,
                place: place,
                isGone: false
            )
        )
        let entry = Int32(known.count - 1)
        table.insert(entry, hash: head.application.low) { known[Int($0)].identity.low }
        count += 1
        note(head, event, place)
    }

    private mutating func note(_ head: AcceptedHead, _ event: UInt32, _ place: UInt32) {
        guard head.status == .running else {
            if !open.isEmpty { close(head.operation) }
            return
        }
        let before = open[head.operation]
        if before == nil { running[head.application, default: []].append(head.operation) }
        open[head.operation] = Open(
            application: head.application,
            hook: before?.hook ?? String(head.hook),
            startedAt: before?.startedAt ?? head.startedAt.map { Timestamp(milliseconds: $0) },
            acceptedAt: before?.acceptedAt ?? Timestamp(milliseconds: head.receivedAt),
            place: place,
            event: event
        )
    }

    private mutating func close(_ operation: Identity) {
        guard let over = open.removeValue(forKey: operation) else { return }
        running[over.application]?.removeAll { $0 == operation }
        if running[over.application]?.isEmpty == true { running[over.application] = nil }
    }

    // MARK: - Giving back

    /// Locators of the events that tell of an Application, in their order.
    func locators(of application: Identity) -> [UInt64] {
        guard let index = index(of: application) else { return [] }
        var events: Set<UInt32> = [known[index].newest]
        for operation in running[application] ?? [] {
            if let found = open[operation] { events.insert(found.event) }
        }
        var event = known[index].last
        for _ in 0..<Self.longestWalk where event != Self.none {
            events.insert(event)
            event = previous[Int(event)]
        }
        return events.sorted().map { locators[Int($0)] }
    }

    mutating func remove(_ application: Identity) {
        guard let index = index(of: application) else { return }
        for operation in running[application] ?? [] { open[operation] = nil }
        running[application] = nil
        table.remove(Int32(index), hash: application.low)
        count -= 1
    }

    /// Applications that are there and whose newest operation, or an open one, is at a place that
    /// `isWanted`.
    func applications(at isWanted: (PlaceName) -> Bool) -> [Identity] {
        var wanted: [UInt32: Bool] = [:]
        func fits(_ place: UInt32) -> Bool {
            if let known = wanted[place] { return known }
            let fits = isWanted(places.name(place))
            wanted[place] = fits
            return fits
        }
        var found: [Identity] = []
        for (number, one) in known.enumerated() where fits(one.place) && !one.isGone {
            if index(of: one.identity) == number { found.append(one.identity) }
        }
        for one in open.values where fits(one.place) {
            if let index = index(of: one.application), !known[index].isGone {
                found.append(one.application)
            }
        }
        return found
    }

    // MARK: - Forgetting

    /// Whether the record at `locator` is what an Application's newest or open operation was last
    /// told, or its newest event.
    func needs(_ head: AcceptedHead, locator: UInt64) -> Bool {
        guard let index = index(of: head.application) else { return false }
        if locators[Int(known[index].newest)] == locator { return true }
        if locators[Int(known[index].last)] == locator { return true }
        return open[head.operation].map { locators[Int($0.event)] == locator } ?? false
    }

    /// Whether the record tells one of the newest events of an Application, and not of a beginning
    /// whose end was told.
    ///
    /// A segment is let go of over several turns. An Application that is put together in between is
    /// asked by its own rules for the rest, which let the end of an older operation go: its beginning
    /// alone would run again after the next start.
    func knows(_ head: AcceptedHead, locator: UInt64) -> Bool {
        head.status != .running && locators(of: head.application).contains(locator)
    }

    /// A record was written anew at another place.
    mutating func move(_ application: Identity, from old: UInt64, to new: UInt64) {
        guard let index = index(of: application) else { return }
        var events = [known[index].newest]
        for operation in running[application] ?? [] {
            if let found = open[operation] { events.append(found.event) }
        }
        var event = known[index].last
        while event != Self.none {
            events.append(event)
            event = previous[Int(event)]
        }
        for event in events where locators[Int(event)] == old { locators[Int(event)] = new }
    }

    /// Keeps `limit` Applications, those that were used last, and all with something open.
    mutating func forgetOldest(keeping limit: Int) {
        guard count > limit else { return }
        let idle = known.indices.filter {
            running[known[$0].identity] == nil && index(of: known[$0].identity) == $0
        }
        let oldest = idle.sorted { known[$0].last < known[$1].last }.prefix(count - limit)
        for index in oldest {
            table.remove(Int32(index), hash: known[index].identity.low)
            count -= 1
        }
    }
}
