import POSIX
import Relay
import RelayServer

enum CompletionCommand: Command {
    static let name = "completion"
    static let summary = "prints a script by which a shell completes this command line"
    static let usage = "deployment-relay completion bash|zsh|fish"
    static let details = """
        Commands, options, their words, files, and the hooks of the configuration (RELAY_CONFIG).

          bash   source <(deployment-relay completion bash)     in ~/.bashrc
          zsh    source <(deployment-relay completion zsh)      in ~/.zshrc, after compinit
          fish   deployment-relay completion fish | source      in ~/.config/fish/config.fish

        Exit codes: 0; 64 for another shell.

        example:
          deployment-relay completion bash
        """
    static let form = Arguments.Form(
        words: 0...1,
        wordHint: .words(Completion.Shell.allCases.map(\.rawValue))
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        // For the scripts themselves; what cannot be read completes to nothing.
        if arguments.words.first == "hooks" { return hooks(arguments) }
        guard let shell = arguments.words.first.flatMap(Completion.Shell.init(rawValue:)) else {
            Output.complain("deployment-relay completion: name a shell: bash, zsh or fish")
            return .usage
        }
        Output.print(Completion.script(for: shell))
        return .success
    }

    private static func hooks(_ arguments: Arguments) -> ExitCode {
        do {
            let configuration = try Settings(arguments).configuration()
            Output.print(configuration.hooks.map(\.name).joined(separator: "\n"))
            return .success
        } catch {
            return Settings.complain(error)
        }
    }
}
