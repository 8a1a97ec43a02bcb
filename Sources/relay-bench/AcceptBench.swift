import Formats
import POSIX
import Relay
import RelayServer

/// How many events a second are durably accepted, and how long each takes.
enum AcceptBench {
    static let form = Arguments.Form(
        options: ["--connections", "--seconds", "--body-bytes", "--url", "--token"],
        flags: ["--new-connections", "--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let connections = try BenchOptions.number(arguments, "--connections", 64)
        let seconds = try BenchOptions.number(arguments, "--seconds", 5)
        let size = try BenchOptions.number(arguments, "--body-bytes", 4096)
        var load = AcceptLoad(
            size: size,
            token: arguments["--token"],
            makesNewConnections: arguments.has("--new-connections")
        )
        let figures: Figures
        if let url = arguments["--url"] {
            let address = try SocketAddress(url.replacingPrefix("http://", with: ""))
            figures = try load.run(address, connections: connections, seconds: seconds)
        } else {
            let folder = try TemporaryFolder(prefix: "relay-bench")
            let server = try server(folder.path)
            figures = try load.run(server.hooksAddress, connections: connections, seconds: seconds)
            server.stop()
        }
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return .success
    }

    /// A relay whose GitLab refuses every connection: what is accepted waits.
    private static func server(_ folder: String) throws -> Server {
        let inputs = ConfigurationInputs(
            environment: [
                "RELAY_LISTEN": "127.0.0.1:0", "RELAY_ADMIN_LISTEN": "127.0.0.1:0",
                "RELAY_DATA": folder, "GITLAB_URL": "http://127.0.0.1:9", "GITLAB_TOKEN": "bench",
            ],
            readFile: { _ in .failure(FileProblem("no files here")) }
        )
        let running = try Running(ConfigurationReader.read(inputs), reading: inputs.readFile)
        return try Server.start(running, log: Log(form: .json, level: .error, descriptor: 2))
    }
}

extension String {
    fileprivate func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}

/// A closed loop of senders on this thread.
struct AcceptLoad {
    let size: Int
    let token: String?
    let makesNewConnections: Bool
    private var times = Quantiles()
    private var codes: [Int: Int] = [:]

    init(size: Int, token: String?, makesNewConnections: Bool) {
        self.size = size
        self.token = token
        self.makesNewConnections = makesNewConnections
    }

    mutating func run(_ address: SocketAddress, connections: Int, seconds: Int) throws -> Figures {
        let now = Timestamp(milliseconds: Clock.now())
        var poller = try Poller()
        var senders: [UInt64: LoadConnection] = [:]
        for number in 0..<connections {
            let bodies = EventBodies(application: number, size: size, now: now)
            senders[UInt64(number)] = try open(address, bodies, UInt64(number), &poller)
        }
        let before = ProcessUsage.now()
        let start = Clock.monotonicNanoseconds()
        let end = start + Int64(seconds) * 1_000_000_000
        for sender in senders.values { try send(sender) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        while Clock.monotonicNanoseconds() < end {
            for ready in try poller.wait(milliseconds: 100) {
                guard let sender = senders[ready.token] else { continue }
                guard try receive(sender, buffer) else { continue }
                if makesNewConnections {
                    poller.forget(sender.socket.number)
                    senders[ready.token] = try open(address, sender.bodies, ready.token, &poller)
                }
                if let next = senders[ready.token] { try send(next) }
            }
        }
        let elapsed = Double(Clock.monotonicNanoseconds() - start) / 1e9
        return figures(elapsed, before)
    }

    private func open(
        _ address: SocketAddress,
        _ bodies: EventBodies,
        _ token: UInt64,
        _ poller: inout Poller
    ) throws -> LoadConnection {
        let sender = LoadConnection(
            socket: try Socket.connect(to: address, timeoutSeconds: 10),
            bodies: bodies
        )
        try poller.watch(sender.socket.number, token: token, read: true, write: false)
        return sender
    }

    private func send(_ sender: LoadConnection) throws {
        sender.startedAt = Clock.monotonicNanoseconds()
        try sender.send(token: token, isLast: makesNewConnections)
    }

    /// - Returns: Whether the answer is whole.
    private mutating func receive(
        _ sender: LoadConnection,
        _ buffer: UnsafeMutableRawBufferPointer
    ) throws -> Bool {
        guard case .bytes(let count) = Socket.receive(sender.socket.number, into: buffer) else {
            throw LoadConnection.CutOff()
        }
        let piece = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        guard let status = sender.take(piece) else { return false }
        codes[status, default: 0] += 1
        times.add(Clock.monotonicNanoseconds() - sender.startedAt)
        return true
    }

    private mutating func figures(_ elapsed: Double, _ before: ProcessUsage) -> Figures {
        var figures = Figures()
        let accepted = codes[202] ?? 0
        figures.add("acceptedPerSecond", Double(accepted) / elapsed)
        figures.add("accepted", Double(accepted))
        for (code, count) in codes.sorted(by: { $0.key < $1.key }) where code != 202 {
            figures.add("answered\(code)", Double(count))
        }
        let names = ["p50", "p90", "p99", "p99.9", "max"]
        let shares = [0.5, 0.9, 0.99, 0.999, 1]
        for (name, value) in zip(names, times.milliseconds(shares)) {
            figures.add("\(name)Milliseconds", value)
        }
        let usage = ProcessUsage.now()
        let cpu = usage.cpuSeconds - before.cpuSeconds
        figures.add("cpuMicrosecondsPerEvent", cpu / Double(max(1, accepted)) * 1e6)
        figures.add("residentMiB", Double(usage.residentBytes) / 1_048_576)
        return figures
    }
}
