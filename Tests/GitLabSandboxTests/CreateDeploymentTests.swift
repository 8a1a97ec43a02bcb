import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("POST of a deployment")
struct CreateDeploymentTests {
    @Test("a deployment is answered with GitLab's shape, and stored with what it hides")
    func shape() throws {
        var driver = Driver()
        let answer = driver.post("success", tag: "true")
        #expect(answer.status == 201)
        let body = try #require(answer.json)
        #expect(
            body.members.map(\.key) == [
                "id", "iid", "ref", "sha", "created_at", "updated_at", "user", "environment",
                "deployable", "status", "pending_approval_count", "approvals", "approval_summary",
            ]
        )
        #expect(body["created_at"]?.string == "2026-04-17T10:20:30.123Z")
        #expect(body["deployable"]?.isNull == true)
        #expect(body["user"]?["username"]?.string == "deployment-relay")
        #expect(body["environment"]?["slug"]?.string == "production")
        #expect(answer["Date"] == "Fri, 17 Apr 2026 10:20:30 GMT")
        let row = try #require(driver.sandbox.deployments.first)
        #expect(row.tag)
        #expect(row.finishedAt == driver.time)
    }

    @Test("ids count for the instance, iids for the project")
    func numbers() {
        var driver = Driver()
        _ = driver.post("running")
        _ = driver.post("running", to: "/api/v4/projects/43/deployments")
        _ = driver.post("running")
        #expect(driver.sandbox.deployments.map(\.id) == [1, 2, 3])
        #expect(driver.sandbox.deployments.map(\.iid) == [1, 1, 2])
    }

    @Test(
        "every parameter that is wrong is told, in their order",
        arguments: [
            (
                "{}",
                "environment is missing, sha is missing, ref is missing, tag is missing, "
                    + "status is missing"
            ),
            (
                #"{"environment":"p","tag":true,"status":"success"}"#,
                "sha is missing, ref is missing"
            ),
            (
                #"{"environment":" ","sha":"","ref":null,"tag":true,"status":"success"}"#,
                "environment is empty, sha is empty, ref is empty"
            ),
            (
                #"{"environment":["p"],"sha":{},"ref":"main","tag":[],"status":"success"}"#,
                "environment is invalid, sha is invalid, tag is invalid"
            ),
            (
                #"{"environment":"p","sha":"a","ref":"m","tag":"maybe","status":"done"}"#,
                "tag is invalid, status does not have a valid value"
            ),
            (
                #"{"environment":"p","sha":"a","ref":"m","tag":1,"status":"created"}"#,
                "status does not have a valid value"
            ),
        ]
    )
    func validation(body: String, problems: String) {
        var driver = Driver()
        let answer = driver.send("POST", Driver.deployments, json: body)
        #expect("\(answer)" == #"400 {"error":"\#(problems)"}"#)
        #expect(driver.sandbox.environments.isEmpty)
    }

    @Test(
        "tag is Grape's Boolean",
        arguments: [
            ("true", true), (#""true""#, true), ("1", true), (#""1""#, true), (#""yes""#, true),
            (#""on""#, true), (#""t""#, true), (#""Y""#, true), ("false", false),
            (#""false""#, false), ("0", false), (#""no""#, false), (#""off""#, false),
            (#""f""#, false), (#""N""#, false),
        ]
    )
    func tag(written: String, stored: Bool) {
        var driver = Driver()
        #expect(driver.post(tag: written).status == 201)
        #expect(driver.sandbox.deployments.map(\.tag) == [stored])
    }

    @Test(
        "a null or empty tag ends as 201 null, with an empty environment",
        arguments: ["null", #""""#]
    )
    func nullTag(written: String) {
        var driver = Driver()
        #expect("\(driver.post(tag: written))" == "201 null")
        #expect(driver.sandbox.deployments.isEmpty)
        #expect(driver.sandbox.environments.map(\.name) == ["production"])
    }

    @Test("numbers are taken for texts, and what is not asked for is ignored")
    func coercion() throws {
        var driver = Driver()
        let answer = driver.send(
            "POST",
            Driver.deployments,
            json:
                #"{"environment":17,"sha":"\#(Driver.sha)","ref":1.5,"tag":0,"status":"failed","id":9}"#
        )
        #expect(answer.status == 201)
        let row = try #require(driver.sandbox.deployments.first)
        #expect(row.environmentName == "17")
        #expect(row.ref == "1.5")
        #expect(row.id == 1)
    }

    @Test(
        "parameters come as a form, in parts, and in the query too",
        arguments: [
            (
                "", "application/x-www-form-urlencoded",
                "environment=eu+west&sha=\(Driver.sha)&ref=main&tag=false&status=success"
            ),
            (
                "?environment=eu%20west&sha=\(Driver.sha)&ref=main&tag=false",
                "application/json; charset=utf-8", #"{"status":"success"}"#
            ),
            (
                "?sha=\(Driver.sha)&ref=main&tag=false&status=success",
                "multipart/form-data; boundary=xyz",
                "--xyz\r\nContent-Disposition: form-data; name=\"environment\"\r\n\r\n"
                    + "eu west\r\n--xyz--\r\n"
            ),
            ("?environment=eu+west&sha=\(Driver.sha)&ref=main&tag=f&status=success", "", ""),
            (
                "?environment=eu+west&sha=\(Driver.sha)&ref=main&tag=f&status=success",
                "application/json", "[1, 2]"
            ),
        ]
    )
    func encodings(query: String, type: String, body: String) {
        var driver = Driver()
        let answer = driver.send(
            "POST",
            Driver.deployments + query,
            json: body,
            fields: type.isEmpty ? [] : [("Content-Type", type)]
        )
        #expect(answer.status == 201, "\(answer)")
        #expect(driver.sandbox.deployments.map(\.environmentName) == ["eu west"])
    }

    @Test("JSON sent as a form is read as one odd key")
    func jsonAsForm() {
        var driver = Driver()
        let answer = driver.send(
            "POST",
            Driver.deployments,
            json: #"{"environment":"production"}"#,
            fields: [("Content-Type", "application/x-www-form-urlencoded")]
        )
        #expect(answer.text.hasPrefix(#"{"error":"environment is missing, sha is missing"#))
    }

    // MARK: - Dedupe

    @Test("a success like the last one is answered with the old row, and 201")
    func dedupe() {
        var driver = Driver()
        let first = driver.post()
        driver.now += 60_000
        let second = driver.post()
        #expect(second.status == 201)
        #expect(second.id == first.id)
        #expect(second.json?["created_at"]?.string == "2026-04-17T10:20:30.123Z")
        #expect(driver.sandbox.deployments.count == 1)
    }

    @Test("only a success is recognised", arguments: ["running", "failed", "canceled"])
    func noDedupe(status: String) {
        var driver = Driver()
        _ = driver.post(status)
        _ = driver.post(status)
        #expect(driver.sandbox.deployments.count == 2)
    }

    @Test(
        "what differs from the last success is a new row",
        arguments: [
            ("", "refs/heads/main", "false", "production"),
            (Driver.otherSHA, "main", "false", "production"),
            ("", "main", "true", "production"), ("", "main", "false", "Production"),
        ]
    )
    func differs(sha: String, ref: String, tag: String, environment: String) {
        var driver = Driver()
        _ = driver.post()
        let sha = sha.isEmpty ? Driver.sha : sha
        _ = driver.post(sha: sha, ref: ref, tag: tag, environment: environment)
        #expect(driver.sandbox.deployments.count == 2)
    }

    @Test("a failure in between does not matter, a success does")
    func lastSuccessCounts() {
        var driver = Driver()
        let first = driver.post()
        driver.now += 1000
        _ = driver.post("failed", sha: Driver.otherSHA)
        driver.now += 1000
        #expect(driver.post().id == first.id)
        driver.now += 1000
        _ = driver.post(sha: Driver.otherSHA)
        driver.now += 1000
        #expect(driver.post().id == 4)
    }

    @Test("the last success is the one that finished last, not the one with the greatest id")
    func greatestFinish() {
        var driver = Driver()
        _ = driver.post("running")
        driver.now += 1000
        _ = driver.post(sha: Driver.otherSHA)
        driver.now += 1000
        _ = driver.put("success", 1)
        #expect(driver.sandbox.environment("production", in: 42)?.lastSuccess == 1)
        #expect(driver.post().id == 1)
    }

    // MARK: - Commits

    @Test(
        "with a list, only what the repository has is found",
        arguments: [
            (Driver.sha, true), (Driver.sha.uppercased(), true), ("4f1c", true), ("4f1", false),
            ("dead", false), ("beef", false), (Driver.otherSHA, false), ("main", true),
            ("refs/heads/main", true), ("heads/main", true), ("release/7", true), ("v1.0", true),
            ("refs/tags/v1.0", true), ("refs/heads/v1.0", false), ("HEAD", true), ("-main", false),
            ("ma in", false), ("main:x", false), ("refs/tags/main", false), ("nope", false),
        ]
    )
    func strict(name: String, isKnown: Bool) {
        var driver = Driver { settings in
            settings.acceptsAnyCommit = false
            settings.projects[0].commits.shas = [
                Driver.sha, "beef000000000000000000000000000000000001",
                "beef000000000000000000000000000000000002",
            ]
            settings.projects[0].commits.branches = ["release/7"]
            settings.projects[0].commits.tags = ["v1.0"]
        }
        let asSHA = driver.post(sha: name)
        let asRef = driver.post("running", sha: Driver.sha, ref: name)
        #expect(asSHA.status == (isKnown ? 201 : 400))
        #expect(asRef.status == (isKnown ? 201 : 400))
        guard !isKnown else { return }
        #expect(asSHA.text == #"{"message":{"sha":["The commit does not exist"]}}"#)
        #expect(asRef.text == #"{"message":{"ref":["The branch or tag does not exist"]}}"#)
    }

    @Test(
        "when any commit is accepted, full shas and plausible refs are known",
        arguments: [
            ("sha", Driver.otherSHA, 201), ("sha", "main", 201), ("sha", "4f1c2d3e", 400),
            ("sha", "feature", 400), ("ref", "feature/x", 201), ("ref", Driver.sha, 201),
            ("ref", "a..b", 400), ("ref", "a b", 400), ("ref", "/a", 400), ("ref", "a~1", 400),
            ("ref", "-a", 400),
        ]
    )
    func lenient(parameter: String, name: String, status: Int) {
        var driver = Driver()
        let answer = parameter == "sha" ? driver.post(sha: name) : driver.post(ref: name)
        #expect(answer.status == status)
    }

    @Test("a commit can be unknown for a while")
    func unknownForAWhile() {
        var driver = Driver()
        driver.sandbox.changeProject(42) { $0.commits.unknown = [Driver.sha] }
        #expect(driver.post().status == 400)
        driver.sandbox.changeProject(42) { $0.commits.unknown = [] }
        #expect(driver.post().status == 201)
    }

    @Test("the sha is stored as it was sent")
    func stored() {
        var driver = Driver()
        _ = driver.post(sha: Driver.sha.uppercased())
        #expect(driver.sandbox.deployments.map(\.sha) == [Driver.sha.uppercased()])
    }

    @Test("a bad sha leaves the new environment behind, a bad ref does not")
    func leftBehind() {
        var driver = Driver()
        _ = driver.post(ref: "a..b")
        #expect(driver.sandbox.environments.isEmpty)
        _ = driver.post(sha: "0000")
        #expect(driver.sandbox.environments.map(\.name) == ["production"])
        #expect(driver.sandbox.deployments.isEmpty)
    }
}
