import Foundation
import Testing

/// The tables of config/README.md that are keyed by what a user sees.
@Suite("Troubleshooting")
struct TroubleshootingTests {
    /// What others say: the kernel, GitLab, Argo CD.
    private static let others: Set<String> = [
        "connection refused", "giving up after 4 attempt(s)",
        "server gave HTTP response to HTTPS client", "Address already in use",
        "Too many open files", "The commit does not exist", "No space left on device",
        "Disk quota exceeded", "File too large", "Read-only file system", "Permission denied",
    ]
    /// What the sources put together from pieces that are too short to be told apart.
    private static let composed: Set<String> = [
        "projects (", "environments (", "cannot listen on unix:", "is used by host",
        "delivery-dead", "CI/CD is switched off in project",
    ]

    /// All that the program can say, each text in one piece.
    private static func sources() throws -> String {
        let rooms = [
            "Formats", "JSON", "HTTP", "Templating", "Webhooks", "GitLab", "Relay", "POSIX",
            "Storage", "HTTPClient", "RelayServer", "deployment-relay",
        ]
        let files = rooms.flatMap { TidyTests.files(in: "Sources/\($0)") }
        return try files.filter { $0.hasSuffix(".swift") }.map { try TidyTests.text(of: $0) }
            .joined(separator: "\n")
            .replacing(/"\s*\n\s*\+ "/, with: "")
            .replacing(/\\\n\s*/, with: "")
            .replacing("\\\"", with: "\"")
    }

    /// The messages in the first columns of the tables.
    private static func messages() throws -> [String] {
        let page = try TidyTests.text(of: "config/README.md")
        let begin = try #require(page.range(of: "\n## Troubleshooting\n")).upperBound
        let rows = page[begin...].split(separator: "\n").filter { $0.hasPrefix("| `") }
        return rows.flatMap { row in
            row.split(separator: "|")[0].matches(of: /`([^`]+)`/).map { String($0.1) }
        }
    }

    /// What of a message stands as it is, whatever the case.
    private static func pieces(of message: String) -> [String] {
        message.replacing(/…|: |; |"|,/, with: "\n").split(separator: "\n")
            .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " .")) }
            .filter { $0.count >= 4 }
    }

    @Test("every message of the tables is one that somebody says")
    func said() throws {
        let sources = try Self.sources()
        let messages = try Self.messages()
        #expect(messages.count > 100, "\(messages.count)")
        var used: Set<String> = []
        for message in messages {
            for piece in Self.pieces(of: message) {
                if Self.others.contains(piece) || Self.composed.contains(piece) {
                    used.insert(piece)
                } else {
                    #expect(sources.contains(piece), "\(message): nobody says \(piece)")
                }
            }
        }
        let unused = Self.others.union(Self.composed).subtracting(used)
        #expect(unused.isEmpty, "no longer in the tables: \(unused.sorted())")
    }

    @Test("every refusal of a request or a wish by hand has its row")
    func covered() throws {
        let told = try Self.messages().flatMap { Self.pieces(of: $0) }
        // Texts that a 4xx or 503 is answered with, as the loops write them.
        let loops =
            TidyTests.files(in: "Sources/RelayServer/Ingress")
            + TidyTests.files(in: "Sources/RelayServer/Admin")
        var missing: [String] = []
        var count = 0
        for file in loops where file.hasSuffix(".swift") {
            let text = try TidyTests.text(of: file)
            for match in text.matches(of: /(?:\.text\(\s*|Obstacle\(\s*)(\d{3}),\s*"([^"]+)"/) {
                guard match.1 != "200" else { continue }
                count += 1
                let pieces = Self.pieces(of: String(match.2).replacing(/\\\([^)]*\)\)?/, with: "…"))
                let isTold = pieces.contains { piece in
                    told.contains { $0.contains(piece) || piece.contains($0) }
                }
                if !isTold, !pieces.isEmpty { missing.append(String(match.2)) }
            }
        }
        #expect(count > 15, "\(count)")
        #expect(missing.isEmpty, "no row for \(missing)")
    }
}
