import Formats
import GitLabSandbox
import HTTP
import JSON
import Testing

@Suite("Faults")
struct FaultQueueTests {
    /// What a prepared fault makes of a POST that is in order, and how many rows it leaves.
    struct Row: CustomTestStringConvertible {
        let fault: PreparedFault
        let answer: String
        let type: String?
        let rows: Int

        var testDescription: String { fault.rawValue }

        static let all: [Row] = [
            .init(
                fault: .tooManyRequests,
                answer: "429 Retry later\n",
                type: "text/plain",
                rows: 0
            ),
            .init(
                fault: .tooManyForApplication,
                answer:
                    #"429 {"message":{"error":"This endpoint has been requested too many times. "#
                    + #"Try again later."}}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .badGateway,
                answer: "502 GitLab is not responding",
                type: "text/plain",
                rows: 0
            ),
            .init(
                fault: .badGatewayAfter,
                answer: "502 GitLab is not responding",
                type: "text/plain",
                rows: 1
            ),
            .init(fault: .badGatewayPage, answer: "502 <html>", type: "text/html", rows: 0),
            .init(fault: .gatewayTimeoutAfter, answer: "504 <html>", type: "text/html", rows: 1),
            .init(fault: .deployPage, answer: "503 <html>", type: "text/html", rows: 0),
            .init(
                fault: .maintenance,
                answer: #"503 {"message":"GitLab Maintenance: system is in maintenance mode"}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .readOnly,
                answer:
                    #"403 {"message":"You cannot perform write operations on a read-only instance"}"#,
                type: "application/json",
                rows: 0
            ),
            .init(fault: .readOnlyRedirect, answer: "301 ", type: nil, rows: 0),
            .init(
                fault: .serverError,
                answer: #"500 {"message":"500 Internal Server Error"}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .serverErrorAfter,
                answer: #"500 {"message":"500 Internal Server Error"}"#,
                type: "application/json",
                rows: 1
            ),
            .init(
                fault: .lock,
                answer: #"409 {"message":"409 Conflict: Resource lock"}"#,
                type: "application/json",
                rows: 0
            ),
            .init(fault: .null, answer: "201 null", type: "application/json", rows: 0),
            .init(fault: .nullAfter, answer: "201 null", type: "application/json", rows: 1),
            .init(
                fault: .environmentRace,
                answer: #"400 {"message":{"name":["has already been taken"]}}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .commitUnknown,
                answer: #"400 {"message":{"sha":["The commit does not exist"]}}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .refUnknown,
                answer: #"400 {"message":{"ref":["The branch or tag does not exist"]}}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .unauthorized,
                answer: #"401 {"message":"401 Unauthorized"}"#,
                type: "application/json",
                rows: 0
            ),
            .init(
                fault: .expired,
                answer: #"401 {"error":"invalid_token","error_description":"Token is expired."#,
                type: "application/json",
                rows: 0
            ),
        ]
    }

    @Test("a prepared fault strikes one write, and the next one is as always", arguments: Row.all)
    func prepared(row: Row) throws {
        var driver = Driver()
        driver.sandbox.faults.add(SandboxFault(row.fault))
        let struck = driver.post("failed")
        #expect("\(struck)".hasPrefix(row.answer), "\(struck)")
        #expect(struck["Content-Type"] == row.type)
        #expect(driver.sandbox.deployments.count == row.rows)
        let exchange = try #require(driver.sandbox.exchanges.first)
        #expect(exchange.fault == row.fault.rawValue)
        #expect(exchange.status == struck.status)
        #expect(driver.post("failed").status == 201)
        #expect(driver.sandbox.exchanges.last?.fault == nil)
    }

    @Test("a race leaves the environment that the other request made")
    func race() {
        var driver = Driver()
        driver.sandbox.faults.add(SandboxFault(.environmentRace))
        _ = driver.post()
        #expect(driver.sandbox.environments.map(\.name) == ["production"])
    }

    @Test("the text 429 tells when to come again, the application's does not")
    func hints() {
        var driver = Driver()
        driver.sandbox.faults.add(SandboxFault(.tooManyRequests))
        driver.sandbox.faults.add(SandboxFault(.tooManyForApplication))
        let first = driver.get(Driver.deployments)
        #expect(first["Retry-After"] == "1")
        #expect(first["RateLimit-Reset"] == "1776421231")
        let second = driver.get(Driver.deployments)
        #expect(second.status == 429)
        #expect(second.fields.map(\.name) == ["Content-Type", "Date"])
    }

    @Test(
        "a fault strikes what it is meant for only",
        arguments: [
            (SandboxFault.Match(), [500, 500, 500]), (.init(methods: ["POST"]), [200, 500, 201]),
            (.init(path: "/projects/43/"), [200, 201, 500]),
            (.init(body: "failed"), [200, 201, 500]),
            (.init(methods: ["GET", "PUT"], path: "deployments"), [500, 201, 201]),
            (.init(path: "nowhere"), [200, 201, 201]),
        ]
    )
    func matches(match: SandboxFault.Match, statuses: [Int]) {
        var driver = Driver()
        var fault = SandboxFault(.serverError, count: match == .init(methods: ["POST"]) ? 1 : nil)
        fault.match = match
        driver.sandbox.faults.add(fault)
        let got = [
            driver.get(Driver.deployments).status, driver.post("running").status,
            driver.post("failed", to: "/api/v4/projects/43/deployments").status,
        ]
        #expect(got == statuses)
    }

    @Test("faults wait in a queue, with so many to pass and so many to strike")
    func queue() {
        var driver = Driver()
        var late = SandboxFault(.lock, count: 2)
        late.skip = 1
        late.match = SandboxFault.Match()
        driver.sandbox.faults.add(late)
        driver.sandbox.faults.add(SandboxFault(.serverError, count: 1))
        let statuses = (1...5).map { _ in driver.get(Driver.deployments).status }
        #expect(statuses == [500, 409, 409, 200, 200])
        #expect(driver.sandbox.faults.faults.isEmpty)
    }

    @Test("a fault by chance strikes about as often as it should, and the same by the same seed")
    func chance() {
        func run(seed: UInt64) -> [Int] {
            var driver = Driver { $0.seed = seed }
            var fault = SandboxFault(.serverError, count: nil)
            fault.probability = 0.25
            driver.sandbox.faults.add(fault)
            return (1...1000).map { _ in driver.get("/api/v4/version").status }
        }
        let first = run(seed: 7)
        #expect(first == run(seed: 7))
        #expect(first != run(seed: 8))
        #expect((150...350).contains(first.count { $0 == 500 }))
    }

    @Test("what is cut, truncated or hung gives a driver without sockets no answer")
    func noAnswer() {
        for prepared in [PreparedFault.cutBefore, .cutAfter, .truncated, .hang] {
            var driver = Driver()
            driver.sandbox.faults.add(SandboxFault(prepared))
            #expect(driver.post().status == 0)
            let isProcessed = prepared == .cutAfter || prepared == .truncated
            #expect(driver.sandbox.deployments.count == (isProcessed ? 1 : 0))
        }
    }

    @Test("a plan can be carried out when its time has come")
    func plan() {
        var driver = Driver()
        driver.sandbox.faults.add(SandboxFault(.cutLate))
        let request = SandboxRequest(
            "POST",
            Driver.deployments,
            fields: [("PRIVATE-TOKEN", "glpat-sandbox"), ("Content-Type", "application/json")],
            body: Array(
                #"{"environment":"p","sha":"\#(Driver.sha)","ref":"m","tag":false,"status":"failed"}"#
                    .utf8
            )
        )
        let plan = driver.sandbox.take(request, at: driver.time)
        #expect(plan.effect.delivery == .cutFirst)
        #expect(plan.effect.delayBefore == 2000)
        #expect(driver.sandbox.deployments.isEmpty)
        #expect(driver.sandbox.exchanges[0].status == nil)
        driver.now += plan.effect.delayBefore
        #expect(driver.sandbox.carryOut(plan, at: driver.time).status == 201)
        #expect(driver.sandbox.deployments.map(\.createdAt) == [driver.time])
        #expect(driver.sandbox.exchanges[0].status == 201)
    }
}
