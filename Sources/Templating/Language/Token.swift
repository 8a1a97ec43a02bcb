/// A piece of a template's text.
struct Token {
    enum Kind {
        case text([UInt8])
        case open
        case close
        case space
        case pipe
        case leftParenthesis
        case rightParenthesis
        case assign
        case declare
        case dot
        case null
        case bool(Bool)
        /// `.Name`, without its dot.
        case field([UInt8])
        /// `$`, `$name`.
        case variable(String)
        case identifier(String)
        case keyword(Keyword)
        case number(String)
        case character(UInt32)
        case string([UInt8])
        /// Printable, but of no meaning here; a comma between two range variables.
        case mark(UInt8)
        /// What could not be read; the rest of its action is left out.
        case broken(problem: String, hint: String)
        case end
    }

    enum Keyword: String {
        case `break`, `continue`, block, define, `else`, end, `if`, range, template, with
    }

    let kind: Kind
    /// Byte offset in the template's text.
    let offset: Int

    /// As an error message shows it.
    var shown: String {
        switch kind {
        case .text: "text"
        case .open: "{{"
        case .close: "}}"
        case .space: "a blank"
        case .pipe: "|"
        case .leftParenthesis: "("
        case .rightParenthesis: ")"
        case .assign: "="
        case .declare: ":="
        case .dot: "."
        case .null: "nil"
        case .bool(let isTrue): "\(isTrue)"
        case .field(let name): "." + String(decoding: name, as: UTF8.self)
        case .variable(let name): name
        case .identifier(let word): word
        case .keyword(let word): word.rawValue
        case .number(let text): text
        case .character: "a character"
        case .string: "a string"
        case .mark(let byte): String(decoding: [byte], as: UTF8.self)
        case .broken: "what cannot be read"
        case .end: "the end of the template"
        }
    }
}
