import Foundation
import HTTPClient
import Testing

@Suite("Proxies of the HTTP client")
struct ProxyTests {
    /// In a process of its own, since the variables are the process's.
    @Test("the usual variables name the proxy, but loopback is never proxied")
    func variables() async {
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedServer { _ in .answer(answer(200, "by proxy")) }
            let server = try ScriptedServer { _ in .answer(answer(200, "directly")) }
            setenv("http_proxy", proxy.url, 1)
            setenv("no_proxy", "other.invalid", 1)
            var client = client()
            let direct = try client.ask(get(server.url, id: 1)).get()
            let proxied = try client.ask(get("http://gitlab.invalid/api", id: 2)).get()
            let lookAlike = try client.ask(get("http://127.0.0.1.invalid/", id: 3)).get()
            let exempt = try client.ask(get("http://other.invalid/", id: 4))
            client.close()
            #expect(text(direct.body) == "directly")
            #expect(text(proxied.body) == "by proxy")
            #expect(text(lookAlike.body) == "by proxy")
            #expect(throws: HTTPClientFailure.self) { try exempt.get() }
            #expect(
                proxy.requests.map(\.line) == [
                    "GET http://gitlab.invalid/api HTTP/1.1",
                    "GET http://127.0.0.1.invalid/ HTTP/1.1",
                ]
            )
        }
    }

    @Test("a proxy on the way to TLS gets no token, and its own password stands in no error")
    func tunnel() async {
        await #expect(processExitsWith: .success) {
            let proxy = try ScriptedServer { _ in .answer(answer(403, "no")) }
            setenv("https_proxy", "http://user:proxy-secret@\(proxy.address)", 1)
            setenv("no_proxy", "direct.invalid", 1)
            var client = client()
            for host in ["gitlab.invalid", "direct.invalid"] {
                var request = get("https://\(host)/api")
                request.fields = [("PRIVATE-TOKEN", Array("glpat-secret".utf8))]
                let failure = try #require(throws: HTTPClientFailure.self) {
                    try client.ask(request).get()
                }
                #expect(failure.kind == .notSent)
                #expect(!failure.message.contains("secret"), "\(failure)")
            }
            client.close()
            #expect(proxy.requests.map(\.line) == ["CONNECT gitlab.invalid:443 HTTP/1.1"])
            let seen = try #require(proxy.requests.first).text
            #expect(!seen.contains("glpat") && !seen.contains("PRIVATE-TOKEN"), "\(seen)")
            #expect(seen.contains("Proxy-Authorization: Basic"))
        }
    }
}
