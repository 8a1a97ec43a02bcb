import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("An older GitLab")
struct GenerationTests {
    private static func older() -> Driver { Driver { $0.generation = .older } }

    @Test("sha and ref are told together, after the environment was made")
    func together() {
        var driver = Self.older()
        #expect(
            "\(driver.post(sha: "nope", ref: "a..b"))"
                == #"400 {"message":{"sha":["The commit does not exist"],"#
                + #""ref":["The branch or tag does not exist"]}}"#
        )
        #expect(
            "\(driver.post(ref: "a..b"))"
                == #"400 {"message":{"ref":["The branch or tag does not exist"]}}"#
        )
        #expect(driver.sandbox.environments.count == 1)
    }

    @Test("blank texts pass the validation, and a name that is refused ends in a 500")
    func blank() {
        var driver = Self.older()
        #expect(driver.post(sha: "").text == #"{"message":{"sha":["The commit does not exist"]}}"#)
        #expect(
            "\(driver.post(environment: "a:b"))" == #"500 {"message":"500 Internal Server Error"}"#
        )
    }

    @Test("a moved project is 404, maintenance is 403, and lists take any filter")
    func answers() {
        var driver = Self.older()
        driver.sandbox.changeProject(42) { $0.path = "new/place" }
        #expect(driver.get("/api/v4/projects/fleet%2Fservices%2Fparcel-api").status == 404)
        #expect(
            driver.get("\(Driver.deployments)?updated_after=2026-01-01T00:00:00Z").status == 200
        )
        driver.sandbox.mode = .maintenance
        #expect(driver.post().status == 403)
    }

    @Test("answers have fewer members")
    func members() {
        var driver = Self.older()
        let body = driver.post().json
        #expect(body?["approvals"] == nil)
        #expect(body?["environment"]?["updated_at"] == nil)
        #expect(body?["environment"]?["slug"]?.string == "production")
    }
}
