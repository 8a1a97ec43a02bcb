import Formats
import GitLab
import JSON
import POSIX
import Relay
import RelayServer

enum AuditCommand: Command {
    static let name = "audit"
    static let summary = "compares the ledger with GitLab's list of deployments, and repairs"
    static let usage = """
        deployment-relay audit --project P [--environment E] [--gitlab NAME]
            [--repair] [--json] [--url BASE] [--config FILE]
        """
    static let details = """
        Reads the ledger of a running relay through its admin address (--url, else
        RELAY_ADMIN_LISTEN and RELAY_ADMIN_TOKEN, else the configuration), and GitLab's list with the
        configuration's own token, as check does. Tells what is missing in GitLab, doubled, left
        running, changed, or of unknown origin, by environment, the oldest first. Rows of CI jobs and
        of other users are counted and left alone, and so are deliveries that are dead and what is
        older than the ledger.

          --project P       the project's number or path
          --environment E   one environment; all of them if not said
          --gitlab NAME     which GitLab of the configuration, default if not said
          --repair          shows what will be done and does it, through the relay's own queue:
                            what is missing is told again, what was left running is ended, a doubled
                            row that runs is closed as canceled. Nothing is ever deleted. Needs the
                            admin token
          --json            one JSON object

        Exit codes: 0 when both agree, or after a repair that left nothing wrong; 1 when something
        is wrong, or one of the two cannot be asked; 78 for a wrong configuration.

        examples:
          deployment-relay audit --project 42
          deployment-relay audit --project 42 --environment production --repair
        """
    static let form = Arguments.Form(
        options: Arguments.Form.relayOptions.union(["--project", "--environment", "--gitlab"]),
        flags: ["--repair", "--json"],
        hints: Arguments.Form.relayHints
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        guard let project = arguments["--project"] else {
            Output.complain("deployment-relay audit: --project P is missing")
            Output.complain("hint: write its number, or its path such as group/name")
            return .usage
        }
        do throws(ConfigurationErrors) {
            let running = try Settings(arguments).running()
            let client = try RelayClient(.admin, arguments)
            return compare(project, running, client, arguments)
        } catch {
            return Settings.complain(error)
        }
    }

    private static func compare(
        _ project: String,
        _ running: Running,
        _ client: RelayClient,
        _ arguments: Arguments
    ) -> ExitCode {
        let name = arguments["--gitlab"] ?? "default"
        let endpoints = running.configuration.endpoints
        guard let endpoint = endpoints.first(where: { $0.name == name }) else {
            Output.complain("deployment-relay audit: there is no gitlab.\(name)")
            let names = endpoints.map(\.name)
            let near = NearestName.find(name, among: names).map { "did you mean \($0)" }
            Output.complain("hint: \(near ?? "there are \(names.joined(separator: ", "))")")
            return .failure
        }
        if let lack = running.tokenless(name) {
            Output.complain("deployment-relay audit: \(lack)")
            return .failure
        }
        var questions = GitLabQuestions(running, endpoint: endpoint)
        let ledger = AuditedLedger(pages: LedgerPages(client: client), endpoint: name)
        let looked = Result {
            try look(project, arguments["--environment"], ledger, &questions)
        }
        questions.close()
        do {
            let first = try looked.get()
            let report = AuditReport(first, asJSON: arguments.has("--json"))
            let wanted = first.audit.repairs
            guard arguments.has("--repair"), !wanted.isEmpty else {
                return report.tell(isOffering: true)
            }
            _ = report.tell(isOffering: false)
            let repair = AuditRepair(client: client, endpoint: name, project: first.list.project)
            let outcomes = try repair.carryOut(wanted)
            return report.tell(outcomes)
        } catch {
            Output.complain("deployment-relay audit: \(error)")
            return .failure
        }
    }

    /// GitLab's list first: what it shows then is in the ledger by the time that is read.
    private static func look(
        _ project: String,
        _ environment: String?,
        _ ledger: AuditedLedger,
        _ questions: inout GitLabQuestions
    ) throws -> AuditedProject {
        let found = try GitLabRows.project(project, &questions)
        let before = try ledger.deliveries(of: found, as: project, in: environment)
        let begin = before.map(\.receivedAt).min()
        let list = try GitLabRows.read(
            &questions,
            project: String(found.id),
            environment: environment
        ) { oldest in
            // Beyond the ledger's beginning nothing can be judged.
            guard let begin, let made = oldest.createdAt else { return begin == nil }
            return made.milliseconds < begin.milliseconds - 60_000
        }
        let deliveries = try ledger.deliveries(of: found, as: project, in: environment)
        let draft = Audit(of: deliveries, against: list.rows, user: list.user.id)
        let lost = try list.lost(among: draft.toBeShown, &questions)
        let audit = Audit(of: deliveries, against: list.rows, lost: lost, user: list.user.id)
        return AuditedProject(list: list, audit: audit, environment: environment)
    }
}

/// What one look at a project has found.
struct AuditedProject {
    let list: GitLabRows
    let audit: Audit
    let environment: String?
}

/// The ledger's deliveries of one project, by whichever name they have it.
struct AuditedLedger {
    let pages: LedgerPages
    let endpoint: String

    func deliveries(
        of project: Project,
        as name: String,
        in environment: String?
    ) throws -> [AuditedDelivery] {
        var known: Set<UInt64> = []
        var found: [AuditedDelivery] = []
        for text in Set([String(project.id), project.path ?? name, name]) {
            var query = [(name: "project", value: text)]
            if let environment { query.append(("environment", environment)) }
            for entry in try pages.deliveries(query) where entry["gitlab"]?.string == endpoint {
                guard let delivery = AuditedDelivery(entry), known.insert(delivery.id).inserted
                else { continue }
                found.append(delivery)
            }
        }
        return found
    }
}
