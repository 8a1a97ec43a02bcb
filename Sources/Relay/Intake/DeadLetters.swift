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
    private var undo: [(key: Identity, before: Known?)] = []

    subscript(key: Identity) -> Known? { byKey[key] }

    func key(of id: UInt64) -> Identity? { keys[id] }

    mutating func put(_ known: Known, at key: Identity) {
        undo.append((key, byKey[key]))
        set(known, at: key)
    }

    /// Letters about this operation: they have done their duty once it is accepted.
    func letters(about operation: Identity) -> Set<UInt64> { byOperation[operation] ?? [] }

    mutating func remove(_ id: UInt64) {
        guard let key = keys[id] else { return }
        undo.append((key, byKey[key]))
        set(nil, at: key)
    }

    mutating func confirm() { undo.removeAll(keepingCapacity: true) }

    mutating func rollBack() {
        for (key, before) in undo.reversed() { set(before, at: key) }
        undo.removeAll(keepingCapacity: true)
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
