import POSIX
import RelayServer

enum HealthCommand: Command {
    static let name = "health"
    static let summary = "asks a running relay whether it is ready, for probes"
    static let usage = "deployment-relay health [--url BASE] [--config FILE]"
    static let details = """
        Asks /readyz at the admin address: --url, else RELAY_ADMIN_LISTEN, else the configuration.

        Exit codes: 0 when it is ready, 1 when it is not.

        example:
          deployment-relay health
        """
    static let form = Arguments.Form(
        options: Arguments.Form.relayOptions,
        hints: Arguments.Form.relayHints
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        do {
            let answer = try RelayClient(.admin, arguments).send("GET", "/readyz", seconds: 5)
            guard answer.status == 200 else {
                Output.complain("not ready: \(answer.text.withoutTrailingBlanks)")
                return .failure
            }
            Output.print("ready")
            return .success
        } catch {
            Output.complain("not ready: \(error)")
            return .failure
        }
    }
}
