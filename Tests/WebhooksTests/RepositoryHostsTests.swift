import Testing
import Webhooks

@Suite("Repository hosts")
struct RepositoryHostsTests {
    struct Row: CustomTestStringConvertible {
        let url: String
        let path: String?
        var gitlab = "https://gitlab.example.com"
        var more: [String] = []

        var testDescription: String { "\(url) on \(gitlab) \(more)" }
    }

    static let rows: [Row] = [
        Row(url: "https://gitlab.example.com/fleet/deploy/config.git", path: "fleet/deploy/config"),
        Row(url: "https://gitlab.example.com/fleet/config", path: "fleet/config"),
        Row(url: "https://gitlab.example.com/fleet/config/", path: "fleet/config"),
        Row(url: "https://gitlab.example.com/fleet/config.git/", path: "fleet/config"),
        Row(url: "HTTPS://GitLab.Example.COM/Fleet/Config.GIT", path: "Fleet/Config"),
        Row(url: "https://mara:glpat@gitlab.example.com/fleet/config.git", path: "fleet/config"),
        Row(url: "https://gitlab.example.com:8443/fleet/config.git", path: "fleet/config"),
        Row(url: "http://gitlab.example.com/fleet/config.git", path: "fleet/config"),
        Row(url: "ssh://git@gitlab.example.com/fleet/config.git", path: "fleet/config"),
        Row(url: "ssh://git@gitlab.example.com:2222/a/b/c/config.git", path: "a/b/c/config"),
        Row(url: "git@gitlab.example.com:fleet/config.git", path: "fleet/config"),
        Row(url: "git@gitlab.example.com:/fleet/config.git", path: "fleet/config"),
        Row(url: "gitlab.example.com:fleet/config", path: "fleet/config"),
        Row(url: "https://gitlab.example.com/fleet/my%2Dconfig.git", path: "fleet/my-config"),
        Row(url: "https://gitlab.example.com/fleet/config.git?ref=x#y", path: "fleet/config"),
        Row(url: "https://gitlab.example.com/fleet/dot.git.config", path: "fleet/dot.git.config"),
        Row(
            url: "https://[2001:db8::1]/fleet/config",
            path: "fleet/config",
            gitlab: "https://[2001:db8::1]"
        ),
        Row(url: "https://github.com/fleet/config.git", path: nil),
        Row(url: "https://gitlab.example.com.evil.example/fleet/config", path: nil),
        Row(url: "https://evil.example/gitlab.example.com/config", path: nil),
        Row(url: "https://gitlab.example.com@evil.example/fleet/config", path: nil),
        Row(url: "https://gitlab.example.com/config", path: nil),
        Row(url: "https://gitlab.example.com/", path: nil),
        Row(url: "https://gitlab.example.com", path: nil),
        Row(url: "oci://gitlab.example.com/fleet/config", path: nil),
        Row(url: "file:///srv/git/config.git", path: nil),
        Row(url: "/srv/git/config.git", path: nil),
        Row(url: "", path: nil),
        Row(url: "://", path: nil),
        Row(url: ":", path: nil),
        Row(
            url: "https://example.com/gitlab/fleet/config.git",
            path: "fleet/config",
            gitlab: "https://example.com/gitlab"
        ),
        Row(
            url: "https://example.com/gitlab/fleet/config.git",
            path: "fleet/config",
            gitlab: "https://example.com/gitlab/api/v4/"
        ),
        Row(
            url: "git@example.com:fleet/config.git",
            path: "fleet/config",
            gitlab: "https://example.com/gitlab"
        ),
        Row(
            url: "git@git.internal:fleet/config.git",
            path: "fleet/config",
            more: ["Git.Internal"]
        ),
        Row(url: "ssh://git@git.internal:22/a/b", path: "a/b", more: ["git.internal:8443"]),
        Row(url: "ssh://git@git.internal:22/a/b", path: "a/b", more: ["https://git.internal/"]),
    ]

    @Test("a repository on the GitLab is its project's path", arguments: rows)
    func path(row: Row) {
        let hosts = RepositoryHosts(gitlabURL: row.gitlab, more: row.more)
        #expect(hosts.projectPath(of: row.url) == row.path)
    }
}
