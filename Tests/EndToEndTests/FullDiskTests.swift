import Foundation
import GitLabSandbox
import JSON
import Testing

/// The real program on a disk that takes nothing more: senders hear 503, what was accepted is
/// delivered, and it goes on by itself.
///
/// The disk is full by a limit to the size of files, which needs no rights; `MountTests` do it with
/// real ones.
@Suite(
    "A full disk",
    .serialized,
    .enabled(if: FileSizeLimit.isThere, "prlimit (util-linux) is not installed")
)
struct FullDiskTests {
    /// An event with much in it, so that the record log fills long before the log of lines.
    static func large(_ number: Int) -> [UInt8] {
        var body = FlatBody(environment: "env-\(number)").bytes
        body.removeLast()
        return body + Array(",\"note\":\"\(String(repeating: "x", count: 8000))\"}".utf8)
    }

    /// Posts until one is refused; gives how many were accepted.
    static func fill(_ relay: RelayProcess, most: Int = 200) throws -> Int {
        for number in 0..<most {
            let answer = try relay.hooks.post("/hooks/deployment", large(number))
            if answer.status == 503 { return number }
            #expect(answer.status == 202, "\(answer.text)")
        }
        return most
    }

    static func waitUntilReady(_ relay: RelayProcess) async throws {
        _ = try await eventually("it is ready again") {
            try relay.hooks.get("/readyz").status == 200 ? true : nil
        }
    }

    static func lines(_ message: String, _ relay: RelayProcess) throws -> Int {
        try relay.logLines().count { $0["msg"]?.string == message }
    }

    @Test("senders hear 503, what was accepted is delivered, and it goes on without a webhook")
    func fills() async throws {
        let stage = try Stage()
        let relay = try await stage.start(under: FileSizeLimit.wrapper(150_000))
        let accepted = try Self.fill(relay)
        #expect((5..<30).contains(accepted))
        for path in ["/hooks/deployment"] {
            for _ in 0..<3 {
                let answer = try relay.hooks.post(path, Self.large(999))
                #expect(answer.status == 503)
                #expect(answer.field("Retry-After") == nil)
            }
        }
        for peer in [relay.hooks, relay.admin] {
            let ready = try peer.get("/readyz")
            #expect(ready.status == 503)
            #expect(ready.text.contains("accepted-00000001.log"), "\(ready.text)")
        }
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == accepted)
        // Refused events are as if they had never come.
        #expect(try Self.lines("event-accepted", relay) == accepted)
        let refused = "http_requests_total{route=\"/hooks/:name\",code=\"503\"}"
        #expect(try relay.metric("deployment_relay_" + refused) == 4)
        #expect(try Self.lines("log-not-writable", relay) == 1)

        try FileSizeLimit.set(nil, of: relay)
        try await Self.waitUntilReady(relay)
        #expect(try Self.lines("log-writable", relay) == 1)
        #expect(try relay.hooks.post("/hooks/deployment", Self.large(999)).status == 202)
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == accepted + 1)
        #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(try Self.lines("log-not-writable", relay) == 1)
        #expect(relay.stop() == 0)
        let next = try await stage.start()
        #expect(try next.deliveries().count == accepted + 1)
        #expect(try Self.lines("record-torn", next) == 0)
    }

    @Test("a delivery that cannot be written down is not sent, and goes on by itself")
    func nothingAtAll() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil])
        let token = try stage.folder.write("glpat-old\n", to: "token")
        stage.environment["GITLAB_TOKEN_FILE"] = token
        let relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        _ = try await eventually("it is held") { try relay.deliveries("?state=held").first }
        // Of every file, standard output's too.
        try FileSizeLimit.set(1, of: relay)
        _ = try stage.folder.write(Stage.token, to: "token")
        _ = try await eventually("delivery says that it cannot write") {
            let ready = try relay.hooks.get("/readyz")
            return ready.status == 503 && ready.text.contains("settled-") ? true : nil
        }
        #expect(try relay.hooks.post("/hooks/deployment", Self.large(1)).status == 503)
        #expect(stage.writes().isEmpty || stage.sandbox.deployments.isEmpty)
        try FileSizeLimit.set(nil, of: relay)
        try await Self.waitUntilReady(relay)
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.status) == [.success], "\(stage.history)")
        #expect(relay.stop() == 0)
    }

    @Test("it starts on a full disk, refuses, delivers what it has, and goes on when there is room")
    func starts() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil])
        let token = try stage.folder.write("glpat-old\n", to: "token")
        stage.environment["GITLAB_TOKEN_FILE"] = token
        let first = try await stage.start()
        #expect(try first.hooks.post("/hooks/deployment", Self.large(1)).status == 202)
        _ = try await eventually("it is held") { try first.deliveries("?state=held").first }
        first.kill9()
        _ = try stage.folder.write(Stage.token, to: "token")
        // Less than the log `accepted` has, more than the log `settled` needs.
        let relay = try await stage.start(under: FileSizeLimit.wrapper(8000))
        #expect(try relay.hooks.get("/readyz").status == 503)
        #expect(try relay.hooks.post("/hooks/deployment", Self.large(2)).status == 503)
        try await relay.settle()
        #expect(stage.sandbox.deployments.map(\.environmentName) == ["env-1"])
        try FileSizeLimit.set(nil, of: relay)
        try await Self.waitUntilReady(relay)
        #expect(try relay.hooks.post("/hooks/deployment", Self.large(2)).status == 202)
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == 2)
        #expect(relay.stop() == 0)
    }
}
