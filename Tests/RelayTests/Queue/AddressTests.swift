import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: an endpoint's address that changed between two starts")
struct AddressTests {
    private static let old = "https://gitlab.example.com/api/v4"
    private static let new = "https://code.example.com/api/v4"
    private static let path = "fleet/services/parcel-api"

    /// Runs with `old` until an operation of `path` is in progress.
    private static func begun() -> QueueBench {
        var bench = QueueBench()
        bench.restart(address: old)
        bench.accept(1, .running, project: path)
        bench.settle()
        return bench
    }

    /// Another GitLab, in which the same numbers mean something else.
    private static func other(with rows: Int) -> GitLabModel {
        var other = GitLabModel()
        other.projects[1].path = "somebody/else"
        other.projects.append(.init(id: 99, path: path))
        for _ in 0..<rows {
            let payload = DeploymentPayload(
                environment: "production",
                sha: QueueBench.shas[9],
                ref: "main",
                tag: false,
                status: .running
            )
            _ = other.process(.create(project: 43, payload: payload.json), at: 1_776_421_230_000)
        }
        return other
    }

    @Test("the same GitLab under another name: the row is shown once, then believed")
    func renamed() {
        var bench = Self.begun()
        bench.restart(address: Self.new)
        bench.accept(1, .success, project: Self.path)
        bench.settle()
        #expect(bench.rows(of: 1) == [.success])
        let row = bench.gitlab.rows[0].id
        #expect(bench.reads.suffix(2).contains("GET /projects/43/deployments/\(row)"))
        let calls = bench.calls.count
        bench.restart(address: Self.new)
        bench.accept(1, .success, project: Self.path)
        bench.settle()
        #expect(bench.calls.count == calls)
    }

    @Test("another GitLab: numbers are asked for anew, and nobody else's row is changed")
    func replaced() {
        var bench = Self.begun()
        let known = bench.gitlab.rows[0].id
        bench.gitlab = Self.other(with: 1)
        #expect(bench.gitlab.rows[0].id == known)
        bench.restart(address: Self.new)
        let end = bench.accept(1, .success, project: Self.path)
        bench.settle()
        #expect(bench.gitlab.rows.map(\.project) == [43, 99])
        #expect(bench.gitlab.rows.map(\.status) == [.running, .success])
        #expect(bench.end(of: end)?.madeRow == true)
    }

    @Test("a closing finds nothing to close in another GitLab", arguments: [0, 1])
    func closing(rows: Int) {
        var bench = QueueBench()
        bench.restart(address: Self.old)
        bench.accept(1, .running, project: "43")
        bench.settle()
        bench.gitlab = Self.other(with: rows)
        bench.restart(address: Self.new)
        let closing = bench.accept(1, .canceled, project: "43", isClosing: true)
        bench.settle()
        #expect(bench.state(of: closing) == .superseded)
        #expect(bench.gitlab.rows.map(\.status) == Array(repeating: .running, count: rows))
        #expect(bench.writes.count == 1)
    }

    @Test("a write in doubt is looked for under the new name, and made once")
    func doubt() {
        var bench = Self.begun()
        bench.canned = [.lost(isDone: true)]
        let end = bench.accept(2, .success, project: Self.path)
        _ = bench.turn()
        bench.restart(address: Self.new)
        bench.settle()
        #expect(bench.state(of: end) == .delivered)
        #expect(bench.rows(of: 2).count == 1)
    }

    @Test("a write in doubt is not taken for another operation's row of the same commit")
    func doubtBesideTwin() {
        var bench = Self.begun()
        bench.accept(2, .failed, application: "one", project: Self.path)
        bench.settle()
        bench.canned = [.lost(isDone: false)]
        let end = bench.accept(2, .failed, application: "other", project: Self.path)
        _ = bench.turn()
        bench.restart(address: Self.new)
        bench.settle()
        #expect(bench.state(of: end) == .delivered)
        #expect(bench.rows(of: 2) == [.failed, .failed])
    }

    @Test("what could not be proven before the next start is asked again then")
    func interrupted() {
        var bench = Self.begun()
        bench.restart(address: Self.new)
        bench.restart(address: Self.new)
        bench.gitlab = Self.other(with: 1)
        bench.accept(1, .success, project: Self.path)
        bench.settle()
        #expect(bench.gitlab.rows.map(\.status) == [.running, .success])
    }

    @Test("a row that is gone is made anew once, also where the next start proves it again")
    func interruptedAnew() {
        var bench = Self.begun()
        bench.gitlab.rows = []
        bench.restart(address: Self.new)
        let end = bench.accept(1, .failed, project: Self.path)
        var isSent = false
        for _ in 0..<20 where !isSent {
            for case .call(let id, _, let call) in bench.turn() {
                guard case .create = call else {
                    bench.finish(id, call)
                    continue
                }
                _ = bench.gitlab.process(call, at: bench.gitlabNow)
                isSent = true
            }
        }
        #expect(isSent)
        bench.restart(address: Self.new)
        bench.settle()
        #expect(bench.state(of: end) == .delivered)
        #expect(bench.rows(of: 1) == [.failed])
    }

    @Test("the first address that is written down changes nothing")
    func first() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        bench.restart(address: Self.old)
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.rows(of: 1) == [.success])
        #expect(bench.reads.isEmpty)
    }
}
