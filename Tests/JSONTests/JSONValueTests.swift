import JSON
import Testing

@Suite("JSON values")
struct JSONValueTests {
    @Test("members are found by name, the last of equal ones, and kinds do not mix")
    func members() throws {
        let root = try parse(
            "{\"a\":1,\"b\":[true,null],\"a\":{\"c\":\"x\"},\"é\":2,\"e\u{301}\":3}"
        )
        #expect(root.kind == .object)
        #expect(root.count == 5)
        #expect(root["a"]?["c"]?.string == "x")
        #expect(root["A"]?.kind == nil)
        #expect(root["b"]?["a"]?.kind == nil)
        #expect(root["b"]?[0]?.bool == true)
        #expect(root["b"]?[1]?.isNull == true)
        #expect(root["b"]?[2]?.kind == nil)
        #expect(root["b"]?[-1]?.kind == nil)
        #expect(root[0]?.kind == nil)
        #expect(root[utf8: Array("b".utf8)]?.count == 2)
        #expect(root.string == nil && root.number == nil && root.bool == nil)
        #expect(Array(root.elements.map(\.kind)).isEmpty)
        #expect(root["b"]?.members.isEmpty == true)
        #expect(root.members.map(\.key) == ["a", "b", "é", "e\u{301}"])
        #expect(root.repeatedKeys == ["a"])
        // Names are bytes: two ways to write é are two names.
        #expect(root["é"]?.number?.text == "2")
        #expect(root["e\u{301}"]?.number?.text == "3")
        #expect(root.keyPosition(of: "e\u{301}")?.column == 44)
    }

    @Test("duplicate keys are noted, however deep")
    func duplicates() throws {
        #expect(
            try JSONDocument(parsing: Array("[{\"a\":{\"b\":1,\"\\u0062\":2}}]".utf8))
                .hasDuplicateKeys
        )
        #expect(
            try !JSONDocument(parsing: Array("[{\"a\":{\"b\":1}},{\"a\":2}]".utf8)).hasDuplicateKeys
        )
    }

    @Test(
        "numbers: integers only when written as such, doubles while they are finite",
        arguments: [
            ("0", 0, 0), ("-0", 0, 0), ("42", 42, 42),
            ("9223372036854775807", .max, 9.223372036854775807e18),
            ("9223372036854775808", nil, 9.223372036854775808e18),
            ("-9223372036854775808", .min, -9.223372036854775808e18),
            ("1.0", nil, 1), ("1e2", nil, 100), ("1E400", nil, nil), ("-1e400", nil, nil),
            ("1e-400", nil, 0), ("0.1", nil, 0.1),
        ] as [(String, Int64?, Double?)]
    )
    func numbers(text: String, integer: Int64?, double: Double?) throws {
        let number = try #require(try parse("[ \(text) ]")[0]?.number)
        #expect(number.text == text)
        #expect(number.int64 == integer)
        #expect(number.double == double)
    }

    @Test("each value knows where it stands and how it was written")
    func positions() throws {
        let root = try parse("{\n  \"a\": [1, {\"b\" : \"\\u0041\"}],\n\t\"c\":null}")
        let inner = try #require(root["a"]?[1])
        #expect(inner.position.line == 2)
        #expect(inner.position.column == 12)
        #expect(String(decoding: inner.text, as: UTF8.self) == "{\"b\" : \"\\u0041\"}")
        #expect(root.keyPosition(of: "c")?.line == 3)
        #expect(root.keyPosition(of: "c")?.column == 2)
        #expect(root.keyPosition(of: "z") == nil)
        #expect(root["c"]?.position.column == 6)
        #expect(root.range.count == root.text.count)
    }
}

@Suite("JSON with comments")
struct JSONCommentTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue {
        try JSONDocument(parsingCommented: Array(text.utf8)).root
    }

    @Test(
        "comments and trailing commas are passed over",
        arguments: [
            (
                "// first\n{\"a\": 1, // one\n \"b\": [1, 2, // two\n ], }\n// last",
                "{\"a\":1,\"b\":[1,2]}"
            ),
            (
                "{\"url\": \"https://x//y\", \"c\": \",]\",}",
                "{\"url\":\"https://x//y\",\"c\":\",]\"}"
            ),
            ("[\"\\\"//\", 1 ,\n\n]", "[\"\\\"//\",1]"), ("//\r\n1//", "1"), ("[[1,],]", "[[1]]"),
            ("{}", "{}"),
            ("// \"an open quote\n[true,]", "[true]"), ("\u{FEFF}// ä\n[]", "[]"),
        ]
    )
    func accepted(text: String, canonicalText: String) throws {
        #expect(try canonical(parse(text)) == canonicalText)
    }

    @Test(
        "what is wrong stays wrong, and its place is that of the file",
        arguments: [
            ("[,]", 1, 2), ("{,}", 1, 2), ("[1,,]", 1, 4), ("{\"a\":,}", 1, 6),
            ("// c\n[1, // d\n x]", 3, 2),
            ("/* c */ 1", 1, 1), ("# c\n1", 1, 1), ("{\"a\": 1 / 2}", 1, 9), ("// only", 1, 8),
            (",", 1, 1), ("[1],", 1, 4),
            ("{\"ä\": [1, 2,], \"b\": }", 1, 21),
        ]
    )
    func refused(text: String, line: Int, column: Int) throws {
        let error = try #require(throws: JSONError.self) { try parse(text) }
        #expect("\(error)".hasPrefix("line \(line), column \(column): "), "\(error)")
    }

    @Test(
        "without the comments mode neither is JSON",
        arguments: ["// c\n1", "[1,]", "{\"a\":1,}"]
    )
    func strict(text: String) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
    }
}
