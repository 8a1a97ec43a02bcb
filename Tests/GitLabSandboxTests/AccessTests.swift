import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("Who may do what")
struct AccessTests {
    static let unauthorized = #"401 {"message":"401 Unauthorized"}"#
    static let forbidden = #"403 {"message":"403 Forbidden"}"#

    private static func crowd() -> Driver {
        var driver = Driver { settings in
            let bot = SandboxUser(id: 9, username: "bot")
            var tokens: [SandboxToken] = []
            func add(_ text: String, _ change: (inout SandboxToken) -> Void) {
                var token = SandboxToken(text, id: tokens.count + 10, user: bot)
                change(&token)
                tokens.append(token)
            }
            add("reader") { $0.scopes = ["read_api"] }
            add("repository") { $0.scopes = ["read_repository"] }
            add("expired") { $0.state = .expired }
            add("outdated") { $0.expiresOn = "2026-04-17" }
            add("lasting") { $0.expiresOn = "2026-04-18" }
            add("revoked") { $0.state = .revoked }
            add("blocked") { $0.state = .blocked }
            add("job") { $0.kind = .job }
            add("guest") { $0.role = .guest }
            add("reporter") { $0.role = .reporter }
            add("stranger") { $0.projects = [43] }
            settings.tokens += tokens
        }
        driver.token = nil
        return driver
    }

    @Test(
        "a token counts by where it stands and what it is",
        arguments: [
            ("PRIVATE-TOKEN", "glpat-sandbox", 200), ("private-token", "glpat-sandbox", 200),
            ("Authorization", "Bearer glpat-sandbox", 200), ("Authorization", "Bearer job", 200),
            ("Authorization", "Basic Z2xwYXQtc2FuZGJveDo=", 401), ("JOB-TOKEN", "job", 200),
            ("JOB-TOKEN", "glpat-sandbox", 401), ("PRIVATE-TOKEN", "job", 401),
            ("PRIVATE-TOKEN", "nonsense", 401), ("Authorization", "Bearer nonsense", 401),
            ("X-Nothing", "glpat-sandbox", 401), ("PRIVATE-TOKEN", "lasting", 200),
            ("PRIVATE-TOKEN", "reader", 200), ("PRIVATE-TOKEN", "reporter", 200),
            ("PRIVATE-TOKEN", "guest", 403), ("PRIVATE-TOKEN", "stranger", 404),
        ]
    )
    func forms(name: String, value: String, status: Int) {
        var driver = Self.crowd()
        let answer = driver.send("GET", Driver.deployments, fields: [(name, value)])
        #expect(answer.status == status)
        if status == 401 { #expect("\(answer)" == Self.unauthorized) }
    }

    @Test("a token may come as a parameter, and Bearer counts first")
    func parameters() {
        var driver = Self.crowd()
        #expect(driver.get("\(Driver.deployments)?private_token=glpat-sandbox").status == 200)
        #expect(driver.get("\(Driver.deployments)?job_token=job").status == 200)
        let both = driver.send(
            "GET",
            Driver.deployments,
            fields: [("PRIVATE-TOKEN", "glpat-sandbox"), ("Authorization", "Bearer nonsense")]
        )
        #expect(both.status == 401)
    }

    @Test(
        "a token that no longer counts says so as OAuth does",
        arguments: [
            (
                "expired", 401, "invalid_token",
                "Token is expired. You can either do re-authorization or token refresh."
            ),
            (
                "outdated", 401, "invalid_token",
                "Token is expired. You can either do re-authorization or token refresh."
            ),
            (
                "revoked", 401, "invalid_token",
                "Token was revoked. You have to re-authorize from the user."
            ),
            (
                "repository", 403, "insufficient_scope",
                "The request requires higher privileges than provided by the access token."
            ),
        ]
    )
    func ended(token: String, status: Int, error: String, description: String) {
        var driver = Self.crowd()
        driver.token = token
        let answer = driver.get(Driver.deployments)
        #expect(answer.status == status)
        #expect(answer.json?["error"]?.string == error)
        #expect(answer.json?["error_description"]?.string == description)
    }

    @Test("read_api does not write, and a blocked user does nothing")
    func scopes() {
        var driver = Self.crowd()
        driver.token = "reader"
        let answer = driver.post()
        #expect(answer.status == 403)
        #expect(answer.json?["error"]?.string == "insufficient_scope")
        #expect(answer.json?["scope"]?.string == "api")
        driver.token = "blocked"
        #expect(driver.get(Driver.deployments).status == 403)
    }

    @Test("a token's state can be switched while it is in use")
    func switched() {
        var driver = Driver()
        driver.sandbox.changeToken("glpat-sandbox") { $0.state = .revoked }
        #expect(driver.post().status == 401)
        driver.sandbox.changeToken("glpat-sandbox") { $0.state = .active }
        #expect(driver.post().status == 201)
    }

    // MARK: - Projects

    @Test(
        "what a project's owner switches off is forbidden, reading too or writing only",
        arguments: [
            ("archived", 200, 403), ("deleted", 200, 403), ("builds", 403, 403),
            ("repository", 403, 403), ("environments", 403, 403),
        ]
    )
    func switches(name: String, reading: Int, writing: Int) {
        var driver = Driver()
        _ = driver.post("running")
        driver.sandbox.changeProject(42) { project in
            switch name {
            case "archived": project.isArchived = true
            case "deleted": project.isMarkedForDeletion = true
            case "builds": project.hasBuilds = false
            case "repository": project.hasRepository = false
            default: project.hasEnvironments = false
            }
        }
        #expect(driver.get(Driver.deployments).status == reading)
        #expect(driver.get("/api/v4/projects/42/environments").status == reading)
        #expect(driver.post().status == writing)
        #expect(driver.put("success", 1).status == writing)
        #expect(driver.get("/api/v4/projects/42").status == 200)
    }

    @Test("a public project is read by everybody who is signed in, and written by members")
    func publicProject() {
        var driver = Self.crowd()
        driver.sandbox.changeProject(42) { $0.visibility = .public }
        #expect(driver.get(Driver.deployments).status == 401)
        #expect(driver.get("/api/v4/projects/42").json?["permissions"] == nil)
        driver.token = "stranger"
        #expect(driver.get(Driver.deployments).status == 200)
        #expect("\(driver.post())" == Self.forbidden)
        driver.token = "reporter"
        #expect("\(driver.post())" == Self.forbidden)
    }

    @Test("a private project is not there for strangers, whatever they ask")
    func hidden() {
        var driver = Self.crowd()
        #expect(driver.get("/api/v4/projects/42").status == 404)
        driver.token = "stranger"
        for target in [
            "/api/v4/projects/42", Driver.deployments, "/api/v4/projects/42/environments",
        ] {
            #expect("\(driver.get(target))" == #"404 {"message":"404 Project Not Found"}"#)
        }
    }

    @Test("a role can differ by project")
    func roles() {
        var driver = Driver()
        driver.sandbox.changeToken("glpat-sandbox") { $0.roles = [43: .reporter] }
        #expect(driver.post(to: "/api/v4/projects/43/deployments").status == 403)
        #expect(driver.post().status == 201)
        let shown = driver.get("/api/v4/projects/43").json?["permissions"]
        #expect(shown?["project_access"]?["access_level"]?.number?.int64 == 20)
        #expect(shown?["group_access"]?.isNull == true)
        driver.sandbox.changeToken("glpat-sandbox") { $0.isThroughGroup = true }
        let inherited = driver.get("/api/v4/projects/42").json?["permissions"]
        #expect(inherited?["project_access"]?.isNull == true)
        #expect(inherited?["group_access"]?["access_level"]?.number?.int64 == 30)
    }

    // MARK: - Protection

    enum Pass: Sendable { case none, role, user, flag }

    @Test(
        "a protected environment admits by role, by user, and nobody else",
        arguments: [(Pass.none, 403), (.role, 201), (.user, 201), (.flag, 201)]
    )
    func protection(pass: Pass, status: Int) {
        var driver = Driver()
        _ = driver.post("running")
        driver.sandbox.changeProject(42) { project in
            project.protections = [
                SandboxProtection(.environment("production"), users: pass == .user ? [7] : [])
            ]
        }
        driver.sandbox.changeToken("glpat-sandbox") { token in
            if pass == .role { token.role = .maintainer }
            token.passesProtection = pass == .flag
        }
        #expect(driver.post().status == status)
        #expect(driver.put("failed", 1).status == (status == 201 ? 200 : 403))
        #expect(driver.post(environment: "staging").status == 201)
    }

    @Test("a group's protection goes by tier, and strikes after the environment was made")
    func tierProtection() {
        var driver = Driver()
        driver.sandbox.changeProject(42) {
            $0.protections = [SandboxProtection(.tier("production"))]
        }
        #expect("\(driver.post(environment: "live"))" == Self.forbidden)
        #expect(driver.sandbox.environments.map(\.name) == ["live"])
        #expect(driver.post(environment: "preprod").status == 201)
    }

    @Test("protections are shown to maintainers")
    func shownProtections() {
        var driver = Driver()
        driver.sandbox.changeProject(42) { project in
            project.protections = [SandboxProtection(.environment("production"), users: [3])]
        }
        let target = "/api/v4/projects/42/protected_environments"
        #expect("\(driver.get(target))" == Self.forbidden)
        driver.sandbox.changeToken("glpat-sandbox") { $0.role = .maintainer }
        let shown = driver.get(target).json?[0]
        #expect(shown?["name"]?.string == "production")
        #expect(shown?["deploy_access_levels"]?[0]?["access_level"]?.number?.int64 == 40)
        #expect(shown?["deploy_access_levels"]?[1]?["user_id"]?.number?.int64 == 3)
    }
}
