import JSON
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("members and elements get their commas by themselves")
    func commas() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("a", "x")
            writer.member("none", nil as String?)
            writer.member("n", 5)
            writer.member("m", nil as Int?)
            writer.member("t", true)
            writer.member("d", 0.5)
            writer.member("list") { writer in
                writer.array { writer in
                    writer.null()
                    writer.object { _ in }
                    writer.array { _ in }
                    writer.number(-1)
                }
            }
            writer.memberRaw("raw", json: "{\"b\": 1}".utf8)
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "{\"a\":\"x\",\"none\":null,\"n\":5,\"m\":null,\"t\":true,\"d\":0.5,"
                + "\"list\":[null,{},[],-1],\"raw\":{\"b\": 1}}"
        )
    }

    @Test(
        "strings are escaped as each reader needs it",
        arguments: [
            ("a\"b\\c/", "a\\\"b\\\\c/", "a\\\"b\\\\c/", "a\\\"b\\\\c/"),
            (
                "\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}", "\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}",
                "\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}", "\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}"
            ),
            (
                "<a>&\u{2028}\u{2029}", "<a>&\u{2028}\u{2029}",
                "\\u003ca\\u003e\\u0026\\u2028\\u2029", "<a>&\\u2028\\u2029"
            ),
            (
                "é€😀\u{2027}\u{202A}", "é€😀\u{2027}\u{202A}", "é€😀\u{2027}\u{202A}",
                "é€😀\u{2027}\u{202A}"
            ),
            ("", "", "", ""),
        ]
    )
    func escapes(text: String, minimal: String, go: String, goRaw: String) {
        for (style, wanted) in [(JSONEscape.Style.minimal, minimal), (.go, go), (.goRaw, goRaw)] {
            var out: [UInt8] = []
            JSONEscape.append(Array(text.utf8), to: &out, style: style)
            #expect(String(decoding: out, as: UTF8.self) == wanted)
        }
    }

    @Test("bytes that are no UTF-8 are written as U+FFFD")
    func invalid() {
        var out: [UInt8] = []
        JSONEscape.append([0x61, 0xFF, 0xE2, 0x80, 0x62], to: &out, style: .minimal)
        #expect(String(decoding: out, as: UTF8.self) == "a\u{FFFD}\u{FFFD}\u{FFFD}b")
        out = []
        JSONEscape.append([0x61, 0xFF, 0xE2, 0x80], to: &out, style: .go)
        #expect(String(decoding: out, as: UTF8.self) == "a\\ufffd\\ufffd\\ufffd")
    }

    @Test(
        "numbers read back as the same",
        arguments: [
            0, 1, -1, 0.1, 1e15, 1e16, 123456789.125, 1e300, .leastNonzeroMagnitude, 1e-7, -2.5e-10,
            1e21,
            .greatestFiniteMagnitude,
        ]
    )
    func doubles(value: Double) throws {
        var writer = JSONWriter()
        writer.number(value)
        #expect(try parse(String(decoding: writer.bytes, as: UTF8.self)).number?.double == value)
    }

    @Test("what is no number is null", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(value: Double) {
        var writer = JSONWriter()
        writer.number(value)
        #expect(writer.bytes == Array("null".utf8))
    }

    @Test("what is written by chance is read as the same", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var chance = Chance(state: seed)
        var writer = JSONWriter()
        chance.write(to: &writer, depth: 0)
        let text = String(decoding: writer.bytes, as: UTF8.self)
        let root = try parse(text)
        #expect(canonical(root) == text, "seed \(seed)")
        // And no change of a byte makes the reader trap.
        for _ in 0..<20 {
            var bytes = writer.bytes
            bytes[chance.next(below: bytes.count)] = UInt8(chance.next(below: 256))
            if let document = try? JSONDocument(parsing: bytes) { _ = canonical(document.root) }
        }
    }

    /// SplitMix64, and values made with it.
    struct Chance {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ word >> 31) % UInt64(bound))
        }

        private mutating func text() -> String {
            let characters = Array("abcxyz019 \"\\/\n\t\u{0}\u{1F}<>&é€😀\u{2028}\u{FFFD}")
            return String(
                (0..<next(below: 20)).map { _ in characters[next(below: characters.count)] }
            )
        }

        mutating func write(to writer: inout JSONWriter, depth: Int) {
            switch next(below: depth > 5 ? 5 : 7) {
            case 0: writer.null()
            case 1: writer.bool(next(below: 2) == 0)
            case 2: writer.number(next(below: 1_000_000) - 500_000)
            case 3: writer.number(Double(next(below: 1_000_000)) / 1024 - 300)
            case 4: writer.string(text())
            case 5:
                var chance = self
                writer.array { writer in
                    for _ in 0..<chance.next(below: 6) {
                        chance.write(to: &writer, depth: depth + 1)
                    }
                }
                self = chance
            default:
                var chance = self
                writer.object { writer in
                    for number in 0..<chance.next(below: 6) {
                        writer.member("\(number)\(chance.text())") {
                            chance.write(to: &$0, depth: depth + 1)
                        }
                    }
                }
                self = chance
            }
        }
    }
}
