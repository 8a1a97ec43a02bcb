import Formats
import Relay
import RelayServer

/// A command: its words and what it does.
protocol Command {
    static var name: String { get }
    /// One line for the overview.
    static var summary: String { get }
    /// The words it takes, one form a line.
    static var usage: String { get }
    /// What `help COMMAND` adds: options, exit codes, examples that work as pasted.
    static var details: String { get }
    static var form: Arguments.Form { get }
    static func run(_ arguments: Arguments) -> ExitCode
}

enum Commands {
    static var all: [any Command.Type] {
        [
            ServeCommand.self, DemoCommand.self, CheckCommand.self, RenderCommand.self,
            NotifyCommand.self, TemplateCommand.self, DeliveriesCommand.self, AuditCommand.self,
            HealthCommand.self, CompletionCommand.self, VersionCommand.self,
        ]
    }

    static func nearest(to name: String) -> String? {
        NearestName.find(name, among: all.map { $0.name } + ["help"])
    }
}
