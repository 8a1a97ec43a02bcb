import Foundation
import JSON
import POSIX
import Testing

/// SIGTERM: what is in flight is answered, GitLab is not awaited, and a second signal ends at once.
@Suite("Shutdown", .serialized)
struct ShutdownTests {
    private static let head = "POST /hooks/deployment HTTP/1.1\r\nHost: a\r\n"

    /// A relay whose GitLab takes connections and never says a word.
    private func relay(
        _ listener: borrowing ListeningSocket,
        _ stage: Stage
    ) async throws -> RelayProcess {
        var environment = stage.environment
        environment["GITLAB_URL"] = "http://\(listener.address)"
        return try await RelayProcess.start(
            data: stage.data,
            environment: environment,
            keeping: stage
        )
    }

    private func stopping(_ relay: RelayProcess) async throws {
        relay.signal(SIGTERM)
        _ = try await eventually("it says that it is stopping") {
            try relay.logLines().contains { $0["msg"]?.string == "stopping" } ? true : nil
        }
    }

    @Test("a GitLab that never answers is not awaited, and what was accepted is there again")
    func hangingGitLab() async throws {
        let silent = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let stage = try Stage()
        let first = try await relay(silent, stage)
        let answer = try first.hooks.post("/hooks/deployment", FlatBody().bytes)
        #expect(answer.status == 202)
        #expect(first.stop() == 0)
        let second = try await stage.start()
        // Whether the call had left decides whether it is told at once or looked up first.
        let states = try second.deliveries().map { $0["state"]?.string ?? "" }
        #expect(states == ["accepted"] || states == ["delivered"], "\(states)")
        _ = consume silent
    }

    @Test("requests under way are answered, kept connections hear 503, newcomers are refused")
    func drains() async throws {
        for _ in 0..<20 {
            let drained = try await drain()
            // The relay gives its senders 1.5 s; where this side needed them, it shows nothing.
            guard drained.milliseconds < 1000 else { continue }
            #expect(drained.answer.hasPrefix("HTTP/1.1 202"), "\(drained.answer)")
            #expect(drained.answer.contains("Connection: close"))
            #expect(drained.refusal.hasPrefix("HTTP/1.1 503"), "\(drained.refusal)")
            #expect(drained.refusal.contains("Connection: close"))
            return
        }
        Issue.record("twenty times a drain was not over within a second")
    }

    /// What a request that was under way, and one that was begun on a kept connection, hear of a
    /// relay that is stopping, and how long that took from the signal on.
    private func drain() async throws -> (answer: String, refusal: String, milliseconds: Int64) {
        let stage = try Stage()
        let relay = try await stage.start()
        let body = String(decoding: FlatBody().bytes, as: UTF8.self)
        let underWay = try OpenRequest(relay.hooks)
        underWay.send(
            Self.head + "Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        )
        _ = underWay.read { $0.contains("100 Continue\r\n\r\n") }
        let kept = try OpenRequest(relay.hooks)
        kept.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" + Self.head)
        #expect(kept.read { $0.hasSuffix("ok\n") }.hasPrefix("HTTP/1.1 200"))
        let idle = try OpenRequest(relay.hooks)
        idle.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(idle.read { $0.hasSuffix("ok\n") }.hasPrefix("HTTP/1.1 200"))
        let start = Clock.monotonic()
        try await stopping(relay)
        #expect(idle.read() == "", "an idle connection is closed")
        #expect(throws: SystemError.self) {
            _ = try Socket.connect(to: relay.hooks.address, timeoutSeconds: 5)
        }
        underWay.send(body)
        kept.send("Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        let (answer, refusal) = (underWay.read(), kept.read())
        let milliseconds = Clock.monotonic() - start
        #expect(try await relay.end() == 0)
        return (answer, refusal, milliseconds)
    }

    @Test("a request that never ends does not keep it from ending")
    func neverEnds() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        let request = try OpenRequest(relay.hooks)
        request.send(Self.head + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
        _ = request.read { $0.contains("100 Continue\r\n\r\n") }
        #expect(relay.stop() == 0)
        #expect(request.read() == "")
    }

    @Test("a second signal ends it at once, with exit code 1; SIGHUP is none")
    func secondSignal() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        let request = try OpenRequest(relay.hooks)
        request.send(Self.head + "Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
        _ = request.read { $0.contains("100 Continue\r\n\r\n") }
        // All at once: however busy the machine is, the drain is not over before the last of them.
        for number in [SIGTERM, SIGHUP, SIGINT] { relay.signal(number) }
        let code = try await relay.end()
        #expect(code == 1)
        let last = try #require(try relay.logLines().last)
        #expect(last["msg"]?.string == "stopped")
        #expect(last["reason"]?.string?.contains("second signal") == true)
    }
}
