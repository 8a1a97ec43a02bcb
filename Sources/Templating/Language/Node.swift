/// A parsed template's parts, immutable: a run keeps its state elsewhere.
///
/// They are classes for speed alone: a run passes many of them around, one count each.
enum Node: Sendable {
    case text([UInt8], offset: Int)
    case action(Action)
    case branch(Branch)
    case include(Include)
    case leave(offset: Int)
    case next(offset: Int)
}

/// From an action's `{{` to behind its `}}`, in bytes.
struct Span: Sendable {
    var start: Int
    var end: Int
}

/// `{{pipeline}}`: prints what comes out, unless it declares or assigns.
final class Action: Sendable {
    /// Where an action stands in what is being written.
    enum Sink: Sendable {
        /// Go's plain text.
        case text
        /// Inside a JSON string.
        case string
        /// Where a JSON value stands.
        case value
    }

    let pipeline: Pipeline
    let sink: Sink
    let span: Span

    init(_ pipeline: Pipeline, sink: Sink = .text, span: Span) {
        self.pipeline = pipeline
        self.sink = sink
        self.span = span
    }
}

/// `if`, `with`, `range`.
final class Branch: Sendable {
    enum Kind: String, Sendable { case `if`, with, range }

    let kind: Kind
    let pipeline: Pipeline
    let body: [Node]
    let otherwise: [Node]
    let span: Span

    init(_ kind: Kind, _ pipeline: Pipeline, body: [Node], otherwise: [Node], span: Span) {
        self.kind = kind
        self.pipeline = pipeline
        self.body = body
        self.otherwise = otherwise
        self.span = span
    }
}

/// `{{template "name" pipeline}}`, and what a `block` leaves in its place.
final class Include: Sendable {
    let name: String
    let pipeline: Pipeline?
    let span: Span
    /// Which variant of the template: 0 for plain text, else where it stands in the payload.
    let variant: Int

    init(_ name: String, _ pipeline: Pipeline?, variant: Int = 0, span: Span) {
        self.name = name
        self.pipeline = pipeline
        self.variant = variant
        self.span = span
    }
}
