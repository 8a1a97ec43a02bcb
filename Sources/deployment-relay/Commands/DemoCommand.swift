import GitLabSandbox
import POSIX
import Relay
import RelayServer

enum DemoCommand: Command {
    static let name = "demo"
    static let summary = "the main job in one go, with a sandbox GitLab: no account, no set-up"
    static let usage = "deployment-relay demo [--once]"
    static let details = """
        Starts a sandbox GitLab and the relay, posts the webhooks of an Argo CD life cycle to it, and
        tells what happens line by line. Stays up for the console until Ctrl-C.

          --once   ends when the story is told

        Exit codes: 0, or 1 when something did not happen as told.

        example:
          deployment-relay demo --once
        """
    static let form = Arguments.Form(flags: ["--once"])

    static func run(_ arguments: Arguments) -> ExitCode {
        do {
            let signals = try Signals()
            let folder = try TemporaryFolder(prefix: "deployment-relay-demo")
            let playground = try Playground.start()
            let isOnce = arguments.has("--once")
            let server = try start(playground, folder.path, isOnce: isOnce)
            let story = DemoStory(
                hooks: "http://\(server.hooksAddress)",
                admin: "http://\(server.adminAddress)",
                playground: playground
            )
            let isTold = try story.tell()
            if isTold, !isOnce {
                Output.print(
                    "\nThe console stays up at http://\(server.adminAddress); Ctrl-C ends it."
                )
                while signals.next() != .stop {
                    _ = Readable.wait(for: signals.number, milliseconds: -1)
                }
            }
            server.stop()
            playground.sandbox.stop()
            return isTold ? .success : .failure
        } catch {
            Output.complain("deployment-relay demo: \(error)")
            return .failure
        }
    }

    /// The usual ports when they are free, so that the printed addresses look familiar.
    private static func start(
        _ playground: Playground,
        _ folder: String,
        isOnce: Bool
    ) throws -> Server {
        let log = Log(form: .text, level: .warn, descriptor: 2)
        let usual = ("127.0.0.1:8080", "127.0.0.1:8081")
        let isFree = !isOnce && isFree(usual.0) && isFree(usual.1)
        let addresses = isFree ? usual : ("127.0.0.1:0", "127.0.0.1:0")
        let variables = playground.variables.merging(
            [
                "RELAY_DATA": folder, "RELAY_LISTEN": addresses.0,
                "RELAY_ADMIN_LISTEN": addresses.1,
            ]
        ) { $1 }
        let inputs = ConfigurationInputs(environment: variables, readFile: Settings.readFile)
        let configuration = try ConfigurationReader.read(inputs)
        return try Server.start(Running(configuration, reading: Settings.readFile), log: log)
    }

    private static func isFree(_ address: String) -> Bool {
        guard let address = try? SocketAddress(address) else { return false }
        return (try? ListeningSocket(address)) != nil
    }
}
