import POSIX
import RelayServer

/// How long acceptance takes at a fixed rate while the relay has other things to do.
enum NeighboursBench {
    static let form = Arguments.Form(
        options: ["--seconds", "--rate", "--backlog", "--case", "--program"],
        flags: ["--json"]
    )

    /// What else goes on.
    enum Neighbour: String, CaseIterable {
        case hanging, backlog, lettingGo, slowSenders, idleConnections, console
    }

    /// Each alone, and all but the first: a GitLab that hangs delivers no backlog.
    private static let streets: [[Neighbour]] =
        [[]] + Neighbour.allCases.map { [$0] } + [Array(Neighbour.allCases.dropFirst())]

    private static func name(_ neighbours: [Neighbour]) -> String {
        if neighbours.isEmpty { return "calm" }
        return neighbours.count == Neighbour.allCases.count - 1
            ? "all" : neighbours.map(\.rawValue).joined(separator: "+")
    }

    /// Those that a name like `backlog+console` names.
    private static func neighbours(_ name: String) -> [Neighbour] {
        Neighbour.allCases.filter { name.split(separator: "+").contains($0.rawValue[...]) }
    }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let seconds = try BenchOptions.number(arguments, "--seconds", 8)
        let rate = try BenchOptions.number(arguments, "--rate", 500)
        let backlog = try BenchOptions.number(arguments, "--backlog", 50_000)
        Host.raiseDescriptorLimit()
        var table = TextTable(["beside", "events", "p50 ms", "p90 ms", "p99 ms", "max ms", "note"])
        var figures = Figures()
        for neighbours in arguments["--case"].map({ [Self.neighbours($0)] }) ?? streets {
            let name = name(neighbours)
            let folder = try TemporaryFolder(prefix: "relay-neighbours")
            let street = try Street(
                Set(neighbours),
                BenchOptions.program(arguments),
                seconds,
                backlog,
                in: folder.path
            )
            let (times, note) = try street.run(rate: rate, seconds: seconds)
            var sorted = times
            let values = sorted.milliseconds([0.5, 0.9, 0.99, 1])
            let cells = values.map { String(($0 * 100).rounded() / 100) }
            table.add([name, String(times.count)] + cells + [note])
            for (share, value) in zip(["p50", "p90", "p99", "max"], values) {
                figures.add("\(name) \(share)", value)
            }
        }
        Output.print(arguments.has("--json") ? figures.json : table.text)
        return .success
    }
}

/// One relay with its neighbours.
private struct Street {
    private let neighbours: Set<NeighboursBench.Neighbour>
    private let standIn: StandIn
    private let folder: String
    private let relay: RelayUnderTest
    private let seconds: Int

    init(
        _ neighbours: Set<NeighboursBench.Neighbour>,
        _ program: String,
        _ seconds: Int,
        _ backlog: Int,
        in folder: String
    ) throws {
        (self.neighbours, self.seconds, self.folder) = (neighbours, seconds, folder)
        standIn = try StandIn()
        if neighbours.contains(.backlog) {
            let maker = BacklogMaker(applications: 1000, bodyBytes: 1700)
            _ = try maker.write(backlog, to: "\(folder)/data")
        }
        if neighbours.contains(.hanging) { standIn.hang(true) }
        // Sixteen segments of a mebibyte: one is let go about every half a second.
        let isLettingGo = neighbours.contains(.lettingGo)
        let limits = isLettingGo ? "\"retentionBytes\": 4194304" : ""
        relay = try RelayUnderTest(
            program,
            in: folder,
            gitlab: standIn.url,
            settings: "{\"limits\": {\(limits)}}"
        )
    }

    func run(rate: Int, seconds: Int) throws -> (times: Quantiles, note: String) {
        defer { relay.kill() }
        let slow = neighbours.contains(.slowSenders) ? 1000 : 0
        let idle = neighbours.contains(.idleConnections) ? 2000 : 0
        var strangers: Abuser?
        if slow + idle > 0 {
            let abuse = Abuse(slow: slow, idle: idle, churn: 0, seconds: seconds)
            strangers = try Abuser(abuse, at: relay.hooks)
        }
        var streams: [OwnedDescriptorBox] = []
        if neighbours.contains(.console) {
            for _ in 0..<4 { streams.append(try OwnedDescriptorBox(streamOf: relay.admin)) }
        }
        var load = EventLoad()
        load.rate = rate
        let segments = try files()
        let outcome = try load.run(relay.hooks, events: rate * seconds, seconds: seconds * 4)
        // 200: on another connection a later event of its Application was faster.
        guard outcome.codes.keys.allSatisfy({ [200, 202].contains($0) }) else {
            let words = "answers other than 202 and 200: \(outcome.codes)"
            throw BenchOptions.BadOption(description: words)
        }
        var note = try notes(segments)
        switch consume strangers {
        case .some(let strangers):
            let counts = strangers.finish()
            note += " slow \(counts.slow), idle \(counts.idle)"
        case .none: break
        }
        withExtendedLifetime(streams) {}
        return (outcome.times, note)
    }

    private func notes(_ before: [String]) throws -> String {
        let name = "deployment_relay_deliveries{state=\"accepted\"}"
        let waiting = Int(try relay.metric(name) ?? 0)
        let gone = before.filter { file in (try? files().contains(file)) == false }.count
        return "waiting \(waiting)" + (gone > 0 ? ", segments gone \(gone)" : "")
    }

    private func files() throws -> [String] { try FileSystem.list("\(folder)/data") }
}

/// A console's stream that is open and never read.
private final class OwnedDescriptorBox {
    let socket: OwnedDescriptor

    init(streamOf address: SocketAddress) throws {
        socket = try Socket.connect(to: address, timeoutSeconds: 10)
        let request = Array("GET /api/stream HTTP/1.1\r\nHost: relay\r\n\r\n".utf8)
        let result = request.withUnsafeBytes { Socket.send(socket.number, $0) }
        guard case .bytes(request.count) = result else { throw RelayUnderTest.NoAnswer() }
    }
}
