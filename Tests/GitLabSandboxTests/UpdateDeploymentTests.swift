import Formats
import GitLabSandbox
import JSON
import Testing

@Suite("PUT and DELETE of a deployment")
struct UpdateDeploymentTests {
    /// The table of facts §3: the event that is refused, or nothing.
    struct Move: CustomTestStringConvertible {
        let from: SandboxStatus
        let to: String
        let refused: String?

        var testDescription: String { "\(from) to \(to)" }

        static let all: [Move] = [
            .init(from: .created, to: "running", refused: nil),
            .init(from: .blocked, to: "running", refused: nil),
            .init(from: .running, to: "running", refused: "run"),
            .init(from: .running, to: "success", refused: nil),
            .init(from: .running, to: "failed", refused: nil),
            .init(from: .running, to: "canceled", refused: nil),
            .init(from: .success, to: "running", refused: "run"),
            .init(from: .success, to: "success", refused: "succeed"),
            .init(from: .success, to: "failed", refused: nil),
            .init(from: .success, to: "canceled", refused: nil),
            .init(from: .failed, to: "running", refused: "run"),
            .init(from: .failed, to: "success", refused: nil),
            .init(from: .failed, to: "failed", refused: "drop"),
            .init(from: .failed, to: "canceled", refused: nil),
            .init(from: .canceled, to: "running", refused: "run"),
            .init(from: .canceled, to: "success", refused: nil),
            .init(from: .canceled, to: "failed", refused: nil),
            .init(from: .canceled, to: "canceled", refused: "cancel"),
            .init(from: .skipped, to: "running", refused: "run"),
            .init(from: .skipped, to: "success", refused: nil),
        ]
    }

    @Test("the state machine lets through what GitLab's does", arguments: Move.all)
    func moves(move: Move) {
        var driver = Driver()
        _ = driver.sandbox.seedDeployment(
            project: 42,
            environment: "production",
            sha: Driver.sha,
            ref: "main",
            status: move.from,
            at: driver.time
        )
        driver.now += 5000
        let answer = driver.put(move.to, 1)
        if let event = move.refused {
            #expect(
                "\(answer)"
                    == #"400 {"message":{"status":["cannot transition via \"\#(event)\""]}}"#
            )
            #expect(driver.sandbox.deployments[0].status == move.from)
        } else {
            #expect(answer.status == 200)
            #expect(answer.json?["status"]?.string == move.to)
            #expect(answer.json?["updated_at"]?.string == driver.time.rfc3339)
            let finish = move.to == "running" ? nil : driver.time
            #expect(driver.sandbox.deployments[0].finishedAt == finish)
        }
    }

    @Test("only the status is read")
    func onlyStatus() {
        var driver = Driver()
        _ = driver.post("running")
        let answer = driver.send(
            "PUT",
            "\(Driver.deployments)/1",
            json: #"{"status":"success","sha":"x","environment":"other"}"#
        )
        #expect(answer.json?["sha"]?.string == Driver.sha)
        #expect(answer.json?["environment"]?["name"]?.string == "production")
    }

    @Test("the last success is found anew when it fails afterwards")
    func leavesSuccess() {
        var driver = Driver()
        _ = driver.post()
        driver.now += 1000
        _ = driver.post(sha: Driver.otherSHA)
        #expect(driver.sandbox.environment("production", in: 42)?.lastSuccess == 2)
        _ = driver.put("failed", 2)
        #expect(driver.sandbox.environment("production", in: 42)?.lastSuccess == 1)
    }

    @Test(
        "refusals come in GitLab's words",
        arguments: [
            ("99", #"{"status":"success"}"#, #"404 {"message":"404 Not found"}"#),
            ("abc", #"{"status":"success"}"#, #"404 {"message":"404 Not found"}"#),
            ("1", "{}", #"400 {"error":"status is missing"}"#),
            ("1", #"{"status":"done"}"#, #"400 {"error":"status does not have a valid value"}"#),
            ("99", #"{"status":"done"}"#, #"400 {"error":"status does not have a valid value"}"#),
        ]
    )
    func refusals(id: String, body: String, expected: String) {
        var driver = Driver()
        _ = driver.post("running")
        #expect("\(driver.send("PUT", "\(Driver.deployments)/\(id)", json: body))" == expected)
    }

    @Test("a deployment of another project is not found")
    func otherProject() {
        var driver = Driver()
        _ = driver.post("running", to: "/api/v4/projects/43/deployments")
        #expect(driver.put("success", 1).status == 404)
    }

    @Test("what CI has made, the API may not update")
    func fromCI() {
        var driver = Driver()
        _ = driver.sandbox.seedDeployment(
            project: 42,
            environment: "production",
            sha: Driver.sha,
            ref: "main",
            status: .running,
            isFromCI: true,
            at: driver.time
        )
        #expect(
            "\(driver.put("success", 1))"
                == #"403 {"message":"403 Forbidden - Deployments created using GitLab CI can not be "#
                + #"updated using the API"}"#
        )
        #expect(driver.get("\(Driver.deployments)/1").json?["deployable"]?.kind == .object)
    }

    @Test("DELETE is for maintainers, and not for what runs or is deployed")
    func delete() {
        var driver = Driver()
        _ = driver.post()
        driver.now += 1
        _ = driver.post(sha: Driver.otherSHA)
        _ = driver.post("running")
        #expect(driver.send("DELETE", "\(Driver.deployments)/1").status == 403)
        driver.sandbox.changeToken("glpat-sandbox") { $0.role = .maintainer }
        #expect(
            "\(driver.send("DELETE", "\(Driver.deployments)/3"))"
                == #"400 {"message":"Cannot destroy running deployment"}"#
        )
        #expect(
            "\(driver.send("DELETE", "\(Driver.deployments)/2"))"
                == #"400 {"message":"Deployment currently deployed to environment"}"#
        )
        #expect("\(driver.send("DELETE", "\(Driver.deployments)/1"))" == "204 ")
        #expect(driver.sandbox.deployments.map(\.id) == [2, 3])
        #expect(driver.post("failed").id == 4)
    }

    @Test(
        "an id that is no number is refused, but for PUT",
        arguments: [("GET", ""), ("DELETE", ""), ("GET", "/merge_requests")]
    )
    func badID(method: String, rest: String) {
        var driver = Driver()
        #expect(
            "\(driver.send(method, "\(Driver.deployments)/x\(rest)"))"
                == #"400 {"error":"deployment_id is invalid"}"#
        )
        #expect(
            driver.send(method, "\(Driver.deployments)/99999999999999999999\(rest)").status == 404
        )
    }

    @Test("merge requests are an empty page, and nothing waits for approval")
    func besides() {
        var driver = Driver()
        _ = driver.post()
        #expect("\(driver.get("\(Driver.deployments)/1/merge_requests"))" == "200 []")
        let approval = driver.send(
            "POST",
            "\(Driver.deployments)/1/approval",
            json: #"{"status":"approved"}"#
        )
        #expect(approval.status == 400)
    }
}
