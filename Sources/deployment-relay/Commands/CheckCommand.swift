import Formats
import POSIX
import Relay
import RelayServer

enum CheckCommand: Command {
    static let name = "check"
    static let summary = "says what is right, what is wrong and what to do, before anything runs"
    static let usage = "deployment-relay check [--config FILE] [--offline]"
    static let details = """
        Looks at the configuration, the templates, the data folder and each GitLab: reachable,
        version, token, scopes, expiry, the role in each project that the configuration names.

          --offline   without asking GitLab

        Exit codes: 0 when nothing is wrong, 1 when something is, 78 for a wrong configuration.

        example:
          GITLAB_TOKEN=glpat-… GITLAB_PROJECT=group/name deployment-relay check
        """
    static let form = Arguments.Form(options: ["--config", "--data"], flags: ["--offline"])

    static func run(_ arguments: Arguments) -> ExitCode {
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
        if !arguments.has("--offline") {
            for endpoint in configuration.endpoints {
                var inspection = GitLabInspection(running, endpoint: endpoint)
                findings += inspection.findings(now: Timestamp(milliseconds: Clock.now()))
                inspection.close()
            }
        }
        return tell(findings)
    }

    private static func tell(_ findings: [Finding]) -> ExitCode {
        var table = TextTable(["", "WHAT", "FOUND"])
        for finding in findings {
            table.add([finding.mark.rawValue, finding.subject, finding.words])
        }
        Output.print(table.text)
        for finding in findings {
            guard let remedy = finding.remedy else { continue }
            Output.print("\n\(finding.subject)\n  to do: \(remedy)")
        }
        let wrong = findings.filter { $0.mark == .wrong }.count
        Output.print(wrong == 0 ? "\nnothing is wrong" : "\nwrong: \(wrong)")
        return wrong == 0 ? .success : .failure
    }
}
