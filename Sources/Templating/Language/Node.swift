/// A parsed template's parts. Immutable; a run keeps its state elsewhere.
indirect enum Node: Sendable {
    case text([UInt8])
    case action(Pipeline, Place)
    case branch(Branch)
    case template(name: String, Pipeline?, offset: Int)
    case leave
    case next

    /// Where an action stands in the JSON that is being written.
    enum Place: Sendable {
        /// Plain text semantics, or an assignment that prints nothing.
        case anywhere
        case insideString
        case value
    }
}

/// `if`, `with`, `range`.
struct Branch: Sendable {
    enum Kind: Sendable { case condition, with, range }

    var kind: Kind
    var pipeline: Pipeline
    var body: [Node]
    var otherwise: [Node]?
    var offset: Int
}

struct Pipeline: Sendable {
    /// Variables declared or assigned by it; two for `range`.
    var variables: [String] = []
    var isAssignment = false
    var commands: [Command] = []
    var offset: Int
    /// Behind its last token, for showing it as written.
    var end: Int
}

/// A function with its arguments, or one operand.
struct Command: Sendable {
    var operands: [Operand]
    var offset: Int
}

struct Operand: Sendable {
    indirect enum Kind: Sendable {
        case dot
        case null
        case literal(Value)
        /// `.a.b`
        case field([FieldName])
        /// `$x.a.b`
        case variable(String, [FieldName])
        case function(String)
        /// `(pipeline).a.b`, and fields of other operands.
        case chain(Operand, [FieldName])
        case pipeline(Pipeline)
    }

    var kind: Kind
    var offset: Int
}

/// A field's name as the bytes that are looked up.
struct FieldName: Sendable {
    let utf8: [UInt8]
    var text: String { String(decoding: utf8, as: UTF8.self) }

    init(_ text: String) { utf8 = Array(text.utf8) }
}
