import Foundation
import JSON
import Testing

/// What a platform engineer greps for: one line per event, and all of it in fields.
@Suite("Log lines", .serialized)
struct LogLineTests {
    private static let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private static func lines(_ relay: RelayProcess, _ names: String...) throws -> [JSONValue] {
        try relay.logLines().filter { line in names.contains(line["msg"]?.string ?? "") }
    }

    @Test("an event's line and its end's say who, where, what, why, how long, and the trace")
    func fields() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        let body = FlatBody(operation: "op").bytes
        let sent = try relay.hooks.post(
            "/hooks/deployment",
            body,
            fields: ["traceparent": Self.trace, "Prefer": "wait=10"]
        )
        #expect(sent.status == 201, "\(sent.text)")
        _ = try relay.hooks.post("/hooks/deployment", body, fields: ["traceparent": Self.trace])
        _ = try relay.hooks.post(
            "/hooks/deployment",
            Array("{\"status\": \"nonsense\"}".utf8),
            fields: ["traceparent": Self.trace]
        )
        let ended = try await eventually("the end is told") {
            try Self.lines(relay, "delivery-delivered").first
        }
        let taken = try #require(Self.lines(relay, "event-accepted").first)
        for line in [taken, ended] {
            for name in ["time", "level", "hook", "id", "project", "environment", "status"] {
                #expect(line[name]?.string?.isEmpty == false, "\(name)")
            }
        }
        #expect(ended["reason"]?.string?.isEmpty == false)
        #expect(ended["deployment"]?.number != nil)
        let told = try Self.lines(
            relay,
            "event-accepted",
            "event-duplicate",
            "event-dead",
            "delivery-delivered"
        )
        #expect(told.count == 4)
        for line in told {
            #expect(line["milliseconds"]?.number?.int64.map { $0 >= 0 } == true)
            #expect(line["traceparent"]?.string == Self.trace)
            #expect(line["hook"]?.string == "deployment")
        }
    }

    @Test("the trace is kept over a restart and a redelivery; what is no traceparent is not told")
    func kept() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil, "RELAY_ADMIN_TOKEN": "admin-token"])
        stage.environment["GITLAB_TOKEN_FILE"] = try stage.folder.write("glpat-old", to: "token")
        var relay = try await stage.start()
        for (environment, trace) in [("a", Self.trace), ("b", Self.trace), ("c", "glpat-stranger")]
        {
            let answer = try relay.hooks.post(
                "/hooks/deployment",
                FlatBody(environment: environment).bytes,
                fields: ["traceparent": trace]
            )
            #expect(answer.status == 202)
        }
        let admin = ["Authorization": "Bearer admin-token"]
        _ = try await eventually("it waits for no call and is dropped") {
            let dropped = try relay.admin.post("/api/deliveries/2/drop", [], fields: admin)
            return dropped.status == 200 ? true : nil
        }
        let anew = try relay.admin.post("/api/deliveries/2/redeliver", [], fields: admin)
        #expect(anew.status == 200, "\(anew.text)")
        relay.kill9()
        _ = try stage.folder.write(Stage.token, to: "token")
        relay = try await stage.start()
        try await relay.settle()
        let ended = try await eventually("all ends are told") {
            let lines = try Self.lines(relay, "delivery-delivered")
            return lines.count == 3 ? lines : nil
        }
        let traces = Dictionary(
            uniqueKeysWithValues: ended.map {
                ($0["environment"]?.string ?? "", $0["traceparent"]?.string)
            }
        )
        #expect(traces == ["a": Self.trace, "b": Self.trace, "c": nil])
        #expect(try !relay.logText().contains("glpat-stranger"))
    }

    @Test("below its level nothing is told", arguments: ["warn", "error"])
    func levels(level: String) async throws {
        let stage = try Stage(["RELAY_LOG_LEVEL": level])
        var environment = stage.environment
        environment["RELAY_DATA"] = stage.data
        environment["RELAY_LOG"] = "json"
        // Where it listens is told at `info`: both addresses are chosen here.
        environment["RELAY_LISTEN"] = "unix:\(stage.folder.path)/hooks"
        environment["RELAY_ADMIN_LISTEN"] = "unix:\(stage.folder.path)/admin"
        let process = Process()
        let file = try stage.folder.write("", to: "log")
        process.executableURL = URL(fileURLWithPath: Programs.relay)
        process.arguments = ["serve"]
        process.environment = environment
        process.standardOutput = FileHandle(forWritingAtPath: file)
        try process.run()
        defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
        _ = try await eventually("it is ready") {
            try CommandRun.relay(["health"], environment: environment).code == 0 ? true : nil
        }
        for body in [String(decoding: FlatBody().bytes, as: UTF8.self), "no JSON"] {
            _ = try CommandRun.relay(
                ["notify", "--hook", "deployment", "-"],
                environment: environment,
                input: body
            )
        }
        process.terminate()
        process.waitUntilExit()
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(!text.contains("event-accepted"), "\(text)")
        #expect(text.contains("event-dead") == (level == "warn"), "\(text)")
    }
}
