import Relay
import Testing

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
}
