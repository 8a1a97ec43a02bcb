/// Why a function gives nothing; the executor adds where.
enum FunctionError: Error, Equatable {
    /// What is wrong, in lower case, without the function's name.
    case failed(String, hint: String = "")
    /// The name of the limit of `TemplateLimits` that was reached, and what for.
    case limit(String)
}
