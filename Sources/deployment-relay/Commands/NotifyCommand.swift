import Formats
import RelayServer
import JSON
import POSIX

enum NotifyCommand: Command {
    static let name = "notify"
    static let summary = "sends a body to a running relay and prints GitLab's answer"
    static let usage = """
        deployment-relay notify --hook NAME [--wait SECONDS] [--url BASE] [--config FILE]
            [BODY]
        """
    static let details = """
        BODY is a file or - for standard input. The relay is found by --url, else by RELAY_LISTEN
        and RELAY_TOKEN, else by the configuration.

          --wait SECONDS   how long to wait for GitLab, 20 if not said; at most 60

        Exit codes: 0 recorded, known already or nothing to record; 1 refused by GitLab, or
        nothing that could become a deployment; 75 not known yet; 77 refused by the relay (token).

        example:
          echo '{"status":"success","environment":"staging","ref":"main","project":"42",
            "sha":"3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"}' \\
            | deployment-relay notify --hook deployment --wait 20
        """
    static let form = Arguments.Form(
        options: Arguments.Form.relayOptions.union(["--hook", "--wait"]),
        words: 0...1,
        hints: Arguments.Form.relayHints.merging(["--hook": .hook]) { $1 },
        wordHint: .file
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        guard let hook = arguments["--hook"] else {
            Output.complain("deployment-relay notify: --hook NAME is missing")
            Output.complain(
                "hint: --hook argocd, --hook deployment, or a hook of the configuration"
            )
            return .usage
        }
        guard let wait = Int(arguments["--wait"] ?? "20"), (0...60).contains(wait) else {
            Output.complain("deployment-relay notify: --wait takes whole seconds, 0 to 60")
            return .usage
        }
        do {
            let body = try Input(arguments.words.first).bytes
            let answer = try RelayClient(.hooks, arguments, hook: hook).send(
                "POST",
                "/hooks/\(PercentEncoding.encodeSegment(hook))",
                fields: [("Content-Type", "application/json"), ("Prefer", "wait=\(wait)")],
                body: body,
                seconds: wait + 30
            )
            return tell(answer)
        } catch let error as RelayClient.Unreachable {
            Output.complain("deployment-relay notify: \(error)")
            return .notYet
        } catch {
            Output.complain("deployment-relay notify: \(error)")
            return .failure
        }
    }

    private static func tell(_ answer: RelayClient.Answer) -> ExitCode {
        let state = answer.json?["state"]?.string
        Output.write(answer.body, to: answer.status < 300 ? 1 : 2)
        switch (answer.status, state) {
        case (200...201, _): return .success
        case (202, "held"):
            if let hint = answer.json?["hint"]?.string { Output.complain("hint: \(hint)") }
            return .notYet
        case (202, _), (503, _), (408, _): return .notYet
        case (401, _), (403, _): return .notPermitted
        default: return .failure
        }
    }
}
