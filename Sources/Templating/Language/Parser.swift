/// Makes nodes of tokens, as Go's text/template/parse/parse.go does.
///
/// A mistake ends its action only; what stands behind is still read.
struct Parser {
    struct Problem: Error {
        var offset: Int
        var problem: String
        var hint = ""
        /// How deep a text nests is a limit's matter, all else is syntax.
        var isLimit = false
    }

    /// A `define` or `block` that was met, or the text itself.
    struct Definition {
        var nodes: [Node]
        /// Variables alive at once, `$` included.
        var slots: Int
    }

    let tokens: [Token]
    let limits: TemplateLimits
    let functions: [String: Function]
    var at = 0
    var depth = 0
    var rangeDepth = 0
    var scope = Scope()
    /// By name, the text's own aside.
    private(set) var definitions: [String: Definition] = [:]
    private(set) var problems: [Problem] = []
    /// Regular expressions that stand in the text as literals.
    var patterns: [[UInt8]] = []
    private var isGivenUp = false

    init(_ tokens: [Token], limits: TemplateLimits, functions: [String: Function]) {
        self.tokens = tokens
        self.limits = limits
        self.functions = functions
    }

    /// Reads the whole text; what is wrong with it is in `problems`.
    mutating func parse() -> Definition {
        var nodes: [Node] = []
        while let ending = list(into: &nodes, isTop: true) {
            note(Problem(offset: ending.span.start, problem: "unexpected {{\(ending.word)}}"))
        }
        return Definition(nodes: nodes, slots: scope.highest)
    }

    mutating func note(_ problem: Problem) {
        guard !isGivenUp else { return }
        if problem.isLimit {
            // Whoever nests too deep is not followed down.
            isGivenUp = true
            at = tokens.count - 1
        }
        // A mistake often brings others at the same place.
        if problems.last?.offset != problem.offset { problems.append(problem) }
    }

    // MARK: - Lists

    /// How a list of nodes ended: by `{{end}}` or `{{else…`.
    struct Ending {
        let word: String
        let span: Span
        /// What follows in the same action: `if`, `with`; nil when it is closed.
        var continuation: Token.Keyword?
    }

    /// - Returns: nil at the end of the text.
    mutating func list(into nodes: inout [Node], isTop: Bool = false) -> Ending? {
        while true {
            let token = tokens[at]
            switch token.kind {
            case .end: return nil
            case .text(let bytes):
                at += 1
                nodes.append(.text(bytes, offset: token.offset))
            case .open:
                at += 1
                do {
                    if let ending = try action(token.offset, isTop, into: &nodes) { return ending }
                } catch {
                    note(error)
                    skipToClose()
                }
            case .broken(let problem, let hint):
                at += 1
                note(Problem(offset: token.offset, problem: problem, hint: hint))
            default: at += 1
            }
        }
    }

    private mutating func skipToClose() {
        while true {
            switch tokens[at].kind {
            case .end, .open, .text: return
            case .close:
                at += 1
                return
            default: at += 1
            }
        }
    }

    /// - Returns: How the list ends, when this action ends it.
    private mutating func action(
        _ start: Int,
        _ isTop: Bool,
        into nodes: inout [Node]
    ) throws(Problem) -> Ending? {
        skipSpace()
        let token = tokens[at]
        guard case .keyword(let word) = token.kind else {
            let pipeline = try pipeline("an action", allowsTwo: false)
            let span = try close(start)
            nodes.append(.action(Action(pipeline, span: span)))
            return nil
        }
        at += 1
        switch word {
        case .end: return Ending(word: "end", span: try close(start))
        case .else: return try elseEnding(start)
        case .if, .with, .range: nodes.append(.branch(branch(word, start)))
        case .define:
            guard isTop else {
                throw Problem(offset: start, problem: "{{define}} inside of another action")
            }
            try define(start)
        case .block: nodes.append(.include(try block(start)))
        case .template: nodes.append(.include(try include(start)))
        case .break, .continue:
            let span = try close(start)
            guard rangeDepth > 0 else {
                throw Problem(
                    offset: span.start,
                    problem: "{{\(word.rawValue)}} outside of {{range}}"
                )
            }
            nodes.append(word == .break ? .leave(offset: start) : .next(offset: start))
        }
        return nil
    }

    private mutating func elseEnding(_ start: Int) throws(Problem) -> Ending {
        skipSpace()
        if case .keyword(let next) = tokens[at].kind, next == .if || next == .with {
            at += 1
            let span = Span(start: start, end: tokens[at].offset)
            return Ending(word: "else", span: span, continuation: next)
        }
        return Ending(word: "else", span: try close(start))
    }

    /// Takes the closing delimiter.
    mutating func close(_ start: Int) throws(Problem) -> Span {
        skipSpace()
        guard case .close = tokens[at].kind else { throw unexpected("before }}") }
        at += 1
        return Span(start: start, end: endOfClose())
    }

    /// Behind the closing delimiter that was taken last.
    private func endOfClose() -> Int {
        // "}}", or " -}}": whatever follows begins behind it, text is not trimmed before that.
        tokens[at - 1].offset + 2
    }

    func unexpected(_ place: String) -> Problem {
        let token = tokens[at]
        if case .broken(let problem, let hint) = token.kind {
            return Problem(offset: token.offset, problem: problem, hint: hint)
        }
        return Problem(offset: token.offset, problem: "unexpected \(token.shown) \(place)")
    }

    mutating func skipSpace() { while case .space = tokens[at].kind { at += 1 } }

    func checkDepth(_ offset: Int) throws(Problem) {
        guard depth <= limits.nesting else {
            throw Problem(
                offset: offset,
                problem: "nested deeper than \(limits.nesting) (limit nesting)",
                isLimit: true
            )
        }
    }

    // MARK: - Branches

    private mutating func branch(_ word: Token.Keyword, _ start: Int) -> Branch {
        let mark = scope.mark
        defer { scope.leave(mark) }
        depth += 1
        defer { depth -= 1 }
        let kind: Branch.Kind = word == .if ? .if : word == .with ? .with : .range
        var pipeline = Pipeline([], offset: start)
        var span = Span(start: start, end: start)
        do {
            try checkDepth(start)
            pipeline = try self.pipeline(word.rawValue, allowsTwo: kind == .range)
            span = try close(start)
            if kind != .range { pipeline = pipeline.tolerant }
        } catch {
            note(error)
            skipToClose()
        }
        let (body, otherwise) = bodies(word, start)
        return Branch(kind, pipeline, body: body, otherwise: otherwise, span: span)
    }

    private mutating func bodies(_ word: Token.Keyword, _ start: Int) -> ([Node], [Node]) {
        let mark = scope.mark
        var body: [Node] = []
        if word == .range { rangeDepth += 1 }
        let ending = list(into: &body)
        if word == .range { rangeDepth -= 1 }
        // Go still knows the body's variables in the other branch, and fails when it runs.
        scope.forget(since: mark)
        guard let ending else {
            note(unclosed(word.rawValue, start))
            return (body, [])
        }
        return (body, ending.word == "else" ? otherwise(word, start, ending) : [])
    }

    private mutating func otherwise(
        _ word: Token.Keyword,
        _ start: Int,
        _ ending: Ending
    ) -> [Node] {
        if let next = ending.continuation {
            if next == word { return [.branch(branch(next, ending.span.start))] }
            let problem = "{{else \(next.rawValue)}} behind {{\(word.rawValue)}}"
            note(Problem(offset: ending.span.start, problem: problem))
            return []
        }
        var nodes: [Node] = []
        guard let end = list(into: &nodes) else {
            note(unclosed(word.rawValue, start))
            return nodes
        }
        if end.word != "end" {
            note(Problem(offset: end.span.start, problem: "expected {{end}}, found {{else}}"))
        }
        return nodes
    }

    private func unclosed(_ word: String, _ offset: Int) -> Problem {
        Problem(offset: offset, problem: "the {{\(word)}} that begins here has no {{end}}")
    }

    // MARK: - Templates

    private mutating func name(_ word: String) throws(Problem) -> String {
        skipSpace()
        guard case .string(let bytes) = tokens[at].kind else {
            throw unexpected("where {{\(word)}} needs a name in double quotes")
        }
        at += 1
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func define(_ start: Int) throws(Problem) {
        let name = try name("define")
        _ = try close(start)
        define(name, "define", start)
    }

    private mutating func define(_ name: String, _ word: String, _ start: Int) {
        let outer = (scope, rangeDepth)
        scope = Scope()
        rangeDepth = 0
        var nodes: [Node] = []
        let ending = list(into: &nodes)
        let definition = Definition(nodes: nodes, slots: scope.highest)
        (scope, rangeDepth) = outer
        guard let ending else { return note(unclosed(word, start)) }
        guard ending.word == "end" else {
            return note(
                Problem(offset: ending.span.start, problem: "unexpected {{else}} in {{\(word)}}")
            )
        }
        if let known = definitions[name], !known.nodes.isBlank {
            if !nodes.isBlank {
                note(Problem(offset: start, problem: "template \"\(name)\" is defined twice"))
            }
            return
        }
        definitions[name] = definition
    }

    private mutating func block(_ start: Int) throws(Problem) -> Include {
        let name = try name("block")
        let pipeline = try pipeline("block", allowsTwo: false)
        let span = try close(start)
        depth += 1
        defer { depth -= 1 }
        try checkDepth(start)
        define(name, "block", start)
        return Include(name, pipeline, span: span)
    }

    private mutating func include(_ start: Int) throws(Problem) -> Include {
        let name = try name("template")
        skipSpace()
        if case .close = tokens[at].kind {
            return Include(name, nil, span: try close(start))
        }
        let pipeline = try pipeline("template", allowsTwo: false)
        return Include(name, pipeline, span: try close(start))
    }
}

extension [Node] {
    /// Whether there is nothing but white space: such a `define` never replaces another.
    var isBlank: Bool {
        allSatisfy { node in
            guard case .text(let bytes, _) = node else { return false }
            return bytes.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
        }
    }
}
