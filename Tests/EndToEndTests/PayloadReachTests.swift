import GitLabSandbox
import JSON
import POSIX
import Testing

/// What a body can make the relay do: write to the configured GitLab, and nothing else.
@Suite("What a payload may cause", .serialized)
struct PayloadReachTests {
    static let texts = [
        "../../user", "a/../../b", "%2e%2e/%2e%2e/user", "a/b?private_token=x", "a/b#c",
        "a/b\r\nHost: evil", "a/b\u{0}c", "ä/ö…", "a/b;c", "//evil.example/x", "\\\\evil\\x",
        "a/b&environment=x", "a%2Fb/c", "a/b HTTP/1.1\r\n\r\nGET /evil",
    ]

    private static func application(_ project: String, _ decoy: String) throws -> [UInt8] {
        let fixture = try ExpectedFixtures.bytes("argocd-05-succeeded-healthy.json")
        var writer = JSONWriter()
        writer.string(project)
        let annotation = String(decoding: writer.bytes, as: UTF8.self)
        return Array(
            String(decoding: fixture, as: UTF8.self)
                .replacing("https://gitlab.kestrel.example", with: decoy)
                .replacing(
                    "\"annotations\":{\"kubectl",
                    with: "\"annotations\":{\"deployment-relay/project\":\(annotation),"
                        + "\"deployment-relay/external-url\":\"\(decoy)/x\",\"kubectl"
                ).utf8
        )
    }

    @Test("no name, path or url in a body leads a call to another host or another path")
    func reach() async throws {
        let decoy = try ListeningSocket(SocketAddress("127.0.0.1:0"))
        let url = "http://\(decoy.address)"
        let stage = try Stage()
        let relay = try await stage.start()
        for text in Self.texts + [url, "\(url)/fleet/x", "u@\(decoy.address)/x"] {
            for body in [
                FlatBody(project: text), FlatBody(environment: text),
                FlatBody(project: "fleet/deploy/parcel-config", ref: text),
                FlatBody(sha: text), FlatBody(operation: text),
            ] {
                let answer = try relay.hooks.post("/hooks/deployment", body.bytes)
                #expect([200, 202, 422].contains(answer.status), "\(text): \(answer.text)")
            }
            _ = try relay.hooks.post("/hooks/argocd", Self.application(text, url))
        }
        // Everything has had its turn when what came last has.
        let last = FlatBody(environment: "last")
        let answer = try relay.hooks.post(
            "/hooks/deployment",
            last.bytes,
            fields: ["Prefer": "wait=30"]
        )
        #expect(answer.status == 201, "\(answer.text)")
        #expect(stage.sandbox.exchanges.contains { $0.path.hasSuffix("/projects/0") })
        let path =
            #/
            /api/v4/(projects/[^/]+(/(deployments|environments|protected_environments)(/\d+(/stop)?)?)?
            |user|version|personal_access_tokens/self)
            /#
        for exchange in stage.sandbox.exchanges {
            #expect(try path.wholeMatch(in: exchange.path) != nil, "\(exchange.path)")
            #expect(!exchange.query.contains("private_token="), "\(exchange.query)")
            #expect(exchange.path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
        var arrivals = 0
        while try decoy.accept() != nil { arrivals += 1 }
        #expect(arrivals == 0)
    }
}
