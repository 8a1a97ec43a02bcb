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
    private static func metered(_ family: FunctionFamily) -> FunctionFamily {
        let functions = family.functions.map { function in
            if case .metered = function.price { return function }
            return function.priced(.metered(steps[function.name] ?? 1))
        }
        return FunctionFamily(title: family.title, functions: functions)
    }

    /// Steps of calls that take much longer than a step whatever their arguments are.
    private static let steps: [String: Int] = {
        var steps: [String: Int] = [:]
        for (price, names) in prices { for name in names { steps[name] = price } }
        return steps
    }()

    private static let prices: [(Int, [String])] = [
        (100, ["sha512sum", "semver", "semverCompare"]),
        (
            40,
            [
                "sha256sum", "snakecase", "kebabcase", "merge", "mustMerge", "mergeOverwrite",
                "mustMergeOverwrite", "urlParse", "urlJoin",
            ]
        ),
        (
            20,
            [
                "sha1sum", "swapcase", "toDecimal", "date", "dateInZone", "date_in_zone",
                "htmlDate",
                "htmlDateInZone", "toDate", "mustToDate", "uuidv4", "deepCopy", "mustDeepCopy",
                "fromJson", "mustFromJson", "ago", "duration", "durationRound", "dateModify",
                "date_modify", "mustDateModify", "must_date_modify",
            ]
        ),
        (
            10,
            [
                "regexMatch", "mustRegexMatch", "regexFind", "mustRegexFind", "regexFindAll",
                "mustRegexFindAll", "regexSplit", "mustRegexSplit", "regexReplaceAll",
                "mustRegexReplaceAll", "regexReplaceAllLiteral", "mustRegexReplaceAllLiteral",
                "regexQuoteMeta", "deepEqual", "addf", "subf", "mulf", "divf", "add1f", "omit",
                "keys", "values", "randBytes", "seq", "title", "repeat",
            ]
        ),
    ]
}
