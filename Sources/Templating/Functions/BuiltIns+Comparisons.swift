extension BuiltIns {
    static let comparisons = [
        Function(
            "eq",
            [.value],
            rest: .value,
            summary: "whether the first equals one of the others"
        ) { (arguments, run) throws(FunctionError) in
            .bool(try isEqual(arguments[0], arguments.dropFirst(), run))
        },
        Function("ne", [.value, .value], summary: "not equal") {
            (arguments, run) throws(FunctionError) in
            .bool(!(try isEqual(arguments[0], arguments.dropFirst(), run)))
        },
        Function("lt", [.value, .value], summary: "less than") {
            (arguments, run) throws(FunctionError) in
            .bool(try isLess(arguments[0], arguments[1], run))
        },
        Function("le", [.value, .value], summary: "less than or equal") {
            (arguments, run) throws(FunctionError) in
            .bool(try isLessOrEqual(arguments, run))
        },
        Function("gt", [.value, .value], summary: "greater than") {
            (arguments, run) throws(FunctionError) in
            .bool(!(try isLessOrEqual(arguments, run)))
        },
        Function("ge", [.value, .value], summary: "greater than or equal") {
            (arguments, run) throws(FunctionError) in
            .bool(!(try isLess(arguments[0], arguments[1], run)))
        },
    ]

    /// What Go compares: basic kinds, integers of any size and sign together.
    private enum Basic {
        case bool(Bool)
        case integer(Int64, isUnsigned: Bool)
        case float(Double)
        case string([UInt8])

        init?(_ value: Value) {
            switch value {
            case .bool(let value): self = .bool(value)
            case .integer(let value, let kind):
                self = .integer(value, isUnsigned: kind.isUnsigned)
            case .float(let value): self = .float(value)
            case .string(let bytes): self = .string(bytes)
            case .opaque(let value):
                guard let number = value.integer else { return nil }
                self = .integer(number, isUnsigned: false)
            case .missing, .null, .list, .map: return nil
            }
        }
    }

    private static func isEqual(
        _ first: Value,
        _ others: ArraySlice<Value>,
        _ run: Run
    ) throws(FunctionError) -> Bool {
        guard !others.isEmpty else { throw .failed("missing argument for comparison") }
        for other in others where try isEqual(first, other, run) { return true }
        return false
    }

    private static func isEqual(_ a: Value, _ b: Value, _ run: Run) throws(FunctionError) -> Bool {
        switch (Basic(a), Basic(b)) {
        case (.bool(let a), .bool(let b)): return a == b
        case (.integer(let a, let isUnsignedA), .integer(let b, let isUnsignedB)):
            return a == b && (isUnsignedA == isUnsignedB || a >= 0)
        case (.float(let a), .float(let b)): return a == b
        case (.string(let a), .string(let b)):
            try run.compare(a, b)
            return a == b
        case (nil, nil):
            if a.isNil || b.isNil { return a.isNilReference && b.isNilReference }
            guard case .opaque(let left) = a, case .opaque(let right) = b else {
                throw .failed("values of type \(a.typeName) cannot be compared", hint: deepHint)
            }
            return left.isEqual(to: right)
        default:
            if a.isNil || b.isNil { return false }
            throw incompatible(a, b)
        }
    }

    private static let deepHint = "deepEqual compares lists and dicts"

    private static func incompatible(_ a: Value, _ b: Value) -> FunctionError {
        .failed(
            "incompatible types for comparison: \(a.typeName) and \(b.typeName)",
            hint: "int, float64 and toString convert"
        )
    }

    private static func isLess(_ a: Value, _ b: Value, _ run: Run) throws(FunctionError) -> Bool {
        guard let left = Basic(a), let right = Basic(b) else {
            let type = Basic(a) == nil ? a.typeName : b.typeName
            throw .failed("invalid type for comparison: \(type)")
        }
        switch (left, right) {
        case (.integer(let a, let isUnsignedA), .integer(let b, let isUnsignedB)):
            switch (isUnsignedA, isUnsignedB) {
            case (false, false): return a < b
            case (true, true): return UInt64(bitPattern: a) < UInt64(bitPattern: b)
            case (false, true): return a < 0 || UInt64(a) < UInt64(bitPattern: b)
            case (true, false): return b >= 0 && UInt64(bitPattern: a) < UInt64(b)
            }
        case (.float(let a), .float(let b)): return a < b
        case (.string(let a), .string(let b)):
            try run.compare(a, b)
            return a.lexicographicallyPrecedes(b)
        case (.bool, .bool): throw .failed("invalid type for comparison: bool")
        default: throw incompatible(a, b)
        }
    }

    private static func isLessOrEqual(
        _ arguments: [Value],
        _ run: Run
    ) throws(FunctionError) -> Bool {
        if try isLess(arguments[0], arguments[1], run) { return true }
        return try isEqual(arguments[0], arguments[1], run)
    }
}

extension Value {
    /// Nil as Go's `==` sees it: a nil list or dict too.
    fileprivate var isNilReference: Bool {
        switch self {
        case .missing, .null: true
        case .list(let list): list.isNil
        case .map(let map): map.isNil
        default: false
        }
    }
}
