import POSIX
import RelayServer

enum VersionCommand: Command {
    static let name = "version"
    static let summary = "prints the version"
    static let usage = "deployment-relay version"
    static let details = "Exit code: 0."
    static let form = Arguments.Form()

    static func run(_ arguments: Arguments) -> ExitCode { run() }

    static func run() -> ExitCode {
        Output.print("deployment-relay \(Version.text)")
        return .success
    }
}
