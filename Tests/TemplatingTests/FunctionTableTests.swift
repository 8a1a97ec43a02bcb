import Foundation
import Templating
import Testing

@Suite("The table of functions")
struct FunctionTableTests {
    private static let file = Sample.file("../../config/templates/README.md")
    private static let marks = ("<!-- functions -->\n", "<!-- /functions -->")

    /// `RELAY_WRITE_TABLES=1 swift test --filter FunctionTable` writes the table anew.
    @Test("config/templates/README.md lists what the code has")
    func matches() throws {
        let text = try String(contentsOf: Self.file, encoding: .utf8)
        let start = try #require(text.range(of: Self.marks.0))
        let end = try #require(text.range(of: Self.marks.1))
        let written = String(text[start.upperBound..<end.lowerBound])
        if ProcessInfo.processInfo.environment["RELAY_WRITE_TABLES"] == "1" {
            let table = FunctionTable.markdown
            let all = text.replacingCharacters(in: start.upperBound..<end.lowerBound, with: table)
            try all.write(to: Self.file, atomically: true, encoding: .utf8)
            return
        }
        #expect(written == FunctionTable.markdown)
    }

    @Test("each function says what it gives")
    func summaries() {
        let silent = FunctionTable.markdown.split(separator: "\n").filter { $0.hasSuffix("|  |") }
        #expect(silent == [])
    }

    @Test("each name can be called: what is wrong with a call without arguments is no parse error")
    func callable() throws {
        for name in FunctionTable.names {
            #expect(try Sample.render("{{\(name)}}").kind != .parse, "\(name)")
        }
    }
}
