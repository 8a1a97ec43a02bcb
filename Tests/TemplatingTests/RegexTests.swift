import Templating
import Testing

@Suite("Regular expressions")
struct RegexTests {
    // MARK: - What a pattern finds

    struct Row: CustomTestStringConvertible {
        let pattern: String
        let text: String
        /// The whole match and each group; nil for a group that takes no part.
        let groups: [String?]?

        init(_ pattern: String, _ text: String, _ groups: [String?]?) {
            (self.pattern, self.text, self.groups) = (pattern, text, groups)
        }

        var testDescription: String { "\(pattern) in \(text)" }
    }

    static let rows = [
        // Leftmost, then the first alternative, not the longest.
        Row("a|ab", "ab", ["a"]),
        Row("ab|a", "ab", ["ab"]),
        Row("(a+)(b+)?", "xaac", ["aa", "aa", nil]),
        Row("(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]),
        Row("x*", "aaa", [""]),
        Row("zz", "aaa", nil),
        // Greedy and not.
        Row("<.+>", "<a><b>", ["<a><b>"]),
        Row("<.+?>", "<a><b>", ["<a>"]),
        Row("(?U)<.+>", "<a><b>", ["<a>"]),
        Row("(?U)<.+?>", "<a><b>", ["<a><b>"]),
        Row("a{2,3}?", "aaaa", ["aa"]),
        Row("a{2,}", "aaaa", ["aaaa"]),
        Row("a{,2}", "a{,2}", ["a{,2}"]),
        Row("x{0}y", "xy", ["y"]),
        Row("(a*)*", "b", ["", ""]),
        Row("(a*)+", "b", ["", ""]),
        Row("(?:(a)|b)*", "ab", ["ab", "a"]),
        // Flags.
        Row("(?i)straSSe", "STRASSE", ["STRASSE"]),
        Row("(?i)k", "\u{212A}", ["\u{212A}"]),
        Row("(?i)[s]", "\u{17F}", ["\u{17F}"]),
        Row("(?i)σ", "ς", ["ς"]),
        Row("(?i)\\p{Lu}", "a", ["a"]),
        Row("(?i:A)B", "aB", ["aB"]),
        Row("(?i:A)B", "ab", nil),
        Row("a.b", "a\nb", nil),
        Row("(?s)a.b", "a\nb", ["a\nb"]),
        Row("(?s-s:a.b)", "a\nb", nil),
        Row("^b$", "a\nb\nc", nil),
        Row("(?m)^b$", "a\nb\nc", ["b"]),
        Row("b$", "ab\n", nil),
        Row("\\Aa\\z", "a", ["a"]),
        // Classes.
        Row("[]a]+", "a]b", ["a]"]),
        Row("[^]a]", "]ab", ["b"]),
        Row("[a-]+", "-a-b", ["-a-"]),
        Row("[[:alpha:]_]+", "1ab_2", ["ab_"]),
        Row("[[:^digit:]]", "1a", ["a"]),
        Row("[[:word:]]", "é1", ["1"]),
        Row("\\w+", "été", ["t"]),
        Row("\\bt", "été", ["t"]),
        Row("\\B", "", [""]),
        Row("[^a]", "\n", ["\n"]),
        Row("\\pL+", "1äb2", ["äb"]),
        Row("\\p{Lu}\\p{Ll}", "aÀé", ["Àé"]),
        Row("\\P{L}+", "ab12c", ["12"]),
        Row("\\p{^N}", "1a", ["a"]),
        Row("[\\p{N}x]+", "ax²5", ["x²5"]),
        Row("\\p{Greek}+", "abcαβγ", ["αβγ"]),
        Row("\\p{Cyrillic}\\p{Han}", "жx ж日", ["ж日"]),
        Row("\\p{Any}", "日", ["日"]),
        // Escapes.
        Row("\\x41\\x{1F600}\\101\\n\\t", "A😀A\n\t", ["A😀A\n\t"]),
        Row("\\Qa.b\\E+", "a.bbb", ["a.bbb"]),
        Row("\\Qa.b", "axb a.b", ["a.b"]),
        Row("\\.\\/\\-\\_", "./-_", ["./-_"]),
        Row("[\\d\\-x]+", "ab1-x", ["1-x"]),
        // Characters, not bytes.
        Row("^.$", "日", ["日"]),
        Row("[à-ÿ]", "aé", ["é"]),
        // Groups with names.
        Row("(?P<y>\\d{4})-(?<m>\\d\\d)", "on 2024-03", ["2024-03", "2024", "03"]),
    ]

    @Test("the match is the leftmost, by the first alternative", arguments: rows)
    func groups(row: Row) throws {
        let text = Array(row.text.utf8)
        let found = try RegularExpression(row.pattern).firstGroups(in: text)
        let groups = found?.map { $0.map { String(decoding: text[$0], as: UTF8.self) } }
        #expect(groups == row.groups)
    }

    @Test("a byte that is not UTF-8 counts as one replacement character")
    func illFormed() throws {
        let text: [UInt8] = [0x61, 0xFF, 0xE6, 0x97, 0x62]
        #expect(try RegularExpression("a.{3}b").isMatch(in: text))
        #expect(try RegularExpression("\u{FFFD}").firstMatch(in: text) == 1..<2)
    }

    // MARK: - What is refused

    static let refused: [(String, String)] = [
        ("(", "missing closing ): `(`"),
        ("a)", "unexpected ): `a)`"),
        ("[a", "missing closing ]: `[a`"),
        ("[]", "missing closing ]: `[]`"),
        ("*a", "missing argument to repetition operator: `*"),
        ("(|*)", "missing argument to repetition operator: `*"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a+?*", "invalid nested repetition operator: `+?*`"),
        ("a{2}{3}", "invalid nested repetition operator: `{2}{3}`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{3,2}", "invalid repeat count: `{3,2}`"),
        ("((a{100}){10}){2}", "invalid repeat count"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?<=a)", "invalid named capture"),
        ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
        ("(?i-)", "invalid or unsupported Perl syntax"),
        ("(a)\\1", "invalid escape sequence: `\\1`"),
        ("\\8", "invalid escape sequence: `\\8`"),
        ("\\C", "invalid escape sequence: `\\C`"),
        ("\\Z", "invalid escape sequence: `\\Z`"),
        ("\\x{110000}", "invalid escape sequence"),
        ("[\\b]", "invalid escape sequence: `\\b`"),
        ("[b-a]", "invalid character class range: `b-a`"),
        ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
        ("\\p{Foo}", "invalid character class range: `\\p{Foo}`"),
        ("a\\", "trailing backslash at end of expression"),
        ("(?P<a>x)(?P<a>y)", "duplicate capture group name: `a`"),
        ("(?P<a b>x)", "invalid named capture: `(?P<a b>`"),
        ("(?P<a", "invalid named capture: `(?P<a`"),
    ]

    @Test("a pattern that cannot be read is refused in Go's words", arguments: refused)
    func refuses(pattern: String, problem: String) {
        #expect {
            _ = try RegularExpression(pattern)
        } throws: { error in
            "\(error)".hasPrefix("error parsing regexp: \(problem)")
        }
    }

    @Test("a pattern that is not UTF-8 is refused")
    func illFormedPattern() {
        #expect(throws: RegularExpressionError.invalidUTF8) {
            _ = try RegularExpression([0x61, 0xFF])
        }
    }

    // MARK: - All matches

    @Test("an empty match right behind another does not count")
    func emptyMatches() throws {
        #expect(try pieces("a|b*", "abbc") == ["a", "bb", ""])
        #expect(try pieces("", "日本") == ["", "", ""])
        #expect(try pieces("[0-9]+", "1 22 333", limit: 2) == ["1", "22"])
        #expect(try pieces("^a", "aaa") == ["a"])
    }

    private func pieces(
        _ pattern: String,
        _ text: String,
        limit: Int = -1
    ) throws -> [String] {
        let bytes = Array(text.utf8)
        return try RegularExpression(pattern).matches(in: bytes, limit: limit)
            .map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    static let replacements: [(String, String, String, String)] = [
        ("a*", "baac", "x", "xbxcx"),
        ("(a)(b)", "abab", "$2$1", "baba"),
        ("(a)", "a-a", "$1x", "-"),
        ("(a)", "a-a", "${1}x", "ax-ax"),
        ("(?P<n>a)", "a", "<$n>$n$$", "<a>a$"),
        ("a", "a", "$", "$"),
        ("a", "a", "${", "${"),
        ("a", "a", "${x", "${x"),
        ("a", "a", "$0$7$01", "a"),
        ("(a)|b", "b", "[$1]", "[]"),
        ("é", "café", "e", "cafe"),
        ("", "日本", "-", "-日-本-"),
    ]

    @Test("a replacement's groups are those of Go's Expand", arguments: replacements)
    func replace(pattern: String, text: String, with replacement: String, gives result: String)
        throws
    {
        let output = try RegularExpression(pattern).replacingAll(
            in: Array(text.utf8),
            with: Array(replacement.utf8)
        )
        #expect(String(decoding: output, as: UTF8.self) == result)
    }

    static let splits: [(String, String, Int, [String])] = [
        ("[,; ]+", "a, b;c  d", -1, ["a", "b", "c", "d"]),
        (",", "a,b,c", 2, ["a", "b,c"]),
        (",", "a,b", 0, []),
        ("z", "abc", -1, ["abc"]),
        ("", "abc", -1, ["a", "b", "c"]),
        ("a*", "baac", -1, ["b", "c"]),
        (",", "", -1, [""]),
        ("", "", -1, []),
        (",", ",a,", -1, ["", "a", ""]),
    ]

    @Test("text is split as by Go's Split", arguments: splits)
    func split(pattern: String, text: String, limit: Int, pieces: [String]) throws {
        let split = try RegularExpression(pattern).split(Array(text.utf8), limit: limit)
        #expect(split.map { String(decoding: $0, as: UTF8.self) } == pieces)
    }

    @Test("a quoted text matches itself")
    func quote() throws {
        let text = Array((0x20...0x7E).map { UInt8($0) })
        let pattern = try RegularExpression(RegularExpression.quoting(text))
        #expect(try pattern.firstMatch(in: text) == 0..<text.count)
    }

    // MARK: - Limits

    static let pathological = [
        "(a*)*b", "(a+)+b", "(a|a)*b", "(a|aa)+b", "(.*)(.*)(.*)(.*)b", "(a?){30}a{30}b",
        "((a*)*)*b", "(x+x+)+y|(a+a+)+b",
    ]

    @Test(
        "a pattern that hangs a backtracker takes steps in line with the text",
        arguments: pathological
    )
    func linear(pattern: String) throws {
        func steps(_ count: Int) throws -> Int {
            let budget = SearchBudget()
            let text = [UInt8](repeating: 0x61, count: count)
            #expect(try !RegularExpression(pattern).isMatch(in: text, budget: budget))
            return budget.steps - budget.stepsLeft
        }
        // The program has fewer instructions than this, and each is followed once a character.
        #expect(try steps(400) <= 400 * 250)
        #expect(try steps(800) <= 2 * (try steps(400)) + 1000)
    }

    @Test("a search beyond its budget is given up")
    func budget() throws {
        let text = [UInt8](repeating: 0x61, count: 10_000)
        #expect(throws: RegularExpressionError.tooManySteps(limit: 1000)) {
            _ = try RegularExpression("(a*)*b").isMatch(in: text, budget: SearchBudget(steps: 1000))
        }
    }

    @Test("a replacement beyond its budget is given up")
    func longReplacement() throws {
        let text = [UInt8](repeating: 0x61, count: 1000)
        #expect(throws: RegularExpressionError.resultTooLong(limit: 100)) {
            _ = try RegularExpression("a").replacingAllLiterally(
                in: text,
                with: text,
                budget: SearchBudget(bytes: 100)
            )
        }
    }

    @Test("nesting and size are bounded")
    func bounds() {
        let deep = String(repeating: "(", count: 251) + String(repeating: ")", count: 251)
        #expect(throws: RegularExpressionError.nestsTooDeeply(limit: 250)) {
            _ = try RegularExpression(deep)
        }
        let large = String(repeating: "(abcdefghij){1000}", count: 20)
        #expect(throws: RegularExpressionError.tooLarge(limit: 100_000)) {
            _ = try RegularExpression(large)
        }
    }
}
