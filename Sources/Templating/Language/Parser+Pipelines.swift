import Formats

/// Pipelines, commands and operands.
extension Parser {
    mutating func pipeline(
        _ context: String,
        allowsTwo: Bool
    ) throws(Problem) -> Pipeline {
        skipSpace()
        let offset = tokens[at].offset
        let (names, isAssignment) = try declaredNames(context, allowsTwo: allowsTwo)
        // Inside its own pipeline a variable is known to Go's parser, but not there yet.
        let mark = scope.mark
        let unknown = names.filter { scope.find($0) == .unknown }
        for name in unknown { scope.mention(name) }
        var commands: [Command] = []
        while true {
            skipSpace()
            switch tokens[at].kind {
            case .close, .rightParenthesis:
                try check(commands, context)
                scope.withdraw(unknown, since: mark)
                let variables = isAssignment ? assigned(names) : declared(names)
                return Pipeline(Tolerance.marked(commands), variables: variables, offset: offset)
            case .bool, .character, .dot, .field, .identifier, .number, .null, .string,
                .variable, .leftParenthesis:
                commands.append(try command())
            default: throw unexpected("in \(context)")
            }
        }
    }

    private mutating func declared(_ names: [String]) -> [Pipeline.Variable] {
        names.map { Pipeline.Variable(name: $0, slot: scope.declare($0)) }
    }

    private mutating func assigned(_ names: [String]) -> [Pipeline.Variable] {
        names.map { name in
            if case .slot(let slot) = scope.find(name) {
                return Pipeline.Variable(name: name, slot: slot)
            }
            scope.mention(name)
            return Pipeline.Variable(name: name, slot: nil)
        }
    }

    private func check(_ commands: [Command], _ context: String) throws(Problem) {
        guard !commands.isEmpty else {
            throw Problem(offset: tokens[at].offset, problem: "missing value for \(context)")
        }
        for command in commands.dropFirst() {
            guard case .operand(let operand) = command.kind else { continue }
            switch operand.kind {
            case .bool, .dot, .null, .number, .string:
                throw Problem(
                    offset: command.offset,
                    problem: "what stands behind | must be a function"
                )
            default: break
            }
        }
    }

    /// `$x :=`, `$x =`, `$i, $x :=`.
    private mutating func declaredNames(
        _ context: String,
        allowsTwo: Bool
    ) throws(Problem) -> (names: [String], isAssignment: Bool) {
        var names: [String] = []
        while case .variable(let name) = tokens[at].kind {
            let start = at
            at += 1
            skipSpace()
            switch tokens[at].kind {
            case .declare:
                at += 1
                return (names + [name], false)
            case .assign:
                at += 1
                return (names + [name], true)
            case .mark(0x2C):
                guard allowsTwo, names.isEmpty else {
                    throw Problem(
                        offset: tokens[at].offset,
                        problem: "too many declarations in \(context)"
                    )
                }
                at += 1
                skipSpace()
                names.append(name)
                guard case .variable = tokens[at].kind else {
                    throw unexpected("where range needs its second variable")
                }
            default:
                guard names.isEmpty else { throw unexpected("where := must stand") }
                at = start
                return ([], false)
            }
        }
        return (names, false)
    }

    // MARK: - Commands

    private mutating func command() throws(Problem) -> Command {
        let offset = tokens[at].offset
        var operands: [Operand] = []
        reading: while true {
            skipSpace()
            if let operand = try operand() { operands.append(operand) }
            switch tokens[at].kind {
            case .space: at += 1
            case .close, .rightParenthesis: break reading
            case .pipe:
                at += 1
                break reading
            default: throw unexpected("in operand")
            }
        }
        guard let first = operands.first else {
            throw Problem(offset: offset, problem: "empty command")
        }
        let rest = Array(operands.dropFirst())
        guard case .function(let function) = first.kind else {
            return Command(.operand(first), arguments: rest, offset: offset)
        }
        if function.isShortCircuit {
            return Command(.logic(isOr: function.name == "or", rest), offset: offset)
        }
        if function.takesPattern, case .string(let pattern) = rest.first?.kind {
            patterns.append(pattern)
        }
        return Command(.call(function, rest), offset: offset)
    }

    /// A term, and the fields that stand right behind it.
    private mutating func operand() throws(Problem) -> Operand? {
        guard let term = try term() else { return nil }
        var fields: [FieldName] = []
        while case .field(let name) = tokens[at].kind {
            fields.append(FieldName(utf8: name, offset: tokens[at].offset))
            at += 1
        }
        guard !fields.isEmpty else { return term }
        switch term.kind {
        case .field(let first): return Operand(.field(first + fields), offset: term.offset)
        case .variable(let slot, let first):
            return Operand(.variable(slot, first + fields), offset: term.offset)
        case .bool, .null, .dot, .number, .string:
            throw Problem(offset: term.offset, problem: "unexpected . behind a constant")
        case .undefined: return term
        case .function, .chain, .pipeline:
            return Operand(.chain(term, fields), offset: term.offset)
        }
    }

    private mutating func term() throws(Problem) -> Operand? {
        let token = tokens[at]
        func made(_ kind: Operand.Kind) -> Operand { Operand(kind, offset: token.offset) }
        switch token.kind {
        case .leftParenthesis: return made(.pipeline(try parenthesized()))
        case .broken: throw unexpected("")
        case .dot, .null, .bool, .field, .variable, .identifier, .number, .character, .string: break
        default: return nil
        }
        at += 1
        switch token.kind {
        case .dot: return made(.dot)
        case .null: return made(.null)
        case .bool(let isTrue): return made(.bool(isTrue))
        case .field(let name): return made(.field([FieldName(utf8: name, offset: token.offset)]))
        case .variable(let name): return made(try variable(name, token.offset))
        case .identifier(let word): return made(.function(try function(word, token.offset)))
        case .number(let text): return made(.number(try number(text, token.offset)))
        case .character(let code):
            return made(.number(NumberLiteral(character: code, text: token.shown)))
        case .string(let bytes): return made(.string(bytes))
        default: return nil
        }
    }

    private mutating func parenthesized() throws(Problem) -> Pipeline {
        depth += 1
        defer { depth -= 1 }
        try checkDepth(tokens[at].offset)
        at += 1
        let pipeline = try pipeline("parentheses", allowsTwo: false)
        guard case .rightParenthesis = tokens[at].kind else {
            throw unexpected("where a closing parenthesis must stand")
        }
        at += 1
        return pipeline
    }

    private func variable(_ name: String, _ offset: Int) throws(Problem) -> Operand.Kind {
        switch scope.find(name) {
        case .slot(let slot): return .variable(slot, [])
        case .gone: return .undefined(name)
        case .unknown:
            let near = NearestName.find(name, among: scope.names)
            throw Problem(
                offset: offset,
                problem: "undefined variable \(name)",
                hint: near.map { "did you mean \($0)?" } ?? "declare it before: {{\(name) := …}}"
            )
        }
    }

    private func function(_ word: String, _ offset: Int) throws(Problem) -> Function {
        if let function = functions[word] { return function }
        if let reason = SprigFunctions.refused[word] {
            throw Problem(offset: offset, problem: "function \"\(word)\" \(reason)", hint: "")
        }
        let hint: String
        if let near = NearestName.find(word, among: functions.keys.sorted()) {
            hint = "did you mean \(near)?"
        } else {
            hint = "a field is written with a dot: .\(word)"
        }
        throw Problem(offset: offset, problem: "function \"\(word)\" is not defined", hint: hint)
    }

    private func number(_ text: String, _ offset: Int) throws(Problem) -> NumberLiteral {
        switch NumberLiteral.read(text) {
        case .success(let literal): return literal
        case .failure(.malformed): throw Problem(offset: offset, problem: "\(text) is no number")
        case .failure(.tooLarge):
            throw Problem(offset: offset, problem: "\(text) is too large for an integer")
        }
    }
}
