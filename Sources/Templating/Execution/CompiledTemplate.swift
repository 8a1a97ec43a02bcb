import JSON

/// A text and what it defines, parsed and checked; shared by all its runs.
final class CompiledTemplate: Sendable {
    /// A text that templates came from.
    struct Source: Sendable {
        let name: String
        let text: [UInt8]
    }

    /// A named piece, in one of its variants.
    struct Definition: Sendable {
        let nodes: [Node]
        let slots: Int
        /// Index in `sources`.
        let source: Int
    }

    /// Which definition, and where in the payload it stands (0 for plain text).
    struct Key: Hashable, Sendable {
        let name: String
        var variant = 0
    }

    let options: TemplateOptions
    let sources: [Source]
    let definitions: [Key: Definition]
    /// Regular expressions that stand in the text as literals, read once for all runs.
    let patterns: [[UInt8]: RegularExpression]

    init(
        options: TemplateOptions,
        sources: [Source],
        definitions: [Key: Definition],
        patterns: [[UInt8]: RegularExpression]
    ) {
        self.options = options
        self.sources = sources
        self.definitions = definitions
        self.patterns = patterns
    }

    /// What a mistake looks like to people.
    func error(_ trouble: Trouble, _ source: Int, _ span: Span?) -> TemplateError {
        sources[source].error(trouble, span)
    }
}

/// What went wrong, before it is known how the place is called.
struct Trouble: Error {
    var kind = TemplateError.Kind.execution
    /// In bytes; nil stands for the action's beginning.
    var offset: Int?
    var problem: String
    var hint = ""

    static let missingHint = "default says what stands in for what is missing"
}

extension CompiledTemplate.Source {
    func error(_ trouble: Trouble, _ span: Span?) -> TemplateError {
        let offset = min(trouble.offset ?? span?.start ?? 0, text.count)
        let position = TextPosition(of: offset, in: text)
        return TemplateError(
            kind: trouble.kind,
            name: name,
            line: position.line,
            column: position.column,
            action: span.map(shown) ?? "",
            problem: trouble.problem,
            hint: trouble.hint
        )
    }

    /// An action as written, on one line, cut when it is long.
    private func shown(_ span: Span) -> String {
        let bytes = text[min(span.start, text.count)..<min(max(span.end, span.start), text.count)]
        let words = String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }
        let line = words.joined(separator: " ")
        return line.count > 120 ? line.prefix(117) + "…}}" : line
    }
}
