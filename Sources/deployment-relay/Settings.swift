import POSIX
import Relay
import RelayServer

/// The configuration as a command finds it: its flags over the environment over the file.
struct Settings {
    /// Flags that stand for a variable.
    static let options: [String: String] = [
        "--config": "RELAY_CONFIG", "--listen": "RELAY_LISTEN",
        "--admin-listen": "RELAY_ADMIN_LISTEN", "--data": "RELAY_DATA", "--log": "RELAY_LOG",
        "--log-level": "RELAY_LOG_LEVEL",
    ]

    let inputs: ConfigurationInputs

    /// `extra`: variables that the command itself sets, over all others.
    init(_ arguments: Arguments, extra: [String: String] = [:]) {
        var flags: [String: String] = [:]
        for (option, variable) in Self.options { flags[variable] = arguments[option] }
        inputs = ConfigurationInputs(
            flags: flags.merging(extra) { $1 },
            environment: Host.environment(),
            readFile: Self.readFile
        )
    }

    static let readFile: @Sendable (String) -> Result<[UInt8], FileProblem> = { path in
        FileSystem.read(path).mapError { FileProblem("\($0)") }
    }

    /// A flag's or the environment's word; an empty one counts as none.
    func variable(_ name: String) -> String? { inputs.variable(name) }

    /// Reads the configuration alone.
    func configuration() throws(ConfigurationErrors) -> Configuration {
        try ConfigurationReader.read(inputs)
    }

    /// Reads it, its secrets and its templates.
    func running() throws(ConfigurationErrors) -> Running {
        try Running(configuration(), reading: Self.readFile)
    }

    /// Says what is wrong with the configuration.
    static func complain(_ errors: ConfigurationErrors) -> ExitCode {
        for error in errors.all { Output.complain("\(error)") }
        return .configuration
    }
}
