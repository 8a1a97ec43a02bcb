/// A parsed template's parts, immutable: a run keeps its state elsewhere.
indirect enum Node: Sendable {
    case text([UInt8], offset: Int)
    case action(Action)
    case branch(Branch)
    case include(Include)
    case leave(offset: Int)
    case next(offset: Int)
}

/// `{{pipeline}}`: prints what comes out, unless it declares or assigns.
struct Action: Sendable {
    var pipeline: Pipeline
    var sink = Sink.text
    var span: Span

    /// Where an action stands in what is being written.
    enum Sink: Sendable {
        /// Go's plain text.
        case text
        /// Inside a JSON string.
        case string
        /// Where a JSON value stands.
        case value
    }
}

/// From an action's `{{` to behind its `}}`, in bytes.
struct Span: Sendable {
    var start: Int
    var end: Int
}

/// `if`, `with`, `range`.
struct Branch: Sendable {
    enum Kind: Sendable { case condition, with, range }

    var kind: Kind
    var pipeline: Pipeline
    var body: [Node]
    var otherwise: [Node]
    var span: Span
}

/// `{{template "name" pipeline}}`, and what a `block` leaves in its place.
struct Include: Sendable {
    var name: String
    var pipeline: Pipeline?
    var span: Span
    /// Which variant of the template: 0 for plain text, else where it stands in the payload.
    var variant = 0
}

struct Pipeline: Sendable {
    /// Variables declared or assigned by it; two for `range`, the index first.
    var variables: [Variable] = []
    var isAssignment = false
    var commands: [Command] = []
    var offset: Int

    struct Variable: Sendable {
        var name: String
        /// nil for an assignment to what was never declared: an error once it runs.
        var slot: Int?
    }
}

/// A function with its arguments, or one operand.
struct Command: Sendable {
    enum Kind: Sendable {
        case operand(Operand)
        case call(Function, [Operand])
        /// `and`, `or`: they stop early.
        case logic(isOr: Bool, [Operand])
    }

    var kind: Kind
    /// Further operands behind one that is no function; an error unless it is a method.
    var arguments: [Operand] = []
    var offset: Int
}

struct Operand: Sendable {
    indirect enum Kind: Sendable {
        case dot
        case null
        case bool(Bool)
        case number(NumberLiteral)
        case string([UInt8])
        /// `.a.b`
        case field([FieldName])
        /// `$x.a.b`
        case variable(Int, [FieldName])
        /// A variable of a branch that was not taken.
        case undefined(String)
        case function(Function)
        /// `(pipeline).a.b`, `function.a`
        case chain(Operand, [FieldName])
        case pipeline(Pipeline)
    }

    var kind: Kind
    var offset: Int
    /// Whether a missing value may go where this goes, in payloads: `default`, `if` and the like.
    var toleratesMissing = false
}

/// A field's name as the bytes that are looked up.
struct FieldName: Sendable {
    let utf8: [UInt8]
    /// Of its dot.
    let offset: Int
    var text: String { String(decoding: utf8, as: UTF8.self) }
}
