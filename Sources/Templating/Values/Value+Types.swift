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
    func isDeeplyEqual(to other: Value) -> Bool {
        switch (self, other) {
        case (.missing, .missing), (.missing, .null), (.null, .missing), (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a, let kindA), .integer(let b, let kindB)): a == b && kindA == kindB
        case (.float(let a), .float(let b)): a == b
        case (.string(let a), .string(let b)): a == b
        case (.list(let a), .list(let b)):
            a.element == b.element && a.isNil == b.isNil && a.count == b.count
                && zip(a.values, b.values).allSatisfy { $0.isDeeplyEqual(to: $1) }
        case (.map(let a), .map(let b)):
            a.element == b.element && a.isNil == b.isNil
                && (a.isSame(as: b) || Value.areEqual(a.sorted, b.sorted))
        case (.opaque(let a), .opaque(let b)): a.isEqual(to: b)
        default: false
        }
    }

    private static func areEqual(
        _ a: [(key: [UInt8], value: Value)],
        _ b: [(key: [UInt8], value: Value)]
    ) -> Bool {
        a.count == b.count
            && zip(a, b).allSatisfy { $0.key == $1.key && $0.value.isDeeplyEqual(to: $1.value) }
    }
}
