/// A piece of a template's text.
struct Token: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case text([UInt8])
        case open
        case close
        case space
        case pipe
        case leftParenthesis
        case rightParenthesis
        case comma
        case assign
        case declare
        case dot
        /// `.Name`, without its dot.
        case field(String)
        /// `$`, `$name`.
        case variable(String)
        case identifier(String)
        case number(String)
        case character(UInt32)
        case string([UInt8])
        case end
    }

    let kind: Kind
    /// Byte offset in the template's text.
    let offset: Int
}
