/// Functions of regular expressions: sprig's regex.go.
///
/// A pattern that cannot be read is an error; only `regexMatch` takes it for no match.
enum SprigRegex {
    static let family = FunctionFamily(
        title: "Regular expressions",
        functions: finding + replacing
    )

    private static let finding: [Function] =
        [
            Function("regexMatch", [.string, .string], summary: "pattern, text") {
                a,
                run throws(FunctionError) in
                do throws(FunctionError) {
                    return try matches(a, run)
                } catch .failed {
                    return .bool(false)
                }
            },
            Function(
                "mustRegexMatch",
                [.string, .string],
                summary: "an error for a pattern that cannot be read",
                matches
            ),
            Function("regexQuoteMeta", [.string], summary: "a pattern that matches just this text")
            { a, _ in
                .string(RegularExpression.quoting(a.text(0)))
            },
        ]
        + .named(
            "regexFind",
            "mustRegexFind",
            taking: [.string, .string],
            summary: "pattern, text: the first match, or \"\""
        ) {
            a,
            run throws(FunctionError) in
            let text = a.text(1)
            let found = try search(a.text(0), run) {
                pattern,
                budget throws(RegularExpressionError) in
                try pattern.firstMatch(in: text, budget: budget)
            }
            return .string(found.map { Array(text[$0]) } ?? [])
        }
        + .named(
            "regexFindAll",
            "mustRegexFindAll",
            taking: [.string, .string, .int],
            summary: "pattern, text, at most (-1 for all)"
        ) { a, run throws(FunctionError) in
            let text = a.text(1)
            let limit = a.int(2)
            let found = try search(a.text(0), run) {
                pattern,
                budget throws(RegularExpressionError) in
                try pattern.matches(in: text, limit: limit, budget: budget)
            }
            try run.allow(elements: found.count)
            return list(found.map { Array(text[$0]) }, isNil: found.isEmpty)
        }
        + .named(
            "regexSplit",
            "mustRegexSplit",
            taking: [.string, .string, .int],
            summary: "pattern, text, at most (-1 for all)"
        ) {
            a,
            run throws(FunctionError) in
            let pieces = try search(a.text(0), run) {
                pattern,
                budget throws(RegularExpressionError) in
                try pattern.split(a.text(1), limit: a.int(2), budget: budget)
            }
            try run.allow(elements: pieces.count)
            return list(pieces, isNil: a.int(2) == 0)
        }

    private static let replacing: [Function] =
        .named(
            "regexReplaceAll",
            "mustRegexReplaceAll",
            taking: [.string, .string, .string],
            summary: "pattern, text, replacement with $1 or ${name}"
        ) { a, run throws(FunctionError) in
            .string(
                try search(a.text(0), run) { pattern, budget throws(RegularExpressionError) in
                    try pattern.replacingAll(in: a.text(1), with: a.text(2), budget: budget)
                }
            )
        }
        + .named(
            "regexReplaceAllLiteral",
            "mustRegexReplaceAllLiteral",
            taking: [.string, .string, .string],
            summary: "pattern, text, replacement as it is"
        ) { a, run throws(FunctionError) in
            .string(
                try search(a.text(0), run) { pattern, budget throws(RegularExpressionError) in
                    try pattern.replacingAllLiterally(
                        in: a.text(1),
                        with: a.text(2),
                        budget: budget
                    )
                }
            )
        }

    /// Go gives a nil list where nothing was found: `null` in JSON.
    private static func list(_ texts: [[UInt8]], isNil: Bool) -> Value {
        .list(GoList(texts.map { .string($0) }, of: .string, isNil: isNil))
    }

    private static func matches(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        .bool(
            try search(a.text(0), run) { pattern, budget throws(RegularExpressionError) in
                try pattern.isMatch(in: a.text(1), budget: budget)
            }
        )
    }

    /// Reads the pattern, once a run, and charges the search's steps to the run.
    private static func search<Result>(
        _ text: [UInt8],
        _ run: Run,
        _ body: (RegularExpression, SearchBudget) throws(RegularExpressionError) -> Result
    ) throws(FunctionError) -> Result {
        // A step of the machine is far smaller than one of the run.
        let steps = min(RegularExpression.stepLimit, run.stepsLeft &* 8)
        let budget = SearchBudget(steps: steps, bytes: run.limits.valueBytes)
        let pattern = try run.pattern(text)
        let result: Result
        do {
            result = try body(pattern, budget)
        } catch {
            throw error.functionError
        }
        try run.spend((steps - budget.stepsLeft) / 8)
        return result
    }
}
