import Formats
import GitLab
import Webhooks

/// The environment's part: enough without any file.
struct ConfigurationEnvironment {
    private let inputs: ConfigurationInputs
    private let gatherer: MistakeGatherer

    init(_ inputs: ConfigurationInputs, _ gatherer: MistakeGatherer) {
        self.inputs = inputs
        self.gatherer = gatherer
    }

    func read(into configuration: inout Configuration) {
        overrule("listen", by: "RELAY_LISTEN", &configuration.listen)
        overrule("admin.listen", by: "RELAY_ADMIN_LISTEN", &configuration.adminListen)
        if let text = inputs.variable("RELAY_ADMIN_HOSTS") {
            let hosts = text.split(separator: ",").map { String($0).trimmingBlanks }
            configuration.adminHosts = hosts.map { $0.lowercased() }
            if let wrong = HostNames.wrong(among: hosts) {
                gatherer.add(
                    "RELAY_ADMIN_HOSTS",
                    "\"\(wrong)\" is no name",
                    hint: HostNames.hint,
                    at: nil
                )
            }
        }
        overrule("data", by: "RELAY_DATA", &configuration.data)
        if let secret = secret("RELAY_TOKEN") { configuration.credentials = [secret] }
        if let secret = secret("RELAY_ADMIN_TOKEN") { configuration.adminToken = secret }
        if let form = word("RELAY_LOG", LogForm.self) { configuration.log = form }
        if let level = word("RELAY_LOG_LEVEL", LogLevel.self) { configuration.logLevel = level }
        if let flag = flag("RELAY_KEEP_ALIVE") { configuration.keepAlive = flag }
        readGitLab(&configuration)
        checkNames()
    }

    private func overrule(_ setting: String, by variable: String, _ target: inout String) {
        guard let text = inputs.variable(variable) else { return }
        target = text
        gatherer.overrule(setting)
    }

    private func readGitLab(_ configuration: inout Configuration) {
        guard let index = configuration.endpoints.firstIndex(where: { $0.name == "default" }) else {
            return
        }
        if let url = inputs.variable("GITLAB_URL") {
            configuration.endpoints[index].url = url
            do {
                _ = try GitLabAddress(url)
            } catch {
                gatherer.add("GITLAB_URL", error.problem, hint: error.hint, at: nil)
            }
        }
        if let secret = secret("GITLAB_TOKEN") { configuration.endpoints[index].token = secret }
        if let project = inputs.variable("GITLAB_PROJECT") {
            configuration.endpoints[index].project = project
            gatherer.overrule("gitlab.default.project")
        }
    }

    /// A secret's value, or the file that holds it.
    private func secret(_ name: String) -> SecretSource? {
        let value = inputs.variable(name)
        // A command that sets the secret itself (the sandbox's) means it.
        let path = inputs.flags[name] == nil ? inputs.variable("\(name)_FILE") : nil
        if value != nil, path != nil {
            gatherer.add(
                name,
                "and \(name)_FILE are both set",
                hint: "keep one of them",
                at: nil
            )
        }
        if let path { return .file(path: path, origin: "\(name)_FILE") }
        guard let value else { return nil }
        let trimmed = value.trimmingBlanks
        if trimmed.isEmpty || trimmed.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            gatherer.add(
                name,
                "holds a blank, a line break or something else that no token has",
                hint: "write the token alone",
                at: nil
            )
            return nil
        }
        return .value(Credential(trimmed), origin: name)
    }

    private func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _ type: Word.Type
    ) -> Word? {
        guard let text = inputs.variable(name) else { return nil }
        if let word = Word(rawValue: text.lowercased()) { return word }
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        gatherer.add(name, "\"\(text)\" is not known", hint: "use \(words)", at: nil)
        return nil
    }

    private func flag(_ name: String) -> Bool? {
        guard let text = inputs.variable(name) else { return nil }
        switch text.lowercased() {
        case "1", "true", "yes", "on": return true
        case "0", "false", "no", "off": return false
        default:
            gatherer.add(name, "\"\(text)\" is no flag", hint: "use 1 or 0", at: nil)
            return nil
        }
    }

    static let names = [
        "RELAY_LISTEN", "RELAY_ADMIN_LISTEN", "RELAY_TOKEN", "RELAY_TOKEN_FILE",
        "RELAY_ADMIN_TOKEN", "RELAY_ADMIN_TOKEN_FILE", "RELAY_ADMIN_HOSTS", "RELAY_DATA",
        "RELAY_CONFIG", "RELAY_LOG",
        "RELAY_LOG_LEVEL", "RELAY_KEEP_ALIVE", "GITLAB_URL", "GITLAB_TOKEN", "GITLAB_TOKEN_FILE",
        "GITLAB_PROJECT",
    ]

    /// A variable that is nearly one of ours is a slip; others may be anybody's.
    ///
    /// Only what stands behind the prefix is compared: Kubernetes sets RELAY_PORT and the like for a
    /// Service named relay. GitLab's own programs and people's scripts have many more of theirs.
    private func checkNames() {
        checkNames("RELAY_")
        checkNames("GITLAB_", within: 1, but: ["GITLAB_URI"])
    }

    private func checkNames(
        _ prefix: String,
        within most: Int = .max,
        but foreign: Set<String> = []
    ) {
        let own = Self.names.filter { $0.hasPrefix(prefix) }
        let ends = own.map { String($0.dropFirst(prefix.count)) }
        for name in inputs.environment.keys.sorted()
        where name.hasPrefix(prefix) && !own.contains(name) && !foreign.contains(name) {
            let end = String(name.dropFirst(prefix.count))
            guard let near = NearestName.find(end, among: ends, within: most) else { continue }
            gatherer.add(
                name,
                "there is no such variable",
                hint: "did you mean \(prefix)\(near)",
                at: nil
            )
        }
    }
}
