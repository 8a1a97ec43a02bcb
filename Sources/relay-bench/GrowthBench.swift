import POSIX
import RelayServer

/// What an event costs the relay's processors as one thing grows and the rest stays.
enum GrowthBench {
    static let form = Arguments.Form(
        options: ["--axis", "--limit", "--events", "--svg", "--program"],
        flags: ["--json"]
    )

    enum Axis: String, CaseIterable {
        case pending, environments, connections, bodies, list

        var words: String {
            switch self {
            case .pending: "accepted beside so many that wait"
            case .environments: "delivered to so many environments"
            case .connections: "accepted over so many connections"
            case .bodies: "accepted with bodies of so many bytes"
            case .list: "delivered after a doubt, GitLab's list being so long"
            }
        }

        var points: [Int] {
            switch self {
            case .pending: [10, 100, 1000, 10_000, 100_000, 1_000_000]
            case .environments: [1, 10, 100, 1000, 10_000, 100_000]
            // Twenty thousand descriptors leave room for not quite ten at each address.
            case .connections: [1, 10, 100, 1000, 9000]
            case .bodies: [1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304]
            case .list: [1, 10, 100, 1000, 10_000]
            }
        }
    }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        Host.raiseDescriptorLimit()
        let limit = try BenchOptions.number(arguments, "--limit", .max)
        let program = BenchOptions.program(arguments)
        let events = try BenchOptions.number(arguments, "--events", 20_000)
        var table = TextTable(["axis", "number", "CPU us an event", "ingress", "delivery", "note"])
        var figures = Figures()
        var curves: [(Axis, [CurvePoint])] = []
        for axis in Axis.allCases where arguments["--axis"].map({ $0 == axis.rawValue }) ?? true {
            var points: [CurvePoint] = []
            for number in axis.points where number <= limit {
                let cost = try GrowthPoint(axis, number, program, events: events)
                points.append(CurvePoint(at: Double(number), value: cost.microseconds))
                figures.add("\(axis.rawValue) \(number)", cost.microseconds)
                table.add(cost.cells(axis, number))
            }
            curves.append((axis, points))
        }
        Output.print(arguments.has("--json") ? figures.json : table.text)
        if let folder = arguments["--svg"] { try draw(curves, in: folder) }
        return .success
    }

    /// Two files: what grows in number, and what grows in size.
    private static func draw(_ curves: [(Axis, [CurvePoint])], in folder: String) throws {
        let counts = curves.filter { $0.0 != .bodies }.map { axis, points in
            Curve(name: axis.words, points: points)
        }
        let sizes = curves.filter { $0.0 == .bodies }.map { axis, points in
            Curve(name: axis.words, points: points)
        }
        let all = [
            ("README.growth-number.svg", "CPU for an event as numbers grow", "number", counts),
            ("README.growth-size.svg", "CPU for an event as bodies grow", "bytes", sizes),
        ]
        for (file, title, axis, curves) in all where !curves.isEmpty {
            let chart = GrowthChart(title: title, axis: axis, curves: curves)
            try? FileSystem.remove("\(folder)/\(file)")
            let target = try FileSystem.openForAppending("\(folder)/\(file)")
            try FileSystem.write(Array(chart.svg.utf8), to: target.number, at: 0)
        }
    }
}

/// One measurement.
private struct GrowthPoint {
    /// Of the relay's processors, for an event.
    let microseconds: Double
    private var threads: [String: Double] = [:]
    private var note = ""

    init(_ axis: GrowthBench.Axis, _ number: Int, _ program: String, events: Int) throws {
        switch axis {
        case .environments:
            let count = max(events, number)
            let run = try DeliverRun.backlog(
                program,
                events: number == 1 ? min(count, 5000) : count,
                environments: number,
                bodyBytes: 1700
            )
            (microseconds, threads) = (run.cpuPerEvent, run.threadsPerEvent)
            note = run.note
        case .list:
            let run = try DeliverRun.backlog(
                program,
                events: min(events, 2000),
                environments: 200,
                bodyBytes: 1700,
                rows: number
            )
            (microseconds, threads) = (run.cpuPerEvent, run.threadsPerEvent)
            note = run.note
        case .pending, .connections, .bodies:
            var load = EventLoad()
            var pending = 0
            var count = events
            switch axis {
            case .pending: pending = number
            case .connections:
                load.connections = number
                count = max(events, 5 * number)
            default:
                load.bodyBytes = number
                load.connections = 8
                count = max(32, min(events, (256 << 20) / number))
            }
            load.applications = max(64, 4 * load.connections)
            let run = try AcceptRun(program, load, events: count, pending: pending)
            microseconds = run.cpuPerEvent
            for name in ["ingress", "delivery"] {
                let seconds = run.usage.threads[name] ?? 0
                threads[name] = seconds / Double(max(1, run.outcome.accepted)) * 1e6
            }
            note = "\(Int(Double(run.memory.resident) / 1_048_576)) MiB"
        }
    }

    func cells(_ axis: GrowthBench.Axis, _ number: Int) -> [String] {
        func shown(_ value: Double?) -> String { String(((value ?? 0) * 10).rounded() / 10) }
        return [
            axis.rawValue, String(number), shown(microseconds), shown(threads["ingress"]),
            shown(threads["delivery"]), note,
        ]
    }
}

extension DeliverRun {
    fileprivate var threadsPerEvent: [String: Double] {
        usage.threads.mapValues { $0 / Double(events) * 1e6 }
    }

    fileprivate var note: String {
        let perEvent = (Double(calls) / Double(events) * 100).rounded() / 100
        return "\(perEvent) calls, \(Int(Double(memory.resident) / 1_048_576)) MiB"
    }
}
