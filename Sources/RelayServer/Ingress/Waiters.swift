import Relay

/// Senders that asked to see how their delivery ends (`Prefer: wait=N`, RFC 7240 §4.3).
struct Waiters {
    struct Waiter {
        let connection: UInt64
        let delivery: AcceptedDelivery
        /// The delivery whose end it waits for: `delivery`, the one it repeats, or its successor.
        var target: UInt64
        /// Steady milliseconds.
        let deadline: Int64
        /// The last attempt that came to nothing.
        var lastAttempt: Attempt?
    }

    private var byTicket: [UInt64: Waiter] = [:]
    private var byDelivery: [UInt64: Set<UInt64>] = [:]
    private var nextTicket: UInt64 = 1

    var count: Int { byTicket.count }
    var nextDeadline: Int64? { byTicket.values.map(\.deadline).min() }

    /// `on`: the delivery whose end is waited for: `delivery` itself, or one that is
    ///   known already and says the same.
    mutating func add(
        _ connection: UInt64,
        for delivery: AcceptedDelivery,
        on id: UInt64,
        deadline: Int64
    ) -> UInt64 {
        let ticket = nextTicket
        nextTicket += 1
        byTicket[ticket] = Waiter(
            connection: connection,
            delivery: delivery,
            target: id,
            deadline: deadline
        )
        byDelivery[id, default: []].insert(ticket)
        return ticket
    }

    func tickets(for delivery: UInt64) -> [UInt64] {
        byDelivery[delivery].map { $0.sorted() } ?? []
    }

    subscript(ticket: UInt64) -> Waiter? { byTicket[ticket] }

    mutating func note(_ attempt: Attempt) {
        for ticket in byDelivery[attempt.delivery] ?? [] { byTicket[ticket]?.lastAttempt = attempt }
    }

    /// A superseded delivery's waiters wait for its successor.
    mutating func move(from delivery: UInt64, to successor: UInt64) {
        guard let tickets = byDelivery.removeValue(forKey: delivery) else { return }
        byDelivery[successor, default: []].formUnion(tickets)
        for ticket in tickets { byTicket[ticket]?.target = successor }
    }

    mutating func remove(_ ticket: UInt64) -> Waiter? {
        guard let waiter = byTicket.removeValue(forKey: ticket) else { return nil }
        byDelivery[waiter.target]?.remove(ticket)
        if byDelivery[waiter.target]?.isEmpty == true { byDelivery[waiter.target] = nil }
        return waiter
    }

    func due(at now: Int64) -> [UInt64] {
        byTicket.filter { $0.value.deadline <= now }.map(\.key).sorted()
    }

    var all: [UInt64] { byTicket.keys.sorted() }
}
