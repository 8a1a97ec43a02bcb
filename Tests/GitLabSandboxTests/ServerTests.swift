import Formats
import GitLabSandbox
import HTTP
import JSON
import POSIX
import Testing

@Suite("Sandbox server")
struct ServerTests {
    @Test("a connection carries one request after another")
    func keepAlive() throws {
        let server = try SandboxServer()
        var peer = try Peer(server)
        for count in 1...3 {
            peer.send(Peer.post("running"))
            #expect(peer.answer().id == count)
        }
        #expect(server.deployments.map(\.id) == [1, 2, 3])
        #expect(server.exchanges.map(\.status) == [201, 201, 201])
    }

    @Test("pipelined requests are answered in order, though the first one takes longer")
    func pipelining() throws {
        let server = try SandboxServer()
        var fault = SandboxFault(SandboxFault.Effect { $0.delayAfter = 30 })
        fault.match = SandboxFault.Match(methods: ["POST"])
        server.add(fault)
        var peer = try Peer(server)
        peer.send(
            Peer.post("running") + Peer.get("\(Driver.deployments)/1") + Peer.get("/api/v4/version")
        )
        #expect(peer.answer().status == 201)
        #expect(peer.answer().json?["status"]?.string == "running")
        #expect(peer.answer().json?["version"]?.string == "18.6.1-ee")
    }

    @Test("thousands of pipelined requests are answered", arguments: [5000])
    func manyPipelined(count: Int) throws {
        let server = try SandboxServer()
        var peer = try Peer(server)
        peer.send(String(repeating: Peer.get("/api/v4/version"), count: 50))
        var answers = 0
        for sent in 1...(count / 50) {
            for _ in 1...50 where peer.answer().status == 200 { answers += 1 }
            if sent < count / 50 {
                peer.send(String(repeating: Peer.get("/api/v4/version"), count: 50))
            }
        }
        #expect(answers == count)
    }

    @Test("a request may come byte by byte, in chunks, or after 100 Continue")
    func pieces() throws {
        let server = try SandboxServer()
        var peer = try Peer(server)
        for byte in Peer.post("running") { peer.send(String(byte)) }
        #expect(peer.answer().status == 201)
        let body = #"{"status":"success"}"#
        peer.send(
            "PUT \(Driver.deployments)/1 HTTP/1.1\r\nHost: a\r\nPRIVATE-TOKEN: glpat-sandbox\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n"
        )
        #expect(peer.answer().json?["status"]?.string == "success")
        let whole = Peer.write(
            "PUT",
            "\(Driver.deployments)/1",
            #"{"status":"failed"}"#,
            "Expect: 100-continue\r\n"
        )
        let head = whole.prefix(whole.count - #"{"status":"failed"}"#.count)
        peer.send(String(head))
        #expect(peer.answer().status == 100)
        peer.send(#"{"status":"failed"}"#)
        #expect(peer.answer().json?["status"]?.string == "failed")
    }

    @Test("Connection: close, HTTP/1.0 and a peer that has ended its side are answered, and closed")
    func closing() throws {
        let server = try SandboxServer()
        for request in [
            Peer.get("/api/v4/version", "Connection: close\r\n"),
            "GET /api/v4/version HTTP/1.0\r\nPRIVATE-TOKEN: glpat-sandbox\r\n\r\n",
        ] {
            var peer = try Peer(server)
            peer.send(request)
            let answer = peer.answer()
            #expect(answer.status == 200)
            #expect(answer["Connection"] == "close")
            #expect(peer.receive().ending == .ended(bytes: 0))
        }
        var peer = try Peer(server)
        peer.send(Peer.get("/api/v4/version"))
        peer.endWriting()
        #expect(peer.answer().status == 200)
        #expect(peer.receive().ending == .ended(bytes: 0))
    }

    @Test("what is no HTTP is refused and closed, and the server goes on")
    func nonsense() throws {
        let server = try SandboxServer()
        var peer = try Peer(server)
        peer.send("HELLO\r\n\r\n")
        #expect(peer.answer().status == 400)
        #expect(peer.receive().ending == .ended(bytes: 0))
        var next = try Peer(server)
        next.send(Peer.get("/api/v4/version"))
        #expect(next.answer().status == 200)
    }

    @Test("many peers at once each get their own row")
    func manyPeers() async throws {
        let server = try SandboxServer()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<24 {
                group.addTask {
                    var peer = try Peer(server)
                    peer.send(Peer.post("running"))
                    return peer.answer().id ?? 0
                }
            }
            var ids: [Int] = []
            for try await id in group { ids.append(id) }
            #expect(ids.sorted() == Array(1...24))
        }
    }

    @Test("times come from the clock that was given")
    func clock() throws {
        let server = try SandboxServer(clock: { 1_776_421_230_123 })
        var peer = try Peer(server)
        peer.send(Peer.post("running"))
        let answer = peer.answer()
        #expect(answer.json?["created_at"]?.string == "2026-04-17T10:20:30.123Z")
        #expect(answer["Date"] == "Fri, 17 Apr 2026 10:20:30 GMT")
    }

    @Test("after stop nobody is served, and stopping twice is fine")
    func stop() throws {
        let server = try SandboxServer()
        var peer = try Peer(server)
        peer.send(Peer.get("/api/v4/version"))
        #expect(peer.answer().status == 200)
        server.stop()
        server.stop()
        #expect(peer.receive().ending == .ended(bytes: 0))
        #expect(throws: SystemError.self) { _ = try Peer(server) }
        #expect(server.exchanges.count == 1)
    }

    @Test("an address that is taken is refused with the kernel's reason")
    func taken() throws {
        let server = try SandboxServer()
        #expect(throws: SystemError.self) { _ = try SandboxServer(listen: server.address) }
        #expect(server.url == "http://127.0.0.1:\(server.port)")
    }

    @Test("the state can be steered while it runs, and waited for")
    func steering() throws {
        let server = try SandboxServer()
        server.withSandbox { $0.changeToken("glpat-sandbox") { $0.state = .expired } }
        var peer = try Peer(server)
        peer.send(Peer.get("/api/v4/version"))
        #expect(peer.answer().status == 401)
        #expect(try server.wait { $0.exchangeCount == 1 })
        #expect(try !server.wait(upToSeconds: 0) { $0.exchangeCount == 2 })
        server.reset()
        peer.send(Peer.get("/api/v4/version"))
        #expect(peer.answer().status == 200)
    }
}
