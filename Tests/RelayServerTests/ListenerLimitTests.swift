import Testing

/// What slow, silent and greedy peers may hold, and for how long.
@Suite("Limits of the listener", .serialized)
struct ListenerLimitTests {
    private static let head = "POST /hooks/deployment HTTP/1.1\r\nHost: relay.test\r\n"

    @Test("a sender that sends byte by byte is heard, also on a kept connection")
    func byteByByte() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        for environment in ["a", "b"] {
            for byte in request(body: flat(environment)).utf8 { peer.send([byte]) }
            let seen = peer.read { $0.contains("\"status\":\"success\"") }
            #expect(seen.hasPrefix("HTTP/1.1 202"), "\(seen)")
        }
    }

    @Test("a head, a body and a silent connection have time limits, and say which")
    func timeLimits() throws {
        let server = try RunningServer(
            "{\"limits\": {\"headSeconds\": 1, \"bodySeconds\": 1, \"answerSeconds\": 1}}"
        )
        let silent = try RawPeer(server.hooks)
        let head = try RawPeer(server.hooks)
        head.send("GET /livez HTT")
        let body = try RawPeer(server.hooks)
        body.send(Self.head + "Content-Length: 10\r\n\r\n{")
        let chunks = try RawPeer(server.hooks)
        chunks.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n5\r\n")
        #expect(silent.read() == "")
        let late = head.read()
        #expect(late.hasPrefix("HTTP/1.1 408"), "\(late)")
        #expect(late.contains("limits.headSeconds"))
        for seen in [body.read(), chunks.read()] {
            #expect(seen.hasPrefix("HTTP/1.1 408"), "\(seen)")
            #expect(seen.contains("limits.bodySeconds"), "\(seen)")
        }
        let told = try server.logLines("request-refused")
        #expect(told.count { $0.contains("\"status\":408") } == 3, "\(told)")
    }

    @Test("a body that trickles is given up although bodySeconds have not passed")
    func pace() throws {
        let server = try RunningServer(
            "{\"limits\": {\"bodySeconds\": 3600, \"bodyBytesPerSecond\": 1000}}"
        )
        let peer = try RawPeer(server.hooks)
        peer.send(Self.head + "Content-Length: 100000\r\n\r\n{")
        let seen = peer.read()
        #expect(seen.hasPrefix("HTTP/1.1 408"), "\(seen)")
        #expect(seen.contains("limits.bodyBytesPerSecond"), "\(seen)")
    }

    @Test("empty lines do not keep a connection that asks for nothing")
    func emptyLines() throws {
        let server = try RunningServer("{\"limits\": {\"headSeconds\": 1}}")
        let peer = try RawPeer(server.hooks)
        // The time runs from the connection's first moment, whatever blank it sends.
        var rounds = 0
        while peer.send("\r\n") > 0, rounds < 400 {
            rounds += 1
            if peer.hasEnded(within: 50) { break }
        }
        #expect(rounds < 400)
    }

    @Test("a peer that does not read its answers is closed, and holds up nobody")
    func unread() throws {
        let server = try RunningServer("{\"limits\": {\"answerSeconds\": 1}}")
        let greedy = try RawPeer(server.admin)
        // More answers than any socket's buffers hold.
        let many = String(repeating: request("GET", "/console.js"), count: 2000)
        greedy.send(many)
        let other = try RawPeer(server.hooks)
        other.send(request("GET", "/livez", "Connection: close\r\n"))
        #expect(other.read().hasPrefix("HTTP/1.1 200"))
        // Beside it somebody who has nothing to say: something to wait at.
        let silent = try RawPeer(server.hooks)
        var told: [String] = []
        for _ in 0..<400 where told.isEmpty {
            _ = silent.hasEnded(within: 50)
            told = try server.logLines("request-refused")
        }
        #expect(told.count == 1)
        #expect(told.first?.contains("limits.answerSeconds") == true, "\(told)")
    }

    @Test("peers that cut in the middle of a request or an answer leave nothing behind")
    func cuts() throws {
        let server = try RunningServer()
        for piece in ["", "GET /li", Self.head + "Content-Length: 100\r\n\r\n{"] {
            for _ in 0..<20 {
                let peer = try RawPeer(server.hooks)
                peer.send(piece)
                peer.cutAtEnd()
            }
        }
        for _ in 0..<20 {
            let peer = try RawPeer(server.admin)
            peer.send(String(repeating: request("GET", "/console.js"), count: 50))
            peer.cutAtEnd()
        }
        let open = try server.metric("process_open_fds") ?? 0
        for _ in 0..<20 {
            let peer = try RawPeer(server.hooks)
            peer.send(request("GET", "/livez", "Connection: close\r\n"))
            #expect(peer.read().hasPrefix("HTTP/1.1 200"))
        }
        #expect(try server.metric("process_open_fds") ?? .infinity < open + 20)
    }

    @Test("at the limit the peer with most connections gives way, not the others")
    func fairEviction() throws {
        let server = try RunningServer("{\"limits\": {\"connections\": 10}}")
        let quiet = try (0..<2).map { _ in Peer(try RawPeer(server.hooks, from: "127.0.0.2")) }
        for peer in quiet { #expect(peer.asks()) }
        // One peer wants them all, and more; half of its connections are at a request.
        let greedy = try (0..<40).map { number in
            let peer = Peer(try RawPeer(server.hooks, from: "127.0.0.3"))
            if number.isMultiple(of: 2) { peer.raw.send("GET /livez HTT") }
            return peer
        }
        #expect(quiet.allSatisfy { $0.asks() })
        let third = Peer(try RawPeer(server.hooks, from: "127.0.0.4"))
        #expect(third.asks())
        #expect(greedy.count { $0.asks() } <= 8)
        #expect(quiet.allSatisfy { $0.asks() })
    }

    @Test("a peer whose connections are all at work makes room for others, and hears why")
    func busyEviction() throws {
        let server = try RunningServer("{\"limits\": {\"connections\": 4}}")
        let slow = try (0..<4).map { _ in
            let peer = Peer(try RawPeer(server.hooks, from: "127.0.0.3"))
            peer.raw.send(Self.head + "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n")
            _ = peer.raw.read { $0.contains("100 Continue") }
            return peer
        }
        #expect(try Peer(RawPeer(server.hooks, from: "127.0.0.2")).asks())
        // The one that has been at it for longest.
        let seen = slow[0].raw.read()
        #expect(seen.contains("503"), "\(seen)")
        #expect(seen.contains("limits.connections"), "\(seen)")
        let told = try server.logLines("request-refused")
        #expect(told.first?.contains("\"peer\":\"127.0.0.3:") == true, "\(told)")
    }

    @Test("bodies whose signature is unchecked fill at most half of the memory for bodies")
    func unprovenBodies() throws {
        let server = try RunningServer(
            """
            {"limits": {"bodyBytes": 8000, "bodyMemoryBytes": 20000},
            "hooks": {"deployment": {"source": "flat", "credentials": [{"tokenFile": "token"}]}}}
            """
        )
        let signed = "X-Hub-Signature-256: sha256=00\r\nContent-Length: 7000\r\n"
        let waits = "Expect: 100-continue\r\n\r\n"
        let first = try RawPeer(server.hooks)
        first.send(Self.head + signed + waits)
        #expect(first.read { $0.contains("\r\n\r\n") }.contains("100 Continue"))
        let second = try RawPeer(server.hooks)
        second.send(Self.head + signed + waits)
        let seen = second.read()
        #expect(seen.hasPrefix("HTTP/1.1 503"), "\(seen)")
        #expect(seen.contains("half of limits.bodyMemoryBytes"), "\(seen)")
        let known = try RawPeer(server.hooks)
        known.send(
            Self.head + "Authorization: Bearer sesame\r\nContent-Length: 7000\r\n" + waits
        )
        #expect(known.read { $0.contains("\r\n\r\n") }.contains("100 Continue"))
    }

    @Test("100 Continue comes behind the answers that are owed before it")
    func continueInOrder() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        let second = request(
            "POST",
            "/hooks/deployment",
            "Expect: 100-continue\r\n",
            body: flat("b")
        )
        peer.send(request(body: flat("a")) + second.dropLast(flat("b").count))
        let seen = peer.read { $0.contains("100 Continue\r\n\r\n") }
        #expect(seen.hasPrefix("HTTP/1.1 202"), "\(seen)")
        peer.send(flat("b"))
        #expect(peer.read { $0.contains("HTTP/1.1 202") }.hasPrefix("HTTP/1.1 202"))
    }

    /// A connection that can stand in a list.
    final class Peer {
        let raw: RawPeer

        init(_ raw: consuming RawPeer) { self.raw = raw }

        /// Whether a request on it is answered.
        func asks() -> Bool {
            raw.send(request("GET", "/livez"))
            return raw.read { $0.hasSuffix("ok\n") }.contains("200 OK")
        }
    }
}
