import Foundation
import POSIX
import Testing

/// In which order a turn serves those that wait: told by counts, with the process standing still
/// while they come.
@Suite("Strangers at the door", .serialized)
struct StrangerOrderTests {
    /// With these limits, and with time: who is kept says nothing while this side is about something
    /// else.
    private func start(_ limits: String...) async throws -> RelayProcess {
        var stage = try Stage()
        let text = (["\"headSeconds\": 600"] + limits).joined(separator: ", ")
        stage.environment["RELAY_CONFIG"] = try stage.folder.write(
            "{\"limits\": {\(text)}}",
            to: "relay.jsonc"
        )
        return try await stage.start()
    }

    /// Stops the process; returns once each of its threads stands.
    private func halt(_ relay: RelayProcess) async throws {
        relay.signal(SIGSTOP)
        let tasks = "/proc/\(relay.id)/task"
        _ = try await eventually("it stands still") {
            try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
                try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
                    .contains(") T ")
            } ? true : nil
        }
    }

    private static let metrics = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let live = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"

    /// What each metrics page among the answers says of the process's open descriptors.
    private func descriptors(_ answers: String) -> [Int] {
        answers.split(separator: "\n").filter { $0.hasPrefix("process_open_fds ") }
            .compactMap { Int($0.dropFirst("process_open_fds ".count)) }
    }

    private func ask(_ peer: OpenRequest, pages: Int, _ text: String) -> [Int] {
        peer.send(text)
        return descriptors(peer.read { descriptors($0).count == pages })
    }

    @Test("are let in after those that are there were served, and sixteen in a turn")
    func order() async throws {
        let relay = try await start()
        let kept = try OpenRequest(relay.admin)
        let before = try #require(ask(kept, pages: 1, Self.metrics).first)
        try await halt(relay)
        let strangers = try (0..<100).map { _ in try OpenRequest(relay.hooks) }
        // 128 requests are taken up in a turn, so that the next page is of the next one.
        let rest = String(repeating: Self.live, count: 127)
        kept.send(Self.metrics + rest + Self.metrics + rest + Self.metrics)
        relay.signal(SIGCONT)
        let counts = descriptors(kept.read { descriptors($0).count == 3 })
        #expect(counts == [before, before + 32, before + 48], "\(counts)")
        _ = try await eventually("all are let in") {
            ask(kept, pages: 1, Self.metrics) == [before + strangers.count] ? true : nil
        }
        #expect(relay.stop() == 0)
    }

    @Test("take nobody's place when they have gone again")
    func gone() async throws {
        let relay = try await start("\"connections\": 3")
        let kept = try (0..<3).map { _ in try OpenRequest(relay.hooks) }
        func allAnswered() -> Bool {
            kept.allSatisfy { peer in
                peer.send(Self.live)
                return peer.read { $0.hasSuffix("ok\n") }.hasPrefix("HTTP/1.1 200")
            }
        }
        #expect(allAnswered())
        try await halt(relay)
        for number in 0..<40 {
            let stranger = try Socket.connect(to: relay.hooks.address, timeoutSeconds: 60)
            if number.isMultiple(of: 2) { Socket.cutOnClose(stranger.number) }
        }
        relay.signal(SIGCONT)
        // Each answer is a turn, and each turn lets sixteen in.
        for _ in 0..<3 { #expect(allAnswered()) }
        // Somebody who stays does take a place: of who has been idle for longest.
        let newcomer = try OpenRequest(relay.hooks)
        newcomer.send(Self.live)
        #expect(newcomer.read { $0.hasSuffix("ok\n") }.hasPrefix("HTTP/1.1 200"))
        #expect(kept[0].read() == "")
        #expect(relay.stop() == 0)
    }
}
