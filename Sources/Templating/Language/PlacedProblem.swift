/// What is wrong with a text that was parsed, and where.
struct PlacedProblem: Error {
    /// Index of the source, as a definition has it.
    var source: Int
    var offset: Int
    /// The action, where it is one's fault.
    var span: Span?
    var problem: String
    var hint = ""
}
