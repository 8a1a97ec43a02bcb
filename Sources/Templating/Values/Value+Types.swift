extension Value {
    /// As Go's `%T` prints it.
    var typeName: String {
        switch self {
        case .missing, .null: "<nil>"
        case .bool: "bool"
        case .integer(_, let kind): kind.name
        case .float: "float64"
        case .string: "string"
        case .list(let list): "[]" + list.element.typeName
        case .map(let map): "map[string]" + map.element.typeName
        case .opaque(let value): value.typeName
        }
    }

    /// As Go's `reflect.Kind` prints it.
    var kindName: String {
        switch self {
        case .missing, .null: "invalid"
        case .bool: "bool"
        case .integer(_, let kind): kind.name
        case .float: "float64"
        case .string: "string"
        case .list: "slice"
        case .map: "map"
        case .opaque(let value): value.kindName
        }
    }

    /// Go's `reflect.DeepEqual`: same type, same content; an int is no int64.
    func isDeeplyEqual(to other: Value, _ run: Run) throws(FunctionError) -> Bool {
        try run.spend(1)
        switch (self, other) {
        case (.missing, .missing), (.missing, .null), (.null, .missing), (.null, .null):
            return true
        case (.bool(let a), .bool(let b)): return a == b
        case (.integer(let a, let kindA), .integer(let b, let kindB)):
            return a == b && kindA == kindB
        case (.float(let a), .float(let b)): return a == b
        case (.string(let a), .string(let b)):
            guard a.count == b.count else { return false }
            try run.compare(a, b)
            return a == b
        case (.list(let a), .list(let b)): return try a.isDeeplyEqual(to: b, run)
        case (.map(let a), .map(let b)): return try a.isDeeplyEqual(to: b, run)
        case (.opaque(let a), .opaque(let b)): return a.isEqual(to: b)
        default: return false
        }
    }
}

extension GoList {
    fileprivate func isDeeplyEqual(to other: GoList, _ run: Run) throws(FunctionError) -> Bool {
        guard element == other.element, isNil == other.isNil, count == other.count else {
            return false
        }
        try run.enter(count)
        defer { run.leave() }
        for (a, b) in zip(values, other.values) {
            guard try a.isDeeplyEqual(to: b, run) else { return false }
        }
        return true
    }
}

extension GoMap {
    fileprivate func isDeeplyEqual(to other: GoMap, _ run: Run) throws(FunctionError) -> Bool {
        guard element == other.element, isNil == other.isNil else { return false }
        if isSame(as: other) { return true }
        try run.enter(walkSteps + other.walkSteps)
        defer { run.leave() }
        guard count == other.count else { return false }
        for (a, b) in zip(sorted, other.sorted) {
            guard a.key == b.key, try a.value.isDeeplyEqual(to: b.value, run) else { return false }
        }
        return true
    }
}
