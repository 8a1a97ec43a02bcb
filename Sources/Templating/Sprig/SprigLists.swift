/// Functions of lists: sprig's list.go.
///
/// They never change a list, they make new ones.
enum SprigLists {
    static let family = FunctionFamily(
        title: "Lists",
        functions: making + ends + changing + looking + ranges
    )

    // MARK: - Making and joining

    private static let making: [Function] =
        .named("list", "tuple", taking: [], rest: .any, summary: "a list of its arguments") {
            a,
            _ in .list(a)
        }
        + .named(
            "append",
            "push",
            "mustAppend",
            "mustPush",
            taking: [.any, .any],
            summary: "list, value: a new list"
        ) {
            a,
            _ throws(FunctionError) in
            .list(try a.elements(0, "push") + [a[1]])
        }
        + .named(
            "prepend",
            "mustPrepend",
            taking: [.any, .any],
            summary: "list, value: a new list"
        ) { a, _ throws(FunctionError) in
            .list([a[1]] + (try a.elements(0, "prepend")))
        }
        + .named("concat", taking: [], rest: .any, summary: "one list of all") {
            a,
            run throws(FunctionError) in
            var all: [Value] = []
            for index in a.indices {
                all += try a.elements(index, "concat")
                try run.allow(elements: all.count)
            }
            return .list(GoList(all, isNil: all.isEmpty))
        }
        + .named("chunk", "mustChunk", taking: [.int, .any], summary: "lists of that size", chunk)

    private static func chunk(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        let size = a.int(0)
        let elements = try a.elements(1, "chunk")
        guard size > 0 else { throw .failed("a chunk's size must be 1 or more, not \(size)") }
        let chunks = stride(from: 0, to: elements.count, by: size).map { start in
            Value.list(Array(elements[start..<start + min(size, elements.count - start)]))
        }
        return .list(GoList(chunks, of: .list))
    }

    // MARK: - Beginnings and ends

    private static let ends: [Function] =
        .named("first", "mustFirst", taking: [.any], summary: "null of an empty list") {
            a,
            _ throws(FunctionError) in
            try a.elements(0, "find first").first ?? .null
        }
        + .named("last", "mustLast", taking: [.any], summary: "null of an empty list") {
            a,
            _ throws(FunctionError) in
            try a.elements(0, "find last").last ?? .null
        }
        + .named("rest", "mustRest", taking: [.any], summary: "all but the first") {
            a,
            _ throws(FunctionError) in
            orNil(try a.elements(0, "find rest")) { Array($0.dropFirst()) }
        }
        + .named("initial", "mustInitial", taking: [.any], summary: "all but the last") {
            a,
            _ throws(FunctionError) in
            orNil(try a.elements(0, "find initial")) { $0.dropLast() }
        }
        + .named("slice", "mustSlice", taking: [.any], rest: .any, summary: "list, from, to", slice)

    /// A nil list for an empty one, as sprig gives it.
    private static func orNil(_ elements: [Value], _ part: ([Value]) -> [Value]) -> Value {
        .list(elements.isEmpty ? GoList([], isNil: true) : GoList(part(elements)))
    }

    private static func slice(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        guard case .list(let list) = a[0] else {
            guard !a[0].isNil else { return .int(try a.elements(0, "slice").count) }
            throw .failed("list should be type of slice or array but \(a[0].kindName)")
        }
        let elements = list.values
        guard !elements.isEmpty else { return .null }
        let start = a.count > 1 ? GoNumber.int64(a[1]) : 0
        let end = a.count > 2 ? GoNumber.int64(a[2]) : Int64(elements.count)
        guard 0 <= start, start <= end, end <= Int64(elements.count) else {
            throw .failed("slice index out of bounds: \(start) to \(end) of \(elements.count)")
        }
        return .list(GoList(Array(elements[Int(start)..<Int(end)]), of: list.element))
    }

    // MARK: - Changing

    private static let changing: [Function] =
        .named("reverse", "mustReverse", taking: [.any], summary: "the last first") {
            a,
            _ throws(FunctionError) in
            .list(try a.elements(0, "find reverse").reversed())
        }
        + .named("uniq", "mustUniq", taking: [.any], summary: "each value once") {
            a,
            run throws(FunctionError) in
            var kept: [Value] = []
            for element in try a.elements(0, "find uniq") {
                if !(try contains(kept, element, run)) { kept.append(element) }
            }
            return .list(kept)
        }
        + .named("without", "mustWithout", taking: [.any], rest: .any, summary: "list, values") {
            a,
            run throws(FunctionError) in
            var kept: [Value] = []
            for element in try a.elements(0, "find without") {
                if !(try contains(a.dropFirst(), element, run)) { kept.append(element) }
            }
            return .list(kept)
        }
        + .named("compact", "mustCompact", taking: [.any], summary: "without empty values") {
            a,
            _ throws(FunctionError) in
            .list(try a.elements(0, "compact").filter { !$0.isEmpty })
        }

    // MARK: - Looking

    private static let looking: [Function] =
        .named("has", "mustHas", taking: [.any, .any], summary: "value, list") {
            a,
            run throws(FunctionError) in
            if a[1].isNil { return .bool(false) }
            return .bool(try contains(try a.elements(1, "find has"), a[0], run))
        }

    private static func contains(
        _ list: some Sequence<Value>,
        _ value: Value,
        _ run: Run
    ) throws(FunctionError) -> Bool {
        for element in list where try element.isDeeplyEqual(to: value, run) { return true }
        return false
    }

    // MARK: - Ranges of numbers

    private static let ranges: [Function] = [
        Function("until", [.int], summary: "0, 1, … below") { a, run throws(FunctionError) in
            let stop = a.int(0)
            return ints(try steps(from: 0, to: stop, by: stop < 0 ? -1 : 1, run))
        },
        Function("untilStep", [.int, .int, .int], summary: "from, below, step") {
            a,
            run throws(FunctionError) in
            ints(try steps(from: a.int(0), to: a.int(1), by: a.int(2), run))
        },
        Function("seq", [], rest: .int, summary: "as the command seq, in one text", sequence),
    ]

    private static func ints(_ numbers: [Int]) -> Value {
        .list(GoList(numbers.map { .int($0) }, of: .int))
    }

    /// Nothing when the step leads away from `stop`.
    private static func steps(
        from start: Int,
        to stop: Int,
        by step: Int,
        _ run: Run
    ) throws(FunctionError) -> [Int] {
        guard step != 0, start != stop, (stop > start) == (step > 0) else { return [] }
        let (distance, overflows) = stop.subtractingReportingOverflow(start)
        let count = distance.magnitude / step.magnitude
        guard !overflows, count < UInt(Int.max / 64) else {
            try run.allow(elements: .max)
            return []
        }
        try run.allow(elements: Int(count) + 1)
        return Array(stride(from: start, to: stop, by: step))
    }

    /// Last, or first and last, or first, step and last; the last one is in it.
    private static func sequence(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        let numbers = a.indices.map { a.int($0) }
        let (start, step, end): (Int, Int, Int)
        switch numbers.count {
        case 1: (start, end, step) = (1, numbers[0], numbers[0] < 1 ? -1 : 1)
        case 2: (start, end, step) = (numbers[0], numbers[1], numbers[1] < numbers[0] ? -1 : 1)
        case 3: (start, step, end) = (numbers[0], numbers[1], numbers[2])
        default: return .string([])
        }
        let isDownward = end < start
        if isDownward && step > 0 { return .string([]) }
        let (stop, overflows) = end.addingReportingOverflow(isDownward ? -1 : 1)
        guard !overflows else { throw .limit("more numbers than a list may have") }
        let texts = try steps(from: start, to: stop, by: step, run).map { Array(String($0).utf8) }
        return .string(TextShaping.join(texts, by: [0x20]))
    }
}
