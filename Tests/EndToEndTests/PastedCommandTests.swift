import Foundation
import GitLabSandbox
import Testing

/// Every command of the pages, pasted into a shell; what cannot be run here has a row with why.
@Suite("Commands of the pages", .serialized)
struct PastedCommandTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let pages = [
        "README.md", "config/README.md", "config/heroku.md", "config/kubernetes/README.md",
    ]

    /// How a command begins, and why it is not run.
    private static let notRun = [
        ("apt-get ", "installs packages"),
        ("swift ", "builds; .ci/run is that line"),
        ("strip ", "of the build"),
        ("docker ", "needs Docker; Tests/Image/run does its steps"),
        ("heroku ", "needs an account"),
        ("curl --header \"PRIVATE-TOKEN: $YOUR_TOKEN\"", "the sandbox makes no tokens"),
    ]

    private static let swiftRun = "swift run deployment-relay "

    private struct Pasted: Hashable {
        let page: String
        let line: String
    }

    /// Lines of indented or fenced shell blocks that begin with a program's name, with what a
    /// backslash or an open quote continues.
    private static func commands(of page: String) throws -> [Pasted] {
        let programs = [
            "apt-get", "swift", "strip", "docker", "kubectl", "heroku", "curl", "export", "source",
            "deployment-relay", "token=", "promtool", "openssl",
        ]
        let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
        var found: [Pasted] = []
        var open: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("    ") || open != nil else { continue }
            let words = String(line.drop { $0 == " " }).replacing(/^[$]\x20/, with: "")
            let whole = open.map { "\($0)\n\(words)" } ?? words
            let isCommand = programs.contains { program in
                words.hasPrefix(program.hasSuffix("=") ? program : "\(program) ")
            }
            guard open != nil || isCommand else { continue }
            let isOpen = whole.hasSuffix("\\") || whole.count(where: { $0 == "'" }) % 2 == 1
            open = isOpen ? whole : nil
            if !isOpen { found.append(Pasted(page: page, line: whole)) }
        }
        return found
    }

    @Test("each runs as it stands, or is one that cannot be run here")
    func pasted() async throws {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        let relay = try await stage.start()
        for status in ["running", "nonsense"] {
            let body = FlatBody(status: status, operation: "op").bytes
            _ = try relay.hooks.post("/hooks/deployment", body, fields: ["Prefer": "wait=10"])
        }
        var environment = stage.environment
        environment["RELAY_LISTEN"] = "\(relay.hooks.address)"
        environment["RELAY_ADMIN_LISTEN"] = "\(relay.admin.address)"
        let programs = URL(fileURLWithPath: Programs.relay).deletingLastPathComponent().path
        let tools = try Folder()
        let kubectl = try tools.write(Self.kubectl, to: "kubectl")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: kubectl)
        environment["PATH"] = "\(programs):\(tools.path):/usr/bin:/bin"
        environment["REPOSITORY"] = Self.root.path
        _ = try stage.folder.write("{}", to: "relay.jsonc")
        _ = try stage.folder.write("{}", to: "NEW.jsonc")
        var ran: [String] = []
        for page in Self.pages {
            for pasted in try Self.commands(of: page) {
                var line = pasted.line
                if line.hasPrefix(Self.swiftRun) {
                    line = String(line.dropFirst("swift run ".count))
                }
                guard !Self.notRun.contains(where: { line.hasPrefix($0.0) }) else { continue }
                // The pages' addresses and places are those of this test.
                line = line.replacing("127.0.0.1:8080", with: "\(relay.hooks.address)")
                    .replacing("127.0.0.1:8081", with: "\(relay.admin.address)")
                    .replacing("https://gitlab.com", with: stage.sandbox.url)
                    .replacing("https://gitlab.example.com", with: stage.sandbox.url)
                    .replacing("group%2Fname", with: "42").replacing("group/name", with: "42")
                    .replacing(/\x20+#[^\n]*/, with: "")
                // By itself curl says 0 whatever the status.
                if line.hasPrefix("curl ") { line = "curl --fail \(line.dropFirst(5))" }
                let run = try Self.paste(line, environment, stage.folder)
                #expect(run.code == 0, "\(page): \(line)\n\(run.words)")
                ran.append(pasted.line)
            }
        }
        #expect(ran.count >= 30, "\(ran)")
    }

    /// Stands in for a cluster: prints the ConfigMap that is shipped, runs what a container would
    /// be told to run, and asks of every file only that it is there.
    private static let kubectl = """
        #!/bin/bash
        while test $# -gt 0; do
          case "$1" in
            get) exec cat "$REPOSITORY/config/kubernetes/argocd-notifications-cm.yaml" ;;
            --filename|--patch-file|--kustomize)
              test -e "$REPOSITORY/$2" || { echo "no $2" >&2; exit 1; }
              shift ;;
            --) shift; test "$1" = deployment-relay || exit 0; exec "$@" ;;
          esac
          shift
        done
        """

    private static func paste(
        _ example: String,
        _ environment: [String: String],
        _ folder: Folder
    ) throws -> CommandRun {
        var line = example
        var environment = environment
        if line.contains("deployment-relay serve") || line.hasSuffix("deployment-relay demo") {
            // timeout(1) says 124 when it had to stop what it ran.
            line = line.replacing(
                "deployment-relay serve",
                with: "timeout 2 deployment-relay serve"
            )
            line = "\(line); code=$?; test $code -eq 124 || test $code -eq 0"
            environment["RELAY_LISTEN"] = "127.0.0.1:0"
            environment["RELAY_ADMIN_LISTEN"] = "127.0.0.1:0"
            environment["RELAY_DATA"] = "\(folder.path)/other"
        }
        return try CommandRun.shell(line, environment: environment, in: folder)
    }
}
