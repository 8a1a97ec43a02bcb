/// Applications with something waiting, by small numbers: how much, and the newest operation among
/// it.
struct QueuedApplications: Sendable {
    private struct Queued: Sendable {
        var identity: Identity
        var newestOrder = Int64.min
        var count = 0
    }

    private var queued: [Queued] = []
    private var free: [Int32] = []
    private var table = SlotTable()

    func identity(_ number: Int32) -> Identity { queued[Int(number)].identity }

    private func number(of identity: Identity) -> Int32? {
        table.find(hash: identity.low) { queued[Int($0)].identity == identity }
    }

    /// The order of the newest operation that waits; the lowest possible when none does.
    func newestOrder(of identity: Identity) -> Int64 {
        number(of: identity).map { queued[Int($0)].newestOrder } ?? .min
    }

    /// One more waits.
    ///
    /// - Returns: The Application's number, which is its own until all of it has left.
    mutating func enter(_ identity: Identity, order: Int64) -> Int32 {
        let number = number(of: identity) ?? add(identity)
        queued[Int(number)].count += 1
        queued[Int(number)].newestOrder = max(queued[Int(number)].newestOrder, order)
        return number
    }

    private mutating func add(_ identity: Identity) -> Int32 {
        let number = free.popLast() ?? Int32(queued.count)
        if Int(number) == queued.count {
            queued.append(Queued(identity: identity))
        } else {
            queued[Int(number)] = Queued(identity: identity)
        }
        table.insert(number, hash: identity.low) { queued[Int($0)].identity.low }
        return number
    }

    mutating func leave(_ number: Int32) {
        queued[Int(number)].count -= 1
        guard queued[Int(number)].count == 0 else { return }
        table.remove(number, hash: queued[Int(number)].identity.low)
        free.append(number)
    }
}
