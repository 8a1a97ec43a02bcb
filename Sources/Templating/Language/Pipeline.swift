/// `$x := command | command`.
final class Pipeline: Sendable {
    struct Variable: Sendable {
        let name: String
        /// nil for an assignment to what was never declared: an error once it runs.
        let slot: Int?
    }

    /// Variables declared or assigned by it; two for `range`, the index first.
    let variables: [Variable]
    let commands: [Command]
    let offset: Int

    init(_ commands: [Command], variables: [Variable] = [], offset: Int) {
        self.commands = commands
        self.variables = variables
        self.offset = offset
    }
}

final class Command: Sendable {
    enum Kind: Sendable {
        case operand(Operand)
        case call(Function, [Operand])
        /// `and`, `or`: they stop early.
        case logic(isOr: Bool, [Operand])
    }

    let kind: Kind
    /// Further operands behind one that is no function; an error unless it is a method.
    let arguments: [Operand]
    let offset: Int

    init(_ kind: Kind, arguments: [Operand] = [], offset: Int) {
        self.kind = kind
        self.arguments = arguments
        self.offset = offset
    }
}

final class Operand: Sendable {
    enum Kind: Sendable {
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

    let kind: Kind
    let offset: Int
    /// Whether a missing value may go where this goes, in payloads: `default`, `if` and the like.
    let toleratesMissing: Bool

    init(_ kind: Kind, offset: Int, toleratesMissing: Bool = false) {
        self.kind = kind
        self.offset = offset
        self.toleratesMissing = toleratesMissing
    }
}

/// A field's name as the bytes that are looked up.
struct FieldName: Sendable {
    let utf8: [UInt8]
    /// Of its dot.
    let offset: Int
    var text: String { String(decoding: utf8, as: UTF8.self) }
}
