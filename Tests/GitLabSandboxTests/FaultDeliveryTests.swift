import Formats
import GitLabSandbox
import HTTP
import JSON
import POSIX
import Testing

@Suite("Faults on the wire")
struct FaultDeliveryTests {
    private func serve(_ fault: SandboxFault) throws -> SandboxServer {
        let server = try SandboxServer()
        server.add(fault)
        return server
    }

    @Test(
        "a cut is a TCP reset, before the rules or after them",
        arguments: [(PreparedFault.cutBefore, 0), (.cutAfter, 1)]
    )
    func cut(fault: PreparedFault, rows: Int) throws {
        let server = try serve(SandboxFault(fault))
        var peer = try Peer(server)
        peer.send(Peer.post("running"))
        #expect(peer.receive().ending == .reset)
        #expect(server.deployments.count == rows)
        #expect(server.exchanges.map(\.isProcessed) == [rows == 1])
    }

    @Test("a request can be cut at once and processed later")
    func cutLate() throws {
        var fault = SandboxFault(.cutLate)
        fault.effect.delayBefore = 60
        let server = try serve(fault)
        var peer = try Peer(server)
        peer.send(Peer.post("running"))
        #expect(peer.receive().ending == .reset)
        #expect(try server.wait { $0.deployments.count == 1 })
        #expect(server.exchanges.map(\.status) == [201])
    }

    @Test("a request whose peer has gone is processed all the same")
    func peerGone() throws {
        let server = try serve(SandboxFault(SandboxFault.Effect { $0.delayBefore = 60 }))
        do {
            let peer = try Peer(server)
            peer.send(Peer.post("running"))
        }
        #expect(try server.wait { $0.deployments.count == 1 })
    }

    @Test("a delay before hides the row meanwhile, a delay after shows it")
    func delays() throws {
        let server = try serve(SandboxFault(SandboxFault.Effect { $0.delayAfter = 3_600_000 }))
        server.add(SandboxFault(SandboxFault.Effect { $0.delayBefore = 3_600_000 }))
        var first = try Peer(server)
        first.send(Peer.post("running"))
        #expect(try server.wait { $0.deployments.count == 1 })
        var second = try Peer(server)
        second.send(Peer.post("running"))
        #expect(try server.wait { $0.exchangeCount == 2 })
        server.stop()
        #expect(first.receive().ending == .ended(bytes: 0))
        #expect(second.receive().ending == .ended(bytes: 0))
        #expect(server.deployments.count == 1)
    }

    @Test("a truncated body ends before its length", arguments: [nil, 0, 10])
    func truncated(kept: Int?) throws {
        var fault = SandboxFault(.truncated)
        fault.effect.delivery = .truncated(bytes: kept)
        let server = try serve(fault)
        var peer = try Peer(server)
        peer.send(Peer.post("running"))
        guard case .ended(let bytes) = peer.receive().ending else {
            Issue.record("the connection did not end")
            return
        }
        let text = String(decoding: peer.received, as: UTF8.self)
        let head = try #require(text.firstRange(of: "\r\n\r\n"))
        let length = text.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
            .flatMap { Int($0.dropFirst(16)) }
        let body = bytes - text[..<head.upperBound].utf8.count
        #expect(body == kept ?? (length ?? 0) / 2)
        #expect(server.deployments.count == 1)
    }

    @Test("a slow body comes piece by piece")
    func slow() throws {
        var fault = SandboxFault(.slow)
        fault.effect.delivery = .slow(bytes: 3, everyMilliseconds: 3_600_000)
        let server = try serve(fault)
        var peer = try Peer(server)
        peer.send(Peer.get("/api/v4/version"))
        #expect(try server.wait { $0.exchanges.first?.status == 200 })
        server.stop()
        guard case .ended = peer.receive().ending else {
            Issue.record("the connection did not end")
            return
        }
        #expect(String(decoding: peer.received, as: UTF8.self).hasSuffix("\r\n\r\n{\"v"))
    }

    @Test("a slow body comes whole in the end, and the connection goes on")
    func slowToTheEnd() throws {
        var fault = SandboxFault(.slow)
        fault.effect.delivery = .slow(bytes: 5, everyMilliseconds: 1)
        let server = try serve(fault)
        var peer = try Peer(server)
        peer.send(Peer.get("/api/v4/version") + Peer.get("/api/v4/user"))
        #expect(peer.answer().json?["version"]?.string == "18.6.1-ee")
        #expect(peer.answer().json?["username"]?.string == "deployment-relay")
    }

    @Test(
        "a hanging request holds its connection only",
        arguments: [(PreparedFault.hang, 0), (.hangAfter, 1)]
    )
    func hang(fault: PreparedFault, rows: Int) throws {
        let server = try serve(SandboxFault(fault))
        var hung = try Peer(server)
        hung.send(Peer.post("running") + Peer.get("/api/v4/version"))
        #expect(try server.wait { $0.exchanges.first?.answeredAt != nil })
        #expect(server.deployments.count == rows)
        var other = try Peer(server)
        other.send(Peer.get("/api/v4/version"))
        #expect(other.answer().status == 200)
        #expect(server.exchanges.count == 2)
        server.stop()
        #expect(hung.receive().ending == .ended(bytes: 0))
    }

    @Test("a fault of one's own says what it is told to")
    func custom() throws {
        let response = HTTPResponse(
            status: 503,
            fields: [("Retry-After", "7"), ("Content-Type", "text/plain")],
            body: Array("busy".utf8)
        )
        let server = try serve(
            SandboxFault(SandboxFault.Effect { $0.replacement = .response(response) })
        )
        var peer = try Peer(server)
        peer.send(Peer.post("running"))
        let answer = peer.answer()
        #expect("\(answer)" == "503 busy")
        #expect(answer["Retry-After"] == "7")
        #expect(server.deployments.count == 1)
    }
}
