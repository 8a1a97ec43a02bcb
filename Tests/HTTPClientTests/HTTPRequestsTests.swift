import HTTPClient
import POSIX
import Testing

/// What came of a request.
typealias Outcome = Result<HTTPClientAnswer, HTTPClientFailure>

extension HTTPRequests {
    /// Runs until all requests under way have ended, and gives what came of each by its id.
    mutating func finish() throws -> [UInt64: Outcome] {
        var outcomes: [UInt64: Outcome] = [:]
        let deadline = Clock.monotonic() + 60_000
        while inFlight > 0 {
            guard Clock.monotonic() < deadline else { throw TookTooLong() }
            wait(milliseconds: 1000, doorbell: -1) { outcomes[$0] = $1 }
        }
        return outcomes
    }

    mutating func ask(_ request: HTTPClientRequest) throws -> Outcome {
        start(request)
        return try #require(try finish()[request.id])
    }
}

struct TookTooLong: Error {}

func client(_ connections: Int = 4) -> HTTPRequests {
    HTTPRequests(connectionsPerHost: connections, userAgent: "tests/1")
}

func post(_ url: String, _ body: String, id: UInt64 = 1, timeout: Int = 20_000) -> HTTPClientRequest
{
    HTTPClientRequest(
        id: id,
        method: "POST",
        url: url,
        fields: [("Content-Type", Array("application/json".utf8))],
        body: Array(body.utf8),
        timeoutMilliseconds: timeout
    )
}

func get(_ url: String, id: UInt64 = 1) -> HTTPClientRequest {
    HTTPClientRequest(id: id, method: "GET", url: url, timeoutMilliseconds: 20_000)
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite("HTTP client")
struct HTTPRequestsTests {
    @Test("what is asked arrives as it was written, and what is answered comes back")
    func exchange() throws {
        let server = try ScriptedServer { _ in
            .answer(answer(201, "{\"id\":1}", "RateLimit-Remaining:  7 ", "X: a", "x: b"))
        }
        var client = client()
        var request = post("\(server.url)/api/v4/projects/1/deployments?a=b", "{\"sha\":\"é\"}")
        request.fields.append(("PRIVATE-TOKEN", Array("glpat-x".utf8)))
        request.fields.append(("X-Empty", []))
        let outcome = try client.ask(request).get()
        #expect(outcome.status == 201)
        #expect(text(outcome.body) == "{\"id\":1}")
        #expect(!outcome.isTruncated)
        #expect(
            outcome.fields.map { "\($0.name)=\($0.value)" } == [
                "Content-Length=8", "RateLimit-Remaining=7", "X=a", "x=b",
            ]
        )
        let seen = try #require(server.requests.first)
        #expect(seen.line == "POST /api/v4/projects/1/deployments?a=b HTTP/1.1")
        #expect(seen.body == "{\"sha\":\"é\"}")
        for field in [
            "Content-Type: application/json", "PRIVATE-TOKEN: glpat-x", "X-Empty:",
            "User-Agent: tests/1",
            "Content-Length: 12", "Host: \(server.address)",
        ] {
            #expect(seen.fields.contains(field), "\(seen.fields)")
        }
        #expect(!seen.text.contains("Expect"))
        client.close()
    }

    @Test(
        "each method says what it is and how long its body is",
        arguments: [
            ("GET", nil, nil), ("HEAD", nil, nil), ("POST", nil, "0"), ("PUT", "x", "1"),
            ("DELETE", nil, "0"),
            ("GET", "q", "1"), ("PATCH", "", "0"),
        ] as [(String, String?, String?)]
    )
    func methods(method: String, body: String?, length: String?) throws {
        let server = try ScriptedServer {
            $0.line.hasPrefix("HEAD")
                ? .answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                : .answer(answer(200, "hello"))
        }
        var client = client()
        let request = HTTPClientRequest(
            id: 1,
            method: method,
            url: server.url,
            body: body.map { Array($0.utf8) },
            timeoutMilliseconds: 20_000
        )
        let outcome = try client.ask(request).get()
        #expect(text(outcome.body) == (method == "HEAD" ? "" : "hello"))
        let seen = try #require(server.requests.first)
        #expect(seen.line == "\(method) / HTTP/1.1")
        let lengths = seen.fields.filter { $0.hasPrefix("Content-Length: ") }
        #expect(lengths == (length.map { ["Content-Length: \($0)"] } ?? []))
        #expect(!seen.fields.contains { $0.hasPrefix("Content-Type") }, "nobody said what it is")
        client.close()
    }

    @Test("a connection is used again, by one client and never by two requests at once")
    func reuse() throws {
        let server = try ScriptedServer { _ in .answer(answer(200, "ok")) }
        var client = client()
        for id in 1...5 { _ = try client.ask(post(server.url, "\(id)", id: UInt64(id))).get() }
        #expect(server.connections == 1)
        #expect(server.requests.map(\.body) == ["1", "2", "3", "4", "5"])
        client.close()
    }

    @Test("many requests at once share the connections that a host may have")
    func many() throws {
        let server = try ScriptedServer { .answer(answer(200, $0.body)) }
        var client = client(3)
        for id in 0..<200 { client.start(post(server.url, "body \(id)", id: UInt64(id))) }
        #expect(client.inFlight == 200)
        let outcomes = try client.finish()
        #expect(outcomes.count == 200)
        for (id, outcome) in outcomes { #expect(try text(outcome.get().body) == "body \(id)") }
        #expect((1...3).contains(server.connections))
        #expect(client.inFlight == 0)
        client.close()
    }

    @Test("each request is asked in its own manner, whatever the one before was")
    func manners() throws {
        let server = try ScriptedServer { _ in .answer(answer(200, "ok")) }
        let other = try ScriptedServer { _ in .answer(answer(200, "ok")) }
        var client = client()
        let large = String(repeating: "x", count: 100_000)
        let rows: [(method: String, body: String?, token: String)] = [
            ("GET", nil, "a"), ("POST", large, "a"), ("POST", "small", "a"), ("POST", "b", "b"),
            ("GET", nil, "b"), ("POST", nil, "b"), ("PUT", "{}", "a"), ("PUT", "", "a"),
            ("DELETE", nil, "a"), ("GET", nil, "a"), ("POST", "{}", "a"),
        ]
        for (method, body, token) in rows {
            for server in [server, other, server] {
                var request = get("\(server.url)/\(method)")
                (request.method, request.body) = (method, body.map { Array($0.utf8) })
                request.fields = [("PRIVATE-TOKEN", Array(token.utf8))]
                _ = try client.ask(request).get()
                let seen = try #require(server.requests.last)
                #expect(seen.line == "\(method) /\(method) HTTP/1.1")
                #expect(seen.body == body ?? "")
                #expect(
                    seen.fields.filter { $0.hasPrefix("PRIVATE-TOKEN") } == [
                        "PRIVATE-TOKEN: \(token)"
                    ]
                )
                let lengths = seen.fields.filter { $0.hasPrefix("Content-Length") }
                let length = body?.utf8.count ?? (method == "GET" ? nil : 0)
                #expect(lengths == (length.map { ["Content-Length: \($0)"] } ?? []))
            }
        }
        client.close()
    }

    @Test("a redirect is an answer like any other", arguments: [301, 302, 307, 308])
    func redirects(status: Int) throws {
        let server = try ScriptedServer { _ in .answer(answer(status, "", "Location: /elsewhere")) }
        var client = client()
        #expect(try client.ask(post(server.url, "x")).get().status == status)
        #expect(server.requests.count == 1)
        client.close()
    }

    @Test(
        "a redirect leads the token nowhere: no other host, port, scheme or path is asked",
        arguments: [301, 302, 303, 307, 308]
    )
    func redirectedToken(status: Int) throws {
        let other = try ScriptedServer { _ in .answer(answer(200)) }
        for place in [other.url, "//\(other.address)/x", "https://\(other.address)/", "/x"] {
            let server = try ScriptedServer { _ in
                .answer(answer(status, "", "Location: \(place)"))
            }
            var client = client()
            for method in ["GET", "POST"] {
                var request = post(server.url, "x")
                request.method = method
                request.fields.append(("PRIVATE-TOKEN", Array("glpat-secret".utf8)))
                #expect(try client.ask(request).get().status == status)
            }
            client.close()
            #expect(server.requests.count == 2)
        }
        #expect(other.connections == 0)
    }

    @Test("a hundred interim answers are passed over, the last head counts")
    func interim() throws {
        let interim = String(repeating: "HTTP/1.1 103 Early Hints\r\nX: early\r\n\r\n", count: 100)
        let server = try ScriptedServer { _ in .answer(interim + answer(200, "ok", "X: last")) }
        var client = client()
        let outcome = try client.ask(get(server.url)).get()
        #expect(outcome.status == 200)
        #expect(outcome.fields.map(\.value) == ["2", "last"])
        client.close()
    }

    @Test("trailers are no fields")
    func trailers() throws {
        let server = try ScriptedServer { _ in
            .answer(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n2\r\nok\r\n0\r\nX: 2\r\n\r\n"
            )
        }
        var client = client()
        let outcome = try client.ask(get(server.url)).get()
        #expect(text(outcome.body) == "ok")
        #expect(outcome.fields.filter { $0.name == "X" }.map(\.value) == ["1"])
        client.close()
    }

    @Test(
        "an answer longer than the limit is cut and says so",
        arguments: [(9, true), (10, false), (0, true)]
    )
    func answerLimit(limit: Int, isTruncated: Bool) throws {
        let server = try ScriptedServer { _ in .answer(answer(200, "0123456789")) }
        var client = client()
        var request = get(server.url)
        request.answerLimit = limit
        let outcome = try client.ask(request).get()
        #expect(text(outcome.body) == String("0123456789".prefix(limit)))
        #expect(outcome.isTruncated == isTruncated)
        client.close()
    }

    @Test("neither a field nor a method can add a line")
    func injection() throws {
        let server = try ScriptedServer { _ in .answer(answer(200)) }
        var client = client()
        var request = get(server.url)
        request.fields = [
            ("X-A", Array("1\r\nX-Evil: 2\n\nGET /evil HTTP/1.1\r\n\r\n\0".utf8)),
            ("X-B\r\nX-Evil", [0x33]),
        ]
        _ = try client.ask(request).get()
        let seen = try #require(server.requests.first)
        #expect(!seen.fields.contains { $0.hasPrefix("X-Evil") })
        #expect(server.requests.count == 1)
        for method in ["GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET", "", "get", "GÉT", "G T"] {
            request.method = method
            let failure = #expect(throws: HTTPClientFailure.self) { try client.ask(request).get() }
            #expect(failure?.kind == .notSent)
        }
        for path in ["/a\r\nX-Evil: 1", "/a b"] {
            request.method = "GET"
            request.url = server.url + path
            if case .success = try client.ask(request) {
                #expect(!server.requests.contains { $0.fields.contains { $0.hasPrefix("X-Evil") } })
            }
        }
        client.close()
    }

    @Test("a doorbell ends the wait, with and without requests under way")
    func doorbell() throws {
        let mailbox = try Mailbox<Int>(capacity: 10)
        let server = try ScriptedServer { _ in .silence }
        var client = client()
        for round in 0..<2 {
            if round == 1 { client.start(get(server.url)) }
            #expect(mailbox.put(round))
            // Without the doorbell this would take ten minutes.
            let deadline = Clock.monotonic() + 60_000
            var messages: [Int] = []
            while messages.isEmpty, Clock.monotonic() < deadline {
                client.wait(milliseconds: 600_000, doorbell: mailbox.doorbell.number) { _, _ in }
                messages = mailbox.takeAll()
            }
            #expect(messages == [round])
        }
        #expect(client.inFlight == 1)
        client.close()
    }

    @Test("a client that is closed with requests under way leaves no connection behind")
    func closes() throws {
        let server = try ScriptedServer { _ in .silence }
        var client = client()
        for id in 0..<4 { client.start(get(server.url, id: UInt64(id))) }
        let deadline = Clock.monotonic() + 60_000
        while server.requests.count < 4, Clock.monotonic() < deadline {
            client.wait(milliseconds: 10, doorbell: -1) { _, _ in }
        }
        #expect(server.requests.count == 4)
        client.close()
    }
}
