import Formats
import Relay
import Testing
import Webhooks

@Suite("Configuration")
struct ConfigurationTests {
    /// DESIGN §2.2, every setting with its default.
    private static let defaults = """
        {
          "version": 1,
          "listen": "127.0.0.1:8080",
          "admin": { "listen": "127.0.0.1:8081", "tokenFile": null },
          "data": "./relay-data",
          "keepAlive": false, // as HTTP says
          "limits": { "bodyBytes": 4194304, "bodyMemoryBytes": 67108864, "headBytes": 16384,
                      "jsonDepth": 512, "connections": 4096, "headSeconds": 10, "bodySeconds": 30,
                      "waiters": 256, "backlogEvents": 1000000, "backlogBytes": 4294967296,
                      "retentionDays": 30, "retentionBytes": 1073741824, "ledgerEntries": 100000,
                      "applications": 100000, "doubtSeconds": 60, "retryHours": 72,
                      "unknownRefMinutes": 15, "lockSeconds": 15 },
          "gitlab": {
            "default": { "url": "https://gitlab.com", "tokenFile": null, "project": null,
                         "repositoryHosts": [], "caFile": null, "connections": 8,
                         "timeoutSeconds": 30, "requestsPerMinute": null }
          },
          "hooks": {
            "argocd": {
              "source": "argocd", "gitlab": "default", "credentials": [],
              "projects": [], "environments": [],
              "project": null, "environment": null, "sha": null, "ref": null, "tag": null,
              "tier": null, "externalURL": null, "template": null,
              "argocd": { "sourceIndex": null, "selfHeal": "ignore", "selectiveSync": "ignore",
                          "appOfApps": "ignore", "suspended": "success",
                          "degradedAfterSuccess": "keep", "settleSeconds": 0,
                          "maximumAgeHours": 24, "onDelete": "ignore", }
            },
          },
        }
        """

    @Test("the documented defaults are the defaults")
    func documentedDefaults() throws {
        var read = try configuration(Self.defaults)
        read.path = nil
        var usual = Configuration()
        // The file names its hook, which moves it to the end.
        usual.hooks.append(usual.hooks.removeFirst())
        #expect(read == usual)
        #expect(try configuration() == Configuration())
        #expect(Configuration().hooks.map(\.name) == ["argocd", "heroku", "flux", "deployment"])
    }

    @Test("every setting of the file is read")
    func everySetting() throws {
        let text = """
            {
              "version": 1, "listen": "[::1]:9000", "data": "/var/lib/relay", "log": "text",
              "logLevel": "debug", "keepAlive": true,
              "admin": { "listen": "unix:/run/admin", "tokenFile": "/run/admin-token" },
              "limits": { "bodyBytes": 2000, "retentionDays": 60, "doubtSeconds": 5 },
              "gitlab": { "work": { "url": "https://git.example.com/gitlab", "tokenFile": "token",
                "project": "fleet/api", "repositoryHosts": ["git.internal"], "caFile": "ca.pem",
                "connections": 3, "timeoutSeconds": 9, "requestsPerMinute": 100 } },
              "hooks": { "own": { "source": "flat", "gitlab": "work",
                "credentials": [{ "tokenFile": "/a" }, { "tokenFile": "b" }],
                "projects": ["fleet/*"], "environments": ["review/*"],
                "project": "p", "environment": "e", "sha": "s", "ref": "r", "tag": "t",
                "tier": "staging", "externalURL": "u", "status": "x", "operation": "o",
                "template": "own.tmpl",
                "argocd": { "sourceIndex": 2, "selfHeal": "record", "selectiveSync": "record",
                  "appOfApps": "record", "suspended": "running",
                  "degradedAfterSuccess": "failed", "settleSeconds": 7,
                  "maximumAgeHours": 48, "onDelete": "stop" } } }
            }
            """
        let read = try configuration(text, files: ["etc/own.tmpl": "{}"])
        #expect(read.listen == "[::1]:9000")
        #expect(read.adminListen == "unix:/run/admin")
        #expect(read.adminToken == .file(path: "/run/admin-token", origin: "admin.tokenFile"))
        #expect(read.data == "/var/lib/relay")
        #expect(read.log == .text)
        #expect(read.logLevel == .debug)
        #expect(read.keepAlive)
        #expect(read.limits.bodyBytes == 2000)
        #expect(read.limits.doubtSeconds == 5)
        let endpoint = try #require(read.endpoints.first { $0.name == "work" })
        #expect(endpoint.token == .file(path: "etc/token", origin: "gitlab.work.tokenFile"))
        #expect(endpoint.project == "fleet/api")
        #expect(endpoint.repositoryHosts == ["git.internal"])
        #expect(endpoint.caFile == "etc/ca.pem")
        #expect(endpoint.connections == 3)
        #expect(endpoint.timeoutSeconds == 9)
        #expect(endpoint.requestsPerMinute == 100)
        let hook = try #require(read.hooks.first { $0.name == "own" })
        #expect(hook.sender == .flat)
        #expect(hook.endpoint == "work")
        #expect(hook.credentials.count == 2)
        #expect(hook.projects == ["fleet/*"])
        #expect(hook.environments == ["review/*"])
        let texts = [
            hook.project, hook.environment, hook.sha, hook.ref, hook.tag, hook.tier,
            hook.externalURL, hook.status, hook.operation,
        ]
        #expect(texts == ["p", "e", "s", "r", "t", "staging", "u", "x", "o"])
        #expect(hook.template == TemplateText(name: "own.tmpl", text: Array("{}".utf8)))
        #expect(hook.argocd.sourceIndex == 2)
        #expect(hook.argocd.selfHeal == .record)
        #expect(hook.argocd.selectiveSync == .record)
        #expect(hook.argocd.appOfApps == .record)
        #expect(hook.argocd.suspended == .running)
        #expect(hook.argocd.degradedAfterSuccess == .failed)
        #expect(hook.argocd.settleSeconds == 7)
        #expect(hook.argocd.maximumAgeHours == 48)
        #expect(hook.argocd.onDelete == .stop)
    }

    @Test("flags stand over the environment, that over the file, that over the defaults")
    func order() throws {
        let text = #"{"listen": "file:1", "gitlab": {"default": {"url": "https://file.example"}}}"#
        #expect(try configuration(text).listen == "file:1")
        let environment = ["RELAY_LISTEN": "env:1", "GITLAB_URL": "https://env.example"]
        let read = try configuration(text, environment: environment)
        #expect(read.listen == "env:1")
        #expect(read.endpoints.map(\.url) == ["https://env.example"])
        let flagged = try configuration(
            text,
            environment: environment,
            flags: ["RELAY_LISTEN": "flag:1"]
        )
        #expect(flagged.listen == "flag:1")
    }

    @Test("every variable is read, an empty one counts as none")
    func variables() throws {
        let read = try configuration(environment: [
            "RELAY_LISTEN": "127.0.0.1:1", "RELAY_ADMIN_LISTEN": "127.0.0.1:2",
            "RELAY_TOKEN": "sender", "RELAY_ADMIN_TOKEN_FILE": "/run/admin",
            "RELAY_DATA": "/data", "RELAY_LOG": "JSON", "RELAY_LOG_LEVEL": "warn",
            "RELAY_KEEP_ALIVE": "1", "GITLAB_URL": "http://127.0.0.1:3000/gitlab/api/v4",
            "GITLAB_TOKEN_FILE": "/run/gitlab", "GITLAB_PROJECT": "42",
        ])
        #expect(read.listen == "127.0.0.1:1")
        #expect(read.adminListen == "127.0.0.1:2")
        #expect(read.credentials == [.value(Credential("sender"), origin: "RELAY_TOKEN")])
        #expect(read.adminToken == .file(path: "/run/admin", origin: "RELAY_ADMIN_TOKEN_FILE"))
        #expect(read.data == "/data")
        #expect(read.log == .json)
        #expect(read.logLevel == .warn)
        #expect(read.keepAlive)
        #expect(read.endpoints[0].token == .file(path: "/run/gitlab", origin: "GITLAB_TOKEN_FILE"))
        #expect(read.endpoints[0].project == "42")
        let empty = try configuration(environment: ["RELAY_LISTEN": "", "RELAY_TOKEN": ""])
        #expect(empty == Configuration())
    }
}
