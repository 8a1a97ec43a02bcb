/// What is wrong with a template, where, and what to do.
package struct TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// Cannot be read, or is refused before any data is seen.
        case parse
        case execution
        /// Reached a limit of `TemplateLimits`.
        case limit
    }

    package var kind: Kind
    /// The template's name: a file's or a setting's.
    package var name: String
    /// 1 for the first.
    package var line: Int
    /// 1 for the first, in characters.
    package var column: Int
    /// The action as written; "" where there is none.
    package var action: String
    package var problem: String
    package var hint: String

    package var description: String {
        var text = "\(name):\(line):\(column): \(problem)"
        if !action.isEmpty { text += " in \(action)" }
        return hint.isEmpty ? text : "\(text); \(hint)"
    }
}

/// All that one pass over a template found wrong.
package struct TemplateErrors: Error, Equatable, CustomStringConvertible {
    package var all: [TemplateError]

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// What a template may make us do.
package struct TemplateLimits: Equatable, Sendable {
    package var outputBytes = 8 << 20
    /// Nodes walked and values made, roughly: a tenth of a microsecond each.
    package var steps = 1_000_000
    /// Parentheses and blocks inside each other.
    package var nesting = 200
    /// Templates that include each other.
    package var includeDepth = 250
    /// Largest text or list a function may make.
    package var valueBytes = 16 << 20

    package init() {}
}

/// What comes out: any text, or JSON that cannot break.
package enum TemplateSemantics: Equatable, Sendable {
    /// As Go has it.
    case text
    /// Inside a JSON string a value is escaped; at a value only JSON comes out (DESIGN §2.5).
    case payload
}

/// What a missing key gives.
package enum MissingKey: Equatable, Sendable {
    /// `<no value>`, as Go's default.
    case standard
    case zero
    case error
}

package struct TemplateOptions: Equatable, Sendable {
    package var semantics = TemplateSemantics.text
    package var missingKey = MissingKey.standard
    package var limits = TemplateLimits()
    package var name = "template"
    /// Templates that are parsed before the text, in this order, each under its name.
    package var defines: [(name: String, text: [UInt8])] = []
    package var functions = FunctionSet.goAndSprig
    /// Members that a caller adds to what a template sees, and all that each of them can have, in the
    /// order in which people are told: another field of one is a mistake of the text.
    package var closed: [String: [String]] = [:]

    package init() {}

    package static func == (a: TemplateOptions, b: TemplateOptions) -> Bool {
        a.semantics == b.semantics && a.missingKey == b.missingKey && a.limits == b.limits
            && a.name == b.name && a.functions == b.functions && a.closed == b.closed
            && a.defines.count == b.defines.count
            && zip(a.defines, b.defines).allSatisfy { $0.name == $1.name && $0.text == $1.text }
    }
}

/// Which functions a template may call.
package enum FunctionSet: Equatable, Sendable {
    /// Go's own, and sprig's, which hide Go's of the same name.
    case goAndSprig
    /// Go's own alone.
    case go
}
