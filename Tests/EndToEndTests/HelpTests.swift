import Foundation
import Testing

/// Every example of every help page, pasted into a shell against a sandbox.
@Suite("Help", .serialized)
struct HelpTests {
    /// Examples that serve for ever, or need what a test has not; each with why.
    private static let notRun: [String: String] = [
        "deployment-relay serve --sandbox": "runs until it is stopped: run with a time limit",
        "GITLAB_URL=https://gitlab.com GITLAB_TOKEN_FILE=./gitlab-token deployment-relay serve":
            "the same",
    ]

    private static func commands() throws -> [String] {
        let overview = try CommandRun.relay(["help"]).output
        return overview.split(separator: "\n").filter { $0.hasPrefix("  ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { CompletionTests.commands.contains($0) }
    }

    /// The examples of a page: lines two blanks in, longer ones continued further in.
    private static func examples(of page: String) -> [String] {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        guard let begin = lines.firstIndex(where: { $0 == "examples:" || $0 == "example:" }) else {
            return []
        }
        var examples: [String] = []
        for line in lines[(begin + 1)...] where !line.isEmpty {
            if line.hasPrefix("    "), !examples.isEmpty {
                examples[examples.count - 1] += "\n" + line
            } else {
                examples.append(String(line.dropFirst(2)))
            }
        }
        return examples
    }

    @Test("every example of every page runs as it is pasted")
    func examples() async throws {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        let relay = try await stage.start()
        // What the pages speak of is there: three deliveries, the third of them dead.
        for status in ["running", "success", "nonsense"] {
            let body = FlatBody(status: status, operation: "op").bytes
            _ = try relay.hooks.post("/hooks/deployment", body, fields: ["Prefer": "wait=10"])
        }
        let programs = URL(fileURLWithPath: Programs.relay).deletingLastPathComponent().path
        let tools = try Folder()
        let shipped = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("config/kubernetes/argocd-notifications-cm.yaml").path
        let kubectl = try tools.write("#!/bin/sh\ncat '\(shipped)'\n", to: "kubectl")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: kubectl)
        _ = try stage.folder.write(Stage.token, to: "gitlab-token")
        var environment = stage.environment
        environment["RELAY_LISTEN"] = "\(relay.hooks.address)"
        environment["RELAY_ADMIN_LISTEN"] = "\(relay.admin.address)"
        environment["PATH"] = "\(programs):\(tools.path):/usr/bin:/bin"
        var count = 0
        let commands = try Self.commands()
        #expect(commands.count >= 11, "\(commands)")
        for command in commands where command != "help" {
            let page = try CommandRun.relay(["help", command])
            #expect(page.code == 0)
            let examples = Self.examples(of: page.output)
            #expect(!examples.isEmpty || command == "version", "\(command) has no example")
            for example in examples {
                let run = try Self.paste(example, environment, stage.folder)
                #expect(run.code == 0, "\(example)\n\(run.words)")
                count += 1
            }
        }
        #expect(count >= 15)
    }

    /// Runs a line as a shell does; what would serve for ever is stopped and must end with 0.
    private static func paste(
        _ example: String,
        _ environment: [String: String],
        _ folder: Folder
    ) throws -> CommandRun {
        let isServing = notRun[example] != nil
        var line = example
        var environment = environment
        if isServing {
            line = line.replacing("deployment-relay", with: "timeout -s TERM 2 deployment-relay")
            environment["RELAY_LISTEN"] = "127.0.0.1:0"
            environment["RELAY_ADMIN_LISTEN"] = "127.0.0.1:0"
            environment["RELAY_DATA"] = "\(folder.path)/other"
            environment["GITLAB_TOKEN"] = nil
        }
        // timeout(1) says 124 when it had to stop what it ran.
        if isServing { line += "; test $? -eq 124" }
        return try CommandRun.shell(line, environment: environment, in: folder)
    }

    @Test("every option that a command takes stands on its page")
    func options() throws {
        let script = try CommandRun.relay(["completion", "fish"]).output
        for command in CompletionTests.commands where command != "help" {
            let page = try CommandRun.relay(["help", command]).output
            let seen = "'__fish_seen_subcommand_from \(command)'"
            for line in script.split(separator: "\n") where line.contains(seen) {
                guard let option = line.firstMatch(of: /[ ]-(l|s) ([a-z-]+)/) else { continue }
                let name = (option.1 == "l" ? "--" : "-") + option.2
                #expect(page.contains(name), "\(command): \(name)")
            }
        }
    }

    @Test("colours are for terminals only, and NO_COLOR is honoured there")
    func colours() throws {
        let stage = try Stage()
        let plain = try CommandRun.relay(["check"], environment: stage.environment)
        #expect(!plain.output.contains("\u{1B}["))
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/script") else {
            print("script(1) is not installed: colours on a terminal are not looked at")
            return
        }
        for (variable, isPainted) in [("", true), ("1", false)] {
            var environment = stage.environment
            environment["NO_COLOR"] = variable
            environment["TERM"] = "xterm"
            environment["PATH"] = "/usr/bin:/bin"
            let line = "script -qec '\(Programs.relay) check --offline' /dev/null"
            let run = try Self.paste(line, environment, stage.folder)
            #expect(run.output.contains("\u{1B}[32m") == isPainted, "\(run.output)")
        }
    }
}
