import JSON

/// Pipelines, commands and operands.
extension Executor {
    mutating func value(of pipeline: Pipeline, _ dot: Value) throws(Trouble) -> Value {
        var value: Value?
        for command in pipeline.commands {
            let result = try self.value(of: command, piped: value, dot)
            // Go digs the value out of its interface here, so null becomes missing.
            if case .null = result { value = .missing } else { value = result }
        }
        let result = value ?? .missing
        for variable in pipeline.variables {
            guard let slot = variable.slot else {
                throw Trouble(
                    offset: pipeline.offset,
                    problem: "undefined variable \(variable.name)",
                    hint: "declare it before: {{\(variable.name) := …}}"
                )
            }
            memory[base + slot] = result
        }
        return result
    }

    private mutating func value(
        of command: Command,
        piped: Value?,
        _ dot: Value
    ) throws(Trouble) -> Value {
        switch command.kind {
        case .call(let function, let operands):
            return try call(function, operands, piped, command.offset, dot)
        case .logic(let isOr, let operands):
            return try logic(isOr, operands, piped, command.offset, dot)
        case .operand(let operand):
            let hasArguments = piped != nil || !command.arguments.isEmpty
            guard hasArguments else {
                if case .null = operand.kind {
                    throw Trouble(offset: operand.offset, problem: "nil is not a command")
                }
                return try value(of: operand, dot)
            }
            return try method(operand, command.arguments, piped, dot)
        }
    }

    /// A value with arguments behind it: a method, or a mistake.
    private mutating func method(
        _ operand: Operand,
        _ arguments: [Operand],
        _ piped: Value?,
        _ dot: Value
    ) throws(Trouble) -> Value {
        let call = MethodCall(arguments: arguments, piped: piped)
        switch operand.kind {
        case .field(let names): return try member(dot, names, operand, call, dot)
        case .variable(let slot, let names) where !names.isEmpty:
            return try member(memory[base + slot], names, operand, call, dot)
        case .chain(let inner, let names):
            return try member(try value(of: inner, dot), names, operand, call, dot)
        default:
            throw Trouble(
                offset: operand.offset,
                problem: "can't give arguments to what is no function"
            )
        }
    }

    mutating func value(of operand: Operand, _ dot: Value) throws(Trouble) -> Value {
        switch operand.kind {
        case .dot: return dot
        case .field(let names): return try member(dot, names, operand, nil, dot)
        case .variable(let slot, let names):
            if names.isEmpty { return memory[base + slot] }
            return try member(memory[base + slot], names, operand, nil, dot)
        case .undefined(let name):
            throw Trouble(offset: operand.offset, problem: "undefined variable \(name)")
        case .null: return .missing
        case .bool(let isTrue): return .bool(isTrue)
        case .string(let bytes): return .string(bytes)
        case .number(let literal):
            switch literal.ideal {
            case .int(let value): return .integer(value, .int)
            case .float(let value): return .float(value)
            case nil:
                throw Trouble(offset: operand.offset, problem: "\(literal.text) overflows int")
            }
        case .function(let function): return try call(function, [], nil, operand.offset, dot)
        case .chain(let inner, let names):
            if case .null = inner.kind {
                throw Trouble(offset: operand.offset, problem: "nil has no fields")
            }
            return try member(try value(of: inner, dot), names, operand, nil, dot)
        case .pipeline(let pipeline): return try value(of: pipeline, dot)
        }
    }

    // MARK: - Calls

    private mutating func logic(
        _ isOr: Bool,
        _ operands: [Operand],
        _ piped: Value?,
        _ offset: Int,
        _ dot: Value
    ) throws(Trouble) -> Value {
        guard !operands.isEmpty || piped != nil else {
            throw Trouble(
                offset: offset,
                problem: "\(isOr ? "or" : "and") wants at least 1 argument"
            )
        }
        var value = Value.missing
        for operand in operands {
            value = try argument(operand, .value, dot)
            if value.isTrue == isOr { return value }
        }
        return piped ?? value
    }

    /// Go's evalCall: evaluates and checks the arguments, then calls.
    mutating func call(
        _ function: Function,
        _ operands: [Operand],
        _ piped: Value?,
        _ offset: Int,
        _ dot: Value
    ) throws(Trouble) -> Value {
        let count = operands.count + (piped == nil ? 0 : 1)
        try Self.checkCount(function, count, offset)
        let arguments: [Value]
        // Most calls have one argument or two: an array of known size is made in one go.
        switch (operands.count, piped) {
        case (1, nil): arguments = [try argument(operands[0], function.parameter(0), dot)]
        case (2, nil):
            arguments = [
                try argument(operands[0], function.parameter(0), dot),
                try argument(operands[1], function.parameter(1), dot),
            ]
        case (0, let piped?): arguments = [try Self.checked(piped, function.parameter(0), offset)]
        case (1, let piped?):
            arguments = [
                try argument(operands[0], function.parameter(0), dot),
                try Self.checked(piped, function.parameter(1), offset),
            ]
        default:
            var all: [Value] = []
            all.reserveCapacity(count)
            for operand in operands {
                all.append(try argument(operand, function.parameter(all.count), dot))
            }
            if let piped {
                all.append(try Self.checked(piped, function.parameter(all.count), offset))
            }
            arguments = all
        }
        do {
            return try function(arguments, run)
        } catch {
            throw Trouble(error, offset: offset, calling: function.name)
        }
    }

    private static func checkCount(_ function: Function, _ count: Int, _ offset: Int)
        throws(Trouble)
    {
        let wanted = function.parameters.count
        if count == wanted || count > wanted && function.rest != nil { return }
        let least = function.rest == nil ? "" : "at least "
        throw Trouble(
            offset: offset,
            problem: "\(function.name) wants \(least)\(wanted) "
                + "argument\(wanted == 1 ? "" : "s"), found \(count)",
            hint: function.usage
        )
    }

    /// Go's evalArg: literals become what the parameter wants.
    mutating func argument(
        _ operand: Operand,
        _ parameter: Parameter,
        _ dot: Value
    ) throws(Trouble) -> Value {
        switch operand.kind {
        case .number(let literal):
            switch parameter {
            case .value, .any: return try value(of: operand, dot)
            case .int where literal.integer != nil: return .integer(literal.integer ?? 0, .int)
            case .int64 where literal.integer != nil: return .int64(literal.integer ?? 0)
            case .uint32:
                guard let value = literal.integer, UInt32(exactly: value) != nil else { break }
                return .integer(value, .uint64)
            case .float where literal.float != nil: return .float(literal.float ?? 0)
            default: break
            }
            throw Self.found(literal.text, parameter, operand)
        case .bool(let isTrue):
            switch parameter {
            case .value, .any, .bool: return .bool(isTrue)
            default: throw Self.found("\(isTrue)", parameter, operand)
            }
        case .string(let bytes):
            switch parameter {
            case .value, .any, .string: return .string(bytes)
            default: throw Self.found("a string", parameter, operand)
            }
        case .null:
            switch parameter {
            case .value, .any, .map, .list:
                return try Self.checked(.missing, parameter, operand.offset)
            default: throw Self.found("nil", parameter, operand)
            }
        default:
            return try Self.checked(try value(of: operand, dot), parameter, operand.offset)
        }
    }

    private static func found(_ text: String, _ parameter: Parameter, _ operand: Operand) -> Trouble
    {
        Trouble(offset: operand.offset, problem: "expected \(parameter.typeName), found \(text)")
    }

    /// Go's validateType.
    private static func checked(
        _ value: Value,
        _ parameter: Parameter,
        _ offset: Int
    ) throws(Trouble) -> Value {
        switch (parameter, value) {
        case (.value, _): return value
        case (.any, .missing): return .null
        case (.any, _), (.string, .string), (.bool, .bool), (.float, .float),
            (.int, .integer(_, .int)), (.int64, .integer(_, .int64)):
            return value
        case (.map, .map(let map)) where map.element == .any: return value
        case (.list, .list(let list)) where list.element == .any: return value
        case (.map, .missing): return .map(GoMap(isNil: true))
        case (.list, .missing): return .list(GoList([], isNil: true))
        case (.time, .opaque(let opaque)) where opaque.typeName == parameter.typeName:
            return value
        default:
            let got = value.isMissing ? "a missing value" : value.isNil ? "null" : value.typeName
            throw Trouble(
                offset: offset,
                problem: "expected \(parameter.typeName), got \(got)",
                hint: advice(parameter, value)
            )
        }
    }

    private static func advice(_ parameter: Parameter, _ value: Value) -> String {
        switch (parameter, value) {
        case (_, .missing), (_, .null): Trouble.missingHint
        case (.int, .integer), (.int, .float): "int converts"
        case (.string, .integer), (.string, .float), (.string, .bool): "toString converts"
        default: ""
        }
    }
}

extension Function {
    fileprivate func parameter(_ index: Int) -> Parameter {
        index < parameters.count ? parameters[index] : rest ?? .any
    }

    /// How it is called: `trunc int string`.
    var usage: String {
        ([name] + parameters.map(\.word) + (rest.map { [$0.word + "…"] } ?? []))
            .joined(separator: " ")
    }
}
