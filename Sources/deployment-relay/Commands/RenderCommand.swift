import Formats
import POSIX
import Relay
import RelayServer

enum RenderCommand: Command {
    static let name = "render"
    static let summary = "dry run: what an event means, the payload, the calls that would follow"
    static let usage = "deployment-relay render --hook NAME [--config FILE] [--json] [BODY]"
    static let details = """
        BODY is a file or - for standard input. Nothing is sent and nothing is kept; the event is
        judged as one of an operation that is not known yet.

        Exit codes: 0, 65 when the body cannot become a deployment, 78 for a wrong configuration.

        example:
          deployment-relay render --hook argocd body.json
        """
    static let form = Arguments.Form(
        options: ["--hook", "--config"],
        flags: ["--json"],
        words: 0...1
    )

    static func run(_ arguments: Arguments) -> ExitCode {
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
            let names = running.hooks.map(\.name).sorted()
            Output.complain("deployment-relay render: no hook has the name \(hook)")
            Output.complain(
                NearestName.find(hook, among: names).map { "hint: did you mean \($0)" }
                    ?? "hint: there are \(names.joined(separator: ", "))"
            )
            return .data
        }
        if arguments.has("--json") {
            Output.write(trial.json, to: 1)
        } else {
            Output.print(trial.text)
        }
        return trial.isUnusable ? .data : .success
    }
}
