import Formats
import POSIX
import Relay
import RelayServer

enum RenderCommand: Command {
    static let name = "render"
    static let summary = "dry run: what an event means, the payload, the calls that would follow"
    static let usage = """
        deployment-relay render --hook NAME [--config FILE] [--json] [BODY]
        deployment-relay render --since DURATION [--hook NAME] [--limit N] [--url BASE]
            [--config FILE] [--json]
        """
    static let details = """
        BODY is a file or - for standard input. Nothing is sent and nothing is kept; the event is
        judged as one of an operation that is not known yet.

          --since DURATION  instead of BODY the last real events of a running relay, read through its
                            admin address (90m, 24h, 7d, or a time): what the present configuration
                            and templates would make of each, and how that differs from what GitLab
                            was told. Header fields are not kept: a template that uses .request sees
                            none
          --limit N         how many of them, the newest 200 if not said
          --json            as the admin address answers; with --since a list

        Exit codes: 0; 65 when the body cannot become a deployment, or with --since when an event
        that was taken would be refused; 78 for a wrong configuration; 1 when the relay cannot be
        asked.

        examples:
          echo '{"status":"success","environment":"staging","ref":"main","project":"42",
            "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}' \\
            | deployment-relay render --hook deployment
          deployment-relay render --since 24h
        """
    static let form = Arguments.Form(
        options: Arguments.Form.relayOptions.union(["--hook", "--since", "--limit"]),
        flags: ["--json"],
        words: 0...1,
        hints: Arguments.Form.relayHints.merging(["--hook": .hook]) { $1 },
        wordHint: .file
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        if let since = arguments["--since"] { return compare(since, arguments) }
        guard let hook = arguments["--hook"] else {
            Output.complain("deployment-relay render: --hook NAME is missing")
            Output.complain(
                "hint: --hook argocd, --hook deployment, or a hook of the configuration"
            )
            return .usage
        }
        let running: Running
        do {
            running = try Settings(arguments).running()
        } catch {
            return Settings.complain(error)
        }
        let body: [UInt8]
        do {
            body = try Input(arguments.words.first).bytes
        } catch {
            Output.complain("deployment-relay render: \(error)")
            return .data
        }
        let now = Timestamp(milliseconds: Clock.now())
        guard let trial = DryRun(running, hook: hook, body: body, now: now) else {
            return unknown(hook, running)
        }
        if arguments.has("--json") {
            Output.write(trial.json, to: 1)
        } else {
            Output.print(trial.text)
        }
        return trial.isUnusable ? .data : .success
    }

    /// The present templates over the last real events.
    private static func compare(_ since: String, _ arguments: Arguments) -> ExitCode {
        guard arguments.words.isEmpty else {
            Output.complain("deployment-relay render: --since takes no BODY")
            return .usage
        }
        guard let limit = Int(arguments["--limit"] ?? "200"), limit > 0 else {
            Output.complain("deployment-relay render: --limit takes a whole number, 1 or more")
            return .usage
        }
        let running: Running
        let client: RelayClient
        do throws(ConfigurationErrors) {
            running = try Settings(arguments).running()
            client = try RelayClient(.admin, arguments)
        } catch {
            return Settings.complain(error)
        }
        if let hook = arguments["--hook"], !running.hooks.contains(where: { $0.name == hook }) {
            return unknown(hook, running)
        }
        do {
            let events = PastEvents(running: running, pages: LedgerPages(client: client))
            let comparisons = try events.compare(
                since: since,
                hook: arguments["--hook"],
                limit: limit
            )
            return PastEventsReport(comparisons: comparisons)
                .tell(asJSON: arguments.has("--json"))
        } catch {
            Output.complain("deployment-relay render: \(error)")
            return .failure
        }
    }

    private static func unknown(_ hook: String, _ running: Running) -> ExitCode {
        let names = running.hooks.map(\.name).sorted()
        Output.complain("deployment-relay render: no hook has the name \(hook)")
        Output.complain(
            NearestName.find(hook, among: names).map { "hint: did you mean \($0)" }
                ?? "hint: there are \(names.joined(separator: ", "))"
        )
        return .data
    }
}
