import GitLab

/// GitLab's deployments in little room, found by their operation and by their number: there are a
/// hundred thousand.
///
/// A deployment that several operations share is owned by the first of them that is here.
struct RowTable: Sendable {
    /// A deployment of one GitLab.
    struct Key: Hashable, Sendable {
        var endpoint: String
        var deployment: Int
    }

    private struct Kept: Sendable {
        var row: Row
        var owns = false
    }

    /// Those that are free hold none.
    private var slots: [Kept?] = []
    private var free: [Int32] = []
    private var byOperation = SlotTable()
    /// Proven rows alone.
    private var byDeployment = SlotTable()

    var count: Int { byOperation.count }
    var rows: some Sequence<Row> { slots.lazy.compactMap { $0?.row } }

    subscript(operation: Identity) -> Row? {
        slot(of: operation).flatMap { slots[Int($0)]?.row }
    }

    /// Whose a deployment is, of those whose rows are proven.
    func owner(of key: Key) -> Identity? {
        slot(of: key) { $0.owns }.flatMap { slots[Int($0)]?.row.operation }
    }

    /// Keeps a row in place of the one that its operation had.
    ///
    /// - Returns: Whether it had none.
    mutating func put(_ row: Row) -> Bool {
        guard let slot = slot(of: row.operation), let old = slots[Int(slot)]?.row else {
            let slot = add(row)
            if !row.isUnproven { index(slot) }
            return true
        }
        if Key(old) == Key(row), old.isUnproven == row.isUnproven {
            slots[Int(slot)]?.row = row
        } else {
            if !old.isUnproven { unindex(slot) }
            slots[Int(slot)] = Kept(row: row)
            if !row.isUnproven { index(slot) }
        }
        return false
    }

    mutating func remove(_ operation: Identity) {
        guard let slot = slot(of: operation) else { return }
        if slots[Int(slot)]?.row.isUnproven == false { unindex(slot) }
        byOperation.remove(slot, hash: operation.low)
        slots[Int(slot)] = nil
        free.append(slot)
    }

    // MARK: - Slots

    private func slot(of operation: Identity) -> Int32? {
        byOperation.find(hash: operation.low) { slots[Int($0)]?.row.operation == operation }
    }

    private func slot(of key: Key, _ isWanted: (Kept) -> Bool = { _ in true }) -> Int32? {
        byDeployment.find(hash: key.hash) { slot in
            slots[Int(slot)].map { Key($0.row) == key && isWanted($0) } ?? false
        }
    }

    private mutating func add(_ row: Row) -> Int32 {
        let slot = free.popLast() ?? Int32(slots.count)
        if Int(slot) == slots.count { slots.append(nil) }
        slots[Int(slot)] = Kept(row: row)
        byOperation.insert(slot, hash: row.operation.low) { [slots] other in
            slots[Int(other)]?.row.operation.low ?? 0
        }
        return slot
    }

    private mutating func index(_ slot: Int32) {
        guard let row = slots[Int(slot)]?.row else { return }
        let key = Key(row)
        let isFirst = owner(of: key) == nil
        slots[Int(slot)]?.owns = isFirst
        byDeployment.insert(slot, hash: key.hash) { [slots] other in
            slots[Int(other)].map { Key($0.row).hash } ?? 0
        }
    }

    /// What it owned passes to another that shares it.
    private mutating func unindex(_ slot: Int32) {
        guard let kept = slots[Int(slot)] else { return }
        let key = Key(kept.row)
        byDeployment.remove(slot, hash: key.hash)
        guard kept.owns, let heir = self.slot(of: key) else { return }
        slots[Int(heir)]?.owns = true
    }
}

extension RowTable.Key {
    init(_ row: Row) { self.init(endpoint: row.endpoint, deployment: row.deployment) }

    /// Numbers rise, and few endpoints have the same.
    fileprivate var hash: UInt64 { UInt64(truncatingIfNeeded: deployment) }
}
