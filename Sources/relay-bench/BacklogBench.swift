import Formats
import GitLab
import JSON
import POSIX
import Relay
import RelayServer
import Storage

/// How long the real program takes to start on a backlog, and how much memory it then holds.
///
/// The log is made with the product's own writer, without flushing it; GitLab cannot be reached.
enum BacklogBench {
    static let form = Arguments.Form(
        options: ["--events", "--applications", "--body-bytes", "--seconds", "--program"],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let events = try BenchOptions.number(arguments, "--events", 1_000_000)
        let maker = BacklogMaker(
            applications: try BenchOptions.number(arguments, "--applications", 10_000),
            bodyBytes: try BenchOptions.number(arguments, "--body-bytes", 1700)
        )
        let seconds = try BenchOptions.number(arguments, "--seconds", 5)
        let folder = try TemporaryFolder(prefix: "relay-backlog")
        let bytes = try maker.write(events, to: "\(folder.path)/data")
        let before = Clock.monotonicNanoseconds()
        let relay = try RelayUnderTest(
            BenchOptions.program(arguments),
            in: folder.path,
            gitlab: RelayUnderTest.noGitLab
        )
        defer { relay.kill() }
        for address in [relay.hooks, relay.admin] {
            let answer = try relay.get("/readyz", from: address)
            guard answer.status == 200 else { throw NotReady(status: answer.status) }
        }
        let ready = Double(Clock.monotonicNanoseconds() - before) / 1e9
        let atReady = try Memory(of: relay.process.id)
        Host.sleep(milliseconds: seconds * 1000)
        let figures = BacklogFigures(
            events: events,
            logBytes: bytes,
            ready: ready,
            atReady: atReady,
            later: try Memory(of: relay.process.id),
            seconds: seconds,
            waiting: Int(try relay.metric("deployment_relay_deliveries{state=\"accepted\"}") ?? 0)
        )
        Output.print(arguments.has("--json") ? figures.json : figures.text)
        return figures.waiting == events ? .success : .failure
    }

    struct NotReady: Error, CustomStringConvertible {
        let status: Int
        var description: String { "/readyz answers \(status)" }
    }
}

/// What a process holds, as /proc tells it (proc(5)), in bytes.
struct Memory {
    let resident: Int
    let anonymous: Int
    /// The most that was ever resident.
    let peak: Int
    let cpuSeconds: Double

    init(of process: Int32) throws {
        let text = try Self.text("/proc/\(process)/status")
        func kilobytes(_ name: String) -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
                .flatMap { Int($0) } ?? 0
        }
        resident = kilobytes("VmRSS") * 1024
        anonymous = kilobytes("RssAnon") * 1024
        peak = kilobytes("VmHWM") * 1024
        let stat = try Self.text("/proc/\(process)/stat")
        // Behind the command in parentheses: fields 14 and 15, in ticks of 10 ms.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        cpuSeconds =
            fields.count > 13
            ? (Double(fields[12]) ?? 0) / 100 + (Double(fields[13]) ?? 0) / 100 : 0
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try FileSystem.read(path, limit: 1 << 16).get(), as: UTF8.self)
    }
}

/// Makes an `accepted` log full of what waits: each event an operation of its own.
struct BacklogMaker {
    let applications: Int
    let bodyBytes: Int

    /// - Returns: The log's size, in bytes.
    func write(_ events: Int, to folder: String) throws -> Int64 {
        var options = RecordLog.Options.accepted(Limits())
        options.files.flush = { _ in }
        options.files.flushFolder = { _ in }
        var log = try RecordLog(folder: folder, name: "accepted", options: options)
        // Without it the relay must suppose that all of this may have been sent.
        try Self.begin("settled", in: folder)
        let names = (0..<applications).map { Application($0) }
        let now = Clock.now() - 3_600_000
        for number in 0..<events {
            let delivery = delivery(number, of: names[number % applications], now: now)
            let record = AcceptedRecord.delivery(delivery)
            _ = log.stage(kind: record.kind, record.bytes)
            if log.stagedCount == 256 { try log.commit() }
        }
        try log.commit()
        return log.byteCount
    }

    /// A log in which nothing stands but a project's number.
    private static func begin(_ name: String, in folder: String) throws {
        var log = try RecordLog(folder: folder, name: name, options: .settled(Limits()))
        let project = ResolvedProject(
            endpoint: "default",
            text: "1000",
            id: 1000,
            path: "bench/config",
            defaultBranch: "main"
        )
        let record = SettledRecord.project(project)
        _ = log.stage(kind: record.kind, record.bytes)
        try log.commit()
    }

    private struct Application {
        let identity: Identity
        let name: String
        let environment: String
        let project: String

        init(_ number: Int) {
            identity = Identity(of: ["default", "argocd", "argocd", "application \(number)"])
            name = "argocd/parcel-\(number)"
            environment = "production-\(number)"
            project = String(1000 + number % 500)
        }
    }

    private func delivery(
        _ number: Int,
        of application: Application,
        now: Int64
    ) -> AcceptedDelivery {
        let startedAt = Timestamp(milliseconds: now + Int64(number))
        let digits = String(number, radix: 16)
        let sha = String(repeating: "0", count: 40 - digits.utf8.count) + digits
        let place = Place(
            endpoint: "default",
            project: application.project,
            environment: application.environment,
            sha: sha,
            ref: "main",
            tag: false
        )
        let payload = DeploymentPayload(
            environment: place.environment,
            sha: sha,
            ref: "main",
            tag: false,
            status: .success
        )
        return AcceptedDelivery(
            id: UInt64(number + 1),
            receivedAt: startedAt,
            cause: .event,
            hook: "argocd",
            operation: OperationName(
                application: application.identity,
                applicationName: application.name,
                identity: Identity(
                    high: UInt64(number) &* 0x9E37_79B9_7F4A_7C15,
                    low: UInt64(number + 1) &* 0xFF51_AFD7_ED55_8CCD
                ),
                name: startedAt.rfc3339,
                order: startedAt.milliseconds,
                startedAt: startedAt,
                finishedAt: startedAt
            ),
            place: place,
            status: .success,
            isShaFromRevision: true,
            sourceKey: "0 https://gitlab.example/bench/config.git",
            payload: payload.json,
            choices: [
                "sha: syncResult.revision", "project: the subscription's recipient",
                "environment: the application's name", "ref: targetRevision",
                "tag: the ref is not a version",
            ],
            body: body(sha)
        )
    }

    private func body(_ sha: String) -> [UInt8] {
        let head = Array("{\"revision\":\"\(sha)\",\"padding\":\"".utf8)
        let tail = Array("\"}".utf8)
        let padding = max(0, bodyBytes - head.count - tail.count)
        return head + [UInt8](repeating: UInt8(ascii: "x"), count: padding) + tail
    }
}

private struct BacklogFigures {
    let events: Int
    let logBytes: Int64
    let ready: Double
    let atReady: Memory
    let later: Memory
    let seconds: Int
    let waiting: Int

    private static func mebibytes(_ bytes: Int) -> Double {
        (Double(bytes) / 1_048_576 * 10).rounded() / 10
    }

    var text: String {
        let mebibytes = Self.mebibytes
        return """
            events waiting       \(waiting) of \(events), log \(logBytes >> 20) MiB
            ready after          \((ready * 1000).rounded() / 1000) s, \
            \(atReady.cpuSeconds) s of processor
            resident, ready      \(mebibytes(atReady.resident)) MiB, \
            anonymous \(mebibytes(atReady.anonymous))
            resident, \(seconds) s later \(mebibytes(later.resident)) MiB, \
            anonymous \(mebibytes(later.anonymous))
            most ever            \(mebibytes(later.peak)) MiB
            """
    }

    var json: String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("events", events)
            writer.member("waiting", waiting)
            writer.member("logBytes", Int(logBytes))
            writer.member("readySeconds", ready)
            writer.member("readyCPUSeconds", atReady.cpuSeconds)
            writer.member("residentBytes", atReady.resident)
            writer.member("anonymousBytes", atReady.anonymous)
            writer.member("laterSeconds", seconds)
            writer.member("laterResidentBytes", later.resident)
            writer.member("laterAnonymousBytes", later.anonymous)
            writer.member("peakBytes", later.peak)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
