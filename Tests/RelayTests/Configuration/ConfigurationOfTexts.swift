import Relay

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
