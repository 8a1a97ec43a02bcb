import GitLab

/// GitLab's deployments in little room, found by their operation and by their number: there are a
/// hundred thousand.
///
/// Each deployment that a proven row has is owned by one operation at most: by the first that was
/// put while nobody owned it, until its row is removed or becomes another deployment.
struct RowTable: Sendable {
    /// A deployment of one GitLab.
    struct Key: Hashable, Sendable {
        var endpoint: String
        var deployment: Int
    }

    /// Those that are free hold none.
    private var slots: [Row?] = []
    private var free: [Int32] = []
    private var byOperation = SlotTable()
    /// Owners alone.
    private var byDeployment = SlotTable()

    var count: Int { byOperation.count }
    var rows: some Sequence<Row> { slots.lazy.compactMap { $0 } }

    subscript(operation: Identity) -> Row? {
        slot(of: operation).flatMap { slots[Int($0)] }
    }

    func owner(of key: Key) -> Identity? {
        slot(owning: key).flatMap { slots[Int($0)]?.operation }
    }

    /// Keeps a row in place of the one that its operation had.
    ///
    /// - Returns: Whether it had none.
    mutating func put(_ row: Row) -> Bool {
        guard let slot = slot(of: row.operation), let old = slots[Int(slot)] else {
            own(add(row), row)
            return true
        }
        if Key(old) != Key(row) { disown(slot, old) }
        slots[Int(slot)] = row
        own(slot, row)
        return false
    }

    mutating func remove(_ operation: Identity) {
        guard let slot = slot(of: operation), let row = slots[Int(slot)] else { return }
        disown(slot, row)
        byOperation.remove(slot, hash: operation.low)
        slots[Int(slot)] = nil
        free.append(slot)
    }

    // MARK: - Slots

    private func slot(of operation: Identity) -> Int32? {
        byOperation.find(hash: operation.low) { slots[Int($0)]?.operation == operation }
    }

    private func slot(owning key: Key) -> Int32? {
        byDeployment.find(hash: key.hash) { slots[Int($0)].map(Key.init) == key }
    }

    private mutating func add(_ row: Row) -> Int32 {
        let slot = free.popLast() ?? Int32(slots.count)
        if Int(slot) == slots.count { slots.append(row) } else { slots[Int(slot)] = row }
        byOperation.insert(slot, hash: row.operation.low) { [slots] other in
            slots[Int(other)]?.operation.low ?? 0
        }
        return slot
    }

    private mutating func own(_ slot: Int32, _ row: Row) {
        let key = Key(row)
        guard !row.isUnproven, self.slot(owning: key) == nil else { return }
        byDeployment.insert(slot, hash: key.hash) { [slots] other in
            slots[Int(other)].map { Key($0).hash } ?? 0
        }
    }

    private mutating func disown(_ slot: Int32, _ row: Row) {
        let key = Key(row)
        if self.slot(owning: key) == slot { byDeployment.remove(slot, hash: key.hash) }
    }
}

extension RowTable.Key {
    init(_ row: Row) { self.init(endpoint: row.endpoint, deployment: row.deployment) }

    /// Numbers rise, and few endpoints have the same.
    fileprivate var hash: UInt64 { UInt64(truncatingIfNeeded: deployment) }
}
