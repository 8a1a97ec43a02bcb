import GitLabSandbox
import POSIX
import Relay
import RelayServer

enum ServeCommand: Command {
    static let name = "serve"
    static let summary = "runs the relay until SIGTERM or SIGINT; SIGHUP reloads the configuration"
    static let usage = """
        deployment-relay serve [--config FILE] [--sandbox] [--listen ADDRESS]
            [--admin-listen ADDRESS] [--data FOLDER] [--log json|text] [--log-level LEVEL]
        """
    static let details = """
        Without a file the environment is enough: GITLAB_URL, GITLAB_TOKEN, GITLAB_PROJECT,
        RELAY_TOKEN and the other variables of config/README.md.

          --config FILE   the configuration (JSON with // comments)
          --sandbox       a GitLab of our own inside, to try things without an account; it and
                          the record logs are gone when the process ends, unless --data is said

        Exit codes: 0 after a signal, 1 when it cannot go on or a second signal came while it
        was stopping, 78 for a wrong configuration.

        examples:
          deployment-relay serve --sandbox
          GITLAB_URL=https://gitlab.com GITLAB_TOKEN_FILE=./gitlab-token deployment-relay serve
        """
    static let form = Arguments.Form(
        options: Set(Settings.options.keys),
        flags: ["--sandbox"],
        hints: [
            "--config": .file, "--data": .folder,
            "--log": .words(LogForm.allCases.map(\.rawValue)),
            "--log-level": .words(LogLevel.allCases.map(\.rawValue)),
        ]
    )

    static func run(_ arguments: Arguments) -> ExitCode {
        // Before any secret is read.
        Host.hideMemory()
        Host.returnLargeMemory()
        do {
            let signals = try Signals()
            Host.raiseDescriptorLimit()
            let playground = arguments.has("--sandbox") ? try Playground.start() : nil
            let folder = try folder(for: playground, arguments)
            var extra = playground?.variables ?? [:]
            switch folder {
            case .some(let folder): extra["RELAY_DATA"] = folder.path
            case .none: break
            }
            let inherited = try SocketActivation(Host.environment(), own: Host.processID)
            try extra.merge(addresses(of: inherited)) { $1 }
            let settings = Settings(arguments, extra: extra)
            let running: Running
            do {
                running = try settings.running()
            } catch {
                return Settings.complain(error)
            }
            let log = log(running.configuration)
            playground?.introduce()
            for warning in running.warnings {
                log.warn("configuration", [("hint", .text(warning))])
            }
            defer { log.finish() }
            Watch.warnOfExposedSecrets(running, log)
            let server = try Server.start(running, log: log, inherited: inherited)
            Host.releaseCodePages()
            return Watch(server: server, signals: signals, settings: settings, log: log).run(
                running
            )
        } catch {
            Output.complain("deployment-relay serve: \(error)")
            return .failure
        }
    }

    /// The sandbox forgets everything when it ends, so what the relay knows of it goes with it,
    /// unless somebody names a folder.
    private static func folder(
        for playground: Playground?,
        _ arguments: Arguments
    ) throws(SystemError) -> TemporaryFolder? {
        guard playground != nil, arguments["--data"] == nil,
            Host.environment()["RELAY_DATA"] == nil
        else { return nil }
        return try TemporaryFolder(prefix: "deployment-relay-sandbox")
    }

    /// Where inherited sockets listen is what the rules of listening are to judge.
    private static func addresses(
        of inherited: SocketActivation?
    ) throws(SystemError) -> [String: String] {
        var addresses: [String: String] = [:]
        for (variable, number) in [
            ("RELAY_LISTEN", inherited?.hooks), ("RELAY_ADMIN_LISTEN", inherited?.admin),
        ] {
            guard let number else { continue }
            addresses[variable] = "\(try ListeningSocket.address(ofInherited: number))"
        }
        return addresses
    }

    private static func log(_ configuration: Configuration) -> Log {
        let form = configuration.log ?? (Host.isTerminal(1) ? .text : .json)
        return Log(form: form, level: configuration.logLevel, descriptor: 1)
    }
}

/// Watches over a running server: signals, wishes to reload, secrets' files that change.
private struct Watch: ~Copyable {
    let server: Server
    let signals: Signals
    let settings: Settings
    let log: Log

    /// How often secrets' files are looked at; DESIGN §2.2 promises five seconds.
    private static var lookMilliseconds: Int32 { 2000 }

    consuming func run(_ first: Running) -> ExitCode {
        var running = first
        var stamps = FileStamps(of: running.secretFiles)
        while true {
            let wait = running.secretFiles.isEmpty ? -1 : Self.lookMilliseconds
            _ = Readable.wait(forAny: [signals.number, server.doorbell], milliseconds: wait)
            while let event = server.nextEvent() {
                switch event {
                case .failed(let words):
                    log.error("stopped", [("reason", .text(words))])
                    return .failure
                case .reload(let ticket): reload(ticket, &running)
                case .listening, .ended: break
                }
            }
            switch signals.next() {
            case .stop:
                log.info("stopping")
                let bell = signals.number
                let isDrained = server.stop(bell: bell) { Signals.next(of: bell) == .stop }
                guard isDrained else {
                    log.warn("stopped", [("reason", .text("a second signal; nothing was awaited"))])
                    return .failure
                }
                log.info("stopped")
                return .success
            case .reload: reload(nil, &running)
            case nil: break
            }
            let seen = FileStamps(of: running.secretFiles)
            guard seen != stamps else { continue }
            stamps = seen
            log.info("secret-changed")
            reload(nil, &running)
            stamps = FileStamps(of: running.secretFiles)
        }
    }

    /// All or nothing: a wrong configuration leaves the one that runs.
    private func reload(_ ticket: UInt64?, _ running: inout Running) {
        do {
            let new = try settings.running()
            try Self.refuseMoves(from: running.configuration, to: new.configuration)
            running = new
            server.configure(running)
            server.answerReload(ticket, mistakes: nil)
            log.info("reloaded")
            Self.warnOfExposedSecrets(running, log)
        } catch {
            server.answerReload(ticket, mistakes: "\(error)")
            log.error("reload-failed", [("reason", .text("\(error)"))])
        }
    }
}

extension Watch {
    /// One line for each secret's file that everybody may read.
    static func warnOfExposedSecrets(_ running: Running, _ log: Log) {
        for finding in SecretFileInspection.findings(running) where finding.mark == .warning {
            log.warn(
                "secret-exposed",
                [
                    ("file", .text(finding.subject)), ("reason", .text(finding.words)),
                    ("hint", finding.remedy.map(Log.Value.text)),
                ]
            )
        }
    }

    /// What is bound or open stays so for the life of the process; a reload that changed it in
    /// words only would leave a socket open under rules that were made for another.
    private static func refuseMoves(
        from old: Configuration,
        to new: Configuration
    ) throws(ConfigurationErrors) {
        var settings = [
            ("listen", old.listen, new.listen),
            ("admin.listen", old.adminListen, new.adminListen), ("data", old.data, new.data),
        ]
        // What was learnt of one GitLab's projects and deployments is not true of another's.
        for endpoint in new.endpoints {
            guard let before = old.endpoints.first(where: { $0.name == endpoint.name }) else {
                continue
            }
            settings.append(("gitlab.\(endpoint.name).url", before.url, endpoint.url))
        }
        let moved = settings.filter { $0.1 != $0.2 }
        guard moved.isEmpty else {
            throw ConfigurationErrors(
                all: moved.map { setting, present, wish in
                    new.mistake(
                        setting,
                        "cannot change from \(present) to \(wish) while the relay runs",
                        hint: "restart it, or set it back"
                    )
                }
            )
        }
    }
}

/// What tells that a file is another one than before.
private struct FileStamps: Equatable {
    private let stamps: [String: [Int64]]

    init(of paths: [String]) {
        stamps = Dictionary(
            paths.compactMap { path in FileSystem.stamp(path).map { (path, $0) } },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
