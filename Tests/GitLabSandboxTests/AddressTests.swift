import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "a project is found by its number or its whole path, in one segment",
        arguments: [
            ("42", 200), ("fleet%2Fservices%2Fparcel-api", 200),
            ("fleet%2fservices%2fparcel-api", 200),
            ("Fleet%2FServices%2FPARCEL-api", 200), ("parcel-api", 404), ("99", 404), ("0", 404),
            ("-1", 404), ("fleet%2Fother", 404), ("99999999999999999999", 404), ("42.0", 404),
        ]
    )
    func projects(segment: String, status: Int) {
        var driver = Driver()
        let answer = driver.get("/api/v4/projects/\(segment)/deployments")
        #expect(answer.status == status)
        if status == 404 { #expect(answer.text == #"{"message":"404 Project Not Found"}"#) }
    }

    @Test(
        "what is no route says error, and a method it does not have says which it has",
        arguments: [
            (
                "GET", "/api/v4/projects/fleet/services/parcel-api/deployments",
                "404 404 Not Found", nil
            ),
            ("GET", "/api/v4/nothing", "404 404 Not Found", nil),
            ("GET", "/api/v4", "404 404 Not Found", nil),
            ("GET", "/api/v4/projects/42/deployments/", "404 404 Not Found", nil),
            ("PATCH", "/api/v4/projects/42/deployments", "405 405 Not Allowed", "GET, HEAD, POST"),
            (
                "POST", "/api/v4/projects/42/deployments/1", "405 405 Not Allowed",
                "GET, HEAD, PUT, DELETE"
            ),
            ("POST", "/api/v4/version", "405 405 Not Allowed", "GET, HEAD"),
        ]
    )
    func routes(method: String, target: String, expected: String, allow: String?) {
        var driver = Driver()
        driver.token = nil
        let answer = driver.send(method, target)
        #expect("\(answer.status) \(answer.json?["error"]?.string ?? "")" == expected)
        #expect(answer["Allow"] == allow)
    }

    @Test("a path the project had before sends reads on and refuses writes")
    func moved() {
        var driver = Driver()
        driver.sandbox.changeProject(42) { $0.path = "fleet/moved/parcel" }
        let old = "/api/v4/projects/fleet%2Fservices%2Fparcel-api"
        let location = "http://gitlab.test/api/v4/projects/42/deployments?sort=desc"
        let answer = driver.get("\(old)/deployments?sort=desc")
        #expect(answer["Location"] == location)
        #expect("\(answer)" == "301 This resource has been moved permanently to \(location).")
        #expect(driver.get(old)["Location"] == "http://gitlab.test/api/v4/projects/42")
        #expect(
            "\(driver.post(to: "\(old)/deployments"))"
                == #"405 {"message":"Non GET methods are not allowed for moved projects"}"#
        )
        #expect(driver.get("/api/v4/projects/fleet%2Fmoved%2Fparcel").id == 42)
        #expect(
            driver.get("/api/v4/projects/42").json?["path_with_namespace"]?.string
                == "fleet/moved/parcel"
        )
    }

    @Test("a project that is replaced keeps its environments and deployments")
    func replaced() {
        var driver = Driver()
        _ = driver.post()
        driver.sandbox.put(SandboxProject(id: 42, path: "fleet/services/parcel-api"))
        #expect(driver.get(Driver.deployments).ids == [1])
        #expect(driver.post().id == 1)
        #expect(driver.post("failed").json?["iid"]?.number?.int64 == 2)
    }

    @Test("everything may lie under a relative root")
    func relativeRoot() {
        var driver = Driver { $0.relativeRoot = "/gitlab" }
        #expect(driver.get("/gitlab\(Driver.deployments)").status == 200)
        #expect(driver.get(Driver.deployments).status == 404)
        #expect(driver.get("/gitlabor/api/v4/version").status == 404)
        #expect(driver.get("/gitlab")["Content-Type"] == "text/html; charset=utf-8")
    }

    @Test("unknown projects spring into being when that is switched on")
    func createsProjects() {
        var driver = Driver { $0.createsProjects = true }
        #expect(driver.post(to: "/api/v4/projects/4711/deployments").status == 201)
        #expect(driver.post(to: "/api/v4/projects/some%2Fwhere/deployments").status == 201)
        #expect(driver.post(to: "/api/v4/projects/Some%2FWhere/deployments").status == 201)
        #expect(driver.post(to: "/api/v4/projects/nowhere/deployments").status == 404)
        #expect(driver.sandbox.deployments.map(\.project) == [4711, 4712])
        driver.token = nil
        #expect(driver.get("/api/v4/projects/5000").status == 404)
        #expect(driver.sandbox.project(5000) == nil)
    }

    @Test(
        "the instance tells of itself, the caller and the commit",
        arguments: [
            ("/api/v4/version", "version", "18.6.1-ee"),
            ("/api/v4/user", "username", "deployment-relay"),
            ("/api/v4/personal_access_tokens/self", "name", "sandbox"),
            ("/api/v4/projects/42", "default_branch", "main"),
            (
                "/api/v4/projects/fleet%2Fservices%2Fparcel-api", "path_with_namespace",
                "fleet/services/parcel-api"
            ),
            ("/api/v4/projects/42/repository/commits/\(Driver.sha)", "id", Driver.sha),
        ]
    )
    func others(target: String, member: String, value: String) {
        var driver = Driver()
        #expect(driver.get(target).json?[member]?.string == value)
    }

    @Test("a token describes itself whatever its scope")
    func ownToken() {
        var driver = Driver()
        driver.sandbox.changeToken("glpat-sandbox") { token in
            token.scopes = ["read_repository"]
            token.expiresOn = "2027-01-31"
        }
        let answer = driver.get("/api/v4/personal_access_tokens/self")
        #expect(answer.json?["scopes"]?[0]?.string == "read_repository")
        #expect(answer.json?["expires_at"]?.string == "2027-01-31")
        #expect(answer.json?["active"]?.bool == true)
        #expect(answer.json?["user_id"]?.number?.int64 == 7)
        #expect(driver.get("/api/v4/user").status == 403)
    }

    @Test("a commit that is not there is 404 with its own words")
    func unknownCommit() {
        var driver = Driver()
        let answer = driver.get("/api/v4/projects/42/repository/commits/nope")
        #expect("\(answer)" == #"404 {"message":"404 Commit Not Found"}"#)
    }
}
