import POSIX
import RelayServer

/// Deliveries end to end: accepted, told to a stand-in of GitLab that answers at once, settled.
///
/// The relay is the real program in a process of its own, so that processor and memory are its
/// alone; the load and the stand-in are two threads here.
enum DeliverBench {
    static let form = Arguments.Form(
        options: [
            "--events", "--connections", "--environments", "--body-bytes", "--backlog", "--rate",
            "--gitlab-connections", "--program",
        ],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let program = BenchOptions.program(arguments)
        var figures = Figures()
        var load = EventLoad()
        load.connections = try BenchOptions.number(arguments, "--connections", 64)
        load.applications = try BenchOptions.number(
            arguments,
            "--environments",
            max(256, 4 * load.connections)
        )
        load.bodyBytes = try BenchOptions.number(arguments, "--body-bytes", 4096)
        let events = try BenchOptions.number(arguments, "--events", 20_000)
        let width = try BenchOptions.number(arguments, "--gitlab-connections", 8)
        if arguments["--backlog"] != nil {
            let events = try BenchOptions.number(arguments, "--backlog", 20_000)
            let run = try DeliverRun.backlog(
                program,
                events: events,
                environments: load.applications,
                bodyBytes: load.bodyBytes,
                width: width
            )
            run.add(to: &figures)
        } else {
            try DeliverRun.endToEnd(program, load, events: events, width: width).add(to: &figures)
            let rate = try BenchOptions.number(arguments, "--rate", 100)
            try AddedLatency.add(program, load, rate: rate, to: &figures)
        }
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return .success
    }
}

/// One relay that was given work and has told all of it to its stand-in.
struct DeliverRun {
    let events: Int
    /// From the first event sent, or the first write to GitLab, to the last one settled.
    let seconds: Double
    /// While events came: how many a second were accepted; nil for a backlog on disk.
    var acceptedPerSecond: Double?
    let calls: Int
    let usage: ProcessTimes
    let standInSeconds: Double
    let flushes: [String: Double]
    let logBytes: [String: Double]
    let memory: Memory

    private static let logs = ["accepted", "settled"]

    struct Unsettled: Error, CustomStringConvertible {
        let left: Double
        var description: String { "\(left) deliveries were not settled in time" }
    }

    /// Events as fast as they are answered.
    static func endToEnd(
        _ program: String,
        _ load: EventLoad,
        events: Int,
        width: Int
    ) throws -> DeliverRun {
        let standIn = try StandIn()
        let folder = try TemporaryFolder(prefix: "relay-deliver")
        let relay = try start(program, folder.path, standIn, width: width)
        defer { relay.kill() }
        let before = try Snapshot(relay, standIn)
        let start = Clock.monotonicNanoseconds()
        let outcome = try load.run(relay.hooks, events: events, seconds: 300)
        guard outcome.accepted == events else {
            throw BenchOptions.BadOption(description: "answers other than 202: \(outcome.codes)")
        }
        try settle(relay, standIn, events)
        let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        var run = try DeliverRun(relay, standIn, since: before, events, seconds)
        run.acceptedPerSecond = Double(events) / outcome.elapsedSeconds
        return run
    }

    /// A start on a log full of what waits; measured from the first write to GitLab.
    static func backlog(
        _ program: String,
        events: Int,
        environments: Int,
        bodyBytes: Int,
        rows: Int? = nil,
        width: Int = 8
    ) throws -> DeliverRun {
        let standIn = try StandIn(rows: rows)
        let folder = try TemporaryFolder(prefix: "relay-deliver")
        let maker = BacklogMaker(applications: environments, bodyBytes: bodyBytes)
        _ = try maker.write(events, to: "\(folder.path)/data")
        standIn.hang(true)
        let relay = try start(program, folder.path, standIn, width: width)
        defer { relay.kill() }
        // Until the start is over and the first calls wait for their answers.
        while try relay.metric("deployment_relay_deliveries{state=\"accepted\"}")
            != Double(events)
        { Host.sleep(milliseconds: 10) }
        Host.sleep(milliseconds: 200)
        let before = try Snapshot(relay, standIn)
        let start = Clock.monotonicNanoseconds()
        standIn.hang(false)
        try settle(relay, standIn, rows == nil ? events : 2 * events)
        let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        return try DeliverRun(relay, standIn, since: before, events, seconds)
    }

    /// `width`: calls to GitLab under way at once.
    private static func start(
        _ program: String,
        _ folder: String,
        _ standIn: StandIn,
        width: Int
    ) throws -> RelayUnderTest {
        try RelayUnderTest(
            program,
            in: folder,
            gitlab: standIn.url,
            settings: "{\"gitlab\": {\"default\": {\"connections\": \(width)}}}"
        )
    }

    /// Waits for the stand-in to have heard of all, which disturbs nobody, and then for the end.
    private static func settle(_ relay: RelayUnderTest, _ standIn: StandIn, _ writes: Int) throws {
        let deadline = Clock.monotonic() + 600_000
        while standIn.writes < writes, Clock.monotonic() < deadline {
            Host.sleep(milliseconds: 2)
        }
        var left = 1.0
        while Clock.monotonic() < deadline {
            left = try relay.metric("deployment_relay_deliveries{state=\"accepted\"}") ?? 1
            if left == 0 { return }
            Host.sleep(milliseconds: 5)
        }
        throw Unsettled(left: left)
    }

    /// What is counted from.
    private struct Snapshot {
        let usage: ProcessTimes
        let calls: Int
        let standInSeconds: Double
        var flushes: [String: Double] = [:]
        var bytes: [String: Double] = [:]

        init(_ relay: RelayUnderTest, _ standIn: StandIn) throws {
            usage = ProcessTimes(of: relay.process.id)
            calls = standIn.calls
            standInSeconds = standIn.cpuSeconds
            for log in logs {
                let name = "deployment_relay_log_flush_duration_seconds_count{log=\"\(log)\"}"
                flushes[log] = try relay.metric(name) ?? 0
                bytes[log] = try relay.metric("deployment_relay_log_bytes{log=\"\(log)\"}") ?? 0
            }
        }
    }

    private init(
        _ relay: RelayUnderTest,
        _ standIn: StandIn,
        since before: Snapshot,
        _ events: Int,
        _ seconds: Double
    ) throws {
        let after = try Snapshot(relay, standIn)
        (self.events, self.seconds) = (events, seconds)
        calls = after.calls - before.calls
        usage = after.usage.since(before.usage)
        standInSeconds = after.standInSeconds - before.standInSeconds
        flushes = after.flushes.merging(before.flushes) { $0 - $1 }
        logBytes = after.bytes.merging(before.bytes) { $0 - $1 }
        memory = try Memory(of: relay.process.id)
    }

    /// Of the relay, in microseconds.
    var cpuPerEvent: Double { usage.seconds / Double(events) * 1e6 }

    func add(to figures: inout Figures) {
        let count = Double(events)
        figures.add("events", count)
        figures.add("settledPerSecond", count / seconds)
        if let acceptedPerSecond { figures.add("acceptedPerSecond", acceptedPerSecond) }
        figures.add("gitlabCallsPerEvent", Double(calls) / count)
        figures.add("cpuMicrosecondsPerEvent", cpuPerEvent)
        for name in ["ingress", "delivery"] {
            figures.add("\(name)MicrosecondsPerEvent", (usage.threads[name] ?? 0) / count * 1e6)
        }
        figures.add("standInMicrosecondsPerCall", standInSeconds / Double(max(1, calls)) * 1e6)
        for log in Self.logs {
            figures.add("\(log)FlushesPerEvent", (flushes[log] ?? 0) / count)
            figures.add("\(log)BytesPerEvent", (logBytes[log] ?? 0) / count)
        }
        figures.add("writtenBytesPerEvent", Double(usage.writtenBytes) / count)
        figures.add("residentMiB", Double(memory.resident) / 1_048_576)
        figures.add("anonymousMiB", Double(memory.anonymous) / 1_048_576)
    }
}

/// How much later than it was to be sent an event is on GitLab's socket, at a fixed rate.
enum AddedLatency {
    static func add(
        _ program: String,
        _ load: EventLoad,
        rate: Int,
        to figures: inout Figures
    ) throws {
        let standIn = try StandIn(isNoting: true)
        let folder = try TemporaryFolder(prefix: "relay-deliver")
        let relay = try RelayUnderTest(program, in: folder.path, gitlab: standIn.url)
        defer { relay.kill() }
        var load = load
        load.rate = rate
        let outcome = try load.run(relay.hooks, events: rate * 10, seconds: 60)
        let deadline = Clock.monotonic() + 10_000
        while standIn.writes < rate * 10, Clock.monotonic() < deadline {
            Host.sleep(milliseconds: 10)
        }
        var times = Quantiles()
        let arrivals = standIn.arrivals
        for (application, starts) in outcome.starts.enumerated() {
            // A lane keeps the order in which its events came.
            for (start, end) in zip(starts, arrivals[application] ?? []) { times.add(end - start) }
        }
        let memory = try Memory(of: relay.process.id)
        figures.add("residentMiBAtRate", Double(memory.resident) / 1_048_576)
        figures.add("anonymousMiBAtRate", Double(memory.anonymous) / 1_048_576)
        figures.add("eventsAtRate", Double(times.count))
        figures.add("rate", Double(rate))
        let names = ["p50", "p90", "p99", "p99.9", "max"]
        for (name, value) in zip(names, times.milliseconds([0.5, 0.9, 0.99, 0.999, 1])) {
            figures.add("\(name)MillisecondsToGitLab", value)
        }
    }
}

/// The stand-in alone, for other programs to be measured against it.
enum StandInCommand {
    static let form = Arguments.Form(options: ["--listen", "--seconds"])

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let address = try SocketAddress(arguments["--listen"] ?? "127.0.0.1:0")
        let seconds = try BenchOptions.number(arguments, "--seconds", 3600)
        let standIn = try StandIn(address)
        Output.print("\(standIn.url)")
        for _ in 0..<seconds { Host.sleep(milliseconds: 1000) }
        return .success
    }
}
