import Formats
import POSIX
import Relay
import RelayServer
import Webhooks

enum CheckCommand: Command {
    static let name = "check"
    static let summary = "says what is right, what is wrong and what to do, before anything runs"
    static let usage = """
        deployment-relay check [--config FILE] [--data FOLDER] [--offline]
        deployment-relay check --argocd FILE
        """
    static let details = """
        Looks at the configuration, the templates, the data folder and each GitLab: reachable,
        version, kind of token, scopes, expiry, and in each project that the configuration names the
        token's role and the protected environments.

          --offline   without asking GitLab
          --argocd    looks at an argocd-notifications-cm instead, and at nothing else: its known
                      traps, each with its line and what to do, and the smallest change that puts
                      the relay in between; JSON, or YAML as kubectl prints it, - for standard input

        Exit codes: 0 when nothing is wrong, 1 when something is, 78 for a wrong configuration.

        examples:
          deployment-relay check --offline
          deployment-relay check
          kubectl --namespace argocd get configmap argocd-notifications-cm -o json \\
            | deployment-relay check --argocd -
        """
    static let form = Arguments.Form(
        options: ["--config", "--data", "--argocd"],
        flags: ["--offline"],
        hints: ["--config": .file, "--data": .folder, "--argocd": .file]
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        if let file = arguments["--argocd"] { return inspect(file) }
        let running: Running
        do {
            running = try Settings(arguments).running()
        } catch {
            return Settings.complain(error)
        }
        let configuration = running.configuration
        let hooks = running.hooks.map(\.name).sorted().joined(separator: ", ")
        var findings = [
            Finding(.right, "configuration", configuration.path ?? "the environment alone"),
            Finding(.right, "hooks", hooks),
            FolderInspection.finding(configuration.data),
        ]
        findings += SecretFileInspection.findings(running)
        if !arguments.has("--offline") {
            for endpoint in configuration.endpoints {
                var inspection = GitLabInspection(running, endpoint: endpoint)
                findings += inspection.findings(now: Timestamp(milliseconds: Clock.now()))
                inspection.close()
            }
        }
        return tell(findings)
    }

    /// Looks for traps in Argo CD's side.
    private static func inspect(_ file: String) -> ExitCode {
        let inspection: NotificationsInspection
        do {
            inspection = NotificationsInspection(try NotificationsConfigMap(Input(file).bytes))
        } catch {
            Output.complain("\(file == "-" ? "standard input" : file): \(error)")
            return .failure
        }
        let code = tell(inspection.findings.map(Finding.init))
        Output.print("\nthe smallest change\n\(inspection.smallestChange)")
        return code
    }

    private static func tell(_ findings: [Finding]) -> ExitCode {
        var table = TextTable(["", "WHAT", "FOUND"])
        for finding in findings {
            table.add([finding.mark.rawValue, finding.subject, finding.words])
        }
        let paint = Paint()
        let text = table.text(painting: 0) { padded, word in paint(word: word, padded: padded) }
        if !findings.isEmpty { Output.print(text) }
        for finding in findings {
            guard let remedy = finding.remedy else { continue }
            Output.print("\n\(finding.subject)\n  to do: \(remedy)")
        }
        let wrong = findings.filter { $0.mark == .wrong }.count
        Output.print(wrong == 0 ? "\nnothing is wrong" : "\nwrong: \(wrong)")
        return wrong == 0 ? .success : .failure
    }
}
