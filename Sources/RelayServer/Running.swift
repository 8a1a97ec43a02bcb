import Formats
import GitLab
package import Relay
import Webhooks

/// A configuration that has proven whole: templates compiled, secrets read.
///
/// Both loops get the same one; a new one takes its place in whole or not at all.
package struct Running: Sendable {
    package let configuration: Configuration
    package let hooks: [Hook]
    /// What senders must present, by hook; no entry: nothing.
    let gates: [String: Authenticator]
    let adminGate: Authenticator?
    /// Whether only this machine reaches the admin address: then reading it needs no token.
    let isAdminLocal: Bool
    /// GitLab's tokens by endpoint.
    let tokens: [String: Credential]
    /// Where each endpoint's GitLab is.
    let addresses: [String: GitLabAddress]

    /// Reads the secrets and compiles the templates of `configuration`.
    ///
    /// `read`: reads a file whole.
    /// Throws all that is wrong, in one go.
    package init(
        _ configuration: Configuration,
        reading read: @escaping @Sendable (String) -> Result<[UInt8], FileProblem>
    ) throws(ConfigurationErrors) {
        var reader = SecretReader(read: read, configuration: configuration)
        var mistakes: [ConfigurationError] = []
        var tokens: [String: Credential] = [:]
        for endpoint in configuration.endpoints {
            tokens[endpoint.name] = endpoint.token.flatMap { reader.secrets($0).first }
            reader.checkCertificates(of: endpoint)
        }
        let common = configuration.credentials.flatMap { reader.secrets($0) }
        var gates: [String: Authenticator] = [:]
        var hooks: [Hook] = []
        for settings in configuration.hooks {
            let own = settings.credentials.flatMap { reader.secrets($0) }
            let secrets = own.isEmpty ? common : own
            if !secrets.isEmpty { gates[settings.name] = Authenticator(tokens: secrets) }
            guard
                let endpoint = configuration.endpoints.first(where: { $0.name == settings.endpoint }
                )
            else { preconditionFailure("the configuration's reader checks endpoints") }
            do {
                hooks.append(try Hook(settings, endpoint: endpoint, of: configuration))
            } catch {
                mistakes += error.all
            }
        }
        let admin = configuration.adminToken.map { reader.secrets($0) } ?? []
        mistakes += reader.mistakes
        let rules = ListenRules(
            configuration,
            openHooks: configuration.hooks.map(\.name).filter { gates[$0] == nil },
            hasAdminToken: !admin.isEmpty
        )
        mistakes += rules.mistakes
        for hook in rules.shutHooks { gates[hook] = Authenticator(tokens: []) }
        guard mistakes.isEmpty else { throw ConfigurationErrors(all: mistakes) }
        self.configuration = configuration
        self.hooks = hooks
        self.gates = gates
        self.tokens = tokens
        addresses = Dictionary(
            uniqueKeysWithValues: configuration.endpoints.compactMap { endpoint in
                (try? GitLabAddress(endpoint.url)).map { (endpoint.name, $0) }
            }
        )
        isAdminLocal = rules.isAdminLocal
        adminGate = admin.isEmpty ? nil : Authenticator(tokens: admin)
    }

    /// What is not wrong, and will be in the way all the same.
    package var warnings: [String] {
        let exposed = configuration.endpoints.filter {
            tokens[$0.name] != nil && addresses[$0.name]?.exposesToken == true
        }
        return configuration.endpoints.compactMap { tokenless($0.name) }
            + exposed.map {
                "gitlab.\($0.name): its token goes over the network without TLS; use an https:// address"
            }
    }

    /// What to do about an endpoint that has no token; nil when it has one.
    package func tokenless(_ endpoint: String) -> String? {
        guard tokens[endpoint] == nil else { return nil }
        let remedy =
            endpoint == "default"
            ? "set GITLAB_TOKEN or GITLAB_TOKEN_FILE" : "set gitlab.\(endpoint).tokenFile"
        return "gitlab.\(endpoint) has no token, and GitLab records nothing without one: \(remedy)"
    }

    func endpoint(_ name: String) -> EndpointSettings? {
        configuration.endpoints.first { $0.name == name }
    }

    /// The gate of GitLab's own path: the hook's secrets, and the endpoint's GitLab token, which
    /// is what the documented recipe sends.
    func recipeGate(_ hook: Hook) -> Authenticator? {
        guard let gate = gates[hook.name] else { return nil }
        return gate.alsoAdmitting(tokens[hook.settings.endpoint].map { [$0] } ?? [])
    }

    package var queueSettings: QueueSettings {
        QueueSettings(
            endpoints: configuration.endpoints.map {
                .init(
                    name: $0.name,
                    connections: $0.connections,
                    requestsPerMinute: $0.requestsPerMinute
                )
            },
            doubtSeconds: configuration.limits.doubtSeconds,
            retryHours: configuration.limits.retryHours,
            unknownRefMinutes: configuration.limits.unknownRefMinutes,
            rows: configuration.limits.deployments
        )
    }

    /// Paths of all files that hold secrets, for whoever watches them.
    package var secretFiles: [String] {
        let sources =
            configuration.credentials + configuration.hooks.flatMap(\.credentials)
            + configuration.endpoints.compactMap(\.token)
            + [configuration.adminToken].compactMap { $0 }
        return sources.compactMap { if case .file(let path, _) = $0 { path } else { nil } }
    }
}

/// Reads secrets and gathers what is wrong with their files.
private struct SecretReader {
    let read: @Sendable (String) -> Result<[UInt8], FileProblem>
    let configuration: Configuration
    var mistakes: [ConfigurationError] = []

    /// One secret, or two on two lines while they are rotated.
    mutating func secrets(_ source: SecretSource) -> [Credential] {
        switch source {
        case .value(let credential, let origin):
            if Self.isCutShort(credential) { mistake(origin, Self.cutShort.0, Self.cutShort.1) }
            return [credential]
        case .file(let path, let origin):
            switch read(path) {
            case .failure where SecretText.isLikely(path):
                mistake(origin, "holds a secret, not a file's path", "write it into a file")
                return []
            case .failure(let problem):
                mistake(origin, "\(path): \(problem)", "write the secret into that file")
                return []
            case .success(let bytes):
                let secrets = Credential.lines(of: bytes)
                if secrets.isEmpty {
                    mistake(origin, "\(path): is empty", "write the secret into it")
                }
                // No sender can present it, and in our own requests it could end a field's line.
                guard secrets.allSatisfy(\.isPlain) else {
                    mistake(origin, "\(path): holds a control character", "write the secret alone")
                    return []
                }
                if secrets.contains(where: Self.isCutShort) {
                    mistake(origin, "\(path): \(Self.cutShort.0)", Self.cutShort.1)
                }
                return secrets
            }
        }
    }

    private static let cutShort = (
        "whsec_ is followed by something else than base64", "copy the whole secret"
    )

    /// Says that it is a Standard Webhooks secret, and is none.
    private static func isCutShort(_ secret: Credential) -> Bool {
        secret.withSecret { Authenticator.signingKey(in: $0) == nil }
    }

    /// libcurl reads them at the first call only: too late to hear of a slip.
    mutating func checkCertificates(of endpoint: EndpointSettings) {
        guard let path = endpoint.caFile else { return }
        let setting = "gitlab.\(endpoint.name).caFile"
        let hint = "name a PEM file with certificates, or null for the system's"
        switch read(path) {
        case .failure(let problem): mistake(setting, "\(path): \(problem)", hint)
        case .success(let bytes):
            let text = String(decoding: bytes, as: UTF8.self)
            guard !text.contains("-----BEGIN ") else { return }
            mistake(setting, "\(path): holds no certificate", hint)
        }
    }

    private mutating func mistake(_ origin: String, _ problem: String, _ hint: String) {
        mistakes.append(configuration.mistake(origin, problem, hint: hint))
    }
}
