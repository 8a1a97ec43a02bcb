import Formats
import Relay
import Simulation
import Testing
import Webhooks

/// Reads a configuration of texts.
func configuration(
    _ text: String? = nil,
    environment: [String: String] = [:],
    flags: [String: String] = [:],
    files: [String: String] = [:]
) throws(ConfigurationErrors) -> Configuration {
    var environment = environment
    var files = files
    if let text {
        environment["RELAY_CONFIG"] = "etc/relay.jsonc"
        files["etc/relay.jsonc"] = text
    }
    let present = files
    let inputs = ConfigurationInputs(flags: flags, environment: environment) { path in
        present[path].map { .success(Array($0.utf8)) }
            ?? .failure(FileProblem("no such file or directory"))
    }
    return try ConfigurationReader.read(inputs)
}

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

    @Test("the built-in template is what hooks render, and it compiles")
    func builtIn() throws {
        for settings in Configuration().hooks {
            _ = try Hook(settings, endpoint: EndpointSettings(name: "default"))
        }
    }
}

@Suite("Configuration: mistakes")
struct ConfigurationMistakeTests {
    struct Row: CustomTestStringConvertible {
        let text: String
        let message: String

        var testDescription: String { text }
    }

    static let rows: [Row] = [
        Row(
            text: "{\n  \"lisen\": \"x\"\n}",
            message: """
                etc/relay.jsonc:2:3: lisen: there is no such setting
                hint: did you mean "listen"
                """
        ),
        Row(
            text: "{\"limits\": {\"bodyByte\": 5000}}",
            message: """
                etc/relay.jsonc:1:13: limits.bodyByte: there is no such setting
                hint: did you mean "bodyBytes"
                """
        ),
        Row(
            text: "{\"hooks\": {\"argocd\": {\"argocd\": {\"selfheal\": \"record\"}}}}",
            message: """
                etc/relay.jsonc:1:34: hooks.argocd.argocd.selfheal: there is no such setting
                hint: did you mean "selfHeal"
                """
        ),
        Row(
            text: "{\"listen\": 8080}",
            message: """
                etc/relay.jsonc:1:12: listen: is a number, not a string
                hint: write "listen": "…"
                """
        ),
        Row(
            text: "{\"listen\": \"\"}",
            message: """
                etc/relay.jsonc:1:12: listen: is empty
                hint: write a value, or null, or leave it out
                """
        ),
        Row(
            text: "{\"keepAlive\": \"yes\"}",
            message: """
                etc/relay.jsonc:1:15: keepAlive: is a string, not a boolean
                hint: write true or false
                """
        ),
        Row(
            text: "{\"limits\": {\n\"retryHours\": 0}}",
            message: """
                etc/relay.jsonc:2:15: limits.retryHours: 0 is out of range
                hint: write a whole number of 1 to 8760
                """
        ),
        Row(
            text: "{\"limits\": {\"retryHours\": 1.5}}",
            message: """
                etc/relay.jsonc:1:27: limits.retryHours: is no whole number
                hint: write a whole number of 1 to 8760
                """
        ),
        Row(
            text: "{\"log\": \"xml\"}",
            message: """
                etc/relay.jsonc:1:9: log: "xml" is not known
                hint: use json, text
                """
        ),
        Row(
            text: "{\"version\": 2}",
            message: """
                etc/relay.jsonc:1:13: version: 2 is not known
                hint: write 1
                """
        ),
        Row(
            text: "{\"listen\": \"a:1\", \"listen\": \"b:1\"}",
            message: """
                etc/relay.jsonc:1:19: listen: stands here twice
                hint: keep one of them
                """
        ),
        Row(
            text: "{\"gitlab\": {\"default\": {\"url\": \"gitlab.example.com\"}}}",
            message: """
                etc/relay.jsonc:1:32: gitlab.default.url: has no scheme
                hint: begin it with https://, as in https://gitlab.example.com
                """
        ),
        Row(
            text: "{\"hooks\": {\"own\": {\"project\": \"42\"}}}",
            message: """
                etc/relay.jsonc:1:19: hooks.own.source: is missing
                hint: use argocd, heroku, flux or flat
                """
        ),
        Row(
            text: "{\"hooks\": {\"argocd\": {\"gitlab\": \"defualt\"}}}",
            message: """
                etc/relay.jsonc:1:33: hooks.argocd.gitlab: there is no gitlab.defualt
                hint: did you mean "default"
                """
        ),
        Row(
            text: "{\"hooks\": {\"argocd\": {\"argocd\": {\"maximumAgeHours\": 1000}}}}",
            message: """
                etc/relay.jsonc:1:53: hooks.argocd.argocd.maximumAgeHours: 1000 is beyond \
                limits.retentionDays (30)
                hint: lower it, or raise limits.retentionDays
                """
        ),
        Row(
            text: "{\"hooks\": {\"argocd\": {\"template\": \"none.tmpl\"}}}",
            message: """
                etc/relay.jsonc:1:35: hooks.argocd.template: etc/none.tmpl: no such file or directory
                hint: null is the built-in template
                """
        ),
        Row(
            text: "{\"hooks\": {\"argocd\": {\"projects\": \"fleet/*\"}}}",
            message: """
                etc/relay.jsonc:1:35: hooks.argocd.projects: is no list of strings
                hint: write "projects": ["…"]
                """
        ),
        Row(
            text: "{\"hooks\": {\"argo cd\": {\"source\": \"argocd\"}}}",
            message: """
                etc/relay.jsonc:1:12: hooks.argo cd: the hook's name "argo cd" cannot stand in an \
                address
                hint: use letters, digits, - _ and .
                """
        ),
        Row(
            text: "{\"hooks\": {\"a\": {\"source\": \"flat\"}, \"a\": {\"source\": \"flat\"}}}",
            message: """
                etc/relay.jsonc:1:37: hooks.a: stands here twice
                hint: keep one of them
                """
        ),
        Row(
            text: "[]",
            message: """
                etc/relay.jsonc:1:1: the file: is a JSON array, not an object
                hint: write { … }
                """
        ),
    ]

    @Test("a mistake says where it is, what it is, and what to write", arguments: rows)
    func message(row: Row) {
        let error = #expect(throws: ConfigurationErrors.self) { try configuration(row.text) }
        #expect(error?.description == row.message)
    }

    @Test("variables that are anybody's are left alone")
    func foreignVariables() throws {
        // Of GitLab's CI jobs, of its command line, and of Kubernetes for a Service named gitlab.
        let names = [
            "GITLAB_CI", "GITLAB_FEATURES", "GITLAB_USER_ID", "GITLAB_USER_LOGIN", "GITLAB_HOST",
            "GITLAB_URI", "GITLAB_PROJECT_ID", "GITLAB_PORT", "GITLAB_SERVICE_HOST",
            "GITLAB_SERVICE_PORT", "GITLAB_API_TOKEN", "RELAY_PORT", "RELAY_SERVICE_HOST",
        ]
        _ = try configuration(
            environment: Dictionary(uniqueKeysWithValues: names.map { ($0, "x") })
        )
    }

    @Test(
        "a variable's mistake names the variable, and never shows a secret",
        arguments: [
            (
                "RELAY_LISTE", "x",
                "RELAY_LISTE: there is no such variable\nhint: did you mean RELAY_LISTEN"
            ),
            (
                "GITLAB_TOKN", "glpat-secret",
                "GITLAB_TOKN: there is no such variable\nhint: did you mean GITLAB_TOKEN"
            ),
            ("RELAY_LOG", "xml", "RELAY_LOG: \"xml\" is not known\nhint: use json, text"),
            (
                "RELAY_KEEP_ALIVE", "maybe",
                "RELAY_KEEP_ALIVE: \"maybe\" is no flag\nhint: use 1 or 0"
            ),
            (
                "GITLAB_TOKEN", "glpat secret",
                "GITLAB_TOKEN: holds a blank, a line break or something else that no token has\n"
                    + "hint: write the token alone"
            ),
            (
                "GITLAB_URL", "https://me:secret@gitlab.example.com",
                "GITLAB_URL: holds a user or password before @\n"
                    + "hint: take it out: the token goes into GITLAB_TOKEN or a token file"
            ),
        ]
    )
    func variable(name: String, value: String, message: String) {
        let error = #expect(throws: ConfigurationErrors.self) {
            try configuration(environment: [name: value])
        }
        #expect(error?.description == message)
        #expect(error?.description.contains("secret") == false)
    }

    @Test("a secret and its file are not both set")
    func bothSecrets() {
        let error = #expect(throws: ConfigurationErrors.self) {
            try configuration(environment: ["RELAY_TOKEN": "a", "RELAY_TOKEN_FILE": "/b"])
        }
        #expect(error?.all.map(\.setting) == ["RELAY_TOKEN"])
    }

    @Test("a file that is broken JSON or not there is one mistake, with its place or its name")
    func unreadable() {
        let broken = #expect(throws: ConfigurationErrors.self) {
            try configuration("{\n  \"listen\": }")
        }
        #expect(broken?.all.first?.line == 2)
        #expect(broken?.all.first?.column == 13)
        let missing = #expect(throws: ConfigurationErrors.self) {
            try configuration(environment: ["RELAY_CONFIG": "none.jsonc"])
        }
        #expect(missing?.description.hasPrefix("--config none.jsonc: no such file") ?? false)
    }

    @Test("all mistakes of a file come at once, in its order")
    func all() {
        let text = "{\n\"keepAlive\": 1,\n\"data\": 7,\n\"limits\": {\"waiter\": 1}\n}"
        let error = #expect(throws: ConfigurationErrors.self) { try configuration(text) }
        #expect(error?.all.map(\.setting) == ["keepAlive", "data", "limits.waiter"])
        #expect(error?.all.compactMap(\.line) == [2, 3, 4])
    }

    @Test("a template that cannot be parsed is a mistake of its hook, with its place")
    func template() throws {
        let text = "{\n\"hooks\": {\"argocd\": {\n\"sha\": \"{{.app.x\"}}\n}"
        let read = try configuration(text)
        var settings = try #require(read.hooks.first { $0.name == "argocd" })
        settings.template = TemplateText(name: "own.tmpl", text: Array("{\n  {{if}} }".utf8))
        let error = #expect(throws: ConfigurationErrors.self) {
            try Hook(settings, endpoint: EndpointSettings(name: "default"), of: read)
        }
        let told = Set(error?.all.map(\.setting) ?? [])
        #expect(told == ["hooks.argocd.sha", "hooks.argocd.template"])
        #expect(error?.all.last?.problem.hasPrefix("own.tmpl:2:") ?? false)
        let words = error?.description ?? ""
        #expect(words.contains("relay.jsonc:3:8: hooks.argocd.sha: at 1:"), "\(words)")
        #expect(error?.all.allSatisfy { !$0.hint.isEmpty } ?? false)
    }

    /// The settings of a hook whose templates are a mistake.
    private func mistaken(
        _ sender: Sender,
        _ change: (inout HookSettings) -> Void
    ) -> [String] {
        var settings = HookSettings(name: "a", sender: sender)
        change(&settings)
        do throws(ConfigurationErrors) {
            _ = try Hook(settings, endpoint: EndpointSettings(name: "default"))
            return []
        } catch {
            return error.all.map(\.setting)
        }
    }

    @Test(
        "a field that .hook cannot have is a mistake, and one of .deployment where that is ours",
        arguments: Sender.allCases
    )
    func fields(sender: Sender) {
        let payload = { (text: String) in
            TemplateText(name: "own.tmpl", text: Array("{\"sha\": \"{{\(text)}}\"}".utf8))
        }
        #expect(mistaken(sender) { $0.ref = "{{ .hook.nmae }}" } == ["hooks.a.ref"])
        #expect(
            mistaken(sender) { $0.template = payload(".deployment.shaa") } == ["hooks.a.template"]
        )
        // A flat body that only the hook's settings explain shows them a member of its own.
        #expect(
            mistaken(sender) { $0.environment = "{{ .deployment.shaa }}" }
                == (sender == .flat ? [] : ["hooks.a.environment"])
        )
        #expect(
            mistaken(sender) { hook in
                hook.ref = "{{ .hook.name }}{{ .request.host }}{{ .deployment.ref }}{{ .app.shaa }}"
                hook.template = payload(".deployment.message")
            }.isEmpty
        )
    }
}
