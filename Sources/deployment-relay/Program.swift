import Glibc
import RelayServer
import POSIX

/// The command line: finds the command and ends with its exit code.
enum Program {
    static func main() {
        let code = run(Array(CommandLine.arguments.dropFirst()))
        // Not exit(3): it would take libraries down under a thread that is still at work in them,
        // and what was printed is written already.
        _exit(code.rawValue)
    }

    static func run(_ arguments: [String]) -> ExitCode {
        guard let name = arguments.first else {
            Output.complain(Help.overview)
            return .usage
        }
        let rest = arguments.dropFirst()
        switch name {
        case "help", "--help", "-h":
            return help(rest.first)
        case "version", "--version":
            return VersionCommand.run()
        default:
            break
        }
        guard let command = Commands.all.first(where: { $0.name == name }) else {
            Output.complain("deployment-relay: there is no command \"\(name)\"")
            if let near = Commands.nearest(to: name) {
                Output.complain("hint: did you mean \(near)")
            }
            Output.complain("hint: deployment-relay help lists the commands")
            return .usage
        }
        if rest.contains("--help") || rest.contains("-h") { return help(name) }
        do {
            return command.run(try Arguments(rest, command.form))
        } catch {
            Output.complain("deployment-relay \(name): \(error.description)")
            Output.complain("hint: usage: \(command.usage)")
            return .usage
        }
    }

    private static func help(_ name: String?) -> ExitCode {
        guard let name else {
            Output.print(Help.overview)
            return .success
        }
        guard let command = Commands.all.first(where: { $0.name == name }) else {
            Output.complain("deployment-relay help: there is no command \"\(name)\"")
            return .usage
        }
        Output.print(Help.text(of: command))
        return .success
    }
}
