import Formats
import POSIX
import Relay
import RelayServer

/// How many events a second are durably accepted, and how long each takes.
enum AcceptBench {
    static let form = Arguments.Form(
        options: [
            "--connections", "--seconds", "--body-bytes", "--rate", "--environments", "--url",
            "--token", "--program",
        ],
        flags: ["--new-connections", "--json", "--inside"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let seconds = try BenchOptions.number(arguments, "--seconds", 5)
        var load = EventLoad()
        load.connections = try BenchOptions.number(arguments, "--connections", 64)
        load.bodyBytes = try BenchOptions.number(arguments, "--body-bytes", 4096)
        load.applications = try BenchOptions.number(
            arguments,
            "--environments",
            max(64, 4 * load.connections)
        )
        load.connections = min(load.connections, load.applications)
        if arguments["--rate"] != nil {
            load.rate = try BenchOptions.number(arguments, "--rate", 100)
        }
        load.token = arguments["--token"]
        load.isFresh = arguments.has("--new-connections")
        let figures: Figures
        if let url = arguments["--url"] {
            figures = try elsewhere(url, load, seconds)
        } else if arguments.has("--inside") {
            figures = try inside(load, seconds)
        } else {
            figures = try AcceptRun(BenchOptions.program(arguments), load, seconds: seconds)
                .figures
        }
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return .success
    }

    /// A relay, or another server, that runs already.
    private static func elsewhere(
        _ url: String,
        _ load: EventLoad,
        _ seconds: Int
    ) throws -> Figures {
        let prefix = "http://"
        let text = url.hasPrefix(prefix) ? String(url.dropFirst(prefix.count)) : url
        var outcome = try load.run(try SocketAddress(text), seconds: seconds)
        var figures = Figures()
        outcome.add(to: &figures)
        return figures
    }

    /// A relay in this process, for a profiler to see both sides.
    private static func inside(_ load: EventLoad, _ seconds: Int) throws -> Figures {
        let folder = try TemporaryFolder(prefix: "relay-bench")
        let inputs = ConfigurationInputs(
            environment: [
                "RELAY_LISTEN": "127.0.0.1:0", "RELAY_ADMIN_LISTEN": "127.0.0.1:0",
                "RELAY_DATA": folder.path, "GITLAB_URL": RelayUnderTest.noGitLab,
                "GITLAB_TOKEN": RelayUnderTest.token,
            ],
            readFile: { _ in .failure(FileProblem("no files here")) }
        )
        let running = try Running(ConfigurationReader.read(inputs), reading: inputs.readFile)
        let server = try Server.start(running, log: Log(form: .json, level: .error, descriptor: 2))
        let before = ProcessUsage.now()
        var outcome = try load.run(server.hooksAddress, seconds: seconds)
        let usage = ProcessUsage.now()
        server.stop()
        var figures = Figures()
        outcome.add(to: &figures)
        let cpu = usage.cpuSeconds - before.cpuSeconds
        figures.add("cpuMicrosecondsPerEvent", cpu / Double(max(1, outcome.accepted)) * 1e6)
        figures.add("residentMiB", Double(usage.residentBytes) / 1_048_576)
        return figures
    }
}

/// The real program in a process of its own, whose GitLab refuses every connection: what is
/// accepted waits.
struct AcceptRun {
    var outcome: EventLoad.Outcome
    let usage: ProcessTimes
    let memory: Memory
    let flushes: Double
    let logBytes: Double

    /// Until `events` are answered or `seconds` are over; `pending` others wait before they come.
    init(
        _ program: String,
        _ load: EventLoad,
        events: Int = .max,
        seconds: Int = 300,
        pending: Int = 0
    ) throws {
        let folder = try TemporaryFolder(prefix: "relay-accept")
        if pending > 0 {
            let maker = BacklogMaker(applications: min(pending, 10_000), bodyBytes: 400)
            _ = try maker.write(pending, to: "\(folder.path)/data")
        }
        let relay = try RelayUnderTest(
            program,
            in: folder.path,
            gitlab: RelayUnderTest.noGitLab,
            settings: "{\"limits\": {\"connections\": 20000, \"backlogEvents\": 2000000}}"
        )
        defer { relay.kill() }
        // What a start leaves to be done is not an event's.
        if pending > 0 { Host.sleep(milliseconds: 1000) }
        let before = ProcessTimes(of: relay.process.id)
        outcome = try load.run(relay.hooks, events: events, seconds: seconds)
        usage = ProcessTimes(of: relay.process.id).since(before)
        memory = try Memory(of: relay.process.id)
        let name = "deployment_relay_log_flush_duration_seconds_count{log=\"accepted\"}"
        flushes = try relay.metric(name) ?? 0
        logBytes = try relay.metric("deployment_relay_log_bytes{log=\"accepted\"}") ?? 0
    }

    /// Of the relay, in microseconds.
    var cpuPerEvent: Double { usage.seconds / Double(max(1, outcome.accepted)) * 1e6 }

    var figures: Figures {
        var figures = Figures()
        var outcome = outcome
        outcome.add(to: &figures)
        let count = Double(max(1, outcome.accepted))
        figures.add("cpuMicrosecondsPerEvent", cpuPerEvent)
        for name in ["ingress", "delivery"] {
            figures.add("\(name)MicrosecondsPerEvent", (usage.threads[name] ?? 0) / count * 1e6)
        }
        figures.add("loadMicrosecondsPerEvent", outcome.loadSeconds / count * 1e6)
        figures.add("flushes", flushes)
        figures.add("eventsPerFlush", count / max(1, flushes))
        figures.add("logBytesPerEvent", logBytes / count)
        figures.add("writtenBytesPerEvent", Double(usage.writtenBytes) / count)
        figures.add("residentMiB", Double(memory.resident) / 1_048_576)
        figures.add("anonymousMiB", Double(memory.anonymous) / 1_048_576)
        return figures
    }
}

extension EventLoad.Outcome {
    mutating func add(to figures: inout Figures) {
        figures.add("acceptedPerSecond", Double(accepted) / elapsedSeconds)
        figures.add("accepted", Double(accepted))
        for (code, count) in codes.sorted(by: { $0.key < $1.key }) where code != 202 {
            figures.add("answered\(code)", Double(count))
        }
        let names = ["p50", "p90", "p99", "p99.9", "max"]
        let shares = [0.5, 0.9, 0.99, 0.999, 1]
        for (name, value) in zip(names, times.milliseconds(shares)) {
            figures.add("\(name)Milliseconds", value)
        }
    }
}
