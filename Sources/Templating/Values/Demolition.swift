/// Takes lists and maps apart one after the other, so that their depth costs no stack.
///
/// A template can build a value that is a million levels deep; let go of the usual way, each level
/// would let go of the next from inside its own `deinit`.
struct Demolition {
    private var maps: [GoMap] = []
    private var lists: [GoList] = []

    /// Lets go of values that nobody else may still hold.
    static func run(_ values: consuming [Value]) {
        var demolition = Demolition()
        demolition.collect(&values)
        demolition.finish()
    }

    private mutating func collect(_ values: inout [Value]) {
        for value in values {
            switch value {
            case .map(let map): maps.append(map)
            case .list(let list): lists.append(list)
            default: break
            }
        }
        // Now only this holds them.
        values = []
    }

    private mutating func finish() {
        while true {
            if var map = maps.popLast() {
                guard isKnownUniquelyReferenced(&map) else { continue }
                var values = map.emptied()
                collect(&values)
            } else if var list = lists.popLast() {
                guard isKnownUniquelyReferenced(&list) else { continue }
                var values = list.emptied()
                collect(&values)
            } else {
                return
            }
        }
    }
}

extension Value {
    var isContainer: Bool {
        switch self {
        case .list, .map: true
        default: false
        }
    }
}
