import Foundation
import Testing

/// The deliberate breaks that `Tests/Breaks/run` plays stay alive while the code moves on.
@Suite("Deliberate breaks")
struct BreakTests {
    private static let patches = TidyTests.files(in: "Tests/Breaks")
        .filter { $0.hasSuffix(".patch") }

    @Test("there are six of them, each says what it breaks")
    func six() throws {
        #expect(Self.patches.count == 6)
        for patch in Self.patches {
            let first = try #require(TidyTests.text(of: patch).split(separator: "\n").first)
            #expect(first.hasSuffix("."), "\(patch): \(first)")
        }
    }

    @Test("each finds the text that it changes, once")
    func apply() throws {
        for patch in Self.patches {
            let lines = try TidyTests.text(of: patch)
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let file = try #require(lines.first { $0.hasPrefix("--- a/") }?.dropFirst(6))
            let start = try #require(lines.firstIndex { $0.hasPrefix("@@") })
            let hunk = lines[(start + 1)...]
            #expect(!hunk.contains { $0.hasPrefix("@@") }, "\(patch): one hunk")
            #expect(hunk.contains { $0.hasPrefix("-") || $0.hasPrefix("+") })
            let old = hunk.filter { $0.hasPrefix(" ") || $0.hasPrefix("-") }
                .map { $0.dropFirst() }.joined(separator: "\n")
            let found = try TidyTests.text(of: String(file)).components(separatedBy: old).count - 1
            #expect(found == 1, "\(patch) finds its text \(found) times in \(file)")
        }
    }
}
