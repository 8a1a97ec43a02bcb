import Foundation
import GitLabSandbox
import Testing

/// Every command of the pages, pasted into a shell; what cannot be run here has a row with why.
@Suite("Commands of the pages", .serialized)
struct PastedCommandTests {
    static let pages = [
        "README.md", "config/README.md", "config/README.ja.md", "config/heroku.md",
        "config/kubernetes/README.md", "config/templates/README.md", "Sources/README.md",
    ]

    /// How a command begins, and why it is not run.
    private static let notRun = [
        ("apt-get ", "installs packages"),
        ("swift ", "builds; .ci/run is that line"),
        ("strip ", "of the build"),
        ("docker ", "needs Docker; Tests/Image/run does its steps"),
        ("heroku ", "needs an account"),
        ("curl --header \"PRIVATE-TOKEN: $YOUR_TOKEN\"", "the sandbox makes no tokens"),
        ("relay-bench ", "goes on for long; its short form is among the tests"),
        ("install -d -o USER FOLDER", "gives a folder to a user of that machine"),
        ("chmod 0400", "what is done to the file that the message names"),
        ("deployment-relay check --argocd", "runs where it stands with its file"),
    ]

    /// What stands for a thing of the reader's own, and what it is here.
    private static let names = [
        ("show ID", "show 1"), ("help COMMAND", "help serve"), ("NEW.jsonc", "relay.jsonc"),
        ("config FILE", "config relay.jsonc"), ("hook argocd BODY.json", "hook argocd argocd.json"),
        ("hook argocd body.json", "hook argocd argocd.json"), ("-t TEXT", "-t '{{.app}}'"),
        ("hook NAME BODY", "hook argocd argocd.json"),
    ]

    private static let swiftRun = "swift run deployment-relay "

    @Test("each block runs as it stands, or is one that cannot be run here")
    func blocks() async throws {
        let scene = try await Scene()
        let ran = try Self.pages.flatMap { path in
            let page = try Page(path)
            return try scene.run(page.blocks, of: page)
        }
        #expect(ran.count >= 43, "\(ran)")
    }

    @Test("what stands between backquotes runs, too, with the names of things put in")
    func quoted() async throws {
        let scene = try await Scene()
        let ran = try Self.pages.flatMap { path in
            let page = try Page(path)
            return try scene.run(page.quoted, of: page)
        }
        #expect(ran.count >= 23, "\(ran)")
    }

    /// A relay with something in its ledger, and a folder and a PATH as a reader has them.
    private struct Scene {
        let stage: Stage
        let relay: RelayProcess
        private let tools: Folder
        private let environment: [String: String]

        init() async throws {
            stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
            relay = try await stage.start()
            for status in ["running", "nonsense"] {
                try relay.deliver(FlatBody(status: status, operation: "op"))
            }
            var environment = stage.environment
            environment["RELAY_LISTEN"] = "\(relay.hooks.address)"
            environment["RELAY_ADMIN_LISTEN"] = "\(relay.admin.address)"
            let programs = URL(fileURLWithPath: Programs.relay).deletingLastPathComponent().path
            tools = try Folder()
            let kubectl = try tools.write(PastedCommandTests.kubectl, to: "kubectl")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: kubectl
            )
            environment["PATH"] = "\(programs):\(tools.path):/usr/bin:/bin"
            environment["REPOSITORY"] = Page.root.path
            self.environment = environment
            for name in ["relay.jsonc", "NEW.jsonc"] {
                _ = try stage.folder.write("{}", to: name)
            }
            let data =
                #"{ "app": "parcel", "deployment": { "environment": "staging", "#
                + #""sha": "3558c191", "ref": "main", "tag": false, "status": "success" } }"#
            for name in ["DATA.json", "body.json"] { _ = try stage.folder.write(data, to: name) }
            try FileManager.default.createSymbolicLink(
                atPath: "\(stage.folder.path)/config",
                withDestinationPath: "\(Page.root.path)/config"
            )
            try FileManager.default.copyItem(
                atPath: "\(Page.root.path)/Tests/Fixtures/argocd-01-running-initial.json",
                toPath: "\(stage.folder.path)/argocd.json"
            )
        }

        /// Runs what can be run here; gives what was.
        func run(_ commands: [String], of page: Page) throws -> [String] {
            var ran: [String] = []
            for command in commands {
                var line = PastedCommandTests.names.reduce(command) {
                    $0.replacing($1.0, with: $1.1)
                }
                if line.hasPrefix(PastedCommandTests.swiftRun) {
                    line = String(line.dropFirst("swift run ".count))
                }
                guard !PastedCommandTests.notRun.contains(where: { line.hasPrefix($0.0) }),
                    line.hasPrefix("promtool ") == false || Tool("promtool") != nil
                else { continue }
                // The pages' addresses and places are those of this test.
                line = line.replacing("127.0.0.1:8080", with: "\(relay.hooks.address)")
                    .replacing("127.0.0.1:8081", with: "\(relay.admin.address)")
                    .replacing("https://gitlab.com", with: stage.sandbox.url)
                    .replacing("https://gitlab.example.com", with: stage.sandbox.url)
                    .replacing("group%2Fname", with: "42").replacing("group/name", with: "42")
                    .replacing(/\x20+#[^\n]*/, with: "")
                // By itself curl says 0 whatever the status.
                if line.hasPrefix("curl ") { line = "curl --fail \(line.dropFirst(5))" }
                let run = try PastedCommandTests.paste(line, environment, stage.folder)
                #expect(run.code == 0, "\(page.path): \(line)\n\(run.words)")
                ran.append(line)
            }
            return ran
        }
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
            for command in ["deployment-relay serve", "deployment-relay demo"] {
                line = line.replacing(command, with: "timeout 2 \(command)")
            }
            line = "\(line); code=$?; test $code -eq 124 || test $code -eq 0"
            environment["RELAY_LISTEN"] = "127.0.0.1:0"
            environment["RELAY_ADMIN_LISTEN"] = "127.0.0.1:0"
            environment["RELAY_DATA"] = "\(folder.path)/other"
        }
        return try CommandRun.shell(line, environment: environment, in: folder)
    }
}
