/// Functions of text: sprig's strings.go, and those of Go's strings package that it hands on.
enum SprigStrings {
    static let family = FunctionFamily(
        title: "Strings",
        functions: shaping + letterCases + questions + writing + lists
    )

    // MARK: - Cutting and shaping

    private static let shaping: [Function] =
        [
            Function("trim", [.string], summary: "without space around") { a, _ in
                .string(TextShaping.trim(a.text(0), CodePoint.isSpace))
            },
            Function("trimPrefix", [.string, .string], summary: "beginning, text: without it") {
                a,
                _ in
                .string(
                    a.text(1).starts(with: a.text(0))
                        ? Array(a.text(1).dropFirst(a.text(0).count)) : a.text(1)
                )
            },
            Function("trimSuffix", [.string, .string], summary: "end, text: without it") { a, _ in
                .string(
                    hasSuffix(a.text(1), a.text(0))
                        ? a.text(1).dropLast(a.text(0).count) : a.text(1)
                )
            },
            Function("trunc", [.int, .string], summary: "the first bytes, or the last") { a, _ in
                .string(TextShaping.truncate(a.text(1), to: a.int(0)))
            },
            Function("abbrev", [.int, .string], summary: "cut with dots") { a, _ in
                .string(TextShaping.abbreviate(a.text(1), width: a.int(0)))
            },
            Function(
                "abbrevboth",
                [.int, .int, .string],
                summary: "offset, width, text: cut with dots on both sides"
            ) { a, _ in
                .string(TextShaping.abbreviate(a.text(2), from: a.int(0), width: a.int(1)))
            },
            Function("substr", [.int, .int, .string], summary: "bytes from, to") {
                a,
                _ throws(FunctionError) in
                guard let part = TextShaping.substring(a.text(2), from: a.int(0), to: a.int(1))
                else {
                    throw .failed("slice bounds out of range: \(a.int(0)) to \(a.int(1))")
                }
                return .string(part)
            },
            Function("wrap", [.int, .string], summary: "lines of that many bytes") { a, _ in
                .string(TextShaping.wrap(a.text(1), width: a.int(0), with: [], splitsWords: false))
            },
            Function(
                "wrapWith",
                [.int, .string, .string],
                summary: "width, line end, text; long words are cut",
                wrapWith
            ),
            Function("nospace", [.string], summary: "without any space") { a, _ in
                .string(LetterCase.withoutSpace(a.text(0)))
            },
            Function("initials", [.string], summary: "the first letter of each word") { a, _ in
                .string(LetterCase.initials(a.text(0)))
            },
        ]
        + .named("trimAll", "trimall", taking: [.string, .string], summary: "those characters") {
            a,
            _ in
            let set = Set(CodePoint.all(of: a.text(0)))
            return .string(TextShaping.trim(a.text(1)) { set.contains($0) })
        }

    private static func wrapWith(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        let (lineEnd, text) = (a.text(1), a.text(2))
        let lines = text.count / max(a.int(0) / 2, 1) + 1
        try run.allow(bytes: text.count + product(lines, lineEnd.count))
        return .string(
            TextShaping.wrap(text, width: a.int(0), with: lineEnd, splitsWords: true)
        )
    }

    // MARK: - Case

    private static let letterCases: [Function] = [
        letters("upper", summary: "in capitals") { LetterCase.upper($0) },
        letters("lower", summary: "in small letters") { LetterCase.lower($0) },
        letters("title", summary: "each word with a capital") { LetterCase.title($0) },
        letters("untitle", summary: "each word with a small letter") { LetterCase.untitle($0) },
        letters("swapcase", summary: "capitals and small letters changed") { LetterCase.swap($0) },
        letters("camelcase", summary: "http_server as HttpServer") { LetterCase.camel($0) },
        letters("snakecase", summary: "HttpServer as http_server") {
            WordCase.lower($0, connector: "_")
        },
        letters("kebabcase", summary: "HttpServer as http-server") {
            WordCase.lower($0, connector: "-")
        },
    ]

    private static func letters(
        _ name: String,
        summary: String,
        _ change: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) -> Function {
        Function(name, [.string], summary: summary) { a, run throws(FunctionError) in
            try run.spendLetters(a.text(0))
            return .string(change(a.text(0)))
        }
    }

    // MARK: - Questions

    private static let questions: [Function] = [
        Function("contains", [.string, .string], summary: "part, text") { a, _ in
            .bool(TextShaping.find(a.text(0), in: a.text(1)) != nil)
        },
        Function("hasPrefix", [.string, .string], summary: "beginning, text") { a, _ in
            .bool(a.text(1).starts(with: a.text(0)))
        },
        Function("hasSuffix", [.string, .string], summary: "end, text") { a, _ in
            .bool(hasSuffix(a.text(1), a.text(0)))
        },
    ]

    private static func hasSuffix(_ text: [UInt8], _ suffix: [UInt8]) -> Bool {
        text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix)
    }

    // MARK: - Writing

    private static let writing: [Function] = [
        Function("repeat", [.int, .string], summary: "count, text", repeated),
        Function("replace", [.string, .string, .string], summary: "old, new, text", replaced),
        Function("indent", [.int, .string], summary: "blanks before each line") {
            a,
            run throws(FunctionError) in .string(try indented(a, run))
        },
        Function("nindent", [.int, .string], summary: "as indent, on a new line") {
            a,
            run throws(FunctionError) in .string([0x0A] + (try indented(a, run)))
        },
        Function("quote", [], rest: .any, summary: "each in double quotes") {
            a,
            run throws(FunctionError) in
            try each(a) { value throws(FunctionError) in
                let text = try value.text(run)
                try run.spend(text.count >> 2)
                return GoQuote.quoted(text)
            }
        },
        Function("squote", [], rest: .any, summary: "each in single quotes") {
            a,
            run throws(FunctionError) in
            try each(a) { value throws(FunctionError) in [0x27] + (try value.text(run)) + [0x27] }
        },
        Function("cat", [], rest: .any, summary: "all, with blanks between") {
            a,
            run throws(FunctionError) in
            var parts: [[UInt8]] = []
            for value in a where !value.isNil { parts.append(try value.text(run)) }
            return .string(TextShaping.join(parts, by: [0x20]))
        },
        Function("plural", [.string, .string, .int], summary: "one, many, count") { a, _ in
            .string(a.int(2) == 1 ? a.text(0) : a.text(1))
        },
        Function("toString", [.any], summary: "as an action prints it") {
            a,
            run throws(FunctionError) in
            .string(try a[0].text(run))
        },
    ]

    private static func each(
        _ values: [Value],
        _ write: (Value) throws(FunctionError) -> [UInt8]
    ) throws(FunctionError) -> Value {
        var parts: [[UInt8]] = []
        for value in values where !value.isNil { parts.append(try write(value)) }
        return .string(TextShaping.join(parts, by: [0x20]))
    }

    private static func repeated(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        let (count, text) = (a.int(0), a.text(1))
        guard count >= 0 else { throw .failed("negative repeat count") }
        try run.allow(bytes: product(count, text.count))
        if text.count == 1 { return .string([UInt8](repeating: text[0], count: count)) }
        var out: [UInt8] = []
        out.reserveCapacity(text.count * count)
        if !text.isEmpty { for _ in 0..<count { out += text } }
        return .string(out)
    }

    private static func replaced(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        let (old, new, text) = (a.text(0), a.text(1), a.text(2))
        try run.spend(text.count >> 3)
        let count = new.count > old.count ? TextShaping.count(old, in: text) : 0
        try run.allow(bytes: text.count + product(count, new.count))
        return .string(TextShaping.replace(old, with: new, in: text))
    }

    private static func indented(_ a: [Value], _ run: Run) throws(FunctionError) -> [UInt8] {
        let (width, text) = (a.int(0), a.text(1))
        guard width >= 0 else { throw .failed("negative repeat count") }
        let lines = TextShaping.count([0x0A], in: text) + 1
        let (total, overflows) = product(lines, width).addingReportingOverflow(text.count)
        try run.allow(bytes: overflows ? .max : total)
        let pad = [UInt8](repeating: 0x20, count: width)
        return pad + TextShaping.replace([0x0A], with: [0x0A] + pad, in: text)
    }

    /// A size that may be too large to say.
    private static func product(_ a: Int, _ b: Int) -> Int {
        let (product, overflows) = a.multipliedReportingOverflow(by: b)
        return overflows ? .max / 2 : min(product, .max / 2)
    }

    // MARK: - Texts and lists

    private static let lists: [Function] = [
        Function("split", [.string, .string], summary: "dict of _0, _1, …") {
            a,
            run throws(FunctionError) in
            numbered(try pieces(a.text(1), by: a.text(0), run))
        },
        Function("splitn", [.string, .int, .string], summary: "split, at most so many") {
            a,
            run throws(FunctionError) in
            numbered(try pieces(a.text(2), by: a.text(0), limit: a.int(1), run))
        },
        Function("splitList", [.string, .string], summary: "separator, text: a list") {
            a,
            run throws(FunctionError) in .strings(try pieces(a.text(1), by: a.text(0), run))
        },
        Function("join", [.string, .any], summary: "separator, list") {
            a,
            run throws(FunctionError) in
            let texts = try a[1].texts(run)
            let separators = product(max(texts.count - 1, 0), a.text(0).count)
            try run.allow(bytes: texts.reduce(separators) { $0 + $1.count })
            return .string(TextShaping.join(texts, by: a.text(0)))
        },
        Function("toStrings", [.any], summary: "each as text, without nulls") {
            a,
            run throws(FunctionError) in
            .strings(try a[0].texts(run))
        },
        Function("sortAlpha", [.any], summary: "as texts, by bytes") {
            a,
            run throws(FunctionError) in
            guard case .list = a[0] else { return .strings([try a[0].text(run)]) }
            let texts = try a[0].texts(run)
            // As many comparisons as sorting takes, each to the end of a text of middling length.
            let bytes = texts.reduce(0) { $0 + $1.count }
            let rounds = Int.bitWidth - texts.count.leadingZeroBitCount
            try run.spend((texts.count + bytes >> 5) * rounds)
            return .strings(texts.sorted { $0.lexicographicallyPrecedes($1) })
        },
    ]

    private static func pieces(
        _ text: [UInt8],
        by separator: [UInt8],
        limit: Int = -1,
        _ run: Run
    ) throws(FunctionError) -> [[UInt8]] {
        let pieces = TextShaping.split(text, by: separator, limit: limit)
        try run.spend(pieces.count)
        try run.allow(elements: pieces.count)
        return pieces
    }

    private static func numbered(_ pieces: [[UInt8]]) -> Value {
        let map = GoMap(of: .string)
        for (index, piece) in pieces.enumerated() { map["_\(index)"] = .string(piece) }
        return .map(map)
    }
}
