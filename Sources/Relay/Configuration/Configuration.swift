package import Formats
package import Webhooks

/// Where a secret comes from; the edge reads files.
package enum SecretSource: Equatable, Sendable {
    case value(Credential, origin: String)
    case file(path: String, origin: String)
}

/// One GitLab (`gitlab.NAME`).
package struct EndpointSettings: Equatable, Sendable {
    package var name: String
    package var url = "https://gitlab.com"
    package var token: SecretSource?
    /// Where deployments go whose project nobody names.
    package var project: String?
    package var repositoryHosts: [String] = []
    package var caFile: String?
    package var connections = 8
    package var timeoutSeconds = 30
    package var requestsPerMinute: Int?

    package init(name: String) { self.name = name }
}

/// A template's text and the name its errors carry.
package struct TemplateText: Equatable, Sendable {
    package var name: String
    package var text: [UInt8]

    package init(name: String, text: [UInt8]) {
        self.name = name
        self.text = text
    }

    /// The shipped payload; `config/templates/deployment.json.tmpl` is the same text.
    package static let builtIn = TemplateText(
        name: "built-in",
        text: Array(
            """
            {
              "environment": "{{.deployment.environment}}",
              "sha": "{{.deployment.sha}}",
              "ref": "{{.deployment.ref}}",
              "tag": {{.deployment.tag}},
              "status": "{{.deployment.status}}"
            }

            """.utf8
        )
    )
}

/// One entrance (`hooks.NAME`).
package struct HookSettings: Equatable, Sendable {
    package var name: String
    package var sender: Sender
    package var endpoint = "default"
    /// Its own secrets; empty: the relay's.
    package var credentials: [SecretSource] = []
    /// Patterns of what it may write to; empty: anything.
    package var projects: [String] = []
    package var environments: [String] = []
    // Templates that choose; nil: the source chooses.
    package var project: String?
    package var environment: String?
    package var sha: String?
    package var ref: String?
    package var tag: String?
    package var tier: String?
    package var externalURL: String?
    package var status: String?
    package var operation: String?
    /// nil: the built-in one.
    package var template: TemplateText?
    package var argocd = ArgoCDSettings()

    package init(name: String, sender: Sender) {
        self.name = name
        self.sender = sender
    }
}

package enum LogForm: String, Sendable, CaseIterable { case json, text }

package enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, warn, error

    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warn: 2
        case .error: 3
        }
    }
}

/// Every setting, checked as far as that needs no file and no network.
package struct Configuration: Equatable, Sendable {
    package var listen = "127.0.0.1:8080"
    package var adminListen = "127.0.0.1:8081"
    /// What senders present; empty: nothing is asked for.
    package var credentials: [SecretSource] = []
    package var adminToken: SecretSource?
    /// Names, in lower case, by which browsers may call the admin address beside its number.
    package var adminHosts: [String] = []
    package var data = "./relay-data"
    /// nil: text on a terminal, else JSON.
    package var log: LogForm?
    package var logLevel = LogLevel.info
    package var keepAlive = false
    package var limits = Limits()
    package var endpoints = [EndpointSettings(name: "default")]
    package var hooks: [HookSettings] = [
        HookSettings(name: "argocd", sender: .argocd),
        HookSettings(name: "heroku", sender: .heroku),
        HookSettings(name: "flux", sender: .flux),
        HookSettings(name: "deployment", sender: .flat),
    ]
    /// The file it was read from.
    package var path: String?
    /// Where the file's settings stand, for mistakes that are found later.
    var places = SettingPlaces()

    package init() {}
}
