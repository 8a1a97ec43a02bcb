import Foundation

/// A page of the repository, for its commands.
struct Page {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let programs = [
        "apt-get", "echo", "swift", "strip", "docker", "kubectl", "heroku", "curl", "export",
        "source",
        "deployment-relay", "token=", "promtool", "openssl", "relay-bench", "chmod", "install",
        "ulimit", "systemctl", "systemd-analyze", "git", "kill",
    ]

    let path: String
    private let lines: [String]

    init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// Lines of indented shell blocks that begin with a program's name, with what a backslash or
    /// an open quote continues.
    var blocks: [String] {
        var found: [String] = []
        var open: String?
        for line in lines {
            guard line.hasPrefix("    ") || open != nil else { continue }
            let words = String(line.drop { $0 == " " }).replacing(/^[$]\x20/, with: "")
            let whole = open.map { "\($0)\n\(words)" } ?? words
            guard open != nil || Self.isCommand(words) else { continue }
            let isOpen = whole.hasSuffix("\\") || whole.count(where: { $0 == "'" }) % 2 == 1
            open = isOpen ? whole : nil
            if !isOpen { found.append(whole) }
        }
        return found
    }

    /// Commands between backquotes, in sentences and in tables, those of more than one word.
    var quoted: [String] {
        // A sentence goes over lines, and so may what is quoted in it.
        let prose = lines.filter { !$0.hasPrefix("    ") }.joined(separator: "\n")
        return prose.matches(of: /`([^`]+)`/).map { String($0.1.replacing("\n", with: " ")) }
            .filter { Self.isCommand($0) }
    }

    private static func isCommand(_ words: String) -> Bool {
        programs.contains { words.hasPrefix($0.hasSuffix("=") ? $0 : "\($0) ") }
    }
}
