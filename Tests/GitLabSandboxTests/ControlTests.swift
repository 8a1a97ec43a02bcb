import Formats
import GitLabSandbox
import HTTP
import JSON
import Testing

@Suite("Control surface")
struct ControlTests {
    /// Speaks to the control surface over one connection, as another process would.
    struct Remote: ~Copyable {
        let server: SandboxServer
        var peer: Peer

        init(_ settings: SandboxSettings = SandboxSettings()) throws {
            let server = try SandboxServer(settings, clock: { 1_776_421_230_123 })
            let peer = try Peer(server)
            self.server = server
            self.peer = peer
        }

        mutating func get(_ target: String) -> Answer {
            peer.send(Peer.get(target))
            return peer.answer()
        }

        @discardableResult
        mutating func post(_ target: String, _ body: String) -> Answer {
            peer.send(Peer.write("POST", target, body))
            return peer.answer()
        }

        mutating func delete(_ target: String) -> Answer {
            peer.send(Peer.write("DELETE", target, ""))
            return peer.answer()
        }

        mutating func deploy(_ status: String = "failed") -> Answer {
            peer.send(Peer.post(status))
            return peer.answer()
        }
    }

    @Test("the front page names the API, the tokens, the projects and every prepared fault")
    func welcome() throws {
        var remote = try Remote()
        for target in ["/sandbox", "/sandbox/"] {
            let page = remote.get(target)
            #expect(page.status == 200)
            #expect(page.text.contains("http://gitlab.test/api/v4"))
            #expect(page.text.contains("glpat-sandbox"))
            #expect(page.text.contains("42 fleet/services/parcel-api"))
            for fault in PreparedFault.allCases {
                #expect(page.text.contains("  \(fault.rawValue) "))
            }
        }
    }

    @Test("stored deployments are shown with what the API hides, by id")
    func deployments() throws {
        var remote = try Remote()
        _ = remote.deploy("success")
        _ = remote.deploy("running")
        let list = remote.get("/sandbox/deployments")
        #expect(list.ids == [1, 2])
        #expect(list.json?[0]?["tag"]?.bool == false)
        #expect(list.json?[0]?["finished_at"]?.string == "2026-04-17T10:20:30.123Z")
        #expect(list.json?[0]?["project_path"]?.string == "fleet/services/parcel-api")
        #expect(list.json?[0]?["environment"]?.string == "production")
        #expect(list.json?[1]?["finished_at"]?.isNull == true)
        let environments = remote.get("/sandbox/environments")
        #expect(environments.json?[0]?["tier"]?.string == "production")
        #expect(environments.json?[0]?["last_success"]?.number?.int64 == 1)
    }

    @Test("requests to the API are listed, those to the control surface are not")
    func requests() throws {
        var remote = try Remote()
        _ = remote.deploy()
        _ = remote.get("/sandbox/deployments")
        _ = remote.get("/api/v4/version?x=1")
        let list = try #require(remote.get("/sandbox/requests").json)
        #expect(list.count == 2)
        #expect(list[0]?["method"]?.string == "POST")
        #expect(list[0]?["body"]?.string?.contains("production") == true)
        #expect(list[0]?["token"]?.string == "glpat-sandbox")
        #expect(list[0]?["status"]?.number?.int64 == 201)
        #expect(list[1]?["query"]?.string == "x=1")
    }

    @Test(
        "a fault is set by name, changed by what else is said, or made of parts",
        arguments: [
            (#"{"name":"502-after","count":1}"#, "502 GitLab is not responding", 1),
            (#""500""#, #"500 {"message":"500 Internal Server Error"}"#, 0),
            (#"[{"name":"409-lock"}]"#, #"409 {"message":"409 Conflict: Resource lock"}"#, 0),
            (#"{"status":503,"text":"busy"}"#, "503 busy", 0),
            (#"{"status":503,"json":{"a":[1]},"process":true}"#, #"503 {"a":[1]}"#, 1),
            (#"{"status":200,"html":"<p>"}"#, "200 <p>", 0), (#"{"null":true}"#, "201 null", 1),
            (
                #"{"pretend":["commit-unknown"]}"#,
                #"400 {"message":{"sha":["The commit does not exist"]}}"#, 0
            ),
            (#"{"name":"502","method":"DELETE"}"#, "201 ", 1),
            (#"{"name":"502","path":"/projects/43/"}"#, "201 ", 1),
            (#"{"name":"502","body":"\"success\""}"#, "201 ", 1),
            (#"{"name":"502","skip":1}"#, "201 ", 1),
            (#"{"name":"502","probability":0}"#, "201 ", 1),
            (#"{"delay_ms":1,"delay_after_ms":1}"#, "201 ", 1),
            (#"{"slow_ms":1,"slow_bytes":64}"#, "201 ", 1),
        ]
    )
    func faults(body: String, answer: String, rows: Int) throws {
        var remote = try Remote()
        let set = remote.post("/sandbox/faults", body)
        #expect(set.status == 200, "\(set)")
        #expect(set.json?.count == 1)
        #expect("\(remote.deploy())".hasPrefix(answer))
        #expect(remote.server.deployments.count == rows)
    }

    @Test(
        "connections can be broken from here as well",
        arguments: [
            (#"{"cut":"before"}"#, Peer.Ending.reset, 0), (#"{"cut":"after"}"#, .reset, 1),
            (#"{"cut":"first"}"#, .reset, 1),
            (#"{"name":"truncated","truncate":0}"#, .ended(bytes: 0), 1),
        ]
    )
    func broken(body: String, ending: Peer.Ending, rows: Int) throws {
        var remote = try Remote()
        remote.post("/sandbox/faults", body)
        remote.peer.send(Peer.post("failed"))
        let seen = remote.peer.receive().ending
        if case .ended = ending {
            guard case .ended = seen else {
                Issue.record("\(seen)")
                return
            }
        } else {
            #expect(seen == ending)
        }
        #expect(remote.server.deployments.count == rows)
    }

    @Test(
        "headers and times to wait are told",
        arguments: [
            #"{"status":429,"retry_after":9,"headers":{"X-One":"1"}}"#,
            #"{"status":429,"headers":{"Retry-After":9,"X-One":"1"}}"#,
        ]
    )
    func headers(body: String) throws {
        var remote = try Remote()
        remote.post("/sandbox/faults", body)
        let answer = remote.deploy()
        #expect(answer.status == 429)
        #expect(answer["Retry-After"] == "9")
        #expect(answer["X-One"] == "1")
    }

    @Test("the prepared 429 takes another time to wait")
    func retryAfter() throws {
        var remote = try Remote()
        remote.post("/sandbox/faults", #"{"name":"429","retry_after":30}"#)
        #expect(remote.deploy()["Retry-After"] == "30")
    }

    @Test("a fault may stay for ever, until it is removed")
    func removal() throws {
        var remote = try Remote()
        remote.post("/sandbox/faults", #"{"name":"500","count":null}"#)
        #expect((1...5).allSatisfy { _ in remote.deploy().status == 500 })
        #expect(remote.get("/sandbox/faults").json?.count == 1)
        #expect(remote.delete("/sandbox/faults").status == 204)
        #expect(remote.deploy().status == 201)
    }

    @Test(
        "switches work while requests come in",
        arguments: [
            (#"{"maintenance":true}"#, 503), (#"{"read_only":true}"#, 403),
            (#"{"mode":"maintenance"}"#, 503), (#"{"maintenance":true,"read_only":false}"#, 503),
            (#"{"mode":"normal"}"#, 201),
            (#"{"rate_limit":{"limit":0,"period_seconds":60}}"#, 429),
            (#"{"rate_limit":null}"#, 201),
            (#"{"accepts_any_commit":false}"#, 400),
        ]
    )
    func switches(body: String, status: Int) throws {
        var remote = try Remote()
        #expect(remote.post("/sandbox/switch", body).status == 204)
        #expect(remote.deploy().status == status)
        #expect(remote.post("/sandbox/reset", "").status == 204)
        #expect(remote.deploy().status == 201)
    }

    @Test("projects, tokens, environments and deployments can be put there and changed")
    func seeds() throws {
        var remote = try Remote()
        let project = remote.post(
            "/sandbox/projects",
            #"[{"path":"a/b","commits":["\#(Driver.sha)"]},{"id":42,"archived":true}]"#
        )
        #expect(project.ids == [1000, 42])
        #expect(remote.deploy().status == 403)
        remote.post("/sandbox/projects", #"{"id":42,"archived":false,"path":"new/place"}"#)
        #expect(remote.get("/api/v4/projects/fleet%2Fservices%2Fparcel-api").status == 301)
        remote.post("/sandbox/tokens", #"{"token":"glpat-sandbox","state":"expired"}"#)
        #expect(remote.deploy().status == 401)
        remote.post(
            "/sandbox/tokens",
            #"{"token":"glpat-sandbox","state":"active","role":"reporter"}"#
        )
        #expect(remote.deploy().status == 403)
        remote.post("/sandbox/tokens", #"{"token":"glpat-sandbox","role":40}"#)
        remote.post(
            "/sandbox/environments",
            #"{"project":"a/b","name":"live","tier":"staging","state":"stopped"}"#
        )
        let rows = remote.post(
            "/sandbox/deployments",
            #"""
            [{"project":"a/b","environment":"live","sha":"\#(Driver.sha)","status":"running","ci":true,
              "tag":true,"at":"2026-01-02T03:04:05.006Z"},
             {"project":42,"environment":"live","sha":"\#(Driver.sha)"}]
            """#
        )
        #expect(rows.ids == [1, 2])
        #expect(rows.json?[0]?["created_at"]?.string == "2026-01-02T03:04:05.006Z")
        let shown = remote.get("/api/v4/projects/a%2Fb/deployments/1")
        #expect(shown.json?["deployable"]?["id"] != nil)
        let environment = remote.get("/api/v4/projects/a%2Fb/environments/1")
        #expect(environment.json?["tier"]?.string == "staging")
        #expect(environment.json?["state"]?.string == "stopped")
    }

    @Test(
        "a mistake is told in words, and nothing of the request is done",
        arguments: [
            ("/sandbox/faults", "{", "the body is no JSON"),
            (
                "/sandbox/faults", #"["500",{"name":"501"}]"#,
                "fault: name \"501\" is not known; there are 429"
            ),
            (
                "/sandbox/faults", #"{"status":500,"tpyo":1}"#,
                "fault: tpyo is not known; there are body"
            ),
            (
                "/sandbox/faults", #"{"cut":"sometimes"}"#,
                "fault: cut is none of before, after, first"
            ),
            ("/sandbox/faults", "7", "fault: is no JSON object"),
            (
                "/sandbox/switch", #"{"maintenance":"yes"}"#,
                "switch: maintenance is neither true nor false"
            ),
            ("/sandbox/tokens", "{}", "token: token is missing"),
            ("/sandbox/deployments", #"{"project":99}"#, "deployment: project \"99\" is not there"),
            ("/sandbox/projects", #"{"id":-1}"#, "project: id is no whole number"),
        ]
    )
    func mistakes(target: String, body: String, problem: String) throws {
        var remote = try Remote()
        let answer = remote.post(target, body)
        #expect(answer.status == 400)
        #expect(answer.json?["error"]?.string?.hasPrefix(problem) == true, "\(answer)")
        #expect(remote.get("/sandbox/faults").json?.count == 0)
    }

    @Test("what is not there is 404 and points to the front page")
    func unknown() throws {
        var remote = try Remote()
        #expect(
            remote.get("/sandbox/nothing").json?["error"]?.string?.contains("GET /sandbox") == true
        )
        #expect(remote.post("/sandbox/nothing", "{}").status == 404)
        #expect(remote.get("/sandboxes").status == 404)
    }
}
