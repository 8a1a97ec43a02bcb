/// Sprig's functions as Argo CD gives them to its users: no environment, no network.
enum SprigFunctions {
    /// In the order of sprig's own documentation.
    static let families: [FunctionFamily] = []

    /// Names that sprig has and we refuse, with the reason that the error tells.
    static let refused: [String: String] = [:]
}
