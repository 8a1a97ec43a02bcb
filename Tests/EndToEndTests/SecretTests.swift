import Foundation
import GitLabSandbox
import JSON
import POSIX
import Testing

/// A secret of its own in every place where one can come from, looked for in all that comes out.
@Suite("Planted secrets", .serialized)
struct SecretTests {
    /// All secrets hold this; the rest of each says where it was planted.
    static let mark = "PLANTED"

    private static let userInfo = "Basic " + Data("u:PLANTED-basic".utf8).base64EncodedString()

    /// Fields that carry credentials, wrong ones and other people's.
    private static let fields = [
        "PRIVATE-TOKEN": "PLANTED-private", "X-Gitlab-Token": "PLANTED-gitlab",
        "Cookie": "session=PLANTED-cookie", "Proxy-Authorization": userInfo,
        "X-Hub-Signature-256": "sha256=PLANTED-signature", "webhook-signature": "v1,PLANTED",
        "JOB-TOKEN": "PLANTED-job", "X-Api-Key": "PLANTED-key",
        // No secret, but no text of a stranger's for the log either.
        "traceparent": "stranger",
    ]

    /// A body whose own members hold tokens; they may be kept, and stand in no line.
    private static func body(_ environment: String, sha: String = FlatBody().sha) -> [UInt8] {
        let flat = FlatBody(environment: environment, sha: sha)
        let text = String(decoding: flat.bytes, as: UTF8.self)
        return Array((text.dropLast() + ",\"token\":\"PLANTED-body\"}").utf8)
    }

    /// The configuration's file and those of its secrets.
    private static func configuration(in folder: Folder) throws -> String {
        for (name, text) in [
            ("common", "PLANTED-common-1\nPLANTED-common-2\n"), ("hook", "PLANTED-hook\n"),
            ("admin", "PLANTED-admin\n"),
        ] {
            let path = try folder.write(text, to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        }
        return try folder.write(
            """
            {"credentials": [{"tokenFile": "common"}], "admin": {"tokenFile": "admin"},
             "hooks": {"own": {"source": "flat", "credentials": [{"tokenFile": "hook"}],
               "operation": "{{ toJson .request }}"}}}
            """,
            to: "relay.jsonc"
        )
    }

    @Test("come out nowhere: answers, logs at every level, pages, metrics, records")
    func serving() async throws {
        let secrets = try Folder()
        let stage = try Stage([
            "GITLAB_TOKEN": "glpat-PLANTED-token", "RELAY_LOG_LEVEL": "debug",
            "RELAY_CONFIG": try Self.configuration(in: secrets),
            "http_proxy": "http://u:PLANTED-proxy@127.0.0.1:9",
            "https_proxy": "http://u:PLANTED-proxy@127.0.0.1:9",
        ])
        stage.sandbox.withSandbox { $0.put(SandboxToken("glpat-PLANTED-token")) }
        let relay = try await stage.start()
        var told: [String] = []
        func send(_ path: String, _ token: String?, _ body: [UInt8]) throws -> Int {
            var fields = Self.fields
            if let token { fields["Authorization"] = token }
            let answer = try relay.hooks.post(path, body, fields: fields)
            told.append(answer.text + answer.fields.map { "\($0.name): \($0.value)" }.joined())
            return answer.status
        }
        for (path, token, status) in [
            ("/hooks/own?token=PLANTED-query", "Bearer PLANTED-hook", 202),
            ("http://u:PLANTED-user@relay.test/hooks/deployment", "Bearer PLANTED-common-2", 400),
            ("http://relay.test/hooks/deployment", "Bearer PLANTED-common-2", 202),
            (
                "/api/v4/projects/42/deployments?private_token=PLANTED", "Bearer PLANTED-common-1",
                202
            ),
            ("/hooks/deployment?access_token=PLANTED", "Bearer PLANTED-wrong", 401),
            ("/hooks/own", Self.userInfo, 401), ("/hooks/none?x=PLANTED", nil, 404),
            ("/api/v4/projects/43/deployments", "Bearer glpat-PLANTED-token", 202),
        ] {
            #expect(try send(path, token, Self.body("env-\(told.count)")) == status, "\(path)")
        }
        // 422 and 400, whose reasons tell of the body.
        #expect(try send("/hooks/own", "Bearer PLANTED-hook", Self.body("a:b")) == 422)
        let broken = Array("{\"token\": \"PLANTED-broken\", oops".utf8)
        #expect(try send("/hooks/own", "Bearer PLANTED-hook", broken) == 400)
        try await relay.settle()
        #expect(!stage.writes().isEmpty)
        let admin = ["Authorization": "Bearer PLANTED-admin"]
        for path in [
            "/", "/console.js", "/console.css", "/metrics", "/api/deliveries", "/api/overview",
            "/api/deployments", "/api/endpoints", "/api/history", "/api/nothing?x=PLANTED",
            "/api/deliveries?state=dead",
        ] {
            told.append(try relay.admin.get(path, fields: admin).text)
        }
        for delivery in try relay.deliveries() {
            let page = try relay.admin.get("/api/deliveries/\(delivery["id"]?.string ?? "")").text
            // What came in is the sender's own; all else on the page is ours.
            let received = try JSONDocument(parsing: Array(page.utf8)).root["received"]?.string
            told.append(page.replacing(Self.quoted(received ?? ""), with: ""))
        }
        _ = try relay.admin.post("/-/reload", [], fields: ["Authorization": "Bearer PLANTED-no"])
        #expect(try relay.admin.post("/-/reload", [], fields: admin).status == 200)
        for text in told { #expect(!text.contains(Self.mark), "\(text)") }
        let log = try relay.logText()
        #expect(!log.contains(Self.mark), "\(log)")
        #expect(!log.contains("stranger"), "\(log)")
        #expect(log.contains("\"secret-exposed\""))
        for name in try FileManager.default.contentsOfDirectory(atPath: stage.data) {
            let bytes = try Data(contentsOf: URL(filePath: "\(stage.data)/\(name)"))
            var text = String(decoding: bytes, as: UTF8.self)
            for kept in ["PLANTED-body", "PLANTED-broken"] { text = text.replacing(kept, with: "") }
            #expect(!text.contains(Self.mark), "\(name)")
        }
    }

    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("come out of no command and no mistake of the configuration")
    func commands() throws {
        let secrets = try Folder()
        let file = try Self.configuration(in: secrets)
        let usual = [
            "RELAY_CONFIG": file, "GITLAB_TOKEN": "glpat-PLANTED-token",
            "GITLAB_URL": "http://127.0.0.1:9", "GITLAB_PROJECT": "42",
            "http_proxy": "http://u:PLANTED-proxy@127.0.0.1:9",
        ]
        let wrong: [[String: String]] = [
            ["GITLAB_URL": "https://u:PLANTED-password@gitlab.example"],
            ["GITLAB_URL": "https://gitlab.example/?private_token=PLANTED"],
            ["GITLAB_TOKEN": "PLANTED two words"], ["RELAY_TOKEN": "PLANTED\u{1}"],
            ["RELAY_TOKEN_FILE": "glpat-PLANTED-no-file"], ["GITLAB_PROJECT": "glpat-PLANTED"],
            ["RELAY_TOKEN": "PLANTED-a", "RELAY_TOKEN_FILE": "/nowhere"],
            ["RELAY_TOKN": "PLANTED-slip"],
            ["RELAY_ADMIN_TOKEN_FILE": try secrets.write("PLANTED\u{0}x", to: "control")],
        ]
        for change in wrong {
            for command in [["serve"], ["check", "--offline"]] {
                let run = try CommandRun.relay(
                    command,
                    environment: usual.merging(change) { $1 }
                )
                #expect(run.code == 78, "\(change): \(run.output) \(run.errors)")
                #expect(!(run.output + run.errors).contains(Self.mark), "\(run.errors)")
            }
        }
        for command in [
            ["check"], ["check", "--offline"], ["health"], ["deliveries"],
            ["render", "--hook", "own", "-"], ["notify", "--hook", "own", "-"],
        ] {
            let run = try CommandRun.relay(
                command,
                environment: usual,
                input: String(decoding: FlatBody().bytes, as: UTF8.self)
            )
            #expect(!(run.output + run.errors).contains(Self.mark), "\(run.output) \(run.errors)")
        }
        let check = try CommandRun.relay(["check", "--offline"], environment: usual)
        #expect(check.output.contains("every user of this machine"), "\(check.output)")
    }

    @Test("stand in no line about a GitLab that cannot be reached, or answers nonsense")
    func unreachable() async throws {
        let stage = try Stage([
            "GITLAB_URL": "http://gitlab.invalid", "GITLAB_TOKEN": "glpat-PLANTED-token",
            "RELAY_LOG_LEVEL": "debug", "http_proxy": "http://u:PLANTED-proxy@127.0.0.1:9",
        ])
        let relay = try await stage.start()
        #expect(try relay.hooks.post("/hooks/deployment", Self.body("a")).status == 202)
        _ = try await eventually("an attempt has failed") {
            try relay.logText().contains("gitlab-failing") ? true : nil
        }
        let pages = try ["/api/endpoints", "/api/overview", "/metrics"].map {
            try relay.admin.get($0).text
        }
        for text in try pages + [relay.logText()] { #expect(!text.contains(Self.mark), "\(text)") }
        #expect(try relay.logText().contains("without TLS"))
    }
}
