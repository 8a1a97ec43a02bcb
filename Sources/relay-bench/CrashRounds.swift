import GitLabSandbox
import POSIX
import Simulation

/// The state of `relay-bench crash`: what was told, what was answered, what is still to be told.
struct CrashRounds {
    /// What an Application's sender does next.
    private struct Sender {
        var operation: LoadOperation
        /// Whether the beginning of the operation was answered.
        var hasBegun = false
        /// Whether its present event went without an answer and is sent again.
        var repeats = false

        var status: String { hasBegun ? operation.end : "running" }
    }

    private let sandbox: SandboxServer
    private let folder: String
    private let program: String
    private var chance: SeededGenerator
    private var senders: [Sender] = []
    /// Operations of which something was answered with 2xx.
    private var promised: [LoadOperation] = []
    private var figures = Tally()

    private struct Tally {
        var rounds = 0
        var killedStarting = 0
        var answered = 0
        var refused = 0
        var unanswered = 0
        var repeated = 0
        var faults = 0
        var readyMilliseconds: Int64 = 0
        var longestReady: Int64 = 0
        var startedAt = Clock.monotonic()
    }

    private static let applications = 32
    /// Requests that are under way together.
    private static let volley = 8
    private static let adminToken = "relay-crash"
    /// What stops a whole GitLab or project until somebody mends it, and what GitLab does so late
    /// that no doubt of a second outlasts it.
    private static let excluded: Set<PreparedFault> = [
        .unauthorized, .expired, .readOnlyRedirect, .tooManyForApplication, .cutLate, .slow,
    ]

    init(_ folder: String, _ program: String, seed: UInt64) throws {
        var settings = SandboxSettings()
        settings.createsProjects = true
        settings.tokens = [SandboxToken("glpat-crash")]
        settings.seed = seed
        sandbox = try SandboxServer(settings)
        (self.folder, self.program) = (folder, program)
        chance = SeededGenerator(seed: seed)
        senders = (0..<Self.applications).map { application in
            Sender(operation: LoadOperation(application: application, number: 1))
        }
        let text = """
            {"limits": {"doubtSeconds": 1, "retentionBytes": 1048576, "operationsPerApplication": 2},
             "gitlab": {"default": {"timeoutSeconds": 1}}}
            """
        let file = try FileSystem.openForAppending("\(folder)/relay.jsonc")
        try FileSystem.write(Array(text.utf8), to: file.number, at: 0)
    }

    // MARK: - A round

    /// Starts the relay, loads it, and kills it; in one of ten rounds before it listens.
    mutating func round() throws {
        figures.rounds += 1
        if chance.isLucky(0.7) { strike() }
        if chance.isLucky(0.1) { return try killStarting() }
        let relay = try start()
        // Now and then long enough for doubts to be resolved.
        let life = chance.isLucky(0.1) ? 1500 : chance.pick(0...400)
        let end = Clock.monotonic() + life
        while true {
            let isLast = Clock.monotonic() >= end
            let moment = isLast ? chance.pick(0...2_000_000) : nil
            try fire(at: relay, killingAfter: moment)
            if isLast { return }
            if chance.isLucky(0.2) { strike() }
            Host.sleep(milliseconds: Int(chance.pick(0...40)))
        }
    }

    private mutating func killStarting() throws {
        let process = try ChildProcess(
            program,
            ["serve", "--config", "\(folder)/relay.jsonc"],
            environment: environment.merging(
                ["RELAY_LISTEN": "127.0.0.1:0", "RELAY_ADMIN_LISTEN": "127.0.0.1:0"]
            ) { $1 },
            output: "\(folder)/log"
        )
        Host.sleep(milliseconds: Int(chance.pick(0...40)))
        process.send(.kill)
        process.wait()
        figures.killedStarting += 1
    }

    private var environment: [String: String] {
        [
            "RELAY_DATA": "\(folder)/data", "GITLAB_URL": sandbox.url, "RELAY_LOG_LEVEL": "warn",
            "GITLAB_TOKEN": "glpat-crash", "RELAY_ADMIN_TOKEN": Self.adminToken,
        ]
    }

    private mutating func start() throws -> RelayUnderTest {
        let before = Clock.monotonic()
        // Its log grows with the rounds, and is read for the addresses.
        let log = "\(folder)/log-\(figures.rounds)"
        defer { do { try FileSystem.remove(log) } catch {} }
        let relay = try RelayUnderTest(
            program,
            log: log,
            arguments: ["--config", "\(folder)/relay.jsonc"],
            environment: environment.merging(["RELAY_LOG_LEVEL": "info"]) { $1 }
        )
        let time = Clock.monotonic() - before
        figures.readyMilliseconds += time
        figures.longestReady = max(figures.longestReady, time)
        return relay
    }

    private mutating func strike() {
        let faults = PreparedFault.allCases.filter { !Self.excluded.contains($0) }
        sandbox.add(SandboxFault(chance.pick(from: faults), count: Int(chance.pick(1...3))))
        figures.faults += 1
    }

    /// Some senders' next events at once; `nanoseconds` after they were sent the relay is killed.
    private mutating func fire(
        at relay: RelayUnderTest,
        killingAfter nanoseconds: Int64?
    ) throws {
        let chosen = senders.indices.shuffled(using: &chance).prefix(Self.volley)
        let requests = chosen.map { place -> OpenRequest? in
            if senders[place].repeats { figures.repeated += 1 }
            let body = senders[place].operation.body(senders[place].status)
            // A connection that cannot be had is an event without an answer.
            do {
                return try OpenRequest("POST", "/hooks/deployment", body, to: relay.hooks)
            } catch {
                return nil
            }
        }
        if let nanoseconds {
            let moment = Clock.monotonicNanoseconds() + nanoseconds
            while Clock.monotonicNanoseconds() < moment {}
            relay.kill()
        }
        for (place, request) in zip(chosen, requests) { try take(place, answer(request)) }
    }

    private func answer(_ request: OpenRequest?) -> Int? {
        do { return try request?.answer().status } catch { return nil }
    }

    struct Unexpected: Error, CustomStringConvertible {
        let description: String
    }

    private mutating func take(_ place: Int, _ status: Int?) throws {
        switch status {
        case 200, 202:
            figures.answered += 1
            senders[place].repeats = false
            if !senders[place].hasBegun { promised.append(senders[place].operation) }
            guard senders[place].hasBegun else {
                senders[place].hasBegun = true
                return
            }
            let operation = senders[place].operation
            senders[place] = Sender(
                operation: LoadOperation(
                    application: operation.application,
                    number: operation.number + 1
                )
            )
        case 503:
            figures.refused += 1
            senders[place].repeats = true
        case nil:
            figures.unanswered += 1
            senders[place].repeats = true
        case .some(let other):
            throw Unexpected(description: "operation was answered \(other)")
        }
    }

    // MARK: - Outcome

    /// Ends what has begun, lets everything settle, and compares.
    mutating func finish() throws -> (figures: Figures, complaints: [String]) {
        sandbox.withSandbox { $0.faults.removeAll() }
        let relay = try start()
        for place in senders.indices {
            // What was sent once without an answer may stand in the log: it is told to its end.
            guard senders[place].hasBegun || senders[place].repeats else { continue }
            if !senders[place].hasBegun { try tell(place, relay) }
            try tell(place, relay)
        }
        let isSettled = try settle(relay)
        let unaccounted = try relay.metric("deployment_relay_unaccounted_deliveries") ?? -1
        relay.process.send(.terminate)
        let code = relay.process.wait()
        var (figures, complaints) = compare()
        if !isSettled { complaints.append("deliveries still wait after two minutes") }
        if unaccounted != 0 { complaints.append("unaccounted deliveries: \(unaccounted)") }
        if code != 0 { complaints.append("the last relay ended with \(code)") }
        figures.add("unaccounted", unaccounted)
        return (figures, complaints)
    }

    private mutating func tell(_ place: Int, _ relay: RelayUnderTest) throws {
        let body = senders[place].operation.body(senders[place].status)
        let answer = try RelayUnderTest.send("POST", "/hooks/deployment", body, to: relay.hooks)
        try take(place, answer.status)
    }

    private func settle(_ relay: RelayUnderTest) throws -> Bool {
        let deadline = Clock.monotonic() + 120_000
        while Clock.monotonic() < deadline {
            if try relay.isSettled() { return true }
            Host.sleep(milliseconds: 20)
        }
        return false
    }

    /// Segments are numbered from 1, and the oldest goes first.
    private func droppedSegments(of log: String) -> Int {
        let numbers = (try? FileSystem.list("\(folder)/data"))?.compactMap { name -> Int? in
            guard name.hasPrefix("\(log)-"), name.hasSuffix(".log") else { return nil }
            return Int(name.dropFirst(log.count + 1).dropLast(4))
        }
        return (numbers?.min() ?? 1) - 1
    }

    private func compare() -> (Figures, [String]) {
        let rows = Dictionary(grouping: sandbox.deployments, by: \.sha)
        var complaints: [String] = []
        var (lost, doubled, running, wrong) = (0, 0, 0, 0)
        for operation in promised {
            let found = (rows[operation.sha] ?? []).map(\.status.rawValue)
            if found == [operation.end] { continue }
            if found.isEmpty { lost += 1 }
            doubled += max(0, found.count - 1)
            running += found.count { $0 == "running" }
            if let last = found.last, last != "running", last != operation.end { wrong += 1 }
            complaints.append("operation \(operation.name): \(found) instead of \(operation.end)")
        }
        let known = Set(promised.map(\.sha))
        let strangers = rows.keys.filter { !known.contains($0) }
        for sha in strangers { complaints.append("nobody was promised the row of \(sha)") }
        let seconds = Double(Clock.monotonic() - figures.startedAt) / 1000
        let starts = max(1, figures.rounds - figures.killedStarting + 1)
        var out = Figures()
        out.add("rounds", Double(figures.rounds))
        out.add("killedBeforeListening", Double(figures.killedStarting))
        out.add("operations", Double(promised.count))
        out.add("answered", Double(figures.answered))
        out.add("refused503", Double(figures.refused))
        out.add("unanswered", Double(figures.unanswered))
        out.add("repeated", Double(figures.repeated))
        out.add("faults", Double(figures.faults))
        out.add("calls", Double(sandbox.withSandbox { $0.exchangeCount }))
        out.add("readyMillisecondsMean", Double(figures.readyMilliseconds) / Double(starts))
        out.add("readyMillisecondsLongest", Double(figures.longestReady))
        out.add("seconds", seconds)
        for log in ["accepted", "settled"] {
            out.add("\(log)SegmentsDropped", Double(droppedSegments(of: log)))
        }
        out.add("lost", Double(lost))
        out.add("doubled", Double(doubled))
        out.add("leftRunning", Double(running))
        out.add("wrongEnd", Double(wrong))
        out.add("strangers", Double(strangers.count))
        return (out, complaints)
    }
}
