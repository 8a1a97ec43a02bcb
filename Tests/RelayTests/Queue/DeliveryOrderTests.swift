import Formats
import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: order and identity")
struct DeliveryOrderTests {
    @Test("the first status of an operation is posted, later ones are put to its row")
    func postThenPut() {
        var bench = QueueBench()
        let running = bench.accept(1, .running)
        bench.settle()
        let success = bench.accept(1, .success)
        bench.settle()
        #expect(
            bench.calls == ["POST /projects/42/deployments", "PUT /projects/42/deployments/1001"]
        )
        #expect(bench.rows(of: 1) == [.success])
        #expect(bench.end(of: running)?.madeRow == true)
        #expect(bench.end(of: success)?.madeRow == false)
        #expect(bench.end(of: success)?.row?.deployment == 1001)
        #expect(bench.queue.count == 0)
    }

    @Test("a write is recorded as being sent before it leaves, with all that finds it again")
    func sendingFirst() throws {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        bench.accept(2, .running)
        let outputs = bench.turn()
        guard case .record(.sending(let sending)) = try #require(outputs.first),
            case .call(_, _, .create) = try #require(outputs.last)
        else {
            Issue.record("\(outputs)")
            return
        }
        #expect(outputs.count == 2)
        #expect(sending.attempt == 1)
        #expect(sending.project == 42)
        #expect(sending.user == 7)
        #expect(sending.highWater == 1001)
        let gitlab = try #require(sending.gitlabTime)
        #expect(abs(gitlab.milliseconds - bench.gitlabNow) <= 1000)
        #expect(try DefaultBranch.read(sending.payload).sha == QueueBench.shas[2])
    }

    @Test("every write of a long history was recorded as being sent before")
    func sendingAlways() {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: true), .gitlab, .answer(502, "<html>"), .unreachable]
        for operation in 1...3 {
            bench.accept(operation, .running)
            bench.accept(operation, .running, application: "other", environment: "staging")
            bench.settle()
            bench.accept(operation, .success)
            bench.settle()
        }
        var sendings = 0
        var writes = 0
        for output in bench.told {
            if case .record(.sending) = output { sendings += 1 }
            if case .call(_, _, let call) = output, call.isWrite { writes += 1 }
            #expect(writes <= sendings)
        }
        #expect(writes == sendings)
        #expect(writes >= 9)
    }

    @Test("what waits is superseded by a later status of its operation")
    func supersedes() {
        var bench = QueueBench()
        let running = bench.accept(1, .running)
        let success = bench.accept(1, .success)
        bench.settle()
        #expect(bench.state(of: running) == .superseded)
        #expect(bench.state(of: success) == .delivered)
        #expect(bench.writes == ["POST /projects/42/deployments"])
    }

    @Test("what is under way or uncertain is not superseded")
    func supersedesOnlyWhatWaits() {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: true)]
        let running = bench.accept(1, .running)
        let outputs = bench.turn()
        let success = bench.accept(1, .success)
        #expect(bench.state(of: running) == nil)
        for case .call(let id, _, let call) in outputs { bench.finish(id, call) }
        let failed = bench.accept(1, .failed)
        bench.settle()
        #expect(bench.state(of: success) == .superseded)
        #expect(bench.state(of: running) == .delivered)
        #expect(bench.state(of: failed) == .delivered)
        #expect(bench.rows(of: 1) == [.failed])
    }

    @Test("statuses of other operations are never superseded, and keep the operations' order")
    func otherOperations() {
        var bench = QueueBench()
        bench.accept(3, .success, application: "other")
        bench.accept(2, .success)
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.payloads.map(\.sha) == [3, 1, 2].map { QueueBench.shas[$0] })
        #expect(bench.gitlab.current("production", of: 42)?.sha == QueueBench.shas[2])
    }

    @Test("an older success that a newer one has overtaken is written as canceled")
    func overtaken() {
        var bench = QueueBench()
        let late = bench.acceptOvertakenSuccess()
        #expect(bench.rows(of: 1) == [.canceled])
        #expect(bench.end(of: late)?.reason.contains("newer success") ?? false)
        #expect(bench.gitlab.current("production", of: 42)?.sha == QueueBench.shas[2])
    }

    @Test("an older failure is written as it is, and so is an older success elsewhere")
    func overtakenElsewhere() {
        var bench = QueueBench()
        bench.accept(2, .success)
        bench.settle()
        bench.accept(1, .failed)
        bench.accept(0, .success, application: "another")
        bench.accept(0, .success, environment: "staging")
        bench.settle()
        #expect(bench.rows(of: 1) == [.failed])
        #expect(bench.rows(of: 0) == [.success, .success])
    }

    @Test("a newer operation that failed overtakes nothing")
    func failedOvertakesNothing() {
        var bench = QueueBench()
        bench.accept(2, .failed)
        bench.settle()
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.rows(of: 1) == [.success])
    }

    @Test("one lane has one call under way, other lanes go on beside it")
    func oneCallEach() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.accept(2, .success)
        bench.accept(3, .success, environment: "staging")
        let calls = bench.turn().filter { if case .call = $0 { true } else { false } }
        #expect(calls.count == 2)
    }

    @Test("what settles first waits for its time, and a failure takes its place")
    func settles() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        let success = bench.accept(1, .success, notBefore: 60)
        bench.pass(seconds: 59)
        #expect(bench.rows(of: 1) == [.running])
        bench.accept(1, .failed)
        bench.pass(seconds: 120)
        #expect(bench.state(of: success) == .superseded)
        #expect(bench.rows(of: 1) == [.failed])
        let other = bench.accept(2, .success, notBefore: 60)
        bench.pass(seconds: 61)
        #expect(bench.state(of: other) == .delivered)
    }

    @Test("other Applications go before one that settles, its own later operations do not")
    func passesBy() {
        var bench = QueueBench()
        let settling = bench.accept(1, .success, notBefore: 60)
        let own = bench.accept(2, .running)
        let other = bench.accept(3, .success, application: "other")
        bench.pass(seconds: 5)
        #expect(bench.state(of: other) == .delivered)
        let late = bench.accept(4, .running, application: "third")
        bench.pass(seconds: 5)
        #expect(bench.state(of: late) == .delivered)
        #expect([settling, own].compactMap { bench.state(of: $0) }.isEmpty)
        bench.pass(seconds: 60)
        #expect([settling, own].map { bench.state(of: $0) } == [.delivered, .delivered])
        #expect(bench.payloads.map(\.sha) == [3, 4, 1, 2].map { QueueBench.shas[$0] })
    }

    @Test("what settles waits by the steady clock, and not at all when tried by hand")
    func settlingClock() {
        var bench = QueueBench()
        let settling = bench.accept(1, .success, notBefore: 60)
        bench.setWallClock(by: -7_200_000)
        bench.restart()
        bench.pass(seconds: 61)
        #expect(bench.state(of: settling) == .delivered)
        let hurried = bench.accept(2, .success, notBefore: 60)
        bench.pass(seconds: 1)
        #expect(bench.state(of: hurried) == nil)
        let isTried = bench.retryNow(hurried)
        #expect(isTried)
        bench.pass(seconds: 1)
        #expect(bench.state(of: hurried) == .delivered)
    }

    @Test("where the newest success is undone, the one before still keeps older ones out")
    func undone() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        for operation in [2, 3] {
            bench.accept(operation, .success)
            bench.settle()
        }
        bench.accept(3, .failed)
        bench.settle()
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.rows(of: 1) == [.canceled])
        #expect(bench.rows(of: 2) == [.success])
        #expect(bench.rows(of: 3) == [.failed])
    }

    // MARK: - Closings

    @Test("a closing ends the row that stands, makes none, and supersedes no event")
    func closings() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.accept(1, .canceled, isClosing: true)
        bench.settle()
        #expect(bench.rows(of: 1) == [.canceled])
        let nothing = bench.accept(2, .canceled, isClosing: true)
        bench.settle()
        #expect(bench.state(of: nothing) == .superseded)
        #expect(bench.rows(of: 2).isEmpty)
    }

    @Test("the end that is told after all takes the place of a closing")
    func toldAfterAll() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        bench.accept(1, .canceled, isClosing: true)
        bench.settle()
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.rows(of: 1) == [.success])
        #expect(bench.writes.count == 3)
    }

    // MARK: - Rows that GitLab recognised

    @Test("a row that GitLab answers two operations with is never changed again")
    func sharedRow() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.settle()
        // The same commit once more, by another Application.
        let again = bench.accept(1, .success, application: "other")
        bench.settle()
        #expect(bench.end(of: again)?.row?.isShared == true)
        #expect(bench.end(of: again)?.madeRow == false)
        #expect(bench.rows(of: 1) == [.success])
        bench.accept(1, .failed)
        bench.accept(1, .canceled, application: "other")
        bench.settle()
        #expect(bench.rows(of: 1) == [.success, .failed, .canceled])
    }

    @Test("a row that stood there before the relay came is nobody's to change")
    func foreignRow() {
        var bench = QueueBench()
        let sha = QueueBench.shas[1]
        let before = bench.gitlabNow - 60_000
        _ = bench.gitlab.plant("production", sha: sha, user: 7, at: before)
        let success = bench.accept(1, .success)
        bench.settle()
        #expect(bench.end(of: success)?.row?.isShared == true)
        bench.accept(1, .failed)
        bench.settle()
        #expect(bench.rows(of: 1) == [.success, .failed])
    }

    @Test("going there and back makes three rows")
    func thereAndBack() {
        var bench = QueueBench()
        bench.accept(1, .success)
        bench.settle()
        bench.accept(2, .success)
        bench.settle()
        // The first commit again, as an operation of its own.
        bench.accept(1, .success, application: "parcel-again")
        bench.settle()
        #expect(bench.rows(of: 1) == [.success, .success])
        #expect(bench.gitlab.current("production", of: 42)?.sha == QueueBench.shas[1])
    }

    // MARK: - Fairness

    @Test("no project waits for another's backlog, and none is left out")
    func fair() {
        var bench = QueueBench(RelayProcess.queueSettings(connections: 1))
        bench.gitlab.projects += (1...3).map { .init(id: 100 + $0, path: "group/p\($0)") }
        for number in 0..<30 {
            bench.accept(
                1,
                .success,
                application: "a\(number)",
                environment: "e\(number)",
                project: "101"
            )
        }
        bench.accept(1, .success, application: "b", project: "102")
        bench.accept(1, .success, application: "c", project: "103")
        bench.settle()
        let projects = bench.writes.map { String($0.split(separator: "/")[2]) }
        #expect(projects.count == 32)
        #expect(projects.prefix(6).contains("102"))
        #expect(projects.prefix(6).contains("103"))
    }
}
