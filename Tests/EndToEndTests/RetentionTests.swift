import Foundation
import GitLabSandbox
import JSON
import Testing

/// The real program with little room for what is over: segments go, and nothing that matters does.
@Suite("What is over is let go", .serialized)
struct RetentionTests {
    /// A relay whose segments have 1 MiB, and its `limits`.
    private func start(_ stage: Stage, _ limits: String) async throws -> RelayProcess {
        let text = "{ \"limits\": { \(limits) } }"
        let file = try stage.folder.write(text, to: "relay.jsonc")
        return try await stage.start(arguments: ["--config", file])
    }

    private static func sha(_ number: Int) -> String {
        String(format: "%040x", 0xABCDEF + number)
    }

    /// An event of about 100 KB; `application` is its environment, which is of one Application.
    private static func body(_ number: Int, _ environment: String) -> [UInt8] {
        var body = FlatBody(environment: environment, sha: sha(number)).bytes
        body.removeLast()
        return body + Array(",\"note\":\"\(String(repeating: "x", count: 100_000))\"}".utf8)
    }

    private func post(_ relay: RelayProcess, _ numbers: Range<Int>) throws {
        for number in numbers {
            let body = Self.body(number, "env-\(number % 3)")
            let answer = try relay.hooks.post("/hooks/deployment", body)
            #expect(answer.status == 202, "\(answer.text)")
        }
    }

    private func logBytes(_ name: String, _ stage: Stage) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: stage.data)
            .filter { $0.hasPrefix(name) && $0.hasSuffix(".log") }
            .reduce(0) { sum, file in
                let path = "\(stage.data)/\(file)"
                let size = try FileManager.default.attributesOfItem(atPath: path)[.size]
                return sum + ((size as? Int) ?? 0)
            }
    }

    private func waitForDrop(_ relay: RelayProcess, of log: String) async throws {
        _ = try await eventually("a segment of \(log) is dropped") {
            try relay.logLines().last {
                $0["msg"]?.string == "segment-dropped" && $0["log"]?.string == log
            }
        }
    }

    @Test("beyond retentionBytes the oldest goes; the newest stays, known after a restart too")
    func bySize() async throws {
        let stage = try Stage()
        let relay = try await start(stage, "\"retentionBytes\": 2097152")
        try post(relay, 0..<80)
        try await relay.settle()
        try await waitForDrop(relay, of: "accepted")
        let limit = 2_097_152 + 3 * 1_048_576
        _ = try await eventually("the log is small again") {
            try logBytes("accepted", stage) < limit ? true : nil
        }
        #expect(stage.sandbox.deployments.count == 80)
        let listed = try relay.deliveries("?limit=100").compactMap { $0["id"]?.string }
        #expect((10..<60).contains(listed.count), "\(listed.count)")
        #expect(listed.first == "80")
        let gone = try relay.admin.get("/api/deliveries/1")
        #expect(gone.status == 404)
        #expect(gone.text.contains("retention"), "\(gone.text)")
        #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(relay.stop() == 0)

        let next = try await start(stage, "\"retentionBytes\": 2097152")
        try await next.settle()
        // Nothing is sent again, no id is given twice, and what came last is known.
        #expect(try next.hooks.post("/hooks/deployment", Self.body(79, "env-1")).status == 200)
        try post(next, 80..<81)
        try await next.settle()
        #expect(try next.deliveries().first?["id"]?.string == "81")
        #expect(stage.sandbox.deployments.count == 81, "\(stage.history)")
        #expect(try next.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(next.stop() == 0)
    }

    /// A relay with two GitLabs, of which `away` refuses it until the file `token` says otherwise;
    /// four deliveries are held there.
    private func holding(_ stage: Stage) async throws -> (
        relay: RelayProcess, configuration: String
    ) {
        let token = try stage.folder.write("glpat-old\n", to: "token")
        let text = """
            {
              "limits": { "retentionBytes": 1048576 },
              "gitlab": {
                "default": {
                  "url": "\(stage.sandbox.url)", "project": "42"
                },
                "away": {
                  "url": "\(stage.sandbox.url)", "tokenFile": "\(token)", "project": "43"
                }
              },
              "hooks": { "other": { "source": "flat", "gitlab": "away" } }
            }
            """
        let file = try stage.folder.write(text, to: "relay.jsonc")
        let relay = try await Self.here(stage).start(arguments: ["--config", file])
        for number in 0..<4 {
            let body = Self.body(1000 + number, "held-\(number)")
            #expect(try relay.hooks.post("/hooks/other", body).status == 202)
        }
        _ = try await eventually("they are held") {
            try relay.deliveries("?state=held").count == 4 ? true : nil
        }
        return (relay, file)
    }

    /// Without what the configuration's file says itself.
    private static func here(_ stage: Stage) -> Stage {
        var here = stage
        for name in ["GITLAB_URL", "GITLAB_PROJECT"] { here.environment[name] = nil }
        return here
    }

    @Test("what waits stays, whatever goes around it, and is delivered when it can be")
    func waiting() async throws {
        let stage = try Stage()
        let (relay, file) = try await holding(stage)
        try post(relay, 0..<60)
        _ = try await eventually("the others are delivered") {
            stage.sandbox.deployments.count == 60 ? true : nil
        }
        try await waitForDrop(relay, of: "accepted")
        _ = try await eventually("the first segments are gone") {
            let names = try FileManager.default.contentsOfDirectory(atPath: stage.data)
            return names.contains("accepted-00000002.log") ? nil : true
        }
        relay.kill9()
        let next = try await Self.here(stage).start(arguments: ["--config", file])
        _ = try stage.folder.write(Stage.token, to: "token")
        next.signal(SIGHUP)
        try await next.settle()
        let held = stage.sandbox.deployments.filter { $0.environmentName.hasPrefix("held-") }
        #expect(held.count == 4, "\(stage.history)")
        #expect(stage.sandbox.deployments.count == 64)
        #expect(try next.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(next.stop() == 0)
    }

    @Test("a damaged record of what waits keeps its segment until that is over, and is told once")
    func damaged() async throws {
        let stage = try Stage(["RELAY_ADMIN_TOKEN": "admin-token"])
        let (relay, _) = try await holding(stage)
        let first = "\(stage.data)/accepted-00000001.log"
        let bytes = try Data(contentsOf: URL(filePath: first))
        let place = try #require(bytes.range(of: Data(Self.sha(1001).utf8))?.lowerBound)
        let file = try FileHandle(forWritingTo: URL(filePath: first))
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: Data("!".utf8))
        try file.close()
        try post(relay, 0..<60)
        let told = try await eventually("it says why the segment stays") {
            try relay.logLines().first { $0["msg"]?.string == "segment-not-dropped" }
        }
        #expect(told["reason"]?.string?.hasSuffix("damaged: 2") == true, "\(told)")
        try post(relay, 60..<80)
        #expect(FileManager.default.fileExists(atPath: first))
        _ = try await eventually("it is dropped") {
            // Not while a probe of it is under way.
            let fields = ["Authorization": "Bearer admin-token"]
            let answer = try relay.admin.post("/api/deliveries/2/drop", [], fields: fields)
            return answer.status == 200 ? true : nil
        }
        _ = try await eventually("the segment goes") {
            FileManager.default.fileExists(atPath: first) ? nil : true
        }
        let lines = try relay.logLines()
        #expect(lines.count { $0["msg"]?.string == "segment-not-dropped" } == 1)
        _ = try stage.folder.write(Stage.token, to: "token")
        relay.signal(SIGHUP)
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == 83, "\(stage.history)")
        #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(relay.stop() == 0)
    }

    @Test("beyond backlogBytes senders hear 503, with the limit's name, until what waits is less")
    func backlog() async throws {
        var stage = try Stage(["GITLAB_TOKEN": nil])
        let token = try stage.folder.write("glpat-old\n", to: "token")
        stage.environment["GITLAB_TOKEN_FILE"] = token
        let relay = try await start(stage, "\"backlogBytes\": 350000")
        var accepted = 0
        var answer = try relay.hooks.post("/hooks/deployment", Self.body(0, "env-0"))
        while answer.status == 202, accepted < 10 {
            accepted += 1
            answer = try relay.hooks.post(
                "/hooks/deployment",
                Self.body(accepted, "env-\(accepted)")
            )
        }
        #expect(accepted == 3)
        #expect(answer.status == 503)
        #expect(answer.text.contains("limits.backlogBytes"), "\(answer.text)")
        let refused = "http_requests_total{route=\"/hooks/:name\",code=\"503\"}"
        #expect(try relay.metric("deployment_relay_" + refused) == 1)
        _ = try stage.folder.write(Stage.token, to: "token")
        relay.signal(SIGHUP)
        try await relay.settle()
        #expect(try relay.hooks.post("/hooks/deployment", Self.body(9, "env-9")).status == 202)
        try await relay.settle()
        #expect(stage.sandbox.deployments.count == 4)
        #expect(relay.stop() == 0)
    }

    /// All ids that leafing through the ledger shows, and how many pages it took.
    private func leaf(_ relay: RelayProcess, _ query: String) throws -> (ids: [Int], pages: Int) {
        var (ids, pages, next): ([Int], Int, String?) = ([], 0, nil)
        repeat {
            let before = next.map { "&before=\($0)" } ?? ""
            let answer = try relay.admin.get("/api/deliveries?\(query)\(before)")
            let page = try JSONDocument(parsing: answer.body).root
            let listed = page["deliveries"].map { Array($0.elements) } ?? []
            ids += listed.compactMap { $0["id"]?.string }.compactMap { Int($0) }
            next = page["next"]?.string
            pages += 1
        } while next != nil && pages < 100
        return (ids, pages)
    }

    @Test("what is no longer in memory is listed and shown from disk, before and after a restart")
    func older() async throws {
        let stage = try Stage()
        // Segments of 1 MiB, all of which are kept.
        let limits = "\"retentionBytes\": 16777216, \"ledgerEntries\": 10"
        var relay = try await start(stage, limits)
        try post(relay, 0..<60)
        try await relay.settle()
        for _ in 0..<2 {
            for limit in [1, 7, 50, 500] {
                let (ids, pages) = try leaf(relay, "limit=\(limit)")
                #expect(ids == Array((1...60).reversed()), "limit \(limit)")
                #expect(pages >= 60 / limit)
            }
            #expect(try leaf(relay, "environment=env-1&limit=4").ids.count == 20)
            #expect(try leaf(relay, "state=dead").ids == [])
            let shown = try relay.admin.get("/api/deliveries/3")
            let delivery = try JSONDocument(parsing: shown.body).root
            #expect(delivery["state"]?.string == "delivered", "\(shown.text)")
            #expect(delivery["sha"]?.string == Self.sha(2))
            #expect(try relay.admin.get("/api/deliveries/61").status == 404)
            #expect(relay.stop() == 0)
            relay = try await start(stage, limits)
        }
        #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
        #expect(relay.stop() == 0)
    }
}
