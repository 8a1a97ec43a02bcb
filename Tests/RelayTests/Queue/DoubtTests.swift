import Formats
import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: after any doubt, look before writing")
struct DoubtTests {
    @Test(
        "a row that an uncertain attempt has made is adopted, and never made again",
        arguments: [
            QueueBench.Canned.lost(isDone: true)
        ]
    )
    func adopts(doubt: QueueBench.Canned) {
        var bench = QueueBench()
        bench.canned = [doubt]
        let running = bench.accept(1, .running)
        bench.settle()
        #expect(bench.rows(of: 1) == [.running])
        #expect(bench.state(of: running) == .delivered)
        #expect(bench.end(of: running)?.madeRow == true)
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.rows(of: 1) == [.success])
        #expect(bench.writes.count == 2)
    }

    @Test("absence counts at once after GitLab's own 500, else when doubtSeconds have passed")
    func absence() {
        let rails = #"{"message":"500 Internal Server Error"}"#
        for (canned, seconds) in [
            (QueueBench.Canned.answer(500, rails), 0), (.lost(isDone: false), 60),
            (.answer(502, "<html>Bad Gateway"), 60), (.answer(504, ""), 60),
            (.answer(201, "null"), 60),
        ] {
            var bench = QueueBench()
            bench.canned = [canned]
            bench.accept(1, .running)
            let start = bench.now.steady
            bench.settle()
            let took = (bench.now.steady - start) / 1000
            #expect(bench.rows(of: 1) == [.running])
            #expect(took >= seconds, "\(canned)")
            #expect(took < seconds + 5, "\(canned)")
            #expect(bench.writes.count == 2)
        }
    }

    @Test("a look that began before doubtSeconds had passed proves no absence")
    func lateLook() throws {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: false)]
        bench.accept(1, .running)
        bench.pass(seconds: 3)
        // The next look is asked for in time and answered late.
        var look: (id: UInt64, call: GitLabCall)?
        while look == nil {
            let due = try #require(bench.queue.nextDue(at: bench.now))
            try #require(due < 5_060_000)
            bench.wait(milliseconds: due - bench.now.steady)
            for case .call(let id, _, let call) in bench.turn() { look = (id, call) }
        }
        let asked = try #require(look)
        bench.wait(milliseconds: 10_000)
        bench.finish(asked.id, asked.call)
        #expect(
            bench.turn().allSatisfy { if case .call(_, _, .create) = $0 { false } else { true } }
        )
        bench.settle()
        #expect(bench.writes.count == 2)
    }

    @Test(
        "what others made, a CI job made or another operation owns is not adopted",
        arguments: [
            (99, false, DeploymentStatus.running), (7, true, .running), (7, false, .failed),
        ]
    )
    func notOurs(user: Int, isOfJob: Bool, status: DeploymentStatus) {
        var bench = QueueBench()
        bench.accept(2, .running)
        bench.settle()
        bench.canned = [.lost(isDone: false)]
        let running = bench.accept(1, .running, application: "other")
        for case .call(let id, _, let call) in bench.turn() { bench.finish(id, call) }
        let foreign = bench.gitlab.plant(
            "production",
            sha: QueueBench.shas[1],
            status: status,
            user: user,
            at: bench.gitlabNow
        )
        for index in bench.gitlab.rows.indices where bench.gitlab.rows[index].id == foreign {
            bench.gitlab.rows[index].hasDeployable = isOfJob
        }
        bench.settle()
        #expect(bench.end(of: running)?.row?.deployment != foreign)
        #expect(bench.rows(of: 1) == [status, .running])
    }

    @Test("a row that another operation owns is not adopted")
    func owned() {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: true), .gitlab, .lost(isDone: false)]
        bench.accept(1, .running)
        bench.accept(1, .running, application: "other")
        bench.settle()
        #expect(bench.rows(of: 1) == [.running, .running])
    }

    @Test("an uncertain change is looked at, and done again when it was not done")
    func uncertainChange() {
        for isDone in [true, false] {
            var bench = QueueBench()
            bench.accept(1, .running)
            bench.settle()
            bench.canned = [.lost(isDone: isDone)]
            let success = bench.accept(1, .success)
            bench.settle()
            #expect(bench.rows(of: 1) == [.success])
            #expect(bench.state(of: success) == .delivered)
            #expect(bench.writes.count == (isDone ? 2 : 3))
            #expect(bench.reads == ["GET /projects/42/deployments/1001"])
        }
    }

    @Test("a change that differs from an uncertain one waits until that can no longer come late")
    func echo() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        bench.canned = [.lost(isDone: false)]
        bench.accept(1, .success)
        let start = bench.now.steady
        bench.settle()
        bench.accept(1, .failed)
        bench.settle()
        #expect(bench.rows(of: 1) == [.failed])
        #expect(bench.now.steady - start >= 60_000)
    }

    @Test("what was being sent when the process ended is looked up, all else is simply sent")
    func crash() {
        for isDone in [true, false] {
            var bench = QueueBench()
            bench.accept(1, .running)
            bench.accept(2, .running, application: "other", environment: "staging")
            let outputs = bench.turn()
            if isDone {
                for case .call(_, _, let call) in outputs {
                    _ = bench.gitlab.process(call, at: bench.gitlabNow)
                }
            }
            bench.accept(3, .running, application: "third", environment: "third")
            bench.restart()
            bench.settle()
            for operation in 1...3 { #expect(bench.rows(of: operation) == [.running]) }
            #expect(bench.reads.count { $0.contains("environment=third") } == 0)
            #expect(bench.reads.count { $0.contains("environment=staging") } > 0)
        }
    }

    @Test("after a crash the identity map is whole: a later status goes to the row")
    func identityMap() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        bench.restart()
        bench.accept(1, .success)
        bench.settle()
        #expect(bench.writes.last == "PUT /projects/42/deployments/1001")
        #expect(bench.rows(of: 1) == [.success])
    }

    @Test("an attempt whose outcome is on disk is no longer uncertain after a crash")
    func knownOutcome() {
        var bench = QueueBench()
        bench.canned = [.unreachable]
        bench.accept(1, .running)
        for case .call(let id, _, let call) in bench.turn() { bench.finish(id, call) }
        _ = bench.turn()
        bench.restart()
        bench.settle()
        #expect(bench.reads.isEmpty)
        #expect(bench.rows(of: 1) == [.running])
        #expect(bench.end(of: 1)?.attempts == 2)
    }

    @Test(
        "a jump of our clock hides no row that an uncertain attempt has made",
        arguments: [
            -7_200_000, 7_200_000,
        ] as [Int64]
    )
    func clockJump(milliseconds: Int64) {
        var bench = QueueBench()
        bench.gitlab.skew = 600_000
        bench.canned = [.lost(isDone: true), .unreachable]
        bench.accept(1, .running)
        for case .call(let id, _, let call) in bench.turn() { bench.finish(id, call) }
        bench.setWallClock(by: milliseconds)
        bench.settle()
        #expect(bench.rows(of: 1) == [.running])
        #expect(bench.writes.count == 1)
    }

    @Test("with a damaged log everything open is looked up first")
    func damaged() {
        var bench = QueueBench()
        bench.accept(1, .running)
        for case .call(_, _, let call) in bench.turn() {
            _ = bench.gitlab.process(call, at: bench.gitlabNow)
        }
        bench.loseRecords(from: 0)
        bench.restart(isDamaged: true)
        bench.accept(2, .running, environment: "staging")
        bench.settle()
        #expect(bench.rows(of: 1) == [.running])
        #expect(bench.rows(of: 2) == [.running])
        #expect(bench.writes.count == 2)
    }

    @Test("a long list is read page by page")
    func pages() {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: true)]
        bench.accept(1, .running)
        for case .call(let id, _, let call) in bench.turn() { bench.finish(id, call) }
        for _ in 0..<150 {
            _ = bench.gitlab.plant(
                "production",
                sha: QueueBench.shas[5],
                at: bench.gitlabNow
            )
        }
        bench.settle()
        #expect(bench.rows(of: 1) == [.running])
        #expect(bench.reads.contains { $0.contains("page=2") })
        #expect(bench.writes.count == 1)
    }
}
