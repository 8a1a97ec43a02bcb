import Formats
import Testing

@Suite("YAML as kubectl prints it")
struct YAMLTests {
    /// A value without its lines, written in one form: `{a: [b, null]}`.
    private static func plain(_ node: YAMLNode) -> String {
        switch node.content {
        case .null: "null"
        case .scalar(let text): "\"\(text.replacing("\n", with: "\\n"))\""
        case .list(let items): "[\(items.map(plain).joined(separator: ", "))]"
        case .map(let members):
            "{\(members.map { "\($0.key): \(plain($0.value))" }.joined(separator: ", "))}"
        }
    }

    private static func read(_ text: String) throws -> String {
        plain(try YAMLReader.read(Array(text.utf8)))
    }

    struct Row: CustomTestStringConvertible {
        let text: String
        let means: String

        init(_ text: String, _ means: String) { (self.text, self.means) = (text, means) }

        var testDescription: String { text }
    }

    static let blocks = [
        Row("", "null"),
        Row("---\na: b\n", #"{a: "b"}"#),
        Row("# first\na: b # why\n\n# last\n", #"{a: "b"}"#),
        Row("a: b\n...\n", #"{a: "b"}"#),
        Row("a:\n  b: c\n  d:\n    e: f\ng: h", #"{a: {b: "c", d: {e: "f"}}, g: "h"}"#),
        Row("a:\nb: c", #"{a: null, b: "c"}"#),
        Row("a:\n- b\n- c\nd: e", #"{a: ["b", "c"], d: "e"}"#),
        Row("a:\n  - b\n  - c", #"{a: ["b", "c"]}"#),
        Row("- a: b\n  c: d\n- e: f", #"[{a: "b", c: "d"}, {e: "f"}]"#),
        Row("- - a\n  - b\n- c", #"[["a", "b"], "c"]"#),
        Row("-\n  a: b\n- # nothing yet\n  c", #"[{a: "b"}, "c"]"#),
        Row("- a:\n  - b\n  c: d", #"[{a: ["b"], c: "d"}]"#),
        Row("-   a: b\n    c: d", #"[{a: "b", c: "d"}]"#),
        Row("a:   b  \nc: d\r\ne: f\r\n", #"{a: "b", c: "d", e: "f"}"#),
        Row("a: ~\nb: null\nc: nullable", #"{a: null, b: null, c: "nullable"}"#),
        Row("a: 7\nb: true", #"{a: "7", b: "true"}"#),
        Row("a: http://x:8080/y#z", #"{a: "http://x:8080/y#z"}"#),
        Row("f:metadata:\n  f:name: {}", #"{f:metadata: {f:name: {}}}"#),
        Row("\"a b\": c\n'd: e': f", #"{a b: "c", d: e: "f"}"#),
        Row("a: b in ['c'] and d", #"{a: "b in ['c'] and d"}"#),
        Row("a: b\n  and c\n\n  d\ne: f", #"{a: "b and c\nd", e: "f"}"#),
        Row("\u{FEFF}a: b", #"{a: "b"}"#),
    ]

    static let scalars = [
        Row(#"a: "x\n\t\"\\\u00e9\U0001F6A2\x41 \/""#, "{a: \"x\\n\t\"\\é🚢A /\"}"),
        Row(#"a: "\ud83d\udea2""#, #"{a: "🚢"}"#),
        Row(#"a: "\ud83d""#, "{a: \"\u{FFFD}\"}"),
        Row("a: 'it''s: #1'", #"{a: "it's: #1"}"#),
        Row("a: \"one\n  two\n\n  three\"", #"{a: "one two\nthree"}"#),
        Row("a: \"one\\\n  two\"", #"{a: "onetwo"}"#),
        Row("a: 'one\n  two' # why\nb: c", #"{a: "one two", b: "c"}"#),
        Row("a: \"\"", #"{a: ""}"#),
        Row("a: |\n  one\n    two\n\n  three\nb: c", #"{a: "one\n  two\n\nthree\n", b: "c"}"#),
        Row("a: |-\n  one\n\n\nb: c", #"{a: "one", b: "c"}"#),
        Row("a: |+\n  one\n\n\nb: c", #"{a: "one\n\n\n", b: "c"}"#),
        Row("a: |+\n  one\n", #"{a: "one\n"}"#),
        Row("a: |\n  one", #"{a: "one\n"}"#),
        Row("a: |\n  # no comment\n  {{ b: c }}\n", ##"{a: "# no comment\n{{ b: c }}\n"}"##),
        Row("a: |2\n    one\n  two\n", #"{a: "  one\ntwo\n"}"#),
        Row("a: |2-\n    one\n", #"{a: "  one"}"#),
        Row("a: |-2\n    one\n", #"{a: "  one"}"#),
        Row("a: | # why\n  one\n", #"{a: "one\n"}"#),
        Row("a: |\nb: c", #"{a: "", b: "c"}"#),
        Row("- |\n  one\n- two", #"["one\n", "two"]"#),
        Row(
            "a: >\n  one\n  two\n\n  three\n    four\n  five\n",
            #"{a: "one two\nthree\n  four\nfive\n"}"#
        ),
        Row("a: >-\n  one\n\n  two\n", #"{a: "one\ntwo"}"#),
        Row("a: >-\n\n  one\n  two\n", #"{a: "\none two"}"#),
        Row("|\n  one\n", #""one\n""#),
    ]

    static let flows = [
        Row("a: []\nb: {}", "{a: [], b: {}}"),
        Row("a: [b, 'c, d', \"e\"] # why", #"{a: ["b", "c, d", "e"]}"#),
        Row("a: {b: c, d: {e: [f]}}", #"{a: {b: "c", d: {e: ["f"]}}}"#),
        Row("a: {b: , c}", "{a: {b: null, c: null}}"),
        Row("a: [b, c,]", #"{a: ["b", "c"]}"#),
        Row("a: [b,\n  c, # why\n  d]\ne: f", #"{a: ["b", "c", "d"], e: "f"}"#),
        Row("- {name: a, value: http://b:80/c}", #"[{name: "a", value: "http://b:80/c"}]"#),
        Row("a: {\"b\":c}", #"{a: {b: "c"}}"#),
        Row("a: [[b], {}]", #"{a: [["b"], {}]}"#),
    ]

    @Test("what people write is read", arguments: blocks + scalars + flows)
    func reads(row: Row) throws {
        #expect(try Self.read(row.text) == row.means)
    }

    struct Refusal: CustomTestStringConvertible {
        let text: String
        let line: Int
        let words: String

        init(_ text: String, _ line: Int, _ words: String) {
            (self.text, self.line, self.words) = (text, line, words)
        }

        var testDescription: String { text }
    }

    @Test(
        "what is not read is refused by its line",
        arguments: [
            Refusal("a: &b c", 1, "anchors"), Refusal("a: b\nc: *d", 2, "aliases"),
            Refusal("a: !!str b", 1, "tags"), Refusal("%YAML 1.2\n---\na: b", 1, "directives"),
            Refusal("a: b\n---\nc: d", 2, "second document"),
            Refusal("a:\n  <<: b", 2, "merge"), Refusal("? a\n: b", 1, "complex"),
            Refusal("a:\n\tb: c", 2, "tab"), Refusal("a: b\na: c", 2, "already"),
            Refusal("a: b: c", 1, "colon"), Refusal("a: b\n  c: d", 2, "colon"),
            Refusal("a: - b", 1, "list"), Refusal("a:\n    b: c\n  d: e", 3, "indentation"),
            Refusal("- a\nb: c", 2, "indentation"), Refusal("a: b\nc", 2, "key: value"),
            Refusal("a: @b", 1, "quotes"), Refusal("a: \"b\nc: d", 1, "closing \""),
            Refusal("a: 'b", 1, "closing '"), Refusal("a: [b", 1, "] is missing"),
            Refusal("a: {b: c", 1, "} is missing"), Refusal("a: [b] c", 1, "behind"),
            Refusal("a: \"b\" c", 1, "behind"), Refusal("a: [b c: d]", 1, "comma"),
            Refusal("a: \"\\q\"", 1, "escape"), Refusal("a: \"\\u12\"", 1, "hexadecimal"),
            Refusal("a: |x\n  b", 1, "follow"), Refusal("a: {b: c, b: d}", 1, "already"),
            Refusal(String(repeating: "- ", count: 80) + "a", 1, "deeper"),
            Refusal("a: " + String(repeating: "[", count: 80), 1, "deeper"),
        ]
    )
    func refuses(row: Refusal) {
        let error = #expect(throws: YAMLError.self) { try Self.read(row.text) }
        #expect(error?.line == row.line, "\(error?.description ?? "")")
        #expect(error?.problem.contains(row.words) ?? false, "\(error?.description ?? "")")
    }

    @Test("each value knows its line, and a block scalar where its text begins")
    func lines() throws {
        let text = "# why\na: b\nc:\n- d: |\n    one\n    two\n- [e,\n   f]\ng:\n  h: 'i'\n"
        let root = try YAMLReader.read(Array(text.utf8))
        #expect(root.members.map(\.line) == [2, 3, 9])
        let list = try #require(root["c"]).elements
        let block = try #require(list[0]["d"])
        #expect(block.line == 4)
        #expect(block.firstLine == 5)
        #expect(list[1].elements.map(\.line) == [7, 8])
        #expect(root["g"]?["h"]?.line == 10)
        #expect(root["g"]?["h"]?.firstLine == nil)
        #expect(root["none"] == nil)
    }

    @Test("any beginning of a text is read or refused, and never traps")
    func prefixes() {
        for row in Self.blocks + Self.scalars + Self.flows {
            let bytes = Array(row.text.utf8)
            for count in 0...bytes.count { _ = try? YAMLReader.read(Array(bytes.prefix(count))) }
            for index in bytes.indices {
                for other in "{[\"'|>-:# \n\t&".utf8 {
                    var changed = bytes
                    changed[index] = other
                    _ = try? YAMLReader.read(changed)
                }
            }
        }
    }
}
