import HTTPClient
import POSIX
import Testing

/// A failure says whether the peer may have acted on the request: what a look-up depends on.
@Suite("HTTP client failures")
struct FailureTests {
    private func failure(_ outcome: Outcome) throws -> HTTPClientFailure {
        try #require(throws: HTTPClientFailure.self) { try outcome.get() }
    }

    /// A port where nobody listens.
    private func freePort() throws -> String {
        "http://\(try ListeningSocket(SocketAddress("127.0.0.1:0")).address)"
    }

    @Test("a refused connection was not sent, and the words name the address")
    func refused() throws {
        var client = client()
        let url = try freePort()
        let failure = try failure(client.ask(post(url, "x")))
        #expect(failure.kind == .notSent)
        #expect(failure.description.contains("127.0.0.1"), "\(failure)")
        client.close()
    }

    @Test(
        "what libcurl refuses was not sent, and is told by the next wait",
        arguments: [
            "", "http://", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/",
            "http://a b/", "http://name.invalid/",
        ]
    )
    func nonsense(url: String) throws {
        var client = client()
        let failure = try failure(client.ask(post(url, "x")))
        #expect(failure.kind == .notSent)
        client.close()
    }

    @Test("a reset in the middle of an answer is uncertain")
    func reset() throws {
        for reply in [
            "", "HTTP/1.1 201 Cre", "HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{\"id\":",
        ] {
            let server = try ScriptedServer { _ in .cut(reply) }
            var client = client()
            let failure = try failure(client.ask(post(server.url, "x")))
            #expect(failure.kind == .uncertain)
            #expect(server.requests.count == 1)
            client.close()
        }
    }

    @Test("an answer that ends too early is uncertain and no answer")
    func truncated() throws {
        for reply in [
            "", "HTTP/1.1 201 Crea", "HTTP/1.1 201 Created\r\n",
            "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n",
            "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\n1234",
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
            "SMTP ready\r\n\r\n",
        ] {
            let server = try ScriptedServer { _ in .answerAndClose(reply) }
            var client = client()
            let failure = try failure(client.ask(post(server.url, "x")))
            #expect(failure.kind == .uncertain, "\(reply)")
            client.close()
        }
    }

    @Test("a peer that never answers is uncertain once the time is over")
    func timeout() throws {
        let server = try ScriptedServer { _ in .silence }
        var client = client()
        let failure = try failure(client.ask(post(server.url, "x", timeout: 200)))
        #expect(failure.kind == .uncertain)
        #expect(failure.milliseconds >= 150)
        client.close()
    }

    @Test("a request waits for one of the host's connections, behind one that hangs")
    func waits() throws {
        let server = try ScriptedServer { $0.body == "first" ? .silence : .answer(answer(201)) }
        var client = client(1)
        client.start(post(server.url, "first", id: 1, timeout: 300))
        client.start(post(server.url, "second", id: 2))
        let outcomes = try client.finish()
        #expect(try failure(#require(outcomes[1])).kind == .uncertain)
        #expect(try #require(outcomes[2]).get().status == 201)
        client.close()
    }

    @Test("a peer that hangs holds up nobody who has a connection of his own")
    func hanging() throws {
        let server = try ScriptedServer { $0.body == "hang" ? .silence : .answer(answer(201)) }
        var client = client(2)
        client.start(post(server.url, "hang", id: 1, timeout: 60_000))
        for id in 2...5 { client.start(post(server.url, "go", id: UInt64(id))) }
        var done: [UInt64] = []
        let deadline = Clock.monotonic() + 30_000
        while done.count < 4, Clock.monotonic() < deadline {
            client.wait(milliseconds: 1000, doorbell: -1) { id, _ in done.append(id) }
        }
        #expect(done.sorted() == [2, 3, 4, 5])
        client.close()
    }

    @Test("a write is never sent again by itself when a kept connection dies under it")
    func sentOnce() throws {
        let server = try ScriptedServer { request in
            request.body == "first" ? .answer(answer(201)) : .answerAndClose("")
        }
        var client = client()
        _ = try client.ask(post(server.url, "first", id: 1)).get()
        let failure = try failure(client.ask(post(server.url, "second", id: 2)))
        #expect(failure.kind == .uncertain)
        #expect(failure.description.contains("without an answer"), "\(failure)")
        #expect(server.requests.map(\.body) == ["first", "second"])
        client.close()
    }

    @Test("a look is asked again when a kept connection dies under it")
    func readAgain() throws {
        let server = try ScriptedServer { request in
            request.connection == 0 && request.line.contains("second")
                ? .answerAndClose("") : .answer(answer(200, "ok"))
        }
        var client = client()
        _ = try client.ask(get("\(server.url)/first", id: 1)).get()
        #expect(try client.ask(get("\(server.url)/second", id: 2)).get().status == 200)
        #expect(server.requests.count == 3)
        client.close()
    }

    @Test("connections that die under looks again and again are no reason to give up")
    func readAgainAndAgain() throws {
        // libcurl gives up a handle's sixth; each of these is the first of its own request.
        let server = try ScriptedServer { request in
            request.line.contains("/dies/\(request.connection + 1) ")
                ? .answerAndClose("") : .answer(answer(200, "ok"))
        }
        var client = client()
        for id in 1...8 {
            _ = try client.ask(get("\(server.url)/first", id: UInt64(id))).get()
            let again = try client.ask(get("\(server.url)/dies/\(id)", id: UInt64(id))).get()
            #expect(again.status == 200)
        }
        #expect(server.connections == 9)
        client.close()
    }

    @Test("a connection that the peer closed while it was idle is replaced")
    func idleClosed() throws {
        let server = try ScriptedServer { _ in .answerAndClose(answer(200, "ok")) }
        var client = client()
        for id in 1...3 {
            #expect(try client.ask(get(server.url, id: UInt64(id))).get().status == 200)
        }
        #expect(server.connections == 3)
        client.close()
    }

    @Test("an error never holds a secret")
    func secrets() throws {
        let server = try ScriptedServer { _ in .cut("HTTP/1.1") }
        var client = client()
        for url in [server.url, try freePort(), "ftp://x"] {
            var request = post(url, "x")
            request.fields.append(("PRIVATE-TOKEN", Array("glpat-secret".utf8)))
            let failure = try failure(client.ask(request))
            #expect(!"\(failure) \(failure.message)".contains("secret"))
        }
        client.close()
    }
}
