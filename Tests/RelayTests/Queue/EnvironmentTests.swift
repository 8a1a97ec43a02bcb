import Formats
import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: tier and external URL")
struct EnvironmentTests {
    private static let environments = "/projects/42/environments"
    private static let deployments = "/projects/42/deployments"
    private static let url = "https://parcel.example.com"

    private static func attempts(_ bench: QueueBench, of id: UInt64) -> [Attempt] {
        bench.records.compactMap { record in
            if case .attempt(let attempt) = record, attempt.delivery == id { attempt } else { nil }
        }
    }

    @Test("the environment is made as wanted before its first deployment")
    func made() {
        var bench = QueueBench()
        let id = bench.accept(1, .running, tier: "production", externalURL: Self.url)
        bench.settle()
        #expect(bench.writes == ["POST \(Self.environments)", "POST \(Self.deployments)"])
        #expect(bench.gitlab.environment("production")?.tier == .production)
        #expect(bench.gitlab.environment("production")?.externalURL == Self.url)
        #expect(bench.state(of: id) == .delivered)
        #expect(
            Self.attempts(bench, of: id).contains { $0.reason.contains("tier production") }
        )
    }

    @Test("nothing wanted, nothing asked; nothing changed, nothing asked, over a restart too")
    func unchanged() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        #expect(bench.calls.allSatisfy { !$0.contains("environments") })
        bench.accept(2, .running, tier: "production")
        bench.settle()
        let asked = bench.calls.count { $0.contains("environments") }
        bench.accept(2, .success, tier: "production")
        bench.accept(3, .success, tier: "production")
        bench.settle()
        bench.restart()
        bench.accept(4, .success, tier: "production")
        bench.settle()
        #expect(bench.calls.count { $0.contains("environments") } == asked)
        #expect(bench.gitlab.rows.count == 4)
    }

    @Test("an environment that is there and right is looked at once and not written")
    func thereAlready() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.settle()
        bench.gitlab.environments[0].tier = .staging
        bench.accept(2, .success, tier: "staging")
        bench.accept(3, .success, tier: "staging")
        bench.settle()
        #expect(bench.calls.count { $0.contains("environments") } == 1)
        #expect(bench.writes.allSatisfy { $0 == "POST \(Self.deployments)" })
    }

    @Test("what changes is written once, also with a status that changes a row")
    func changed() {
        var bench = QueueBench()
        bench.accept(1, .running, tier: "staging")
        bench.settle()
        bench.accept(1, .success, tier: "production", externalURL: Self.url)
        bench.settle()
        #expect(bench.gitlab.environment("production")?.tier == .production)
        #expect(bench.gitlab.environment("production")?.externalURL == Self.url)
        #expect(bench.writes.count { $0.hasPrefix("PUT \(Self.environments)/") } == 1)
        // What is not said stays as it is.
        bench.accept(2, .success, externalURL: Self.url)
        bench.accept(3, .success)
        bench.settle()
        #expect(bench.writes.count { $0.contains("environments") } == 2)
        #expect(bench.gitlab.environment("production")?.tier == .production)
    }

    @Test("an environment deleted in GitLab is found out and made again")
    func deleted() {
        var bench = QueueBench()
        bench.accept(1, .success, tier: "staging")
        bench.settle()
        bench.gitlab.environments = []
        bench.accept(2, .success, tier: "production")
        bench.settle()
        #expect(bench.gitlab.environment("production")?.tier == .production)
        #expect(bench.rows(of: 2) == [.success])
    }

    @Test("an environment that GitLab made anew meanwhile is seen by its id, and set again")
    func madeAnew() {
        var bench = QueueBench()
        bench.accept(1, .success, tier: "production")
        bench.settle()
        bench.gitlab.environments = []
        bench.accept(2, .success)
        bench.settle()
        #expect(bench.gitlab.environment("production")?.tier == .other)
        bench.accept(3, .success, tier: "production")
        bench.settle()
        #expect(bench.gitlab.environment("production")?.tier == .production)
    }

    @Test("a race for the name is looked into, and what is wanted is written")
    func race() {
        var bench = QueueBench()
        bench.canned = [.gitlab, .answer(400, #"{"message":{"name":["has already been taken"]}}"#)]
        let id = bench.accept(1, .success, tier: "production")
        bench.settle()
        #expect(bench.gitlab.environment("production")?.tier == .production)
        #expect(bench.state(of: id) == .delivered)
    }

    struct Refusal: CustomTestStringConvertible {
        let status: Int
        let body: String

        var testDescription: String { "\(status) \(body)" }
    }

    @Test(
        "a refusal is told in the ledger, and the deployment goes on",
        arguments: [
            Refusal(status: 400, body: #"{"message":{"external_url":["is not allowed"]}}"#),
            Refusal(status: 400, body: #"{"error":"tier does not have a valid value"}"#),
            Refusal(status: 422, body: #"{"message":"422 Unprocessable"}"#),
        ]
    )
    func refused(row: Refusal) {
        var bench = QueueBench()
        bench.canned = [.gitlab, .answer(row.status, row.body)]
        let id = bench.accept(1, .success, tier: "production")
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.rows(of: 1) == [.success])
        let told = Self.attempts(bench, of: id).filter { $0.outcome == .rejected }
        #expect(told.count == 1)
        #expect(told.first?.reason.contains("the deployment goes on") ?? false)
        #expect(told.first?.call.contains("environments") ?? false)
    }

    @Test("a lost answer is looked into and never makes a second environment")
    func lost() {
        for isDone in [true, false] {
            var bench = QueueBench()
            bench.canned = [.gitlab, .lost(isDone: isDone)]
            let id = bench.accept(1, .success, tier: "production")
            bench.settle()
            #expect(bench.gitlab.environments.count == 1)
            #expect(bench.gitlab.environment("production")?.tier == .production)
            #expect(bench.state(of: id) == .delivered)
        }
    }

    @Test("an environment call that fails for long does not hold the deployment for ever")
    func failing() throws {
        var bench = QueueBench()
        bench.canned = Array(
            repeating: .answer(500, #"{"message":"500 Internal Server Error"}"#),
            count: 60
        )
        let id = bench.accept(1, .success, tier: "production")
        bench.settle(seconds: 14 * 60)
        #expect(bench.state(of: id) == nil)
        #expect(bench.writes.isEmpty)
        bench.settle(seconds: 20 * 60)
        bench.canned = []
        bench.settle(seconds: 20 * 60)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.rows(of: 1) == [.success])
    }

    @Test("what somebody must mend holds as for a deployment, and goes on by itself")
    func held() {
        var bench = QueueBench()
        bench.gitlab.protected = ["production"]
        let id = bench.accept(1, .success, tier: "production")
        let other = bench.accept(2, .success, application: "other", environment: "staging")
        bench.pass(seconds: 60)
        #expect(bench.held.count == 1)
        #expect(bench.state(of: id) == nil)
        #expect(bench.state(of: other) == .delivered)
        bench.gitlab.protected = []
        bench.settle()
        #expect(bench.held.isEmpty)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.gitlab.environment("production")?.tier == .production)
        #expect(bench.rows(of: 1) == [.success])
    }

    @Test("a token that expired holds the endpoint before the environment is made")
    func expired() {
        var bench = QueueBench()
        bench.gitlab.token = .expired
        let id = bench.accept(1, .success, tier: "production")
        bench.pass(seconds: 30)
        #expect(bench.held.keys.contains(.endpoint("default")))
        bench.gitlab.token = .valid
        bench.mended()
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.gitlab.environment("production")?.tier == .production)
    }

    @Test("a crash after any record ends with one environment and one row", arguments: 0..<12)
    func crash(records: Int) {
        var bench = QueueBench()
        let id = bench.accept(1, .success, tier: "production")
        bench.settle()
        bench.loseRecords(from: min(records, bench.records.count))
        bench.restart()
        bench.settle()
        #expect(bench.gitlab.environments.count == 1)
        #expect(bench.gitlab.rows.count == 1)
        #expect(bench.state(of: id) == .delivered)
    }

    @Test("a write about an environment ends no doubt about a deployment")
    func doubt() {
        let call = { (call: String) in
            SettledRecord.attempt(
                Attempt(
                    delivery: 7,
                    generation: 2,
                    number: SampleRecords.sending.attempt,
                    finishedAt: Timestamp(milliseconds: 0),
                    call: call,
                    outcome: .deferred,
                    httpStatus: 400,
                    reason: "",
                    milliseconds: 1
                )
            )
        }
        for (path, isOpen) in [
            ("POST \(Self.environments)", true), ("PUT \(Self.environments)/7", true),
            ("POST \(Self.deployments)", false), ("PUT \(Self.deployments)/7", false),
        ] {
            var summary = SettledSummary(endLimit: 10)
            summary.note(.sending(SampleRecords.sending), locator: 0)
            summary.note(call(path), locator: 1)
            #expect(
                summary.interrupted[SampleRecords.sending.delivery]?.isOpen == isOpen,
                "\(path)"
            )
        }
    }
}

@Suite("Delivery queue: environments that are stopped")
struct StopTests {
    @Test("it is stopped after what is open there, by name, and that is written down")
    func stops() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        let closing = bench.accept(1, .canceled, isClosing: true)
        let id = bench.accept(1, .canceled, deletion: true)
        bench.settle()
        #expect(bench.rows(of: 1) == [.canceled])
        #expect(bench.gitlab.environment("production")?.isStopped == true)
        #expect(bench.state(of: closing) == .delivered)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.writes.last == "POST /projects/42/environments/501/stop")
    }

    @Test("a stop goes before what another Application deploys there afterwards")
    func beforeNext() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.settle()
        bench.accept(1, .canceled, deletion: true)
        bench.accept(2, .success, application: "again")
        bench.settle()
        #expect(bench.gitlab.environment("production")?.isStopped == false)
        #expect(bench.rows(of: 2) == [.success])
    }

    @Test("what stays is written down and asks nothing of GitLab")
    func stays() {
        var bench = QueueBench()
        let id = bench.accept(1, .canceled, deletion: false)
        bench.settle()
        #expect(bench.calls.isEmpty)
        #expect(bench.state(of: id) == .superseded)
        #expect(bench.end(of: id)?.reason.contains("deleted") ?? false)
    }

    @Test("one that is not there, or stopped already, is over at once")
    func nothingToStop() {
        var bench = QueueBench()
        let none = bench.accept(1, .canceled, deletion: true)
        bench.settle()
        #expect(bench.state(of: none) == .superseded)
        bench.accept(1, .success)
        bench.settle()
        bench.gitlab.environments[0].isStopped = true
        let again = bench.accept(2, .canceled, deletion: true)
        bench.settle()
        #expect(bench.state(of: again) == .delivered)
        #expect(bench.writes.allSatisfy { !$0.hasSuffix("/stop") })
    }

    @Test("a lost answer is looked into; a crash at any record changes nothing", arguments: 0..<8)
    func lost(records: Int) {
        for isDone in [true, false] {
            var bench = QueueBench()
            bench.accept(1, .success)
            bench.settle()
            let before = bench.records.count
            bench.canned = [.gitlab, .lost(isDone: isDone)]
            let id = bench.accept(1, .canceled, deletion: true)
            bench.settle()
            #expect(bench.gitlab.environment("production")?.isStopped == true)
            #expect(bench.state(of: id) == .delivered)
            bench.loseRecords(from: min(before + records, bench.records.count))
            bench.restart(isDamaged: records.isMultiple(of: 2))
            bench.settle()
            #expect(bench.state(of: id) == .delivered)
            #expect(bench.gitlab.rows.count == 1)
        }
    }

    @Test("what somebody must mend holds it, and it goes on by itself")
    func held() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.settle()
        bench.gitlab.protected = ["production"]
        let id = bench.accept(1, .canceled, deletion: true)
        bench.pass(seconds: 30)
        #expect(bench.held.count == 1)
        bench.gitlab.protected = []
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.gitlab.environment("production")?.isStopped == true)
        #expect(bench.held.isEmpty)
    }

    @Test("a refusal for good is a dead letter that can be redelivered")
    func refused() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.settle()
        bench.canned = [.gitlab, .answer(400, #"{"message":"400 Bad request - no"}"#)]
        let id = bench.accept(1, .canceled, deletion: true)
        bench.settle()
        #expect(bench.state(of: id) == .dead)
        bench.accept(1, .canceled, deletion: true, generation: 1, id: id)
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
    }
}
