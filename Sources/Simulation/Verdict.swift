import GitLab
import Relay

/// What is wrong after a history; empty when all is as an oracle without faults would have it.
///
/// The oracle knows only what was accepted: an operation's last status is its end, except that a
/// success is canceled where a newer success of its Application came first.
package struct Verdict {
    package private(set) var complaints: [String] = []
    private let world: World
    private let deliveries: [AcceptedDelivery]
    /// Those of deployments; the others are about an environment that its Application leaves.
    private let deployed: [AcceptedDelivery]
    private var ends: [Key: [Settlement]] = [:]

    /// A delivery, as accepted first or redelivered by hand.
    private struct Key: Hashable {
        let id: UInt64
        let generation: UInt32

        init(_ id: UInt64, _ generation: UInt32) { (self.id, self.generation) = (id, generation) }
        init(_ delivery: AcceptedDelivery) { self.init(delivery.id, delivery.generation) }
    }

    package init(_ history: History) throws {
        let world = history.world
        self.world = world
        deliveries = try world.disk.deliveries
        deployed = deliveries.filter { if case .deletion = $0.cause { false } else { true } }
        for end in try world.disk.settlements {
            ends[Key(end.delivery, end.generation), default: []].append(end)
        }
        if world.isRestless { complain("the relay does not come to rest") }
        checkEnds()
        checkRows()
        checkOperations()
        checkOrder()
        try checkEnvironments()
        checkAccounts()
        complaints += Budget(history, answered: ends.values.joined()).complaints
    }

    /// What was accepted and what became of it, for a failing test's reader.
    package var story: String {
        deliveries.map { delivery in
            let ends = (ends[Key(delivery)] ?? []).map { "\($0.state) \($0.reason)" }
            return "\(delivery.id) \(delivery.operation.name) \(delivery.place.sha.prefix(8)) "
                + "\(delivery.place.environment) \(delivery.status.name) \(delivery.cause): \(ends)"
        }
        .joined(separator: "\n")
    }

    private mutating func complain(_ words: String) { complaints.append(words) }

    /// Every accepted event is in exactly one final state, and none is dead.
    private mutating func checkEnds() {
        for delivery in deliveries {
            let found = ends[Key(delivery)] ?? []
            if found.count != 1 {
                complain("delivery \(delivery.id) has \(found.count) ends: \(found.map(\.state))")
            }
            for end in found where end.state == .dead {
                complain("delivery \(delivery.id) is dead: \(end.reason)")
            }
        }
        if let lost = world.relay?.queue.unaccounted, lost != 0 {
            complaints.append("\(lost) entries of the queue neither wait nor ended")
        }
        if let waiting = world.relay?.queue.count, waiting != 0 {
            complain("\(waiting) still wait")
        }
    }

    /// Every row belongs to an operation, and none is left running.
    private mutating func checkRows() {
        let known = Set(ends.values.joined().compactMap { $0.row?.deployment })
        for row in world.gitlab.rows {
            if !known.contains(row.id) {
                complain("row \(row.id) belongs to nobody: \(row.sha) \(row.status.name)")
            }
            if row.status == .running, !isDropped(row.sha) {
                complain("row \(row.id) is left running: \(row.sha)")
            }
        }
    }

    private func isDropped(_ sha: String) -> Bool {
        deliveries.contains { $0.place.sha == sha && ends[Key($0)]?.first?.state == .dropped }
    }

    private func notDropped(_ events: [AcceptedDelivery]) -> [AcceptedDelivery] {
        events.filter { ends[Key($0)]?.first?.state != .dropped }
    }

    private var operations: [Identity: [AcceptedDelivery]] {
        Dictionary(grouping: deployed) { $0.operation.identity }
    }

    /// Each operation is one row with its last status.
    private mutating func checkOperations() {
        for events in operations.values {
            let place = events[0].place
            let told = notDropped(events)
            // Where something was dropped by hand, what was to follow may have changed.
            guard told.count == events.count, let last = told.last else { continue }
            let rows = world.gitlab.rows.filter { $0.sha == place.sha }
            let ofCommit = deployed.filter { $0.place.sha == place.sha }
            let sharing = Set(ofCommit.map(\.operation.identity)).count
            // A success that two of them share stays as it is: what differs later in either is a
            // row of its own (DESIGN §2.6).
            let isShared = ofCommit.contains { delivery in
                ends[Key(delivery)]?.contains { $0.row?.isShared ?? false } ?? false
            }
            if rows.isEmpty || rows.count > sharing + (isShared ? 1 : 0) {
                complain("\(place.sha): \(rows.count) rows for \(sharing) operations")
            }
            guard sharing == 1, let row = rows.first else { continue }
            let allowed =
                last.status == .success && hasNewerSuccess(than: last)
                ? [.success, .canceled] : [last.status]
            if !allowed.contains(row.status) {
                complain("\(place.sha) is \(row.status.name), told \(told.map(\.status.name))")
            }
            if row.environment != place.environment { complain("\(place.sha): environment") }
        }
    }

    private func hasNewerSuccess(than delivery: AcceptedDelivery) -> Bool {
        deployed.contains { other in
            other.operation.application == delivery.operation.application
                && other.operation.order > delivery.operation.order && other.status == .success
        }
    }

    /// No older operation of an Application on top of a newer one.
    private mutating func checkOrder() {
        let rows = world.gitlab.rows.filter { $0.status == .success }
        for (_, events) in Dictionary(grouping: deployed, by: \.operation.application) {
            let orders = Dictionary(
                events.map { ($0.place.sha, $0.operation.order) },
                uniquingKeysWith: max
            )
            let mine = rows.filter { orders[$0.sha] != nil }
                .sorted { ($0.finishedAt ?? (0, 0)) < ($1.finishedAt ?? (0, 0)) }
            let newest = mine.map { orders[$0.sha] ?? 0 }.max()
            if let last = mine.last, orders[last.sha] != newest {
                complain("\(last.sha) is current, and an older operation's")
            }
        }
    }

    /// An environment of one Application's own is as its events want it, and stopped when the last
    /// that was done there was to stop it.
    private mutating func checkEnvironments() throws {
        let settlements = try world.disk.settlements
        for environment in world.gitlab.environments where environment.name.hasPrefix("env-") {
            let mine = deliveries.filter { $0.place.environment == environment.name }
            let ends = settlements.filter { end in
                end.state == .delivered && mine.contains { $0.id == end.delivery }
            }
            let wishes = mine.filter { wish in
                wish.tier != nil && ends.contains { $0.delivery == wish.id && $0.attempts > 0 }
            }
            let isRefused = try world.disk.attempts.contains { attempt in
                attempt.outcome == .rejected && mine.contains { $0.id == attempt.delivery }
            }
            if let tier = wishes.last?.tier, environment.tier.rawValue != tier, !isRefused {
                complain("\(environment.name) is \(environment.tier), wanted \(tier)")
            }
            guard let last = ends.last.flatMap({ end in mine.last { $0.id == end.delivery } }),
                case .deletion(_, stops: true) = last.cause
            else { continue }
            if !environment.isStopped { complain("\(environment.name) is not stopped") }
        }
    }

    private mutating func checkAccounts() {
        guard let ledger = world.relay?.ledger else { return complain("the relay is not running") }
        let totals = ledger.totals()
        let sum = totals.values.reduce(0, +)
        if ledger.taken != sum { complain("taken \(ledger.taken), accounted for \(sum)") }
        if totals[.accepted] != 0 || totals[.held] != 0 { complain("\(totals)") }
    }
}
