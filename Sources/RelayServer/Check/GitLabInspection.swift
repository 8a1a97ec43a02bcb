package import Formats
import GitLab
package import Relay

/// Asks one GitLab what a deployment would need of it: reachable, token, scopes, expiry, role.
///
/// Reads only. Blocks the calling thread until GitLab has answered.
package struct GitLabInspection: ~Copyable {
    private let running: Running
    private let endpoint: EndpointSettings
    private var questions: GitLabQuestions
    /// Whose token it is, once GitLab has said so.
    private var username = "the token's user"

    /// Fewer days than this until the token expires are worth a warning.
    private static var expiryWarningDays: Int64 { 14 }

    package init(_ running: Running, endpoint: EndpointSettings) {
        self.running = running
        self.endpoint = endpoint
        questions = GitLabQuestions(running, endpoint: endpoint)
    }

    private func subject(_ what: String) -> String { "gitlab.\(endpoint.name): \(what)" }

    /// All that is asked of this GitLab, in the order in which it would fail.
    package mutating func findings(now: Timestamp) -> [Finding] {
        guard running.tokens[endpoint.name] != nil else {
            return [
                Finding(
                    .wrong,
                    subject("token"),
                    "there is none, and GitLab records nothing without one",
                    remedy:
                        "set GITLAB_TOKEN or GITLAB_TOKEN_FILE (gitlab.\(endpoint.name).tokenFile)"
                )
            ]
        }
        let reach = reachability()
        guard reach.allSatisfy({ $0.mark != .wrong }) else { return reach }
        var findings = reach + plainness() + owner() + token(now: now)
        for project in projects { findings += self.project(project) }
        if projects.isEmpty {
            findings.append(
                Finding(
                    .warning,
                    subject("project"),
                    "none is configured, so the token's role cannot be looked at",
                    remedy:
                        "set GITLAB_PROJECT for a fallback, or rely on annotations and recipients"
                )
            )
        }
        return findings
    }

    /// Ends the connections.
    package consuming func close() { questions.close() }

    /// Projects that the configuration itself names.
    private var projects: [String] {
        var names: [String] = []
        let configured = running.configuration.hooks.filter { $0.endpoint == endpoint.name }
        for name in [endpoint.project] + configured.map(\.project) {
            guard let name, !name.contains("{{"), !names.contains(name) else { continue }
            names.append(name)
        }
        return names
    }

    // MARK: - Questions

    private mutating func reachability() -> [Finding] {
        switch questions.ask(.version) {
        case .version(let version):
            return [
                Finding(.right, subject("reachable"), "\(endpoint.url), GitLab \(version.text)")
            ]
        case .deferred(let reason) where reason.hasPrefix("2"):
            // Every GitLab tells its version: who answers otherwise is none.
            return [
                Finding(
                    .wrong,
                    subject("reachable"),
                    "\(endpoint.url) answers, but not as GitLab's API does: \(reason)",
                    remedy: "check the address (GITLAB_URL, gitlab.\(endpoint.name).url): another "
                        + "program is there, or a proxy in front of GitLab"
                )
            ]
        case let meaning:
            return [refusal(meaning, "reachable")]
        }
    }

    private func plainness() -> [Finding] {
        guard running.addresses[endpoint.name]?.exposesToken == true else { return [] }
        return [
            Finding(
                .warning,
                subject("transport"),
                "the token goes over the network without TLS",
                remedy: "use an https:// address"
            )
        ]
    }

    private mutating func owner() -> [Finding] {
        switch questions.ask(.user) {
        case .user(let user):
            username = user.username
            let kind = user.tokenKind
            guard kind == .person else {
                return [Finding(.right, subject("token"), "\(kind.rawValue), \(user.username)")]
            }
            return [
                Finding(
                    .warning,
                    subject("token"),
                    "\(kind.rawValue) of \(user.username), who may make deployments by hand too; "
                        + "the two cannot be told apart",
                    remedy: "use a project or group access token: it has a user of its own, and it "
                        + "does not end when a person leaves"
                )
            ]
        case let meaning:
            return [refusal(meaning, "user")]
        }
    }

    private mutating func token(now: Timestamp) -> [Finding] {
        guard case .token(let token) = questions.ask(.tokenSelf) else {
            return [
                Finding(
                    .warning,
                    subject("scope"),
                    "scopes and expiry cannot be found out",
                    remedy: "look at them in GitLab: Settings > Access tokens"
                )
            ]
        }
        var findings: [Finding] = []
        if token.mayWrite {
            findings.append(Finding(.right, subject("scope"), token.scopes.joined(separator: ", ")))
        } else {
            findings.append(
                Finding(
                    .wrong,
                    subject("scope"),
                    "\(token.scopes.joined(separator: ", ")) is not enough to write",
                    remedy: "make a token with the scope api"
                )
            )
        }
        return findings + [expiry(token, now: now)]
    }

    private func expiry(_ token: AccessToken, now: Timestamp) -> Finding {
        guard let end = token.expiresAt else {
            return Finding(.right, subject("expiry"), "never")
        }
        let days = (end.milliseconds - now.milliseconds) / 86_400_000
        let date = end.rfc3339.prefix(10)
        if end <= now || token.isRevoked || !token.isActive {
            return Finding(
                .wrong,
                subject("expiry"),
                "the token is no longer valid (\(date))",
                remedy: "rotate it in GitLab; the relay reads a token's file again when it changes"
            )
        }
        if days < Self.expiryWarningDays {
            return Finding(
                .warning,
                subject("expiry"),
                "in \(days) days (\(date))",
                remedy: "rotate the token soon"
            )
        }
        return Finding(.right, subject("expiry"), "in \(days) days (\(date))")
    }

    private mutating func project(_ name: String) -> [Finding] {
        let subject = subject("project \(name)")
        switch questions.ask(.project(name)) {
        case .project(let project):
            if let (words, remedy) = project.obstacle {
                return [Finding(.wrong, subject, words, remedy: remedy)]
            }
            guard let level = project.accessLevel else {
                return [
                    Finding(
                        .warning,
                        subject,
                        "\(username) is no direct member, and a role that comes from elsewhere is "
                            + "not shown",
                        remedy: "make sure that \(username) has the Developer role or a higher one"
                    )
                ] + protection(project)
            }
            let role = Project.roleName(level)
            return [
                Finding(.right, subject, "number \(project.id), role \(role)")
            ] + protection(project)
        case .moved(let number):
            return [
                Finding(
                    .warning,
                    subject,
                    "has moved; its number is \(number)",
                    remedy: "write the number, or the new path"
                )
            ]
        case .held(.project, let reason, _) where reason.hasPrefix("404"):
            return [absence(of: name, reason)]
        case let meaning:
            return [refusal(meaning, "project \(name)")]
        }
    }

    /// A path that no project has, or none that this token may see: GitLab says the same of both.
    private mutating func absence(of name: String, _ reason: String) -> Finding {
        let subject = subject("project \(name)")
        if Int(name) == nil, case .group(let path) = questions.ask(.group(name)) {
            return Finding(
                .wrong,
                subject,
                "\(path) is a group, and deployments belong to a project",
                remedy: "write the path of a project in it: \(path)/NAME"
            )
        }
        return Finding(
            .wrong,
            subject,
            "\(reason): there is none, or \(username) may not see it",
            remedy: "check the \(Int(name) == nil ? "path" : "number"), and make \(username) a "
                + "member with the Developer role; GitLab says the same of both"
        )
    }

    private mutating func protection(_ project: Project) -> [Finding] {
        let subject = subject("project \(project.path ?? String(project.id))")
        let protected: [ProtectedEnvironment]
        switch questions.ask(.protectedEnvironments(project: project.id, page: 1)) {
        case .protectedEnvironments(let found, _): protected = found
        case .rejected(let reason) where reason.hasPrefix("403"):
            let words =
                "protected environments are shown to Maintainers only; one that does not admit "
                + "\(username) would be held, and say so"
            return [Finding(.right, subject, words)]
        default: return []
        }
        guard !protected.isEmpty else { return [] }
        let names = protected.map(\.name).joined(separator: ", ")
        return [
            Finding(
                .warning,
                subject,
                "protected environments: \(names)",
                remedy: "the token's user must stand under Allowed to deploy of each it writes to"
            )
        ]
    }

    private func refusal(_ meaning: Meaning, _ what: String) -> Finding {
        switch meaning {
        case .held(let hold, let reason, let remedy):
            // Who refuses a token has been reached.
            Finding(
                .wrong,
                subject(hold == .endpoint && reason.hasPrefix("401") ? "token" : what),
                reason,
                remedy: remedy
            )
        default:
            Finding(
                .wrong,
                subject(what),
                "\(endpoint.url): \(meaning.trouble.words)",
                remedy: "check the address, DNS, the certificate (caFile) and the network's rules"
            )
        }
    }
}
