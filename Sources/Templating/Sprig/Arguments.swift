/// A function's arguments, which the executor has checked against its parameters.
extension [Value] {
    func text(_ index: Int) -> [UInt8] {
        guard case .string(let bytes) = self[index] else { preconditionFailure("not a string") }
        return bytes
    }

    func string(_ index: Int) -> String { String(decoding: text(index), as: UTF8.self) }

    func int(_ index: Int) -> Int { Int(int64(index)) }

    func int64(_ index: Int) -> Int64 {
        guard case .integer(let value, _) = self[index] else { preconditionFailure("not a number") }
        return value
    }

    func bool(_ index: Int) -> Bool {
        guard case .bool(let value) = self[index] else { preconditionFailure("not a bool") }
        return value
    }

    func map(_ index: Int) -> GoMap {
        guard case .map(let map) = self[index] else { preconditionFailure("not a dict") }
        return map
    }

    func time(_ index: Int) -> GoTime {
        guard case .opaque(let value as TimeValue) = self[index] else {
            preconditionFailure("not a time")
        }
        return value.time
    }

    /// A duration, or a literal that Go would make one of: nanoseconds.
    func duration(_ index: Int) throws(FunctionError) -> GoDuration {
        switch self[index] {
        case .opaque(let value as DurationValue): return value.duration
        case .integer(let nanoseconds, .int): return GoDuration(nanoseconds: nanoseconds)
        default:
            throw .failed(
                "wrong type for value; expected time.Duration; got \(self[index].typeName)"
            )
        }
    }

    /// The elements of a list that a function takes as `interface {}`.
    ///
    /// `verb` is what the function does, for the error: `cannot find first on type string`.
    func elements(_ index: Int, _ verb: String) throws(FunctionError) -> [Value] {
        switch self[index] {
        case .list(let list): return list.values
        case .missing, .null:
            throw .failed("the list is null", hint: "give a list, or pipe through `default list`")
        default: throw .failed("cannot \(verb) on type \(self[index].typeName)")
        }
    }
}

extension Value {
    /// Sprig's `strval`: strings as they are, anything else as `%v` prints it.
    func text(_ run: Run) throws(FunctionError) -> [UInt8] {
        if case .string(let bytes) = self { return bytes }
        return try GoPrinter.text(of: self, run)
    }

    /// Sprig's `strslice`: the texts of a list without its nulls, or of one value.
    func texts(_ run: Run) throws(FunctionError) -> [[UInt8]] {
        guard case .list(let list) = self else { return isNil ? [] : [try text(run)] }
        var texts: [[UInt8]] = []
        for element in list.values where !element.isNil { texts.append(try element.text(run)) }
        return texts
    }

    /// Sprig's `empty`: zero, false, "", a list or dict without anything, null, missing.
    var isEmpty: Bool { !isTrue }
}

extension [Function] {
    /// One function under several names; sprig's `must…` are such where nothing differs.
    static func named(
        _ names: String...,
        taking parameters: [Parameter],
        rest: Parameter? = nil,
        summary: String = "",
        _ body: @escaping Function.Body
    ) -> [Function] {
        names.map { Function($0, parameters, rest: rest, summary: summary, body) }
    }
}
