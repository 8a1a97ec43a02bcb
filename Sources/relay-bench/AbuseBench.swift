import Formats
import POSIX
import RelayServer

/// What strangers can do to the time in which an event is accepted.
///
/// The relay is the real program; the load comes at a fixed rate, so that a relay that stands still
/// shows in every time and not in fewer of them.
enum AbuseBench {
    static let form = Arguments.Form(
        options: ["--seconds", "--rate", "--slow", "--idle", "--churn", "--program"],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let seconds = try BenchOptions.number(arguments, "--seconds", 20)
        let rate = try BenchOptions.number(arguments, "--rate", 500)
        let abuse = Abuse(
            slow: try BenchOptions.number(arguments, "--slow", 1000),
            idle: try BenchOptions.number(arguments, "--idle", 2000),
            churn: try BenchOptions.number(arguments, "--churn", 100_000),
            seconds: seconds
        )
        Host.raiseDescriptorLimit()
        let program = BenchOptions.program(arguments)
        var figures = Figures()
        try measure("calm", program, rate, seconds, nil, &figures)
        try measure("abused", program, rate, seconds, abuse, &figures)
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return .success
    }

    private static func measure(
        _ name: String,
        _ program: String,
        _ rate: Int,
        _ seconds: Int,
        _ abuse: Abuse?,
        _ figures: inout Figures
    ) throws {
        let folder = try TemporaryFolder(prefix: "relay-abuse")
        // It accepts nothing and refuses nothing: the kernel makes the connections.
        let silent = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let relay = try RelayUnderTest(
            program,
            in: folder.path,
            gitlab: abuse == nil ? RelayUnderTest.noGitLab : "http://\(silent.address)"
        )
        defer { relay.kill() }
        let now = Timestamp(milliseconds: Clock.now())
        var abuser: Abuser?
        if let abuse { abuser = try Abuser(abuse, at: relay.hooks) }
        let fresh = try FreshSender(
            relay.hooks,
            now: now,
            perSecond: max(1, rate / 10)
        )
        var kept = try PacedLoad(relay.hooks, connections: 16, now: now)
        var times = try kept.run(rate: rate, seconds: seconds)
        var freshTimes = try fresh.finish()
        let counts = abuser?.finish()
        times.show(as: "\(name)Kept", in: &figures)
        freshTimes.show(as: "\(name)New", in: &figures)
        if let memory = relay.process.memory() {
            figures.add("\(name)PeakMiB", Double(memory.peak) / 1_048_576)
        }
        if let cpu = try relay.metric("process_cpu_seconds_total") {
            figures.add("\(name)CPUSeconds", cpu)
        }
        guard let counts else { return }
        figures.add("cameAndWent", Double(counts.churned))
        figures.add("slowHeldAtTheEnd", Double(counts.slow))
        figures.add("idleHeldAtTheEnd", Double(counts.idle))
        figures.add("reopened", Double(counts.reopened))
        _ = consume silent
    }
}
