import Foundation
import Testing

@Suite("The papers at the top")
struct PaperTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test(".ci/run ends with the very test command that README.md gives")
    func testCommand() throws {
        let lines = try Self.text(of: ".ci/run").split(separator: "\n")
        let command = try #require(lines.last)
        #expect(command.hasSuffix("swift test"))
        #expect(try Self.text(of: "README.md").contains("\n    \(command)\n"))
    }

    @Test(
        "links between the pages lead somewhere",
        arguments: [
            "README.md", "Sources/README.md", "config/README.md", "config/heroku.md",
            "config/kubernetes/README.md", "config/README.ja.md",
        ]
    )
    func links(page: String) throws {
        let folder = Self.root.appending(path: page).deletingLastPathComponent()
        for link in try Self.text(of: page).matches(of: /\]\(([^)]+)\)/) {
            let target = String(link.1)
            guard !target.contains("://") else { continue }
            let parts = target.split(separator: "#", omittingEmptySubsequences: false)
            let path = String(parts[0])
            let file = path.isEmpty ? Self.root.appending(path: page) : folder.appending(path: path)
            #expect(FileManager.default.fileExists(atPath: file.path), "\(page): \(target)")
            guard parts.count > 1 else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(Self.anchors(of: text).contains(String(parts[1])), "\(page): \(target)")
        }
    }

    @Test("what is to be pasted from the Japanese page stands in README.md too")
    func japanese() throws {
        let pasted = { (text: String) in
            text.split(separator: "\n").filter { $0.hasPrefix("    ") }.map(String.init)
        }
        let lines = try pasted(Self.text(of: "config/README.ja.md"))
        let original = try Set(pasted(Self.text(of: "README.md")))
        #expect(lines.count > 20)
        for line in lines { #expect(original.contains(line), "\(line)") }
    }

    @Test("every log line's name is in config/README.md, and none that no code writes")
    func logLines() throws {
        let page = try Self.text(of: "config/README.md")
        let begin = try #require(page.range(of: "\n## Log lines\n")).upperBound
        let end = try #require(page[begin...].range(of: "\n## ")).lowerBound
        let rows = page[begin..<end].split(separator: "\n").filter { $0.hasPrefix("| `") }
        let told = rows.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`([a-z-]+)`/)
                .map { String($0.1) }.filter { $0 != "msg" }
        }
        var written: Set<String> = []
        let rooms = ["Sources/RelayServer", "Sources/deployment-relay"]
        for file in rooms.flatMap({ TidyTests.files(in: $0) }) where file.hasSuffix(".swift") {
            let source = try TidyTests.text(of: file)
            // By a method of its level, or handed on to one.
            let direct = source.matches(of: /(?:debug|info|warn|error)\(\s*"([^"]+)"/)
            let handed = source.matches(
                of: /(?:line\(\.[a-z]+, |as: |as message: String = )"([a-z]+-[a-z-]+)"/
            )
            for call in direct + handed {
                let name = String(call.1).replacing(/\\\(end\.state\.name\)/, with: "*")
                if name.contains("*") {
                    let states = ["delivered", "superseded", "dead", "dropped"]
                    written.formUnion(states.map { name.replacing("*", with: $0) })
                } else {
                    written.insert(name)
                }
            }
        }
        #expect(Set(told) == written, "differs: \(Set(told).symmetricDifference(written).sorted())")
        #expect(Set(told).count == told.count)
    }

    @Test("every test that the table of threats names is there")
    func threats() throws {
        let page = try Self.text(of: "config/README.md")
        let table = try #require(
            page.components(separatedBy: "\n## Threats\n").last?.components(separatedBy: "\n## ")
                .first
        )
        let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
        #expect(rows.count > 10)
        var suites: Set<String> = []
        let folder = Self.root.appending(path: "Tests")
        for case let name as String in FileManager.default.enumerator(atPath: folder.path)
            ?? .init()
        where name.hasSuffix(".swift") {
            let text = try Self.text(of: "Tests/\(name)")
            for match in text.matches(of: /\n(?:struct|final class) (\w+Tests)\b/) {
                suites.insert(String(match.1))
            }
        }
        for row in rows {
            let shown = row.split(separator: "|").last.map { String($0) } ?? ""
            let names = shown.matches(of: /`(\w+)`/).map { String($0.1) }
            #expect(!names.isEmpty, "\(row)")
            for name in names { #expect(suites.contains(name), "\(name)") }
        }
    }

    /// The names by which GitLab and GitHub let a page's headings be linked to.
    private static func anchors(of text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
            line.drop { $0 == "#" || $0 == " " }.lowercased()
                .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                .replacingOccurrences(of: " ", with: "-")
        }
    }
}
