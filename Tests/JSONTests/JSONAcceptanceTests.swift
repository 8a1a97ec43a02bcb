import JSON
import Testing

/// Canonical text of a value: what was understood, without blanks and escapes of choice.
func canonical(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    write(value, to: &writer)
    return String(decoding: writer.bytes, as: UTF8.self)
}

func write(_ value: JSONValue, to writer: inout JSONWriter) {
    switch value.kind {
    case .null: writer.null()
    case .bool: writer.bool(value.bool ?? false)
    case .number: writer.raw((value.number?.text ?? "?").utf8)
    case .string: writer.string(utf8: value.utf8 ?? [])
    case .array:
        writer.array { writer in
            for element in value.elements { write(element, to: &writer) }
        }
    case .object:
        writer.object { writer in
            for (key, value) in value.members { writer.member(key) { write(value, to: &$0) } }
        }
    }
}

func parse(_ text: String, limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSONValue {
    try JSONDocument(parsing: Array(text.utf8), limits: limits).root
}

@Suite("JSON that is accepted (RFC 8259)")
struct JSONAcceptanceTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var text: String
        var canonical: String

        init(_ text: String, _ canonical: String? = nil) {
            (self.text, self.canonical) = (text, canonical ?? text)
        }

        var testDescription: String { text.debugDescription }
    }

    static let rows: [Row] = [
        Row("null"), Row("true"), Row("false"), Row("\"\""), Row("[]"), Row("{}"), Row("0"),
        Row("-0"),
        Row(" \t\r\n[ \n1 ,\t2\r] \n", "[1,2]"),
        Row("[[],[[]],{}]"), Row("{\"a\":{\"b\":[{\"c\":null}]},\"d\":\"e\"}"),
        Row("[null,true,false,1,\"x\",[],{}]"),
        Row("{\"\":0}"), Row("{\"a\\u0062\":1}", "{\"ab\":1}"),
        // Numbers are kept as written.
        Row("123456789012345678901234567890"), Row("-1"), Row("1.0"), Row("1.10"), Row("0.1"),
        Row("1e5"), Row("1E5"), Row("1e+5"), Row("1E-05"), Row("-1.5e-0"), Row("0e0"), Row("1e400"),
        Row("-0.0"), Row("9007199254740993"), Row("0.1e1"), Row("20e1"),
        // Strings.
        Row("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""),
        Row("\"\\u0041\\u00e9\\u20ac\"", "\"Aé€\""), Row("\"\\uD83D\\ude00\"", "\"😀\""),
        Row("\"\\u0000\\u001f\"", "\"\\u0000\\u001f\""),
        Row("\"\u{7F}\u{80}\u{2028}\u{FFFF}\u{10FFFF}\""),
        Row("\"é€😀 plain text that is longer than eight bytes\""),
        Row("\"\\\\u0041\""), Row("\"a\\\\\""),
        // Lone and swapped halves of surrogate pairs become U+FFFD, one each.
        Row("\"\\ud800\"", "\"\u{FFFD}\""), Row("\"\\udc00\"", "\"\u{FFFD}\""),
        Row("\"\\ud800x\"", "\"\u{FFFD}x\""), Row("\"\\ud800\\u0041\"", "\"\u{FFFD}A\""),
        Row("\"\\udc00\\ud800\"", "\"\u{FFFD}\u{FFFD}\""),
        Row("\"\\ud800\\ud83d\\ude00\"", "\"\u{FFFD}😀\""), Row("\"\\ud800\\n\"", "\"\u{FFFD}\\n\""),
        // A byte order mark is passed over.
        Row("\u{FEFF}{\"a\":1}", "{\"a\":1}"), Row("\u{FEFF} 1", "1"),
        // The last of duplicate keys wins, at the place of the first.
        Row("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":3,\"b\":2}"),
        Row("{\"a\":{\"x\":1},\"\\u0061\":{\"y\":2}}", "{\"a\":{\"y\":2}}"),
    ]

    @Test("is read as what it says", arguments: rows)
    func accepted(row: Row) throws {
        #expect(try canonical(parse(row.text)) == row.canonical)
    }

    @Test(
        "bytes that are no UTF-8 become U+FFFD, one for each",
        arguments: [
            // Overlong forms, surrogates, beyond U+10FFFF, cut short, stray continuations (RFC 3629 §4).
            ([0xC0, 0xAF], 2), ([0xC1, 0xBF], 2), ([0xE0, 0x80, 0xAF], 3), ([0xE0, 0x9F, 0xBF], 3),
            ([0xF0, 0x80, 0x80, 0xAF], 4), ([0xF0, 0x8F, 0xBF, 0xBF], 4), ([0xED, 0xA0, 0x80], 3),
            ([0xED, 0xBF, 0xBF], 3), ([0xF4, 0x90, 0x80, 0x80], 4), ([0xF5, 0x80, 0x80, 0x80], 4),
            ([0xFF], 1), ([0xFE], 1), ([0x80], 1), ([0xBF, 0xBF], 2), ([0xC3], 1),
            ([0xE2, 0x82], 2),
            ([0xF0, 0x9F, 0x98], 3), ([0xE2, 0x28, 0xA1], nil),
        ] as [([UInt8], Int?)]
    )
    func invalidUTF8(bytes: [UInt8], count: Int?) throws {
        let text = Array("[\"a".utf8) + bytes + Array("z\"]".utf8)
        let value = try #require(try JSONDocument(parsing: text).root[0])
        let replaced = count.map { String(repeating: "\u{FFFD}", count: $0) } ?? "\u{FFFD}(\u{FFFD}"
        #expect(value.string == "a\(replaced)z")
        #expect(value.text == Array(text[1..<text.count - 1]), "the bytes as they came are kept")
    }

    @Test("the shortest and longest of each length of UTF-8 are kept")
    func validUTF8() throws {
        let text = "\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        #expect(try parse("\"\(text)\"").string == text)
    }

    @Test("depth is counted, and costs no stack")
    func depth() throws {
        var limits = JSONLimits()
        #expect(limits.depth == 512)
        let deep = { (count: Int) in
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        _ = try parse(deep(512))
        let error = #expect(throws: JSONError.self) { try parse(deep(513)) }
        #expect(error?.column == 513)
        #expect(error?.problem.contains("512") == true)
        let objects =
            String(repeating: "{\"a\":", count: 512) + "1" + String(repeating: "}", count: 512)
        _ = try parse(objects)
        #expect(throws: JSONError.self) { try parse("[" + objects + "]") }
        // Breadth is no depth.
        _ = try parse("[" + String(repeating: "[],", count: 1000) + "[]]")
        limits.depth = 1_000_000
        let root = try parse(deep(1_000_000), limits: limits)
        #expect(root.count == 1)
        #expect(throws: JSONError.self) {
            try parse(String(repeating: "[", count: 1_000_000), limits: limits)
        }
        limits.depth = 0
        #expect(try parse("1", limits: limits).number?.text == "1")
        #expect(throws: JSONError.self) { try parse("[]", limits: limits) }
    }

    @Test("every tail of a string is found, whatever stands within eight bytes of it")
    func tails() throws {
        for length in 0...40 {
            let plain = String(repeating: "x", count: length)
            for tail in ["", "\\n", "é", "\\\"", "é\\u0041😀", "\u{7F}"] {
                for blanks in ["", " ", "\n\t          "] {
                    let value = try parse("[\"\(plain)\(tail)\(plain)\"\(blanks),1]")
                    #expect(value.count == 2)
                    let decoded = tail.replacing("\\n", with: "\n").replacing("\\\"", with: "\"")
                        .replacing("\\u0041", with: "A")
                    #expect(value[0]?.string == plain + decoded + plain)
                }
            }
        }
    }

    @Test("a text of nothing but values is read, however many it has")
    func dense() throws {
        for count in [1, 10, 100, 10_000] {
            let text = "[" + Array(repeating: "{\"\":0}", count: count).joined(separator: ",") + "]"
            let value = try parse(text)
            #expect(value.count == count)
            #expect(value[count - 1]?[""]?.number?.text == "0")
            #expect(value.elements.allSatisfy { $0.count == 1 })
        }
    }

    @Test("a text may be as long as the limit")
    func bytes() throws {
        var limits = JSONLimits()
        limits.bytes = 5
        #expect(try parse("[1,2]", limits: limits).count == 2)
        #expect(throws: JSONError.self) { try parse("[1,2 ]", limits: limits) }
    }
}
