import Formats
import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: holds that mend themselves")
struct HoldTests {
    private static let expired = QueueBench.Canned.answer(
        401,
        #"{"error":"invalid_token","error_description":"Token is expired."}"#
    )
    private static let endpoint = HoldScope.endpoint("default")

    @Test("an expired token holds everything, is asked for by a read, and resumes by itself")
    func endpoint() throws {
        var bench = QueueBench()
        bench.gitlab.token = .expired
        let ids = (1...3).map { bench.accept($0, .success, environment: "e\($0)") }
        bench.pass(seconds: 4)
        let hold = try #require(bench.held[Self.endpoint])
        #expect(hold.reason.contains("expired"))
        #expect(!hold.remedy.isEmpty)
        #expect(bench.writes.count == 3)
        bench.pass(seconds: 296)
        // 5 s, then 10, 20, 40, and every 60: seven questions in five minutes, and no write.
        #expect(bench.writes.count == 3)
        #expect(bench.reads.allSatisfy { $0 == "GET /user" })
        #expect((6...8).contains(bench.reads.count))
        bench.gitlab.token = .valid
        bench.pass(seconds: 61)
        #expect(bench.held.isEmpty)
        #expect(ids.allSatisfy { bench.state(of: $0) == .delivered })
    }

    @Test("a hold after a success asks as soon as the first one, however lately that ended")
    func calm() {
        var bench = QueueBench()
        bench.gitlab.token = .expired
        bench.accept(1, .success)
        bench.pass(seconds: 300)
        bench.gitlab.token = .valid
        bench.pass(seconds: 61)
        #expect(bench.held.isEmpty)
        let reads = bench.reads.count
        bench.gitlab.token = .expired
        bench.accept(2, .success)
        bench.pass(seconds: 6)
        #expect(bench.held[Self.endpoint] != nil)
        #expect(bench.reads.count == reads + 1)
    }

    @Test("a changed secret is tried at once")
    func mended() {
        var bench = QueueBench()
        bench.gitlab.token = .expired
        let id = bench.accept(1, .success)
        bench.pass(seconds: 300)
        bench.gitlab.token = .valid
        bench.mended()
        bench.pass(seconds: 1)
        #expect(bench.state(of: id) == .delivered)
    }

    @Test("a token that may only read is found out by a write, since a read tells nothing")
    func scope() {
        var bench = QueueBench()
        bench.gitlab.token = .readOnly
        let id = bench.accept(1, .success)
        bench.pass(seconds: 300)
        #expect(bench.held[Self.endpoint]?.reason.contains("insufficient_scope") ?? false)
        #expect(bench.state(of: id) == nil)
        #expect(bench.writes.count < 10)
        bench.gitlab.token = .valid
        bench.pass(seconds: 61)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.held.isEmpty)
    }

    @Test("one project's hold stops no other")
    func project() {
        var bench = QueueBench()
        bench.gitlab.projects[0].isHidden = true
        let here = bench.accept(1, .success)
        let there = bench.accept(2, .success, project: "43")
        bench.pass(seconds: 30)
        #expect(bench.state(of: there) == .delivered)
        #expect(bench.state(of: here) == nil)
        #expect(bench.held.keys.map(\.words) == ["project 42"])
        bench.gitlab.projects[0].isHidden = false
        bench.pass(seconds: 61)
        #expect(bench.state(of: here) == .delivered)
    }

    @Test("a 403 of a project that is archived says so, and holds the project")
    func archived() {
        var bench = QueueBench()
        bench.gitlab.projects[0].isArchived = true
        let id = bench.accept(1, .success)
        let other = bench.accept(2, .success, environment: "staging")
        bench.pass(seconds: 200)
        #expect(bench.held.keys.map(\.words) == ["project 42"])
        #expect(bench.held.values.first?.reason.contains("archived") ?? false)
        bench.gitlab.projects[0].isArchived = false
        bench.pass(seconds: 61)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.state(of: other) == .delivered)
    }

    @Test("a protected environment holds its lane only, and its oldest event asks")
    func lane() {
        var bench = QueueBench()
        bench.gitlab.protected = ["production"]
        let first = bench.accept(1, .success)
        let second = bench.accept(2, .success)
        let other = bench.accept(3, .success, environment: "staging")
        bench.pass(seconds: 100)
        #expect(bench.state(of: other) == .delivered)
        #expect(bench.held.keys.map(\.words) == ["project 42, environment production"])
        #expect((4...6).contains(bench.writes.count))
        bench.gitlab.protected = []
        bench.pass(seconds: 61)
        #expect(bench.state(of: first) == .delivered)
        #expect(bench.state(of: second) == .delivered)
    }

    @Test("several answers of one trouble widen no interval: the first probe comes after 5 s")
    func manyAtOnce() {
        var bench = QueueBench()
        bench.gitlab.projects[0].isHidden = true
        for number in 0..<8 { bench.accept(1, .success, environment: "e\(number)") }
        bench.pass(seconds: 6)
        #expect(bench.reads == ["GET /projects/42"])
    }

    @Test("a hold that is found while another is tried takes its place")
    func overlapping() {
        var bench = QueueBench()
        bench.gitlab.projects[0].isHidden = true
        let id = bench.accept(1, .success)
        bench.pass(seconds: 2)
        bench.gitlab.token = .expired
        bench.pass(seconds: 120)
        #expect(bench.held[Self.endpoint] != nil)
        bench.gitlab.token = .valid
        bench.pass(seconds: 120)
        #expect(bench.held.keys.map(\.words) == ["project 42"])
        bench.gitlab.projects[0].isHidden = false
        bench.pass(seconds: 61)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.held.isEmpty)
    }

    @Test("a 429 or a time-out in answer to a probe mends nothing")
    func unclearProbe() {
        var bench = QueueBench()
        bench.gitlab.protected = ["production"]
        let id = bench.accept(1, .success)
        bench.settle(seconds: 1)
        bench.canned = [.answer(429, "Retry later"), .lost(isDone: false), .answer(502, "<html>")]
        bench.pass(seconds: 60)
        #expect(!bench.held.isEmpty)
        #expect(bench.told.count { if case .released = $0 { true } else { false } } == 0)
        bench.gitlab.protected = []
        bench.pass(seconds: 200)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.rows(of: 1) == [.success])
    }

    @Test("what is held and uncertain is looked up when it is tried")
    func uncertainAndHeld() {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: true), Self.expired]
        let id = bench.accept(1, .running)
        bench.gitlab.token = .valid
        bench.pass(seconds: 120)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.rows(of: 1) == [.running])
        #expect(bench.writes.count == 1)
    }

    @Test("held time does not count as time of trying")
    func heldTime() {
        var bench = QueueBench()
        bench.canned = [.unreachable]
        let id = bench.accept(1, .success)
        bench.gitlab.token = .expired
        bench.pass(seconds: 100 * 3600)
        #expect(bench.state(of: id) == nil)
        bench.gitlab.token = .valid
        bench.pass(seconds: 61)
        #expect(bench.state(of: id) == .delivered)
    }

    @Test("a GitLab that is not configured is held until it is, and nobody is asked")
    func unconfigured() {
        var bench = QueueBench()
        let id = bench.accept(1, .success, endpoint: "other")
        bench.pass(seconds: 600)
        #expect(bench.calls.isEmpty)
        #expect(
            bench.held[.endpoint("other")]?.reason.contains("not in the configuration") ?? false
        )
        var settings = RelayProcess.queueSettings()
        settings.endpoints.append(.init(name: "other", connections: 1, requestsPerMinute: nil))
        bench.configure(settings)
        bench.pass(seconds: 1)
        #expect(bench.state(of: id) == .delivered)
    }
}
