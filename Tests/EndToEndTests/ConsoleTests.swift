import Foundation
import GitLabSandbox
import JSON
import POSIX
import Testing

/// The console's pieces, as a browser asks for them.
@Suite("Console", .serialized)
struct ConsoleTests {
    @Test("page, style and script come from here alone, small and under a strict policy")
    func pieces() async throws {
        let relay = try await Stage().start()
        var size = 0
        for path in ["/", "/console.css", "/console.js"] {
            let answer = try relay.admin.get(path)
            #expect(answer.status == 200)
            size += answer.body.count
            let policy = try #require(answer.field("Content-Security-Policy"))
            #expect(policy.hasPrefix("default-src 'none'"))
            #expect(!policy.contains("unsafe"))
            #expect(!answer.text.contains("https://"), "\(path)")
            #expect(
                !answer.text.contains(" style=") && !answer.text.contains("onclick="),
                "\(path)"
            )
        }
        #expect(size < 60_000)
    }

    @Test("the overview says that all is well, and what is held with its remedy")
    func overview() async throws {
        let stage = try Stage()
        let relay = try await stage.start()
        func overview() throws -> JSONValue {
            try JSONDocument(parsing: relay.admin.get("/api/overview").body).root
        }
        let calm = try overview()
        #expect(calm["endpoints"]?[0]?["held"]?.count == 0)
        #expect(calm["trouble"]?.isNull == true)
        stage.sandbox.withSandbox { sandbox in
            sandbox.changeToken(Stage.token) { $0.state = .expired }
        }
        let fields = ["Prefer": "wait=20"]
        _ = try relay.hooks.post("/hooks/deployment", FlatBody().bytes, fields: fields)
        let held = try overview()
        #expect(held["totals"]?["held"]?.number?.text == "1")
        let note = try #require(held["endpoints"]?[0]?["held"]?[0])
        #expect(note["hint"]?.string?.contains("expired") == true)
    }

    @Test("the last six hours are told minute by minute")
    func history() async throws {
        let relay = try await Stage().start()
        let fields = ["Prefer": "wait=20"]
        _ = try relay.hooks.post("/hooks/deployment", FlatBody().bytes, fields: fields)
        let answer = try JSONDocument(parsing: relay.admin.get("/api/history").body).root
        let minutes = try #require(answer["minutes"]?.elements.map { $0 })
        #expect(minutes.count == 360)
        let delivered = minutes.compactMap { $0["delivered"]?.number?.int64 }.reduce(0, +)
        #expect(delivered == 1)
    }

    @Test("the stream tells each delivery as it happens")
    func stream() async throws {
        let relay = try await Stage().start()
        let socket = try Socket.connect(to: relay.admin.address, timeoutSeconds: 20)
        let request = Array("GET /api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        _ = request.withUnsafeBytes { Socket.send(socket.number, $0) }
        var seen = ""
        var buffer = [UInt8](repeating: 0, count: 65_536)
        func read(until words: String) throws {
            while !seen.contains(words) {
                let got = buffer.withUnsafeMutableBytes { Socket.receive(socket.number, into: $0) }
                guard case .bytes(let count) = got else {
                    throw TimedOut(description: "the stream ended before \(words): \(seen)")
                }
                seen += String(decoding: buffer[..<count], as: UTF8.self)
            }
        }
        try read(until: ": welcome\n\n")
        #expect(try relay.hooks.post("/hooks/deployment", FlatBody().bytes).status == 202)
        try read(until: "\"state\":\"delivered\"")
        #expect(seen.contains("event: delivery\ndata: {\"id\":\"1\""))
        // Watching does not hold the relay up when it is to end.
        #expect(relay.stop() == 0)
    }
}
