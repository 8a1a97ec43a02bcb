import Formats
import POSIX
import RelayServer

/// A relay that has delivered a little and has nothing to do: its memory, and how often it wakes.
enum IdleBench {
    static let form = Arguments.Form(
        options: ["--seconds", "--deliveries", "--gitlab", "--ca", "--program"],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let seconds = try BenchOptions.number(arguments, "--seconds", 60)
        let deliveries = try BenchOptions.number(arguments, "--deliveries", 20)
        let standIn = try StandIn()
        let folder = try TemporaryFolder(prefix: "relay-idle")
        let authorities = arguments["--ca"].map { "\"caFile\": \"\($0)\"" } ?? ""
        let began = Clock.monotonicNanoseconds()
        let relay = try RelayUnderTest(
            BenchOptions.program(arguments),
            in: folder.path,
            gitlab: arguments["--gitlab"] ?? standIn.url,
            settings: "{\"gitlab\": {\"default\": {\(authorities)}}}"
        )
        defer { relay.kill() }
        guard try relay.get("/readyz", from: relay.hooks).status == 200 else {
            throw BacklogBench.NotReady(status: 503)
        }
        let ready = Double(Clock.monotonicNanoseconds() - began) / 1e6
        let fresh = try Memory(of: relay.process.id)
        var load = EventLoad()
        (load.connections, load.applications) = (1, deliveries)
        _ = try load.run(relay.hooks, events: deliveries, seconds: 30)
        let deadline = Clock.monotonic() + 30_000
        let name = "deployment_relay_deliveries{state=\"delivered\"}"
        while try relay.metric(name) != Double(deliveries), Clock.monotonic() < deadline {
            Host.sleep(milliseconds: 50)
        }
        let delivered = try relay.metric(name) ?? 0
        // Connections that are idle end after `headSeconds`.
        Host.sleep(milliseconds: 15_000)
        let before = ProcessTimes(of: relay.process.id)
        Host.sleep(milliseconds: seconds * 1000)
        let usage = ProcessTimes(of: relay.process.id).since(before)
        let memory = try Memory(of: relay.process.id)
        var figures = Figures()
        figures.add("readyMilliseconds", ready)
        figures.add("residentMiBAtReady", Double(fresh.resident) / 1_048_576)
        figures.add("delivered", delivered)
        figures.add("residentMiB", Double(memory.resident) / 1_048_576)
        figures.add("anonymousMiB", Double(memory.anonymous) / 1_048_576)
        figures.add("seconds", Double(seconds))
        for (thread, count) in usage.sleeps.sorted(by: { $0.key < $1.key }) {
            figures.add("wakeUps \(thread)", Double(count))
        }
        figures.add("cpuMilliseconds", usage.seconds * 1000)
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return .success
    }
}
