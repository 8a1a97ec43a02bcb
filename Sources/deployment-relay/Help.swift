import RelayServer

/// The words of `help`.
enum Help {
    static var overview: String {
        let width = Commands.all.map { $0.name.count }.max() ?? 0
        let lines = Commands.all.map { command in
            let gap = String(repeating: " ", count: width - command.name.count + 2)
            return "  \(command.name)\(gap)\(command.summary)"
        }
        return """
            deployment-relay \(Version.text): makes GitLab's record of Argo CD's deployments true

            usage: deployment-relay COMMAND [OPTIONS]

            \(lines.joined(separator: "\n"))

            deployment-relay help COMMAND tells more. To see it work without any account:
              deployment-relay demo
            """
    }

    static func text(of command: any Command.Type) -> String {
        let usages = command.usage.split(separator: "\n").map { "  \($0)" }
        return """
            \(command.summary)

            usage:
            \(usages.joined(separator: "\n"))

            \(command.details)
            """
    }
}
