import Formats
import GitLabSandbox
import HTTP
import JSON
import Testing

@Suite("List of deployments")
struct ListDeploymentsTests {
    /// Five rows, a minute apart; the second is then updated last.
    static func filled() -> Driver {
        var driver = Driver()
        for status in ["success", "running", "failed", "canceled"] {
            _ = driver.post(status, environment: status == "failed" ? "staging" : "production")
            driver.now += 60_000
        }
        _ = driver.post(sha: Driver.otherSHA)
        driver.now += 60_000
        _ = driver.put("success", 2)
        return driver
    }

    @Test(
        "filters and order are GitLab's",
        arguments: [
            ("", [1, 2, 3, 4, 5]), ("sort=desc", [5, 4, 3, 2, 1]),
            ("order_by=iid&sort=desc", [5, 4, 3, 2, 1]),
            ("order_by=created_at", [1, 2, 3, 4, 5]),
            ("order_by=updated_at", [1, 3, 4, 5, 2]),
            ("order_by=updated_at&sort=desc", [2, 5, 4, 3, 1]),
            ("environment=production", [1, 2, 4, 5]), ("environment=staging", [3]),
            ("environment=Production", []), ("environment=nowhere&sort=desc", []),
            ("status=success", [1, 2, 5]), ("status=created", []),
            ("status=success&order_by=finished_at&sort=desc", [2, 5, 1]),
            ("environment=production&status=success&sort=desc", [5, 2, 1]),
            ("order_by=updated_at&updated_after=2026-04-17T10:23:00Z", [4, 5, 2]),
            ("order_by=updated_at&updated_before=2026-04-17T10:21:00Z", [1]),
            (
                "order_by=finished_at&status=success&finished_after=2026-04-17T10:21:00Z"
                    + "&finished_before=2026-04-17T10:25:00Z", [5]
            ),
            ("order_by=id&sort=desc&per_page=2", [5, 4]),
            ("order_by=id&sort=desc&per_page=2&page=3", [1]), ("per_page=2&page=9", []),
        ]
    )
    func filters(query: String, ids: [Int]) {
        var driver = Self.filled()
        let answer = driver.get("\(Driver.deployments)?\(query)")
        #expect(answer.status == 200, "\(answer)")
        #expect(answer.ids == ids)
    }

    @Test(
        "what no index serves, or no one understands, is refused",
        arguments: [
            (
                "updated_after=2026-04-17T10:23:00Z",
                "message", "400 Bad request - `updated_at` filter requires `updated_at` sort"
            ),
            (
                "finished_after=2026-04-17T10:23:00Z&status=success",
                "message", "400 Bad request - `finished_at` filter requires `finished_at` sort"
            ),
            (
                "finished_after=2026-04-17T10:23:00Z&order_by=finished_at", "message",
                "400 Bad request - `finished_at` filter must be combined with `success` status filter"
            ),
            (
                "finished_after=2026-04-17T10:23:00Z&updated_after=2026-04-17T10:23:00Z", "message",
                "400 Bad request - Both `updated_at` filter and `finished_at` filter can not be "
                    + "specified"
            ),
            (
                "order_by=finished_at&status=running", "message",
                "400 Bad request - `finished_at` sort requires `finished_at` filter or a filter with "
                    + "at least one of the finished statuses"
            ),
            ("status=done", "error", "status does not have a valid value"),
            ("order_by=ref", "error", "order_by does not have a valid value"),
            (
                "sort=up&order_by=x", "error",
                "order_by does not have a valid value, sort does not have a valid value"
            ),
            ("per_page=0", "error", "per_page has a value not allowed"),
            ("per_page=many", "error", "per_page is invalid"),
            ("updated_after=yesterday", "error", "updated_after is invalid"),
        ]
    )
    func refusals(query: String, key: String, text: String) {
        var driver = Self.filled()
        let answer = driver.get("\(Driver.deployments)?\(query)")
        #expect(answer.status == 400)
        #expect(answer.json?[key]?.string == text)
    }

    @Test("keyset pagination is not offered")
    func keyset() {
        var driver = Driver()
        #expect(
            "\(driver.get("\(Driver.deployments)?pagination=keyset"))"
                == #"405 {"error":"Keyset pagination is not yet available for this type of request"}"#
        )
    }

    @Test("a page tells of the others, at the caller's name for the host")
    func pages() {
        var driver = Self.filled()
        let answer = driver.get("\(Driver.deployments)?environment=production&per_page=1&page=2")
        #expect(answer["X-Page"] == "2")
        #expect(answer["X-Per-Page"] == "1")
        #expect(answer["X-Next-Page"] == "3")
        #expect(answer["X-Prev-Page"] == "1")
        #expect(answer["X-Total"] == "4")
        #expect(answer["X-Total-Pages"] == "4")
        let links = answer["Link"]?.components(separatedBy: ", ") ?? []
        let base = "http://gitlab.test\(Driver.deployments)?environment=production"
        #expect(
            links == [
                "<\(base)&page=1&per_page=1>; rel=\"prev\"",
                "<\(base)&page=3&per_page=1>; rel=\"next\"",
                "<\(base)&page=1&per_page=1>; rel=\"first\"",
                "<\(base)&page=4&per_page=1>; rel=\"last\"",
            ]
        )
    }

    @Test("the first and the last page leave their neighbours empty")
    func ends() {
        var driver = Self.filled()
        let first = driver.get("\(Driver.deployments)?per_page=3")
        #expect(first["X-Prev-Page"] == "")
        #expect(first["X-Next-Page"] == "2")
        let last = driver.get("\(Driver.deployments)?per_page=3&page=2")
        #expect(last["X-Prev-Page"] == "1")
        #expect(last["X-Next-Page"] == "")
        #expect(driver.get("\(Driver.deployments)?per_page=1000")["X-Per-Page"] == "100")
    }

    @Test("beyond 10,000 rows nothing is counted")
    func uncounted() {
        var driver = Driver()
        for _ in 0..<10_001 {
            _ = driver.sandbox.seedDeployment(
                project: 42,
                environment: "production",
                sha: Driver.sha,
                ref: "main",
                status: .failed,
                at: driver.time
            )
        }
        let answer = driver.get("\(Driver.deployments)?sort=desc")
        #expect(answer.ids.first == 10_001)
        #expect(answer["X-Total"] == nil)
        #expect(answer["X-Total-Pages"] == nil)
        #expect(answer["X-Next-Page"] == "2")
        #expect(answer["Link"]?.contains("rel=\"last\"") == false)
    }

    @Test("a list shows no tag and no finish, and one alone shows EE's additions")
    func shape() {
        var driver = Self.filled()
        let keys = driver.get(Driver.deployments).json?[0]?.members.map(\.key)
        #expect(keys?.contains("tag") == false)
        #expect(keys?.contains("finished_at") == false)
        #expect(keys?.contains("approvals") == false)
        #expect(driver.get("\(Driver.deployments)/1").json?["approvals"]?.kind == .array)
    }

    @Test("HEAD is GET without a body")
    func head() {
        var driver = Self.filled()
        let request = SandboxRequest(
            "HEAD",
            Driver.deployments,
            fields: [("PRIVATE-TOKEN", "glpat-sandbox")]
        )
        let response = driver.sandbox.respond(to: request, at: driver.time)
        #expect(response?.status == 200)
        #expect(response?.isHeadOnly == true)
        #expect(response?.fields.contains { $0.name == "X-Total" && $0.value == "5" } == true)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator).map(String.init)
    }
}
