import Formats
import GitLab
import JSON
import Webhooks

/// What the edge gives: nothing here touches the system.
package struct ConfigurationInputs: Sendable {
    /// Values that the command line sets, by the variable they stand for.
    package var flags: [String: String]
    package var environment: [String: String]
    /// Reads a file whole.
    package var readFile: @Sendable (String) -> Result<[UInt8], FileProblem>

    package init(
        flags: [String: String] = [:],
        environment: [String: String],
        readFile: @escaping @Sendable (String) -> Result<[UInt8], FileProblem>
    ) {
        self.flags = flags
        self.environment = environment
        self.readFile = readFile
    }

    /// Flags over environment; an empty variable counts as none.
    package func variable(_ name: String) -> String? {
        let text = flags[name] ?? environment[name]
        return text.flatMap { $0.isEmpty ? nil : $0 }
    }
}

/// Reads the configuration: flags over environment over file over defaults.
package enum ConfigurationReader {
    /// - Throws: All that is wrong, in the order of the file.
    package static func read(
        _ inputs: ConfigurationInputs
    ) throws(ConfigurationErrors) -> Configuration {
        let path = inputs.variable("RELAY_CONFIG")
        let gatherer = MistakeGatherer(file: path)
        var configuration = Configuration()
        configuration.path = path
        if let path {
            let root = try document(path, inputs)
            ConfigurationFile(root, path: path, inputs: inputs, gatherer: gatherer)
                .read(into: &configuration)
        }
        ConfigurationEnvironment(inputs, gatherer).read(into: &configuration)
        ConfigurationRules(gatherer).check(configuration)
        guard gatherer.all.isEmpty else { throw ConfigurationErrors(all: gatherer.sorted) }
        configuration.places = gatherer.places
        return configuration
    }

    private static func document(
        _ path: String,
        _ inputs: ConfigurationInputs
    ) throws(ConfigurationErrors) -> JSONValue {
        let bytes: [UInt8]
        switch inputs.readFile(path) {
        case .success(let read): bytes = read
        case .failure(let problem):
            throw single(path, nil, "\(problem)", "name a file that can be read, or none")
        }
        do {
            return try JSONDocument(parsingCommented: bytes).root
        } catch {
            throw single(
                path,
                error,
                error.problem,
                "the file is JSON; // comments and trailing commas are allowed"
            )
        }
    }

    private static func single(
        _ path: String,
        _ place: JSONError?,
        _ problem: String,
        _ hint: String
    ) -> ConfigurationErrors {
        ConfigurationErrors(
            all: [
                ConfigurationError(
                    file: place == nil ? nil : path,
                    line: place?.line,
                    column: place?.column,
                    setting: place == nil ? "--config \(path)" : "the file",
                    problem: problem,
                    hint: hint
                )
            ]
        )
    }
}

/// The file's part.
private struct ConfigurationFile {
    private let root: SettingsReader
    private let folder: String
    private let inputs: ConfigurationInputs
    private let gatherer: MistakeGatherer

    init(_ value: JSONValue, path: String, inputs: ConfigurationInputs, gatherer: MistakeGatherer) {
        if value.kind != .object {
            gatherer.add(
                "the file",
                "is a JSON \(value.kind), not an object",
                hint: "write { … }",
                at: value.position
            )
        }
        root = SettingsReader(value.kind == .object ? value : nil, path: "", gatherer: gatherer)
        folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        self.inputs = inputs
        self.gatherer = gatherer
    }

    func read(into configuration: inout Configuration) {
        // Editors find the settings by it; README.md tells how.
        _ = root.text("$schema")
        if let version = root.number("version", in: 0...Int.max), version != 1 {
            root.mistake("version", "\(version) is not known", hint: "write 1")
        }
        configuration.listen = root.text("listen") ?? configuration.listen
        configuration.data = root.text("data") ?? configuration.data
        configuration.log = root.word("log", as: LogForm.self)
        root.word("logLevel", &configuration.logLevel)
        root.flag("keepAlive", &configuration.keepAlive)
        configuration.credentials = credentials(root)
        readAdmin(root.object("admin"), &configuration)
        readLimits(root.object("limits"), &configuration.limits)
        let endpoints = root.object("gitlab")
        for (name, reader) in endpoints.named() { readEndpoint(name, reader, &configuration) }
        endpoints.finish()
        let hooks = root.object("hooks")
        for (name, reader) in hooks.named() { readHook(name, reader, &configuration) }
        hooks.finish()
        root.finish()
    }

    /// Files that the configuration names lie beside it, unless their paths are absolute.
    private func placed(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

    private func readAdmin(_ reader: SettingsReader, _ configuration: inout Configuration) {
        configuration.adminListen = reader.text("listen") ?? configuration.adminListen
        if let path = reader.text("tokenFile") {
            configuration.adminToken = .file(path: placed(path), origin: "admin.tokenFile")
        }
        if let hosts = reader.texts("hosts") {
            configuration.adminHosts = hosts.map { $0.lowercased() }
            if let wrong = HostNames.wrong(among: hosts) {
                reader.mistake("hosts", "\"\(wrong)\" is no name", hint: HostNames.hint)
            }
        }
        reader.finish()
    }

    private func credentials(_ reader: SettingsReader) -> [SecretSource] {
        reader.list("credentials").compactMap { entry in
            defer { entry.finish() }
            guard let path = entry.text("tokenFile") else { return nil }
            return .file(path: placed(path), origin: "\(entry.path).tokenFile")
        }
    }

    private func readLimits(_ reader: SettingsReader, _ limits: inout Limits) {
        let large = 1...(1 << 40)
        reader.number("bodyBytes", in: 1024...(1 << 30), &limits.bodyBytes)
        reader.number("bodyMemoryBytes", in: 1024...(1 << 40), &limits.bodyMemoryBytes)
        reader.number("headBytes", in: 512...(1 << 20), &limits.headBytes)
        reader.number("jsonDepth", in: 8...100_000, &limits.jsonDepth)
        reader.number("connections", in: 1...1_000_000, &limits.connections)
        reader.number("headSeconds", in: 1...3600, &limits.headSeconds)
        reader.number("bodySeconds", in: 1...3600, &limits.bodySeconds)
        reader.number("bodyBytesPerSecond", in: 0...(1 << 30), &limits.bodyBytesPerSecond)
        reader.number("answerSeconds", in: 1...3600, &limits.answerSeconds)
        reader.number("unauthorizedSeconds", in: 0...60, &limits.unauthorizedSeconds)
        reader.number("slowedRefusals", in: 0...100_000, &limits.slowedRefusals)
        reader.number("waiters", in: 0...100_000, &limits.waiters)
        reader.number("backlogEvents", in: 1...100_000_000, &limits.backlogEvents)
        reader.number("backlogBytes", in: large, &limits.backlogBytes)
        reader.number("retentionDays", in: 1...3650, &limits.retentionDays)
        reader.number("retentionBytes", in: large, &limits.retentionBytes)
        reader.number("ledgerEntries", in: 1...10_000_000, &limits.ledgerEntries)
        reader.number("applications", in: 1...10_000_000, &limits.applications)
        reader.number("operationsPerApplication", in: 2...1000, &limits.operationsPerApplication)
        reader.number("deployments", in: 100...10_000_000, &limits.deployments)
        reader.number("doubtSeconds", in: 1...3600, &limits.doubtSeconds)
        reader.number("retryHours", in: 1...8760, &limits.retryHours)
        reader.number("unknownRefMinutes", in: 0...10_080, &limits.unknownRefMinutes)
        reader.number("lockSeconds", in: 0...3600, &limits.lockSeconds)
        reader.finish()
    }

    private func readEndpoint(
        _ name: String,
        _ reader: SettingsReader,
        _ configuration: inout Configuration
    ) {
        var endpoint = EndpointSettings(name: name)
        endpoint.url = reader.text("url") ?? endpoint.url
        endpoint.token = reader.text("tokenFile").map {
            .file(path: placed($0), origin: "\(reader.path).tokenFile")
        }
        endpoint.project = reader.text("project")
        endpoint.repositoryHosts = reader.texts("repositoryHosts") ?? []
        endpoint.caFile = reader.text("caFile").map(placed)
        reader.number("connections", in: 1...1000, &endpoint.connections)
        reader.number("timeoutSeconds", in: 1...600, &endpoint.timeoutSeconds)
        endpoint.requestsPerMinute = reader.number("requestsPerMinute", in: 1...1_000_000)
        reader.finish()
        do {
            _ = try GitLabAddress(endpoint.url)
        } catch {
            reader.mistake("url", error.problem, hint: error.hint)
        }
        configuration.endpoints.removeAll { $0.name == name }
        configuration.endpoints.append(endpoint)
    }

    private func readHook(
        _ name: String,
        _ reader: SettingsReader,
        _ configuration: inout Configuration
    ) {
        let isURLSafe =
            !name.isEmpty
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20)
                    || "-_.".utf8.contains($0)
            }
        if !isURLSafe {
            reader.mistakeOfName(
                "the hook's name \"\(name)\" cannot stand in an address",
                hint: "use letters, digits, - _ and ."
            )
        }
        let known = configuration.hooks.first { $0.name == name }
        // Read on after a wrong source, so that all mistakes are told in one go.
        let sender = sender(reader, known?.sender) ?? .flat
        var hook = HookSettings(name: name, sender: sender)
        hook.endpoint = reader.text("gitlab") ?? "default"
        hook.credentials = credentials(reader)
        hook.projects = reader.texts("projects") ?? []
        hook.environments = reader.texts("environments") ?? []
        hook.project = reader.text("project")
        hook.environment = reader.text("environment")
        hook.sha = reader.text("sha")
        hook.ref = reader.text("ref")
        hook.tag = reader.text("tag")
        hook.tier = reader.text("tier")
        hook.externalURL = reader.text("externalURL")
        hook.status = reader.text("status")
        hook.operation = reader.text("operation")
        hook.template = template(reader)
        hook.argocd = argocd(reader.object("argocd"))
        reader.finish()
        configuration.hooks.removeAll { $0.name == name }
        configuration.hooks.append(hook)
    }

    private func sender(_ reader: SettingsReader, _ usual: Sender?) -> Sender? {
        guard let word = reader.text("source") else {
            if usual == nil, reader.value != nil {
                reader.mistake(
                    "source",
                    "is missing",
                    hint: "use argocd, heroku, flux or flat"
                )
            }
            return usual
        }
        if word == "deployment" { return .flat }
        if let sender = Sender(rawValue: word) { return sender }
        let near = NearestName.find(word, among: ["argocd", "heroku", "flux", "flat"])
        reader.mistake(
            "source",
            "\"\(word)\" is not known",
            hint: (near.map { "did you mean \"\($0)\"; " } ?? "")
                + "use argocd, heroku, flux or flat (any JSON)"
        )
        return nil
    }

    /// A template file, relative to the configuration's folder.
    private func template(_ reader: SettingsReader) -> TemplateText? {
        guard let name = reader.text("template") else { return nil }
        let path = placed(name)
        switch inputs.readFile(path) {
        case .success(let text): return TemplateText(name: name, text: text)
        case .failure(let problem):
            reader.mistake("template", "\(path): \(problem)", hint: "null is the built-in template")
            return nil
        }
    }

    private func argocd(_ reader: SettingsReader) -> ArgoCDSettings {
        var settings = ArgoCDSettings()
        settings.sourceIndex = reader.number("sourceIndex", in: 0...1000)
        reader.word("selfHeal", &settings.selfHeal)
        reader.word("selectiveSync", &settings.selectiveSync)
        reader.word("appOfApps", &settings.appOfApps)
        reader.word("suspended", &settings.suspended)
        reader.word("degradedAfterSuccess", &settings.degradedAfterSuccess)
        reader.number("settleSeconds", in: 0...3600, &settings.settleSeconds)
        reader.number("maximumAgeHours", in: 1...87_600, &settings.maximumAgeHours)
        reader.word("onDelete", &settings.onDelete)
        reader.finish()
        return settings
    }
}
