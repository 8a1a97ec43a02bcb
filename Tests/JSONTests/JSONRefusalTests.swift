import JSON
import Testing

@Suite("JSON that is refused (RFC 8259)")
struct JSONRefusalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var text: String
        var line: Int
        var column: Int
        /// Words that the problem must hold.
        var words: String

        init(_ text: String, _ line: Int, _ column: Int, _ words: String) {
            (self.text, self.line, self.column, self.words) = (text, line, column, words)
        }

        var testDescription: String { text.debugDescription }
    }

    static let rows: [Row] = [
        Row("", 1, 1, "found the end"), Row("  \n ", 2, 2, "found the end"),
        Row("\u{FEFF}", 1, 1, "found the end"), Row("\u{FEFF}x", 1, 1, "found x"),
        Row("\u{FEFF}\u{FEFF}1", 1, 1, "expected a value"),
        Row("x", 1, 1, "expected a value, found x"), Row("nul", 1, 1, "expected a value"),
        Row("nulL", 1, 1, "expected a value"), Row("True", 1, 1, "found T"),
        Row("None", 1, 1, "found N"), Row("NaN", 1, 1, "found N"), Row("Infinity", 1, 1, "found I"),
        Row("undefined", 1, 1, "found u"), Row("'a'", 1, 1, "found '"),
        Row("<no value>", 1, 1, "found <"),
        Row("\u{A0}1", 1, 1, "expected a value"), Row("\u{0B}1", 1, 1, "0x0b"),
        Row("\u{0C}1", 1, 1, "0x0c"),
        Row("\0", 1, 1, "0x00"), Row("😀", 1, 1, "\"😀\""),
        // Numbers.
        Row("-", 1, 2, "digit"), Row("+1", 1, 1, "found +"), Row("01", 1, 1, "begin with 0"),
        Row("-01", 1, 1, "begin with 0"), Row("1.", 1, 3, "digit"), Row(".5", 1, 1, "found ."),
        Row("1.e5", 1, 3, "digit"), Row("1e", 1, 3, "exponent"), Row("1e+", 1, 4, "exponent"),
        Row("1ee5", 1, 3, "exponent"), Row("0x10", 1, 2, "end of the text"),
        Row("1_000", 1, 2, "end of the text"),
        Row("--1", 1, 2, "digit"), Row("-Infinity", 1, 2, "digit"),
        Row("1 2", 1, 3, "end of the text"),
        Row("٣", 1, 1, "expected a value"), Row("[1a]", 1, 3, "expected \",\" or \"]\""),
        // Strings.
        Row("\"", 1, 1, "no closing quote"), Row("[\"abc]", 1, 2, "no closing quote"),
        Row("\"\\x\"", 1, 2, "\\x is no escape"), Row("\"a\\", 1, 3, "escape"),
        Row("\"\\u12\"", 1, 2, "four hex digits"), Row("\"\\u12G4\"", 1, 2, "four hex digits"),
        Row("\"\\U0041\"", 1, 2, "\\U is no escape"), Row("\"\\'\"", 1, 2, "no escape"),
        Row("\"a\nb\"", 1, 3, "\\n"), Row("\"a\tb\"", 1, 3, "\\t"), Row("\"a\rb\"", 1, 3, "0x0d"),
        Row("\"\0\"", 1, 2, "0x00"), Row("\"longer than eight\u{1F}\"", 1, 19, "\\u001f"),
        // Arrays and objects.
        Row("[", 1, 2, "found the end"), Row("[1", 1, 3, "\"]\""),
        Row("[1,", 1, 4, "found the end"),
        Row("[1,]", 1, 4, "expected a value, found ]"), Row("[,1]", 1, 2, "found ,"),
        Row("[1,,2]", 1, 4, "found ,"),
        Row("[1 2]", 1, 4, "after a value"), Row("[1}", 1, 3, "\"]\""), Row("]", 1, 1, "found ]"),
        Row("[[]", 1, 4, "\"]\""), Row("{", 1, 2, "key"), Row("{\"a\"", 1, 5, "\":\""),
        Row("{\"a\":", 1, 6, "found the end"), Row("{\"a\":1", 1, 7, "\"}\""),
        Row("{\"a\":1,", 1, 8, "key"),
        Row("{\"a\":1,}", 1, 8, "key in double quotes, found }"),
        Row("{\"a\" 1}", 1, 6, "\":\" after a key"),
        Row("{a:1}", 1, 2, "key in double quotes, found a"), Row("{'a':1}", 1, 2, "found '"),
        Row("{1:1}", 1, 2, "key"), Row("{\"a\":1 \"b\":2}", 1, 8, "a double quote"),
        Row("{\"a\"::1}", 1, 6, "found :"),
        Row("{\"a\":1]", 1, 7, "\"}\""), Row("{,}", 1, 2, "found ,"), Row("{null:1}", 1, 2, "key"),
        // Behind the value.
        Row("{} x", 1, 4, "end of the text, found x"), Row("[]]", 1, 3, "found ]"),
        Row("1\0", 1, 2, "0x00"),
        Row("\"a\"\"b\"", 1, 4, "a double quote"), Row("{}\n{}", 2, 1, "end of the text"),
        Row("// c\n1", 1, 1, "found /"), Row("1 /* c */", 1, 3, "found /"),
        // Where: lines, and characters as an editor counts them.
        Row("{\n  \"a\": 1,\n  \"b\": x\n}", 3, 8, "found x"),
        Row("{\r\n\"a\":x}", 2, 5, "found x"),
        Row("{\"äöü😀\": x}", 1, 10, "found x"), Row("[\n\n\n", 4, 1, "found the end"),
        // Argo CD's message, pasted into a template as it is.
        Row("{\"status\": \"failed\", \"message\": \"one \"quoted\" word\"}", 1, 39, "found q"),
    ]

    @Test("is refused with the place and the reason", arguments: rows)
    func refused(row: Row) throws {
        let error = try #require(throws: JSONError.self) { try parse(row.text) }
        #expect(error.problem.contains(row.words), "\(error)")
        #expect("\(error)" == "line \(row.line), column \(row.column): \(error.problem)")
        #expect(error.offset <= row.text.utf8.count)
    }

    @Test(
        "no beginning of a whole text is whole",
        arguments: [
            "{\"a\":[1,-2.5e+3,true,false,null,\"x\\u00e9\\n\"],\"b\":{\"c\":{}},\"d\":\"é😀\"}",
            "[[[[\"\\\\\\\"\"]]],{\"k\":[]}]", "\"string\"", "true", "null",
        ]
    )
    func prefixes(text: String) throws {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            let error = #expect(throws: JSONError.self, "\(length)") {
                _ = try JSONDocument(parsing: Array(bytes[..<length]))
            }
            #expect((error?.offset ?? .max) <= length)
        }
        _ = try JSONDocument(parsing: bytes)
    }
}
