import GitLabSandbox
import POSIX
import RelayServer

/// The sandbox GitLab inside `serve --sandbox` and `demo`, and what the relay must know of it.
struct Playground {
    let sandbox: SandboxServer
    let adminToken: String

    static let token = "glpat-sandbox"
    /// Where deployments go whose project nobody names.
    static let project = "42"

    static func start() throws -> Playground {
        var settings = SandboxSettings()
        settings.createsProjects = true
        settings.tokens = [SandboxToken(token)]
        let environment = Host.environment()["RELAY_ADMIN_TOKEN"] ?? ""
        return Playground(
            sandbox: try SandboxServer(settings),
            adminToken: environment.isEmpty
                ? "sandbox-\(String(Host.random(), radix: 36))" : environment
        )
    }

    /// The variables that lead the relay here.
    var variables: [String: String] {
        var variables = [
            "GITLAB_URL": sandbox.url, "GITLAB_TOKEN": Self.token, "RELAY_ADMIN_TOKEN": adminToken,
        ]
        if Host.environment()["GITLAB_PROJECT"] == nil {
            variables["GITLAB_PROJECT"] = Self.project
        }
        return variables
    }

    /// Tells a person where it is; to standard error, since the log has a form of its own.
    func introduce() {
        Output.complain(
            """
            sandbox: a GitLab of our own at \(sandbox.url) (token \(Self.token)); it forgets \
            everything when this process ends
              what it holds:  curl \(sandbox.url)/sandbox/deployments
              admin token:    \(adminToken)
            """
        )
    }
}
