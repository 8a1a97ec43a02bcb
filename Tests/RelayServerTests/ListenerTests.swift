import GitLabSandbox
import Testing

/// The listener as peers meet it: order, limits, closing, reloads in between.
@Suite("Listener", .serialized)
struct ListenerTests {
    @Test("a thousand pipelined requests are answered, in order, by a peer that reads late")
    func pipelining() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        let many = String(repeating: request("GET", "/livez"), count: 999)
        peer.send(many + request("GET", "/nowhere", "Connection: close\r\n"))
        let seen = peer.read()
        #expect(seen.split(separator: "HTTP/1.1 ").count == 1000)
        #expect(seen.count(of: "HTTP/1.1 200 OK") == 999)
        #expect(seen.split(separator: "HTTP/1.1 ").last?.hasPrefix("404") == true)
    }

    @Test("a peer that ends its side behind many requests is answered all of them, then closed")
    func halfClosed() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        let many = String(repeating: request("GET", "/livez"), count: 1000)
        peer.send(many + "GET /livez HTT")
        peer.endSending()
        #expect(peer.read().count(of: "HTTP/1.1 200 OK") == 1000)
    }

    @Test("after Connection: close nothing more is served")
    func closing() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        peer.send(request("GET", "/livez", "Connection: close\r\n") + request("GET", "/livez"))
        #expect(peer.read().count(of: "HTTP/1.1 200 OK") == 1)
    }

    @Test("a HEAD that is refused gets no body, and the connection stays in step")
    func head() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        peer.send(request("HEAD", "/nowhere"))
        peer.send(request("GET", "/livez", "Connection: close\r\n"))
        let seen = peer.read()
        #expect(seen.count(of: "HTTP/1.1 404") == 1)
        #expect(seen.contains("\r\n\r\nHTTP/1.1 200 OK"), "\(seen)")
    }

    @Test("100 Continue is followed by the answer, also when the connection is to be closed")
    func continued() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        let body = flat("a")
        let fields = "Expect: 100-continue\r\nConnection: close\r\n"
        let head = request("POST", "/hooks/deployment", fields, body: body).dropLast(body.count)
        peer.send(String(head))
        let first = peer.read { $0.contains("100 Continue\r\n\r\n") }
        #expect(first.contains("100 Continue"))
        peer.send(body)
        #expect(peer.read().contains("202 Accepted"))
    }

    @Test("a request pipelined behind one that waits is accepted as soon as that is answered")
    func behindWaiting() throws {
        let server = try RunningServer()
        let peer = try RawPeer(server.hooks)
        let waiting = request("POST", "/hooks/deployment", "Prefer: wait=20\r\n", body: flat("a"))
        let last = request("POST", "/hooks/deployment", "Connection: close\r\n", body: flat("b"))
        peer.send(waiting + last)
        let seen = peer.read()
        #expect(seen.contains("HTTP/1.1 201 Created"), "\(seen)")
        #expect(seen.contains("HTTP/1.1 202 Accepted"), "\(seen)")
    }

    @Test("bodies that are announced together beyond bodyMemoryBytes are 503 at their heads")
    func bodyMemory() throws {
        let server = try RunningServer(
            "{\"limits\": {\"bodyBytes\": 8000, \"bodyMemoryBytes\": 10000}}"
        )
        let first = try RawPeer(server.hooks)
        let head = "POST /hooks/deployment HTTP/1.1\r\nHost: relay.test\r\nContent-Length: 7000\r\n"
        first.send(head + "Expect: 100-continue\r\n\r\n")
        _ = first.read { $0.contains("100 Continue\r\n\r\n") }
        let second = try RawPeer(server.hooks)
        second.send(head + "\r\n")
        #expect(second.read().contains("503 Service Unavailable"))
        // Room is given back with the connection.
        first.send(String(repeating: " ", count: 7000))
        #expect(first.read { $0.contains("HTTP/1.1 400") }.contains("HTTP/1.1 400"))
        let third = try RawPeer(server.hooks)
        third.send(head + "Expect: 100-continue\r\n\r\n")
        #expect(third.read { $0.contains("\r\n\r\n") }.contains("100 Continue"))
    }

    @Test("a hook that a reload takes away while its body is under way is 404, and nothing ends")
    func reloadedAway() throws {
        let server = try RunningServer("{\"hooks\": {\"mine\": {\"source\": \"flat\"}}}")
        let peer = try RawPeer(server.hooks)
        let body = flat("a")
        let fields = "Expect: 100-continue\r\nConnection: close\r\n"
        peer.send(String(request("POST", "/hooks/mine", fields, body: body).dropLast(body.count)))
        _ = peer.read { $0.contains("100 Continue\r\n\r\n") }
        try server.configure("{}")
        // The new configuration is in force once the hook is unknown at the head, too.
        var isGone = false
        for _ in 0..<200 where !isGone {
            let asking = try RawPeer(server.hooks)
            asking.send(request("POST", "/hooks/mine", "Connection: close\r\n", body: "{}"))
            isGone = asking.read().contains("HTTP/1.1 404")
        }
        #expect(isGone)
        peer.send(body)
        #expect(peer.read().contains("HTTP/1.1 404"))
        let other = try RawPeer(server.hooks)
        other.send(request("GET", "/livez", "Connection: close\r\n"))
        #expect(other.read().contains("200 OK"))
    }

    @Test("who waits for what is held already hears at once what to mend")
    func heldAlready() throws {
        let server = try RunningServer()
        server.sandbox.withSandbox { sandbox in
            sandbox.changeToken("glpat-test") { $0.state = .expired }
        }
        for environment in ["a", "b"] {
            let peer = try RawPeer(server.hooks)
            let fields = "Prefer: wait=20\r\nConnection: close\r\n"
            peer.send(request("POST", "/hooks/deployment", fields, body: flat(environment)))
            let seen = peer.read()
            #expect(seen.contains("\"state\":\"held\""), "\(seen)")
            #expect(seen.contains("\"hint\""), "\(seen)")
        }
    }

    @Test("the admin address tells its refusals in its own form")
    func adminRefusals() throws {
        let server = try RunningServer()
        for (method, path, status) in [
            ("GET", "/api/nothing", "404"), ("GET", "/api/deliveries/1/drop", "405"),
            ("POST", "/api/deliveries/1/drop", "403"), ("GET", "/api/deliveries?state=x", "400"),
        ] {
            let peer = try RawPeer(server.admin)
            peer.send(request(method, path, "Connection: close\r\n"))
            let seen = peer.read()
            #expect(seen.hasPrefix("HTTP/1.1 \(status)"), "\(seen)")
            #expect(seen.contains("{\"error\":"), "\(seen)")
            #expect(seen.contains("\"hint\":"), "\(seen)")
        }
    }
}
