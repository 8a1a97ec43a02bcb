import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("Limits, maintenance and commit statuses")
struct InstanceTests {
    // MARK: - Rate limit

    @Test("a user has so many requests in a window that is aligned on the epoch")
    func window() {
        var driver = Driver { $0.rateLimit = SandboxRateLimit(limit: 2, periodSeconds: 60) }
        driver.now = 1_776_421_230_123  // 30 s before the end of its minute
        let first = driver.get(Driver.deployments)
        #expect(first.status == 200)
        #expect(first["RateLimit-Name"] == "throttle_authenticated_api")
        #expect(first["RateLimit-Limit"] == "2")
        #expect(first["RateLimit-Observed"] == "1")
        #expect(first["RateLimit-Remaining"] == "1")
        #expect(first["RateLimit-Reset"] == "1776421260")
        #expect(first["Retry-After"] == nil)
        #expect(driver.post(environment: ":").status == 400)
        let refused = driver.get(Driver.deployments)
        #expect("\(refused)" == "429 Retry later\n")
        #expect(refused["Content-Type"] == "text/plain")
        #expect(refused["Retry-After"] == "30")
        #expect(refused["RateLimit-ResetTime"] == "Fri, 17 Apr 2026 10:21:00 GMT")
        #expect(refused["RateLimit-Observed"] == "3")
        #expect(refused["RateLimit-Remaining"] == "0")
        driver.now = 1_776_421_260_000
        #expect(driver.get(Driver.deployments)["RateLimit-Observed"] == "1")
    }

    @Test("the limit is told for a minute, what remains for the real window")
    func rescaled() {
        var driver = Driver { $0.rateLimit = SandboxRateLimit(limit: 7201, periodSeconds: 3600) }
        let answer = driver.get(Driver.deployments)
        #expect(answer["RateLimit-Limit"] == "121")
        #expect(answer["RateLimit-Remaining"] == "7200")
    }

    @Test("users are counted each, tokens of one user together, and nobody as one")
    func users() {
        var driver = Driver { settings in
            settings.rateLimit = SandboxRateLimit(
                limit: 1,
                periodSeconds: 60,
                unauthenticatedLimit: 2
            )
            settings.tokens.append(SandboxToken("second"))
            settings.tokens.append(
                SandboxToken("other", user: SandboxUser(id: 8, username: "other"))
            )
        }
        #expect(driver.get(Driver.deployments).status == 200)
        driver.token = "second"
        #expect(driver.get(Driver.deployments).status == 429)
        driver.token = "other"
        #expect(driver.get(Driver.deployments).status == 200)
        driver.token = nil
        #expect(driver.get(Driver.deployments).status == 401)
        driver.token = "nonsense"
        #expect(driver.get(Driver.deployments)["RateLimit-Name"] == "throttle_unauthenticated_api")
        #expect(driver.get(Driver.deployments).status == 429)
    }

    @Test("an older version tells its numbers with the refusal only")
    func older() {
        var driver = Driver { settings in
            settings.rateLimit = SandboxRateLimit(limit: 1, periodSeconds: 60)
            settings.rateLimit?.isToldAlways = false
        }
        #expect(driver.get(Driver.deployments)["RateLimit-Limit"] == nil)
        #expect(driver.get(Driver.deployments)["RateLimit-Limit"] == "1")
    }

    // MARK: - Maintenance

    @Test(
        "writes are refused by what they are written in, reads go on",
        arguments: [
            (SandboxMode.maintenance, 503, "GitLab Maintenance: system is in maintenance mode"),
            (.readOnly, 403, "You cannot perform write operations on a read-only instance"),
        ]
    )
    func modes(mode: SandboxMode, status: Int, words: String) {
        var driver = Driver()
        driver.sandbox.mode = mode
        #expect("\(driver.post())" == #"\#(status) {"message":"\#(words)"}"#)
        #expect(driver.get(Driver.deployments).status == 200)
        let form = driver.send(
            "POST",
            Driver.deployments,
            json: "a=b",
            fields: [("Content-Type", "application/x-www-form-urlencoded")]
        )
        #expect("\(form)" == "301 ")
        #expect(form["Location"] == "http://gitlab.test/")
        #expect(driver.get("/").status == 200)
        let fromPage = driver.send(
            "DELETE",
            Driver.deployments,
            fields: [("Referer", "http://x/y")]
        )
        #expect(fromPage["Location"] == "http://x/y")
        driver.sandbox.mode = .normal
        #expect(driver.post().status == 201)
    }

    // MARK: - Commit statuses

    @Test("a commit status is made, moved on, and refused when it says the same again")
    func commitStatus() {
        var driver = Driver()
        let target = "/api/v4/projects/42/statuses/\(Driver.sha)"
        func body(_ state: String) -> String {
            #"{"state":"\#(state)","name":"argocd","target_url":"https://argo.test/x"}"#
        }
        let made = driver.send("POST", target, json: body("running"))
        #expect(made.status == 201)
        #expect(made.json?["status"]?.string == "running")
        #expect(made.json?["ref"]?.string == "main")
        #expect(made.json?["target_url"]?.string == "https://argo.test/x")
        let again = driver.send("POST", target, json: body("running"))
        #expect(again.status == 400)
        #expect(
            again.json?["message"]?.string?.hasPrefix(
                "Cannot transition status via :run from :running"
            )
                == true
        )
        let done = driver.send("POST", target, json: body("success"))
        #expect(done.id == made.id)
        #expect(done.json?["finished_at"]?.string == driver.time.rfc3339)
        #expect(driver.send("POST", target, json: body("pending")).id != made.id)
    }

    @Test(
        "refusals of commit statuses come in GitLab's words",
        arguments: [
            ("nope", "{}", #"400 {"error":"state is missing"}"#),
            ("nope", #"{"state":"done"}"#, #"400 {"error":"state does not have a valid value"}"#),
            ("nope", #"{"state":"success"}"#, #"404 {"message":"404 Commit Not Found"}"#),
        ]
    )
    func commitStatusRefusals(sha: String, body: String, expected: String) {
        var driver = Driver()
        #expect(
            "\(driver.send("POST", "/api/v4/projects/42/statuses/\(sha)", json: body))" == expected
        )
    }

    // MARK: - What is noted

    @Test("every request is noted with its token, and the newest are kept")
    func exchanges() {
        var driver = Driver { $0.requestLimit = 3 }
        for page in 1...20 { _ = driver.get("\(Driver.deployments)?page=\(page)") }
        #expect(driver.sandbox.exchangeCount == 20)
        let kept = driver.sandbox.exchanges
        #expect((3...6).contains(kept.count))
        #expect(kept.last?.number == 20)
        #expect(kept.last?.query == "page=20")
        #expect(kept.last?.path == Driver.deployments)
        #expect(kept.last?.token == "glpat-sandbox")
        #expect(kept.last?.status == 200)
        #expect(kept.map(\.number) == Array((21 - kept.count)...20))
    }

    @Test("a reset brings back the beginning")
    func reset() {
        var driver = Driver()
        _ = driver.post()
        driver.sandbox.mode = .readOnly
        driver.sandbox.faults.add(SandboxFault(.serverError))
        driver.sandbox.reset()
        #expect(driver.sandbox.deployments.isEmpty)
        #expect(driver.sandbox.exchanges.isEmpty)
        #expect(driver.post().id == 1)
    }
}
