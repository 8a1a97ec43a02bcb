import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("Environments")
struct EnvironmentTests {
    static let environments = "/api/v4/projects/42/environments"

    @Test(
        "a slug is the name, or what is left of it and six digits of its digest",
        arguments: [
            ("production", "production"), ("PRODUCTION", "production-vl4voz"),
            ("review/1-foo", "review-1-foo-9tdj0u"), ("1-foo", "env-1-foo-1k46wz"),
            ("a--b", "a-b-m3ql0o"), ("staging-12345678901234567", "staging-123456789-s729ne"),
            ("eu west", "eu-west-4lypk4"), ("$CI", "env-ci-0if6ie"),
            ("this-name-is-far-too-long-for-a-slug", "this-name-is-far-hf9v1q"),
            ("env.prod_{x}", "env-prod-x-l41oel"),
        ]
    )
    func slugs(name: String, slug: String) {
        var driver = Driver()
        #expect(driver.post(environment: name).json?["environment"]?["slug"]?.string == slug)
    }

    @Test(
        "a tier is guessed from the name, traps included",
        arguments: [
            ("development", "development"), ("review/feature", "development"),
            ("trunk", "development"),
            ("prod-device", "development"), ("test", "testing"), ("production-int", "testing"),
            ("latest-prod", "testing"), ("payment-prod-control", "testing"), ("acpt", "testing"),
            ("acceptance", "testing"), ("QA", "testing"), ("stg", "staging"),
            ("Staging", "staging"),
            ("preprod", "staging"), ("model", "staging"), ("demo", "staging"),
            ("production", "production"), ("prd-eu", "production"), ("LIVE", "production"),
            ("eu-west", "other"), ("gprd", "production"),
        ]
    )
    func tiers(name: String, tier: String) {
        var driver = Driver()
        _ = driver.post(environment: name)
        #expect(driver.sandbox.environments.map(\.tier) == [tier])
        #expect(driver.get("\(Self.environments)/1").json?["tier"]?.string == tier)
    }

    static let badName =
        "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, but it "
        + "cannot start or end with '/'"

    @Test(
        "a name is checked when it makes an environment",
        arguments: [
            ("review/feature-1.2_{x}$y z", nil), ("a:b", badName), ("user@host", badName),
            ("a#b", badName), ("a+b", badName), ("a(b)", badName), ("umlaut-ä", badName),
            ("/a", badName), ("a/", badName), (String(repeating: "a", count: 255), nil),
            (String(repeating: "a", count: 256), "is too long (maximum is 255 characters)"),
        ]
    )
    func names(name: String, problem: String?) {
        var driver = Driver()
        let answer = driver.post(environment: name)
        if let problem {
            #expect("\(answer)" == #"400 {"message":{"name":["\#(problem)"]}}"#)
            #expect(driver.sandbox.environments.isEmpty)
        } else {
            #expect(answer.status == 201)
        }
    }

    @Test("an environment is made, read, changed, stopped and deleted by its own calls")
    func life() {
        var driver = Driver()
        let made = driver.send(
            "POST",
            Self.environments,
            json: #"{"name":"live","external_url":"https://argo.test/app","tier":"staging"}"#
        )
        #expect(made.status == 201)
        #expect(made.json?["tier"]?.string == "staging")
        #expect(made.json?["last_deployment"]?.isNull == true)
        _ = driver.post(environment: "live")
        #expect(
            driver.get("\(Self.environments)/1").json?["last_deployment"]?["id"]?.number?.int64 == 1
        )
        let changed = driver.send("PUT", "\(Self.environments)/1", json: #"{"tier":"production"}"#)
        #expect(changed.json?["tier"]?.string == "production")
        #expect(changed.json?["external_url"]?.string == "https://argo.test/app")
        #expect(driver.send("DELETE", "\(Self.environments)/1").status == 403)
        #expect(
            driver.send("POST", "\(Self.environments)/1/stop").json?["state"]?.string == "stopped"
        )
        #expect(driver.send("DELETE", "\(Self.environments)/1").status == 204)
        #expect(driver.get("\(Self.environments)/1").status == 404)
        #expect(driver.sandbox.deployments.isEmpty)
    }

    @Test("a success makes a stopped environment available, running does not")
    func restart() {
        var driver = Driver()
        _ = driver.post("running")
        _ = driver.send("POST", "\(Self.environments)/1/stop")
        _ = driver.post("running")
        #expect(driver.sandbox.environments[0].state == .stopped)
        _ = driver.put("success", 1)
        #expect(driver.sandbox.environments[0].state == .available)
    }

    @Test(
        "refusals come in GitLab's words",
        arguments: [
            (#"{}"#, #"{"error":"name is missing"}"#),
            (#"{"name":"live"}"#, #"{"message":{"name":["has already been taken"]}}"#),
            (
                #"{"name":"x","slug":"x"}"#,
                #"{"error":"slug is automatically generated and cannot be changed"}"#
            ),
            (#"{"name":"x","tier":"gold"}"#, #"{"error":"tier does not have a valid value"}"#),
            (
                #"{"name":"x","external_url":"javascript:alert(1)"}"#,
                #"{"message":{"external_url":["javascript scheme is not allowed"]}}"#
            ),
        ]
    )
    func refusals(body: String, expected: String) {
        var driver = Driver()
        _ = driver.send("POST", Self.environments, json: #"{"name":"live"}"#)
        #expect("\(driver.send("POST", Self.environments, json: body))" == "400 \(expected)")
    }

    @Test(
        "the list is filtered by name, by a part of it, and by state",
        arguments: [
            ("", [1, 2, 3]), ("name=live", [1]), ("name=Live", []), ("search=LIV", [1, 3]),
            ("states=stopped", [2]), ("states=available&per_page=1&page=2", [3]),
        ]
    )
    func list(query: String, ids: [Int]) {
        var driver = Driver()
        for name in ["live", "test", "olive"] {
            driver.sandbox.seedEnvironment(name, in: 42, at: driver.time)
        }
        _ = driver.send("POST", "\(Self.environments)/2/stop")
        #expect(driver.get("\(Self.environments)?\(query)").ids == ids)
    }

    @Test(
        "a list is not searched by two letters, nor by name and part at once",
        arguments: ["search=li", "search=live&name=live", "states=gone"]
    )
    func badLists(query: String) {
        var driver = Driver()
        #expect(driver.get("\(Self.environments)?\(query)").status == 400)
    }
}
