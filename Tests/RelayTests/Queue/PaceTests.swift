import Formats
import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: pace, retries and what hands do")
struct PaceTests {
    @Test("a 429 pauses the whole token: by seconds, by a date, by the window's end, or by itself")
    func throttled() {
        let start = Timestamp(milliseconds: 1_776_421_230_000)
        let rows: [(fields: [(name: String, value: String)], seconds: ClosedRange<Int64>)] = [
            ([("Retry-After", "30")], 29...31),
            ([("Retry-After", start.adding(seconds: 40).httpDate)], 38...41),
            ([("RateLimit-Reset", String(start.milliseconds / 1000 + 50))], 48...51),
            ([], 0...17),
        ]
        for row in rows {
            var bench = QueueBench()
            bench.canned = [.answer(429, "Retry later\n", row.fields)]
            bench.accept(1, .success)
            for case .call(let id, _, let call) in bench.turn() { bench.finish(id, call) }
            let begin = bench.now.steady
            // Other lanes of this token wait as well.
            bench.accept(2, .success, environment: "staging", project: "43")
            if row.seconds.lowerBound > 2 {
                bench.pass(seconds: row.seconds.lowerBound - 2)
                #expect(bench.calls.count == 1, "\(row.fields)")
            }
            bench.settle()
            #expect(row.seconds.contains((bench.now.steady - begin) / 1000), "\(row.fields)")
            #expect(bench.rows(of: 1) == [.success])
            #expect(bench.rows(of: 2) == [.success])
        }
    }

    @Test("requestsPerMinute spaces the calls")
    func spacing() {
        var settings = RelayProcess.queueSettings()
        settings.endpoints[0].requestsPerMinute = 60
        var bench = QueueBench(settings)
        for number in 0..<10 { bench.accept(1, .success, environment: "e\(number)") }
        let start = bench.now.steady
        bench.settle()
        #expect(bench.writes.count == 10)
        #expect(bench.now.steady - start >= 9000)
    }

    @Test("calls slow down as the window's rest grows small")
    func runningLow() {
        var bench = QueueBench()
        let reset = String(bench.gitlabNow / 1000 + 60)
        let fields = [
            ("RateLimit-Remaining", "2"), ("RateLimit-Observed", "98"), ("RateLimit-Reset", reset),
        ]
        bench.canned = [.answer(409, #"{"message":"409 Conflict: Resource lock"}"#, fields)]
        bench.accept(1, .success)
        let start = bench.now.steady
        bench.settle()
        #expect(bench.now.steady - start >= 19_000)
    }

    @Test("what fails for good is dead with GitLab's words, and its lane goes on")
    func rejected() {
        var bench = QueueBench()
        bench.canned = [.answer(400, #"{"error":"tag is invalid"}"#)]
        let first = bench.accept(1, .success)
        let second = bench.accept(2, .success)
        bench.settle()
        #expect(bench.state(of: first) == .dead)
        #expect(bench.end(of: first)?.reason.contains("tag is invalid") ?? false)
        #expect(bench.end(of: first)?.httpStatus == 400)
        #expect(bench.state(of: second) == .delivered)
    }

    @Test("a deferred attempt is written down and tried again, ever more rarely")
    func deferred() {
        var bench = QueueBench()
        bench.canned = Array(repeating: .unreachable, count: 6)
        let id = bench.accept(1, .success)
        bench.settle(seconds: 3600)
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.end(of: id)?.attempts == 7)
        let attempts = bench.records.count { if case .attempt = $0 { true } else { false } }
        #expect(attempts == 6)
    }

    @Test("after retryHours of trying it is dead, and says what to do")
    func retryHours() {
        var bench = QueueBench()
        bench.canned = Array(repeating: .unreachable, count: 10_000)
        let id = bench.accept(1, .success)
        bench.pass(seconds: 71 * 3600)
        #expect(bench.state(of: id) == nil)
        bench.pass(seconds: 2 * 3600)
        #expect(bench.state(of: id) == .dead)
        #expect(bench.end(of: id)?.reason.contains("72 hours") ?? false)
    }

    @Test("retryHours counts for a project whose number nobody tells, too")
    func retryNames() {
        var bench = QueueBench()
        bench.canned = Array(repeating: .unreachable, count: 50_000)
        let id = bench.accept(1, .success, project: "fleet/services/parcel-api")
        bench.pass(seconds: 73 * 3600)
        #expect(bench.state(of: id) == .dead)
        #expect(bench.queue.count == 0)
    }

    @Test("an unknown commit or ref is tried for unknownRefMinutes, then dead")
    func unknownRevision() {
        for member in [QueueBench.shas[1], "main"] {
            var bench = QueueBench()
            bench.gitlab.unknown = [member]
            let id = bench.accept(1, .success)
            bench.pass(seconds: 14 * 60)
            #expect(bench.state(of: id) == nil)
            bench.pass(seconds: 120)
            #expect(bench.state(of: id) == .dead)
            let again = bench.accept(1, .success, application: "other")
            bench.pass(seconds: 300)
            bench.gitlab.unknown = []
            bench.pass(seconds: 300)
            #expect(bench.state(of: again) == .delivered)
        }
    }

    @Test("two that make one environment at the same moment: tried again at once, not for ever")
    func taken() {
        let taken = QueueBench.Canned.answer(
            400,
            #"{"message":{"name":["has already been taken"]}}"#
        )
        var bench = QueueBench()
        bench.canned = [taken]
        bench.accept(1, .success)
        bench.settle(seconds: 1)
        #expect(bench.rows(of: 1) == [.success])
        bench.canned = Array(repeating: taken, count: 100_000)
        bench.accept(2, .success)
        bench.pass(seconds: 600)
        #expect(bench.calls.count < 40)
    }

    @Test("a refused transition is looked at: the same status is done, another is tried once more")
    func refusedTransition() {
        for other in [DeploymentStatus.success, .failed] {
            var bench = QueueBench()
            bench.accept(1, .running)
            bench.settle()
            // Somebody changed it in GitLab's own pages.
            bench.gitlab.rows[0].status = other
            let id = bench.accept(1, .success)
            bench.settle()
            #expect(bench.state(of: id) == .delivered)
            #expect(bench.rows(of: 1) == [.success])
        }
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        let refusal = #"{"message":{"status":["cannot transition via \"succeed\""]}}"#
        bench.canned = [.answer(400, refusal), .gitlab, .answer(400, refusal)]
        let id = bench.accept(1, .success)
        bench.settle()
        #expect(bench.state(of: id) == .dead)
    }

    @Test("a deleted row: an end is told anew, a closing has nothing left to close")
    func deletedRow() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.accept(2, .running, application: "other")
        bench.settle()
        bench.gitlab.rows = []
        let success = bench.accept(1, .success)
        let closing = bench.accept(2, .canceled, application: "other", isClosing: true)
        bench.settle()
        #expect(bench.state(of: success) == .delivered)
        #expect(bench.rows(of: 1) == [.success])
        #expect(bench.state(of: closing) == .superseded)
        #expect(bench.end(of: closing)?.reason == "deleted in GitLab")
        #expect(bench.rows(of: 2).isEmpty)
    }

    // MARK: - Hands

    @Test("what waits can be dropped; what GitLab may have got cannot, until that is known")
    func drop() {
        var bench = QueueBench()
        bench.canned = [.lost(isDone: true)]
        let first = bench.accept(1, .running)
        let second = bench.accept(2, .running)
        let named = bench.accept(3, .running, project: "nobody/knows")
        let outputs = bench.turn()
        let whileSent = bench.drop(first)
        for case .call(let id, _, let call) in outputs where call.isWrite { bench.finish(id, call) }
        let whileUncertain = bench.drop(first)
        #expect([whileSent, whileUncertain] == [false, false])
        let dropped = [second, second, named, 999].map { bench.drop($0) }
        #expect(dropped == [true, false, true, false])
        for case .call(let id, _, let call) in outputs where !call.isWrite {
            bench.finish(id, call)
        }
        bench.settle()
        #expect(bench.state(of: first) == .delivered)
        #expect(bench.state(of: second) == .dropped)
        #expect(bench.state(of: named) == .dropped)
        #expect(bench.rows(of: 2).isEmpty)
        #expect(bench.queue.count == 0)
    }

    @Test("by hand it is tried at once, whatever its wait or hold")
    func retryNow() {
        var bench = QueueBench()
        bench.canned = Array(repeating: .unreachable, count: 12)
        let waiting = bench.accept(1, .success)
        bench.pass(seconds: 120)
        bench.canned = []
        let isWaiting = bench.retryNow(waiting)
        #expect(isWaiting)
        bench.pass(seconds: 0)
        #expect(bench.state(of: waiting) == .delivered)
        bench.gitlab.token = .expired
        let held = bench.accept(2, .success)
        bench.pass(seconds: 300)
        bench.gitlab.token = .valid
        let isHeld = bench.retryNow(held)
        #expect(isHeld)
        bench.pass(seconds: 1)
        #expect(bench.state(of: held) == .delivered)
        let isOver = !bench.retryNow(held)
        #expect(isOver)
    }

    @Test("a redelivered entry keeps its id and is a new attempt at it")
    func redelivered() {
        var bench = QueueBench()
        bench.canned = [.answer(400, #"{"error":"tag is invalid"}"#)]
        let id = bench.accept(1, .success)
        bench.settle()
        #expect(bench.state(of: id) == .dead)
        bench.accept(1, .success, generation: 1, id: id)
        bench.settle()
        #expect(bench.end(of: id)?.generation == 1)
        #expect(bench.state(of: id) == .delivered)
    }
}
