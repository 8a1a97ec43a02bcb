/// Go's own functions (text/template/funcs.go).
enum BuiltIns {
    static let family = FunctionFamily(
        title: "Go",
        functions: [
            logic("and", "the first empty argument, else the last"),
            logic("or", "the first argument that is not empty, else the last"),
            Function("not", [.value], summary: "whether it is empty") {
                (arguments, _) throws(FunctionError) in .bool(!arguments[0].isTrue)
            },
            Function(
                "call",
                [.value],
                rest: .value,
                summary: "calls a function value; data holds none",
                call
            ),
        ] + comparisons + sequences + texts
    )

    /// The executor gives these their arguments one by one; the body is never reached.
    private static func logic(_ name: String, _ summary: String) -> Function {
        Function(name, [.value], rest: .value, summary: summary, isShortCircuit: true) {
            (arguments, _) throws(FunctionError) in arguments.last ?? .missing
        }
    }

    @Sendable
    private static func call(_ arguments: [Value], _ run: Run) throws(FunctionError) -> Value {
        guard !arguments[0].isNil else { throw .failed("call of nil") }
        throw .failed("a value of type \(arguments[0].typeName) is no function")
    }

    // MARK: - index, slice, len

    private static let sequences = [
        Function(
            "index",
            [.value],
            rest: .value,
            summary: "the element at a key or position; further ones go deeper",
            index
        ),
        Function(
            "slice",
            [.value],
            rest: .value,
            summary: "a part of a string or list, from a position to before another",
            slice
        ),
        Function("len", [.value], summary: "bytes of a string, elements of a list or dict", len),
    ]

    @Sendable
    private static func len(_ arguments: [Value], _ run: Run) throws(FunctionError) -> Value {
        switch arguments[0] {
        case .string(let bytes): return .int(bytes.count)
        case .list(let list): return .int(list.count)
        case .map(let map):
            try run.spend(map.walkSteps)
            return .int(map.count)
        case .missing, .null: throw .failed("len of nil")
        default: throw .failed("len of type \(arguments[0].typeName)")
        }
    }

    @Sendable
    private static func index(_ arguments: [Value], _ run: Run) throws(FunctionError) -> Value {
        var item = arguments[0]
        guard !item.isNil else { throw .failed("index of nil") }
        for key in arguments.dropFirst() {
            switch item {
            case .string(let bytes):
                item = .integer(Int64(bytes[try place(key, bytes.count - 1)]), .uint8)
            case .list(let list):
                let place = try place(key, list.count - 1)
                // An array of the document is walked to the place.
                try run.spend(place >> 4)
                item = list[place]
            case .map(let map):
                guard let name = key.bytes else {
                    throw .failed("a key of type \(key.typeName); a dict's keys are strings")
                }
                try run.spend(map.searchSteps)
                item = map[name] ?? map.element.zero
            case .missing, .null: throw .failed("index of nil")
            default: throw .failed("can't index a value of type \(item.typeName)")
            }
        }
        return item
    }

    @Sendable
    private static func slice(_ arguments: [Value], _ run: Run) throws(FunctionError) -> Value {
        let item = arguments[0]
        let count: Int
        switch item {
        case .string(let bytes): count = bytes.count
        case .list(let list): count = list.count
        case .missing, .null: throw .failed("slice of nil")
        default: throw .failed("can't slice a value of type \(item.typeName)")
        }
        guard arguments.count <= 4 else { throw .failed("too many slice indexes") }
        if item.bytes != nil, arguments.count > 3 {
            throw .failed("cannot 3-index slice a string")
        }
        var bounds = [0, count, count]
        for (index, key) in arguments.dropFirst().enumerated() {
            bounds[index] = try place(key, count)
        }
        for (low, high) in zip(bounds, bounds.dropFirst()) where low > high {
            throw .failed("invalid slice index: \(low) > \(high)")
        }
        if case .list(let list) = item {
            try run.spend(count)
            return .list(GoList(Array(list.values[bounds[0]..<bounds[1]]), of: list.element))
        }
        return .string(Array((item.bytes ?? [])[bounds[0]..<bounds[1]]))
    }

    private static func place(_ key: Value, _ last: Int) throws(FunctionError) -> Int {
        guard case .integer(let number, _) = key else {
            throw .failed("cannot index a list with \(key.isNil ? "nil" : key.typeName)")
        }
        guard let place = Int(exactly: number), (0...max(last, 0)).contains(place), place <= last
        else { throw .failed("index out of range: \(number)") }
        return place
    }
}
