import Formats

/// The letters that are kept: which one a repetition belongs to.
struct DeadLetters: Sendable {
    struct Known: Sendable {
        var id: UInt64
        var generation: UInt32
        /// Hash of the newest body.
        var body: Identity
        /// How often it came, the first time included.
        var count: Int
        var operation: Identity?
    }

    private var byKey: [Identity: Known] = [:]
    private var keys: [UInt64: Identity] = [:]
    private var byOperation: [Identity: Set<UInt64>] = [:]
    /// In the order they came; those beyond the limit are no longer told from new ones.
    private var order = Ring<UInt64>()
    private let limit: Int
    private var undo: [(key: Identity, before: Known?)] = []
    /// Over since the turn began: that stands whether or not its commit succeeds.
    private var forgotten: [UInt64] = []

    init(limit: Int) { self.limit = limit }

    subscript(key: Identity) -> Known? { byKey[key] }
    var isEmpty: Bool { byKey.isEmpty }

    func key(of id: UInt64) -> Identity? { keys[id] }

    mutating func put(_ known: Known, at key: Identity) {
        undo.append((key, byKey[key]))
        if keys[known.id] == nil { order.append(known.id) }
        set(known, at: key)
        while byKey.count > limit || order.count > limit * 2, let oldest = order.popFirst() {
            if oldest != known.id { remove(oldest) }
        }
    }

    /// Letters about this operation: they have done their duty once it is accepted.
    func letters(about operation: Identity) -> Set<UInt64> { byOperation[operation] ?? [] }

    mutating func remove(_ id: UInt64) {
        guard let key = keys[id] else { return }
        undo.append((key, byKey[key]))
        set(nil, at: key)
    }

    /// Removes it for good.
    mutating func forget(_ id: UInt64) {
        guard keys[id] != nil else { return }
        remove(id)
        forgotten.append(id)
    }

    mutating func confirm() {
        undo.removeAll(keepingCapacity: true)
        forgotten.removeAll(keepingCapacity: true)
    }

    mutating func rollBack() {
        for (key, before) in undo.reversed() { set(before, at: key) }
        for id in forgotten { remove(id) }
        confirm()
    }

    private mutating func set(_ known: Known?, at key: Identity) {
        if let old = byKey[key] {
            keys[old.id] = nil
            if let operation = old.operation {
                byOperation[operation]?.remove(old.id)
                if byOperation[operation]?.isEmpty == true { byOperation[operation] = nil }
            }
        }
        byKey[key] = known
        guard let known else { return }
        keys[known.id] = key
        if let operation = known.operation { byOperation[operation, default: []].insert(known.id) }
    }
}
