/// Makes nodes of tokens, as Go's text/template/parse/parse.go does.
struct Parser {
    struct Failure: Error {
        let offset: Int
        let problem: String
        var hint = ""
    }

    private let tokens: [Token]
    private var at = 0
    private let limits: TemplateLimits
    private var depth = 0
    private var rangeDepth = 0
    /// Variables in sight, `$` first.
    private var variables = ["$"]
    /// `define` and `block` found on the way, by name.
    private(set) var definitions: [String: [Node]] = [:]

    init(_ tokens: [Token], limits: TemplateLimits) {
        self.tokens = tokens
        self.limits = limits
    }

    mutating func parse() throws(Failure) -> [Node] {
        let (nodes, ending) = try list(until: [])
        if let ending {
            throw Failure(offset: ending.offset, problem: "unexpected {{\(ending.word)}}")
        }
        return nodes
    }

    /// How a list of nodes ended: `end`, `else`, or the end of the text (nil).
    private struct Ending {
        let word: String
        let offset: Int
    }

    // MARK: - Lists

    private mutating func list(until endings: Set<String>) throws(Failure) -> ([Node], Ending?) {
        var nodes: [Node] = []
        while true {
            let token = tokens[at]
            switch token.kind {
            case .end:
                guard endings.isEmpty else {
                    throw Failure(offset: token.offset, problem: "an {{end}} is missing")
                }
                return (nodes, nil)
            case .text(let bytes):
                at += 1
                nodes.append(.text(bytes))
            case .open:
                at += 1
                if let ending = try action(token.offset, into: &nodes) { return (nodes, ending) }
            default:
                throw Failure(offset: token.offset, problem: "unexpected token")
            }
        }
    }

    /// - Returns: How the list ends, when this action ends it; its word is consumed, no more.
    private mutating func action(
        _ offset: Int,
        into nodes: inout [Node]
    ) throws(Failure) -> Ending? {
        skipSpace()
        guard case .identifier(let word) = tokens[at].kind else {
            try append(pipelineAction: offset, to: &nodes)
            return nil
        }
        switch word {
        case "end", "else":
            at += 1
            return Ending(word: word, offset: offset)
        case "if", "with", "range":
            at += 1
            nodes.append(.branch(try branch(word, offset)))
        case "define":
            at += 1
            try define(offset)
        case "block":
            at += 1
            nodes.append(try block(offset))
        case "template":
            at += 1
            nodes.append(try include(offset))
        case "break", "continue":
            at += 1
            guard rangeDepth > 0 else {
                throw Failure(offset: offset, problem: "{{\(word)}} outside of {{range}}")
            }
            try close(word)
            nodes.append(word == "break" ? .leave : .next)
        default:
            try append(pipelineAction: offset, to: &nodes)
        }
        return nil
    }

    private mutating func append(
        pipelineAction offset: Int,
        to nodes: inout [Node]
    ) throws(Failure) {
        let pipeline = try pipeline("command", allowsTwo: false)
        try close("command")
        nodes.append(.action(pipeline, .anywhere))
    }

    private mutating func close(_ context: String) throws(Failure) {
        skipSpace()
        guard case .close = tokens[at].kind else {
            throw Failure(
                offset: tokens[at].offset,
                problem: "unexpected \(describe(tokens[at])) in \(context)"
            )
        }
        at += 1
    }

    // MARK: - Branches

    private mutating func branch(_ word: String, _ offset: Int) throws(Failure) -> Branch {
        let seen = variables.count
        defer { variables.removeLast(variables.count - seen) }
        try enter(offset)
        defer { depth -= 1 }
        let pipeline = try pipeline(word, allowsTwo: word == "range")
        try close(word)
        if word == "range" { rangeDepth += 1 }
        let (body, ending) = try list(until: ["end", "else"])
        if word == "range" { rangeDepth -= 1 }
        let kind: Branch.Kind =
            word == "if" ? .condition : word == "with" ? .with : .range
        var branch = Branch(
            kind: kind,
            pipeline: pipeline,
            body: body,
            otherwise: nil,
            offset: offset
        )
        guard let ending else { throw Failure(offset: offset, problem: "an {{end}} is missing") }
        if ending.word == "else" {
            branch.otherwise = try otherwise(word, ending)
        } else {
            try close("end")
        }
        return branch
    }

    /// `{{else}}…{{end}}`, `{{else if …}}`, `{{else with …}}`.
    private mutating func otherwise(_ word: String, _ ending: Ending) throws(Failure) -> [Node] {
        skipSpace()
        if case .identifier(let next) = tokens[at].kind {
            guard next == word, word != "range" else {
                throw Failure(offset: tokens[at].offset, problem: "unexpected \(next) after else")
            }
            at += 1
            return [.branch(try branch(word, ending.offset))]
        }
        try close("else")
        let (nodes, end) = try list(until: ["end"])
        guard let end, end.word == "end" else {
            throw Failure(
                offset: end?.offset ?? ending.offset,
                problem: "expected {{end}}, found {{else}}"
            )
        }
        try close("end")
        return nodes
    }

    // MARK: - Templates

    private mutating func name(_ context: String) throws(Failure) -> String {
        skipSpace()
        guard case .string(let bytes) = tokens[at].kind else {
            throw Failure(
                offset: tokens[at].offset,
                problem: "expected a name in quotes after \(context)"
            )
        }
        at += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func define(_ offset: Int) throws(Failure) {
        guard depth == 0 else {
            throw Failure(offset: offset, problem: "{{define}} stands at the top only")
        }
        let name = try name("define")
        try close("define")
        let outer = variables
        variables = ["$"]
        let (nodes, ending) = try list(until: ["end"])
        variables = outer
        guard let ending, ending.word == "end" else {
            throw Failure(
                offset: ending?.offset ?? offset,
                problem: "unexpected {{else}} in define"
            )
        }
        try close("end")
        try add(name, nodes, offset)
    }

    private mutating func add(_ name: String, _ nodes: [Node], _ offset: Int) throws(Failure) {
        let isEmpty = Template.isEmpty(nodes)
        if let known = definitions[name], !Template.isEmpty(known) {
            guard isEmpty else {
                throw Failure(offset: offset, problem: "template \"\(name)\" is defined twice")
            }
            return
        }
        definitions[name] = nodes
    }

    private mutating func block(_ offset: Int) throws(Failure) -> Node {
        let name = try name("block")
        let pipeline = try pipeline("block", allowsTwo: false)
        try close("block")
        let (outer, outerDepth) = (variables, rangeDepth)
        variables = ["$"]
        rangeDepth = 0
        let (nodes, ending) = try list(until: ["end"])
        (variables, rangeDepth) = (outer, outerDepth)
        guard let ending, ending.word == "end" else {
            throw Failure(offset: ending?.offset ?? offset, problem: "unexpected {{else}} in block")
        }
        try close("end")
        try add(name, nodes, offset)
        return .template(name: name, pipeline, offset: offset)
    }

    private mutating func include(_ offset: Int) throws(Failure) -> Node {
        let name = try name("template")
        skipSpace()
        if case .close = tokens[at].kind {
            at += 1
            return .template(name: name, nil, offset: offset)
        }
        let pipeline = try pipeline("template", allowsTwo: false)
        try close("template")
        return .template(name: name, pipeline, offset: offset)
    }

    // MARK: - Pipelines

    private mutating func enter(_ offset: Int) throws(Failure) {
        depth += 1
        guard depth <= limits.nesting else {
            throw Failure(
                offset: offset,
                problem: "nested deeper than \(limits.nesting) (nesting)"
            )
        }
    }

    private mutating func pipeline(
        _ context: String,
        allowsTwo: Bool
    ) throws(Failure) -> Pipeline {
        skipSpace()
        var pipeline = Pipeline(offset: tokens[at].offset, end: tokens[at].offset)
        try declarations(&pipeline, allowsTwo: allowsTwo)
        while true {
            skipSpace()
            switch tokens[at].kind {
            case .close, .rightParenthesis:
                try check(pipeline, context)
                pipeline.end = tokens[at].offset
                if !pipeline.isAssignment { variables += pipeline.variables }
                return pipeline
            case .pipe where !pipeline.commands.isEmpty:
                at += 1
                skipSpace()
                // Go takes `{{.x |}}`.
                if case .close = tokens[at].kind { continue }
            default:
                pipeline.commands.append(try command())
            }
        }
    }

    private func check(_ pipeline: Pipeline, _ context: String) throws(Failure) {
        guard !pipeline.commands.isEmpty else {
            throw Failure(offset: pipeline.offset, problem: "missing value for \(context)")
        }
        // Only a function takes what comes through a pipe.
        for command in pipeline.commands.dropFirst() {
            guard let first = command.operands.first else { continue }
            switch first.kind {
            case .literal, .dot, .null:
                throw Failure(
                    offset: first.offset,
                    problem: "what stands behind | must be a function"
                )
            default: break
            }
        }
    }

    /// `$x :=`, `$x =`, `$i, $x :=`.
    private mutating func declarations(
        _ pipeline: inout Pipeline,
        allowsTwo: Bool
    ) throws(Failure) {
        let start = at
        guard case .variable(let first) = tokens[at].kind else { return }
        at += 1
        skipSpace()
        var names = [first]
        if case .comma = tokens[at].kind {
            at += 1
            skipSpace()
            guard allowsTwo, case .variable(let second) = tokens[at].kind else {
                throw Failure(offset: tokens[at].offset, problem: "too many declarations")
            }
            names.append(second)
            at += 1
            skipSpace()
        }
        switch tokens[at].kind {
        case .declare: pipeline.isAssignment = false
        case .assign:
            pipeline.isAssignment = true
            for name in names where !variables.contains(name) {
                // Go finds that out when it runs.
                _ = name
            }
        default:
            guard names.count == 1 else {
                throw Failure(
                    offset: tokens[at].offset,
                    problem: "expected := behind two variables"
                )
            }
            at = start
            return
        }
        at += 1
        pipeline.variables = names
    }

    private mutating func command() throws(Failure) -> Command {
        var command = Command(operands: [], offset: tokens[at].offset)
        while true {
            skipSpace()
            guard let operand = try operand() else { break }
            command.operands.append(operand)
            switch tokens[at].kind {
            case .space: continue
            case .pipe, .close, .rightParenthesis: break
            default:
                throw Failure(
                    offset: tokens[at].offset,
                    problem: "unexpected \(describe(tokens[at])) in operand",
                    hint: "arguments are separated by blanks"
                )
            }
            break
        }
        skipSpace()
        guard !command.operands.isEmpty else {
            throw Failure(
                offset: tokens[at].offset,
                problem: "unexpected \(describe(tokens[at])) in command"
            )
        }
        return command
    }

    /// A term, and the fields that stand right behind it.
    private mutating func operand() throws(Failure) -> Operand? {
        guard let term = try term() else { return nil }
        var fields: [FieldName] = []
        let offset = term.offset
        while case .field(let name) = tokens[at].kind {
            fields.append(FieldName(name))
            at += 1
        }
        guard !fields.isEmpty else { return term }
        switch term.kind {
        case .field(let first): return Operand(kind: .field(first + fields), offset: offset)
        case .variable(let name, let first):
            return Operand(kind: .variable(name, first + fields), offset: offset)
        case .literal, .null, .dot:
            throw Failure(offset: offset, problem: "unexpected . after a constant")
        default: return Operand(kind: .chain(term, fields), offset: offset)
        }
    }

    private mutating func term() throws(Failure) -> Operand? {
        let token = tokens[at]
        func made(_ kind: Operand.Kind) -> Operand { Operand(kind: kind, offset: token.offset) }
        switch token.kind {
        case .dot:
            at += 1
            return made(.dot)
        case .field(let name):
            at += 1
            return made(.field([FieldName(name)]))
        case .variable(let name):
            at += 1
            guard variables.contains(name) else {
                throw Failure(offset: token.offset, problem: "undefined variable \(name)")
            }
            return made(.variable(name, []))
        case .identifier(let word):
            at += 1
            return made(try wordKind(word, token.offset))
        case .number(let text):
            at += 1
            guard let value = GoNumber.value(text) else {
                let isComplex = text.hasSuffix("i")
                throw Failure(
                    offset: token.offset,
                    problem: isComplex
                        ? "complex numbers are not supported: \(text)"
                        : "\(text) is no number"
                )
            }
            return made(.literal(value))
        case .character(let code):
            at += 1
            return made(.literal(.int(Int64(code), isLiteral: true)))
        case .string(let bytes):
            at += 1
            return made(.literal(.string(bytes)))
        case .leftParenthesis:
            at += 1
            try enter(token.offset)
            defer { depth -= 1 }
            let inner = try pipeline("parenthesized pipeline", allowsTwo: false)
            guard case .rightParenthesis = tokens[at].kind else {
                throw Failure(
                    offset: tokens[at].offset,
                    problem: "a closing parenthesis is missing"
                )
            }
            at += 1
            return made(.pipeline(inner))
        default:
            return nil
        }
    }

    private func wordKind(_ word: String, _ offset: Int) throws(Failure) -> Operand.Kind {
        switch word {
        case "true": return .literal(.bool(true))
        case "false": return .literal(.bool(false))
        case "nil": return .null
        default:
            guard Functions.table[word] != nil else {
                throw Failure(
                    offset: offset,
                    problem: "function \"\(word)\" is not defined",
                    hint: Functions.advice(for: word)
                )
            }
            return .function(word)
        }
    }

    private mutating func skipSpace() {
        while case .space = tokens[at].kind { at += 1 }
    }

    private func describe(_ token: Token) -> String {
        switch token.kind {
        case .text: "text"
        case .open: "{{"
        case .close: "}}"
        case .space: "a blank"
        case .pipe: "|"
        case .leftParenthesis: "("
        case .rightParenthesis: ")"
        case .comma: ","
        case .assign: "="
        case .declare: ":="
        case .dot: "."
        case .field(let name): ".\(name)"
        case .variable(let name): name
        case .identifier(let word): word
        case .number(let text): text
        case .character: "a character"
        case .string: "a string"
        case .end: "the end"
        }
    }
}

/// Go's number literals, complex ones aside.
enum GoNumber {
    static func value(_ text: String) -> Value? {
        let plain = text.contains("_") ? withoutUnderscores(text) : text
        guard let plain else { return nil }
        let digits = plain.drop { $0 == "+" || $0 == "-" }
        let isNegative = plain.hasPrefix("-")
        let lower = digits.lowercased()
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where lower.hasPrefix(prefix) {
            if let number = UInt64(lower.dropFirst(2), radix: radix) {
                return integer(number, isNegative)
            }
            if radix == 16, lower.contains("p"), let number = Double(lower) {
                return whole(isNegative ? -number : number)
            }
            return nil
        }
        let isInteger = !lower.isEmpty && lower.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if isInteger {
            let radix = lower.count > 1 && lower.hasPrefix("0") ? 8 : 10
            return UInt64(lower, radix: radix).flatMap { integer($0, isNegative) }
        }
        guard let first = lower.utf8.first, first == 0x2E || (0x30...0x39).contains(first),
            !lower.contains("x"), !lower.contains("n"), let number = Double(lower), number.isFinite
        else { return nil }
        return whole(isNegative ? -number : number)
    }

    private static func integer(_ magnitude: UInt64, _ isNegative: Bool) -> Value? {
        if isNegative {
            guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
            return .int(Int64(truncatingIfNeeded: 0 &- magnitude), isLiteral: true)
        }
        return Int64(exactly: magnitude).map { .int($0, isLiteral: true) }
    }

    /// An ideal constant like `1e3` is an integer where one is wanted; here it stays a float.
    private static func whole(_ number: Double) -> Value { .double(number) }

    /// Underscores stand between digits, or behind a prefix, only.
    private static func withoutUnderscores(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() where byte == 0x5F {
            guard index > 0, index + 1 < bytes.count, bytes[index - 1] != 0x5F,
                bytes[index + 1] != 0x5F, bytes[index + 1] != 0x2E, bytes[index - 1] != 0x2E
            else { return nil }
        }
        let isPrefixed = text.drop { $0 == "+" || $0 == "-" }.hasPrefix("0")
        guard isPrefixed else { return nil }
        return text.replacingUnderscores
    }
}

extension String {
    fileprivate var replacingUnderscores: String { filter { $0 != "_" } }
}
