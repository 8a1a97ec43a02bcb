import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: projects and default branches")
struct NameTests {
    private static let path = "fleet/services/parcel-api"

    @Test("a path is asked for once, and its number used from then on")
    func once() {
        var bench = QueueBench()
        bench.accept(1, .running, project: Self.path)
        bench.accept(2, .running, environment: "staging", project: Self.path)
        bench.settle()
        bench.accept(1, .success, project: Self.path)
        bench.settle()
        bench.restart()
        bench.accept(3, .success, project: Self.path)
        bench.settle()
        #expect(bench.reads == ["GET /projects/fleet%2Fservices%2Fparcel-api"])
        #expect(bench.writes.count == 4)
        #expect(bench.gitlab.rows.allSatisfy { $0.project == 43 })
    }

    @Test("one environment is one lane, however its project is written")
    func oneLane() {
        var bench = QueueBench()
        bench.accept(1, .success, project: Self.path)
        bench.accept(2, .success, project: "43")
        bench.accept(3, .success, project: "Fleet/Services/Parcel-API")
        bench.settle()
        bench.accept(4, .success, project: Self.path)
        bench.accept(5, .success, project: "43")
        let calls = bench.turn().count { if case .call = $0 { true } else { false } }
        #expect(calls == 1)
    }

    @Test("a project that is not there is held by its name, and found when it is")
    func unknownProject() {
        var bench = QueueBench()
        let id = bench.accept(1, .success, project: "fleet/new")
        bench.pass(seconds: 100)
        #expect(bench.held.keys.map(\.words) == ["project fleet/new"])
        #expect((4...6).contains(bench.reads.count))
        bench.gitlab.projects.append(.init(id: 77, path: "fleet/new"))
        bench.pass(seconds: 61)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.held.isEmpty)
        #expect(bench.gitlab.rows.map(\.project) == [77])
    }

    @Test("a project that was deleted and made anew at its path gets what comes later")
    func madeAnew() {
        var bench = QueueBench()
        let first = bench.accept(1, .success, project: Self.path)
        bench.settle()
        #expect(bench.state(of: first) == .delivered)
        bench.gitlab.projects[1] = .init(id: 88, path: Self.path)
        let lost = bench.accept(2, .success, project: Self.path)
        bench.pass(seconds: 6)
        #expect(bench.held.keys.map(\.words) == ["project 43"])
        let second = bench.accept(3, .success, application: "other", project: Self.path)
        bench.pass(seconds: 6)
        #expect(bench.state(of: second) == .delivered)
        #expect(bench.gitlab.rows.last?.project == 88)
        // What was bound for the one that is gone says so, until somebody drops it or it returns.
        #expect(bench.state(of: lost) == nil)
        let isDropped = bench.drop(lost)
        #expect(isDropped)
    }

    @Test("a moved project is found by its number, and whoever wrote the old path is told")
    func moved() {
        var bench = QueueBench()
        bench.gitlab.projects[1].oldPaths = [Self.path]
        bench.gitlab.projects[1].path = "fleet/moved"
        let id = bench.accept(1, .success, project: Self.path)
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.gitlab.rows.map(\.project) == [43])
        let reasons = bench.records.compactMap { record -> String? in
            if case .attempt(let attempt) = record { attempt.reason } else { nil }
        }
        #expect(reasons.contains { $0.contains("fleet/moved, number 43") })
        let resolved = bench.records.compactMap { record -> ResolvedProject? in
            if case .project(let project) = record { project } else { nil }
        }
        #expect(resolved.map(\.text) == [Self.path])
        #expect(resolved.map(\.path) == ["fleet/moved"])
        bench.restart()
        bench.accept(2, .success, project: Self.path)
        bench.settle()
        #expect(bench.reads.count == 2)
    }

    @Test("names wait while the endpoint is held, and are not what asks for it")
    func heldEndpoint() {
        var bench = QueueBench()
        bench.gitlab.token = .expired
        bench.gitlab.projects += (0..<20).map { .init(id: 100 + $0, path: "group/p\($0)") }
        let ids = (0..<20).map { bench.accept(1, .success, project: "group/p\($0)") }
        bench.pass(seconds: 300)
        #expect(bench.calls.count < 40)
        bench.gitlab.token = .valid
        bench.pass(seconds: 61)
        #expect(ids.allSatisfy { bench.state(of: $0) == .delivered })
    }

    @Test("the default branch is asked for once, remembered, and asked for again when it is gone")
    func defaultBranch() {
        var bench = QueueBench()
        bench.accept(1, .running, ref: nil)
        bench.accept(2, .running, environment: "staging", ref: nil)
        bench.settle()
        bench.accept(3, .running, environment: "third", ref: nil)
        bench.settle()
        #expect(bench.reads.count <= 2)
        #expect(bench.payloads.allSatisfy { $0.ref == "main" })
        bench.restart()
        bench.accept(4, .running, environment: "fourth", ref: nil)
        bench.settle()
        let asked = bench.reads.count
        #expect(asked <= 2)
        bench.gitlab.projects[0].defaultBranch = "trunk"
        bench.gitlab.unknown = ["main"]
        bench.accept(5, .running, environment: "fifth", ref: nil)
        bench.settle()
        #expect(bench.payloads.last?.ref == "trunk")
        #expect(bench.reads.count == asked + 1)
    }

    @Test("an unknown ref that somebody named says nothing about the default branch")
    func namedRef() {
        var bench = QueueBench()
        bench.accept(1, .running, ref: nil)
        bench.settle()
        bench.gitlab.unknown = ["release"]
        bench.accept(2, .running, environment: "staging", ref: "release")
        bench.pass(seconds: 60)
        bench.accept(3, .running, environment: "third", ref: nil)
        bench.pass(seconds: 60)
        #expect(bench.rows(of: 3) == [.running])
        #expect(bench.reads.count == 1)
    }

    @Test("a project without a default branch is asked again for a while, then the event is dead")
    func noDefaultBranch() {
        var bench = QueueBench()
        bench.gitlab.projects[0].defaultBranch = nil
        let id = bench.accept(1, .running, ref: nil)
        bench.pass(seconds: 16 * 60)
        #expect(bench.state(of: id) == .dead)
        #expect(bench.end(of: id)?.reason.contains("default branch") ?? false)
    }
}
