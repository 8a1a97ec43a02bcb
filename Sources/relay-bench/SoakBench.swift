import Formats
import GitLabSandbox
import JSON
import POSIX
import RelayServer
import Simulation

/// A relay and a GitLab that fails at random, for minutes; then its record is compared.
///
/// The relay is the real program, killed now and then in the first third of the time; in the rest
/// its memory and descriptors are watched.
enum SoakBench {
    static let form = Arguments.Form(
        options: ["--minutes", "--seed", "--rate", "--program"],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let minutes = try BenchOptions.number(arguments, "--minutes", 10)
        let seed = try BenchOptions.number(arguments, "--seed", 1)
        let folder = try TemporaryFolder(prefix: "relay-soak")
        let rate = try BenchOptions.number(arguments, "--rate", 16)
        var soak = try Soak(
            folder.path,
            BenchOptions.program(arguments),
            seed: UInt64(seed),
            rate: rate
        )
        try soak.run(milliseconds: Int64(minutes) * 60_000)
        let outcome = try soak.finish()
        Output.print(arguments.has("--json") ? outcome.figures.json : outcome.figures.text)
        for complaint in outcome.complaints { Output.complain(complaint) }
        return outcome.complaints.isEmpty ? .success : .failure
    }
}

/// The soak's own state: what was told, and what is still to be told.
private struct Soak {
    private struct Sample {
        let minute: Double
        let bytes: Int
        let descriptors: Int
        let files: Int
        /// Deliveries that wait, held ones included.
        let waiting: Double
    }

    private let sandbox: SandboxServer
    private let folder: String
    private let program: String
    private var relay: RelayUnderTest
    private var chance: SeededGenerator
    private var open: [Int: LoadOperation] = [:]
    private var ended: [LoadOperation] = []
    private var counts: [Int]
    private let rate: Int
    private var told = 0
    private var toldSeconds = 0.0
    private var kills = 0
    private var faults = 0
    private var samples: [Sample] = []

    /// Milliseconds between two volleys, two faults, two samples.
    private static let pace: Int64 = 10
    /// As many requests at once, each on a connection of its own.
    private static let volley = 8
    private static let faultPace: Int64 = 400
    private static let samplePace: Int64 = 2000
    /// What stops everything until it is mended strikes rarely, or nothing else would happen.
    private static let stoppers: Set<PreparedFault> = [
        .unauthorized, .expired, .readOnlyRedirect, .tooManyForApplication,
    ]

    init(_ folder: String, _ program: String, seed: UInt64, rate: Int) throws {
        self.rate = rate
        counts = [Int](repeating: 0, count: max(48, rate))
        var settings = SandboxSettings()
        settings.createsProjects = true
        settings.tokens = [SandboxToken(RelayUnderTest.token)]
        sandbox = try SandboxServer(settings)
        (self.folder, self.program) = (folder, program)
        chance = SeededGenerator(seed: seed)
        relay = try Self.start(folder, program, sandbox.url)
    }

    private static func start(
        _ folder: String,
        _ program: String,
        _ url: String
    ) throws -> RelayUnderTest {
        try RelayUnderTest(
            program,
            in: folder,
            gitlab: url,
            settings: """
                {"limits": {"doubtSeconds": 10}, "gitlab": {"default": {"timeoutSeconds": 3}}}
                """
        )
    }

    // MARK: - Load

    mutating func run(milliseconds: Int64) throws {
        let start = Clock.monotonic()
        var (nextFault, nextSample) = (start, start)
        var nextKill = start + milliseconds / 15
        while Clock.monotonic() < start + milliseconds {
            let now = Clock.monotonic()
            if now >= nextFault {
                strike()
                nextFault = now + Self.faultPace
            }
            if now >= nextKill, now < start + milliseconds / 3 {
                try killAndStart()
                nextKill = now + milliseconds / 15 + chance.pick(0...1000)
            }
            if now >= nextSample, now > start + milliseconds / 3 {
                sample(since: start)
                nextSample = now + Self.samplePace
            }
            let due = Int(Clock.monotonic() - start) * rate / 1000
            while told < due, Clock.monotonic() < now + 1000 {
                try tell(min(Self.volley, due - told))
            }
            toldSeconds = Double(Clock.monotonic() - start) / 1000
            Host.sleep(milliseconds: Int(Self.pace))
        }
    }

    /// Beginnings and ends, in the order in which an Application has them; of each one at most.
    private mutating func tell(_ count: Int) throws {
        var bodies: [[UInt8]] = []
        var busy: Set<Int> = []
        for _ in 0..<count {
            let application = Int(chance.pick(0...Int64(counts.count - 1)))
            if busy.insert(application).inserted { bodies.append(next(application)) }
        }
        told += bodies.count
        let volley = bodies.map { body in
            (body, Result { try OpenRequest("POST", Self.hook, body, to: relay.hooks) })
        }
        for (body, request) in volley {
            let status = try? request.get().answer().status
            if status != 202, status != 200 { try post(body) }
        }
    }

    private static let hook = "/hooks/deployment"

    private mutating func next(_ application: Int) -> [UInt8] {
        if var operation = open.removeValue(forKey: application) {
            operation.isEnded = true
            ended.append(operation)
            return operation.body(operation.end)
        }
        counts[application] += 1
        let operation = LoadOperation(application: application, number: counts[application])
        open[application] = operation
        return operation.body("running")
    }

    /// As a sender that repeats until it is answered.
    private mutating func post(_ body: [UInt8]) throws {
        var failure: (any Error)?
        for _ in 0..<50 {
            do {
                let answer = try RelayUnderTest.send(
                    "POST",
                    Self.hook,
                    body,
                    to: relay.hooks
                )
                if answer.status == 202 || answer.status == 200 { return }
            } catch {
                failure = error
            }
            Host.sleep(milliseconds: 20)
        }
        throw failure ?? RelayUnderTest.NoAnswer()
    }

    /// The next fault, once the last one has struck: behind one that stops everything there is one
    /// probe a minute, and faults would gather faster than they strike.
    private mutating func strike() {
        guard sandbox.withSandbox({ $0.faults.faults.isEmpty }) else { return }
        let fault = chance.pick(from: PreparedFault.allCases)
        guard !Self.stoppers.contains(fault) || chance.isLucky(0.05) else { return }
        sandbox.add(SandboxFault(fault, count: Int(chance.pick(1...3))))
        faults += 1
    }

    private mutating func killAndStart() throws {
        relay.kill()
        kills += 1
        relay = try Self.start(folder, program, sandbox.url)
    }

    private mutating func sample(since start: Int64) {
        guard let memory = relay.process.memory(),
            let descriptors = try? FileSystem.list("/proc/\(relay.process.id)/fd").count,
            let files = try? FileSystem.list("\(folder)/data").count,
            let waiting = try? relay.waiting()
        else { return }
        samples.append(
            Sample(
                minute: Double(Clock.monotonic() - start) / 60_000,
                bytes: memory.now,
                descriptors: descriptors,
                files: files,
                waiting: waiting
            )
        )
    }

    // MARK: - Outcome

    /// Ends what is open, lets everything settle, and compares GitLab's rows with what was told.
    mutating func finish() throws -> (figures: Figures, complaints: [String]) {
        sandbox.withSandbox { $0.faults.removeAll() }
        for operation in open.values.sorted(by: { $0.application < $1.application }) {
            try post(operation.body(operation.end))
            ended.append(operation)
        }
        open = [:]
        try settle()
        let rows = Dictionary(grouping: sandbox.deployments, by: \.sha)
        var complaints: [String] = []
        var (missing, duplicates, wrong) = (0, 0, 0)
        for operation in ended {
            let found = rows[operation.sha] ?? []
            if found.isEmpty { missing += 1 }
            duplicates += max(0, found.count - 1)
            if let last = found.last, last.status.rawValue != operation.end { wrong += 1 }
            if found.map(\.status.rawValue) != [operation.end] {
                complaints.append(
                    "operation \(operation.name): "
                        + "\(found.map(\.status.rawValue)) instead of \(operation.end)"
                )
            }
        }
        var figures = Figures()
        let running = sandbox.deployments.count { $0.status == .running }
        let unaccounted = try relay.metric("deployment_relay_unaccounted_deliveries") ?? -1
        if unaccounted != 0 { complaints.append("unaccounted deliveries: \(unaccounted)") }
        figures.add("operations", Double(ended.count))
        figures.add("eventsPerSecond", Double(told) / max(1, toldSeconds))
        figures.add("calls", Double(sandbox.withSandbox { $0.exchangeCount }))
        figures.add("faults", Double(faults))
        figures.add("kills", Double(kills))
        figures.add("missing", Double(missing))
        figures.add("duplicates", Double(duplicates))
        figures.add("wrongEnd", Double(wrong))
        figures.add("leftRunning", Double(running))
        figures.add("unaccounted", unaccounted)
        addMemory(&figures)
        relay.process.send(.terminate)
        relay.process.wait()
        return (figures, complaints)
    }

    private func settle() throws {
        let deadline = Clock.monotonic() + 300_000
        while Clock.monotonic() < deadline {
            if try relay.isSettled() { return }
            Host.sleep(milliseconds: 100)
        }
    }

    private func addMemory(_ figures: inout Figures) {
        guard let first = samples.first, let last = samples.last, samples.count > 2 else { return }
        figures.add("residentMiBFirst", Double(first.bytes) / 1_048_576)
        figures.add("residentMiBLast", Double(last.bytes) / 1_048_576)
        figures.add("residentKiBPerMinute", slope() / 1024)
        figures.add("descriptorsLeast", Double(samples.map(\.descriptors).min() ?? 0))
        figures.add("descriptorsMost", Double(samples.map(\.descriptors).max() ?? 0))
        figures.add("filesMost", Double(samples.map(\.files).max() ?? 0))
        figures.add("waitingMost", samples.map(\.waiting).max() ?? 0)
        figures.add("waitingLast", last.waiting)
    }

    /// Least squares: bytes a minute.
    private func slope() -> Double {
        let count = Double(samples.count)
        let meanMinute = samples.reduce(0) { $0 + $1.minute } / count
        let meanBytes = samples.reduce(0) { $0 + Double($1.bytes) } / count
        let products = samples.reduce(0) {
            $0 + ($1.minute - meanMinute) * (Double($1.bytes) - meanBytes)
        }
        let squares = samples.reduce(0) {
            $0 + ($1.minute - meanMinute) * ($1.minute - meanMinute)
        }
        return squares > 0 ? products / squares : 0
    }
}
