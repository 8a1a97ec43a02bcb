/// Sprig's functions as Argo CD gives them to its users: no environment, no network.
enum SprigFunctions {
    /// In the order of sprig's own documentation.
    static let families: [FunctionFamily] = [
        SprigStrings.family, SprigRegex.family, SprigMath.family, SprigDates.family,
        SprigDefaults.family, SprigEncodings.family, SprigLists.family, SprigDictionaries.family,
        SprigJSON.family, SprigReflection.family, SprigPaths.family, SprigURLs.family,
        SprigVersions.family, SprigChance.family,
    ].map(metered)

    /// Names that sprig has and we refuse, with the reason that the error tells.
    static let refused: [String: String] = SprigRefused.reasons

    /// Charges each call for what it looks at, and for the text it makes.
    ///
    /// Functions whose result may be larger than their arguments ask by themselves before.
    private static func metered(_ family: FunctionFamily) -> FunctionFamily {
        let functions = family.functions.map { function in
            let body = function.body
            return Function(
                function.name,
                function.parameters,
                rest: function.rest,
                summary: function.summary
            ) { arguments, run throws(FunctionError) in
                try run.spend(arguments.reduce(1) { $0 + $1.extent })
                let result = try body(arguments, run)
                if let bytes = result.bytes { try run.allow(bytes: bytes.count) }
                return result
            }
        }
        return FunctionFamily(title: family.title, functions: functions)
    }
}

extension Value {
    /// How much there is to look at, in steps: 16 bytes or one element each.
    fileprivate var extent: Int {
        switch self {
        case .string(let bytes): bytes.count >> 4
        case .list(let list): list.count
        default: 0
        }
    }
}
