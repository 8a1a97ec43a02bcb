/// Makes a template of its text and of those that are defined beside it.
struct Compiler {
    private let options: TemplateOptions
    private var sources: [CompiledTemplate.Source] = []
    private var definitions: [CompiledTemplate.Key: CompiledTemplate.Definition] = [:]
    private var patterns: [[UInt8]: RegularExpression] = [:]
    private var errors: [TemplateError] = []

    init(_ options: TemplateOptions) { self.options = options }

    mutating func compile(_ text: [UInt8]) throws(TemplateErrors) -> CompiledTemplate {
        for define in options.defines { read(define.name, define.text) }
        read(options.name, text)
        if errors.isEmpty {
            if !options.closed.isEmpty { followFields() }
            if options.semantics == .payload { followContexts() }
        }
        guard errors.isEmpty else { throw TemplateErrors(all: errors) }
        return CompiledTemplate(
            options: options,
            sources: sources,
            definitions: definitions,
            patterns: patterns
        )
    }

    private mutating func read(_ name: String, _ text: [UInt8]) {
        let source = CompiledTemplate.Source(name: name, text: text)
        sources.append(source)
        var parser = Parser(
            Lexer.tokens(of: text),
            limits: options.limits,
            functions: options.functions.table
        )
        let main = parser.parse()
        for pattern in parser.patterns { read(pattern: pattern) }
        for problem in parser.problems.sorted(by: { $0.offset < $1.offset }).prefix(20) {
            errors.append(source.error(problem))
        }
        if let inner = parser.definitions[name], !inner.nodes.isBlank, !main.nodes.isBlank {
            let problem = "template \"\(name)\" is defined twice: it is this text's own name"
            errors.append(source.error(Parser.Problem(offset: 0, problem: problem)))
        }
        for (name, definition) in parser.definitions { add(name, definition) }
        add(name, main)
    }

    /// One that cannot be read is an error where it is used, if it ever is, as in Go.
    private mutating func read(pattern text: [UInt8]) {
        guard patterns[text] == nil, patterns.count < Run.patternLimit else { return }
        patterns[text] = try? RegularExpression(text)
    }

    /// A template of white space only never replaces another.
    private mutating func add(_ name: String, _ definition: Parser.Definition) {
        let key = CompiledTemplate.Key(name: name)
        if definition.nodes.isBlank, definitions[key] != nil { return }
        definitions[key] = CompiledTemplate.Definition(
            nodes: definition.nodes,
            slots: definition.slots,
            source: sources.count - 1
        )
    }

    /// Refuses fields that no data can have.
    private mutating func followFields() {
        var follower = FieldFollower(definitions, closed: options.closed)
        for problem in follower.follow(options.name) { add(problem) }
    }

    /// Tells each action of a payload where it stands, and refuses what cannot be JSON.
    private mutating func followContexts() {
        let main = CompiledTemplate.Key(name: options.name)
        var follower = ContextFollower(definitions, limits: options.limits)
        guard let followed = follower.follow(options.name) else { return }
        definitions[main] = followed
        definitions.merge(follower.variants) { _, variant in variant }
        for problem in follower.problems { add(problem) }
    }

    private mutating func add(_ problem: PlacedProblem) {
        let trouble = Trouble(
            kind: .parse,
            offset: problem.offset,
            problem: problem.problem,
            hint: problem.hint
        )
        errors.append(sources[problem.source].error(trouble, problem.span))
    }
}

extension CompiledTemplate.Source {
    fileprivate func error(_ problem: Parser.Problem) -> TemplateError {
        let trouble = Trouble(
            kind: problem.isLimit ? .limit : .parse,
            offset: problem.offset,
            problem: problem.problem,
            hint: problem.hint
        )
        return error(trouble, action(around: problem.offset))
    }

    /// The action that holds a byte, when it is closed.
    private func action(around offset: Int) -> Span? {
        let before = text[..<min(offset + 2, text.count)]
        var start: Int?
        for index in before.indices.dropLast() where text[index] == 0x7B && text[index + 1] == 0x7B
        {
            start = index
        }
        guard let start,
            let end = text[max(start + 2, min(offset, text.count))...].firstRange(
                of: Array("}}".utf8)
            )
        else { return nil }
        return Span(start: start, end: end.upperBound)
    }
}
