/// Functions of dicts: sprig's dict.go.
///
/// `set`, `unset` and the merges change their argument.
enum SprigDictionaries {
    static let family = FunctionFamily(
        title: "Dictionaries",
        functions: making + reading + changing + merging
    )

    // MARK: - Making

    private static let making: [Function] =
        .named("dict", taking: [], rest: .any, summary: "keys and values in turn") {
            a,
            run throws(FunctionError) in
            let map = GoMap()
            for index in stride(from: 0, to: a.count, by: 2) {
                // A key without a value gets an empty text.
                map[try a[index].text(run)] = index + 1 < a.count ? a[index + 1] : .string([])
            }
            return .map(map)
        }
        + .named("pick", taking: [.map], rest: .string, summary: "dict, keys") { a, _ in
            let map = GoMap()
            for index in a.indices.dropFirst() {
                if let value = a.map(0)[a.text(index)] { map[a.text(index)] = value }
            }
            return .map(map)
        }
        + .named("omit", taking: [.map], rest: .string, summary: "dict, keys") {
            a,
            run throws(FunctionError) in
            try run.spend(a.map(0).walkSteps)
            let omitted = Set(a.indices.dropFirst().map { a.text($0) })
            let map = GoMap()
            for (key, value) in a.map(0).sorted where !omitted.contains(key) { map[key] = value }
            return .map(map)
        }
        + .named("deepCopy", "mustDeepCopy", taking: [.any], summary: "with all that is inside") {
            a,
            run throws(FunctionError) in
            try copy(a[0], run)
        }

    private static func copy(_ value: Value, _ run: Run) throws(FunctionError) -> Value {
        switch value {
        case .list(let list):
            try run.enter(list.count)
            defer { run.leave() }
            var elements: [Value] = []
            for element in list.values { elements.append(try copy(element, run)) }
            return .list(GoList(elements, of: list.element, isNil: list.isNil))
        case .map(let map) where !map.isNil:
            try run.enter(map.walkSteps)
            defer { run.leave() }
            let made = GoMap(of: map.element)
            for (key, value) in map.sorted { made[key] = try copy(value, run) }
            return .map(made)
        default: return value
        }
    }

    // MARK: - Reading

    private static let reading: [Function] = [
        Function("get", [.map, .string], summary: "\"\" where the key is not there") { a, _ in
            a.map(0)[a.text(1)] ?? .string([])
        },
        Function("hasKey", [.map, .string], summary: "dict, key") { a, _ in
            .bool(a.map(0)[a.text(1)] != nil)
        },
        Function("keys", [], rest: .map, summary: "of all dicts") {
            a,
            run throws(FunctionError) in
            try run.spend(a.indices.reduce(0) { $0 + a.map($1).walkSteps })
            return .strings(a.indices.flatMap { a.map($0).keys })
        },
        Function("values", [.map], summary: "by their keys' order") {
            a,
            run throws(FunctionError) in
            try run.spend(a.map(0).walkSteps)
            return .list(a.map(0).sorted.map(\.value))
        },
        Function("pluck", [.string], rest: .map, summary: "the key's value of each dict") { a, _ in
            .list(a.indices.dropFirst().compactMap { a.map($0)[a.text(0)] })
        },
        Function("dig", [], rest: .any, summary: "keys, default, dict", dig),
    ]

    /// A null on the way ends it as in Go: only what is not there gives the default.
    private static func dig(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        guard a.count >= 3 else { throw .failed("dig needs at least three arguments") }
        var map = try dictionary(a[a.count - 1])
        var keys: [[UInt8]] = []
        for key in a.dropLast(2) {
            guard let text = key.bytes else {
                throw .failed("a key must be a string, not \(key.typeName)")
            }
            keys.append(text)
        }
        for key in keys.dropLast() {
            guard let step = map[key] else { return a[a.count - 2] }
            map = try dictionary(step)
        }
        return map[keys[keys.count - 1]] ?? a[a.count - 2]
    }

    private static func dictionary(_ value: Value) throws(FunctionError) -> GoMap {
        guard case .map(let map) = value, map.element == .any else {
            throw .failed(
                "a dict is wanted, and there is \(value.isNil ? "null" : value.typeName)",
                hint: "give `dict` as default of what may be missing"
            )
        }
        return map
    }

    // MARK: - Changing

    private static let changing: [Function] = [
        Function("set", [.map, .string, .any], summary: "changes the dict") {
            a,
            run throws(FunctionError) in
            try run.change(a.map(0))
            a.map(0)[a.text(1)] = a[2]
            return a[0]
        },
        Function("unset", [.map, .string], summary: "changes the dict") {
            a,
            run throws(FunctionError) in
            guard !a.map(0).isNil else { return a[0] }
            try run.change(a.map(0))
            a.map(0)[a.text(1)] = nil
            return a[0]
        },
    ]

    // MARK: - Merging

    private static let merging: [Function] =
        .named("merge", "mustMerge", taking: [.map], rest: .map, summary: "fills empty values") {
            a,
            run throws(FunctionError) in
            try merge(a, overwrites: false, run)
        }
        + .named(
            "mergeOverwrite",
            "mustMergeOverwrite",
            taking: [.map],
            rest: .map,
            summary: "later dicts win"
        ) {
            a,
            run throws(FunctionError) in
            try merge(a, overwrites: true, run)
        }

    private static func merge(
        _ a: [Value],
        overwrites: Bool,
        _ run: Run
    ) throws(FunctionError) -> Value {
        // A nil dict takes nothing, so a new one stands in for it.
        var target = a.map(0)
        for index in a.indices.dropFirst() {
            let source = a.map(index)
            if target.isNil && !source.isNil { target = GoMap() }
            guard !source.isNil else { continue }
            try run.change(target)
            try merge(source, into: target, overwrites: overwrites, run)
        }
        return .map(target)
    }

    /// Merges as dario.cat/mergo does, with its turns.
    ///
    /// Null fills nothing, and a dict never takes the place of something else that is not empty.
    private static func merge(
        _ source: GoMap,
        into target: GoMap,
        overwrites: Bool,
        _ run: Run
    ) throws(FunctionError) {
        try run.enter(source.walkSteps + target.walkSteps >> 4)
        defer { run.leave() }
        guard !source.isSame(as: target) else { return }
        for (key, value) in source.sorted {
            let present = target[key]
            if value.isNil {
                if overwrites { target[key] = value }
                continue
            }
            switch value {
            case .map(let inner):
                if case .map(let own)? = present, !own.isNil {
                    try run.change(own)
                    try merge(inner, into: own, overwrites: overwrites, run)
                }
                if target[key]?.isEmpty ?? true { target[key] = value }
            case .list:
                let replaces = overwrites || present?.isEmpty ?? true
                if replaces { target[key] = value }
            default:
                if overwrites || present?.isEmpty ?? true { target[key] = value }
            }
        }
    }
}
