import GitLab
import Relay
import Testing

@Suite("Delivery queue: records that cannot be read")
struct UnreadableTests {
    @Test("a damaged record is dead and names what was set aside; its lane goes on")
    func damaged() {
        var bench = QueueBench()
        let lost = bench.accept(1, .success)
        let next = bench.accept(2, .success)
        bench.damaged = [lost]
        bench.settle()
        #expect(bench.end(of: lost)?.state == .dead)
        #expect(bench.end(of: lost)?.reason.contains("quarantine") == true)
        #expect(bench.state(of: next) == .delivered)
        #expect(bench.rows(of: 1).isEmpty)
    }

    @Test("one that cannot be read now waits, says so once, and is delivered once it can be")
    func unreadable() {
        var bench = QueueBench()
        let id = bench.accept(1, .success)
        bench.unreadable = "open: too many open files (EMFILE)"
        bench.pass(seconds: 3600)
        #expect(bench.state(of: id) == nil)
        #expect(bench.calls.isEmpty)
        let told = bench.records.compactMap { record in
            if case .attempt(let attempt) = record { attempt } else { nil }
        }
        #expect(told.map(\.reason) == ["open: too many open files (EMFILE)"])
        #expect(told.map(\.outcome) == [.deferred])
        bench.unreadable = nil
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
        #expect(bench.rows(of: 1) == [.success])
    }

    @Test("it never dies of that, however long it takes and whatever was tried before")
    func neverDead() {
        var bench = QueueBench()
        let id = bench.accept(1, .success)
        bench.canned = [.unreachable]
        bench.pass(seconds: 0)
        #expect(bench.writes.count == 1)
        bench.unreadable = "read: input/output error (EIO)"
        bench.pass(seconds: 100 * 3600)
        #expect(bench.state(of: id) == nil)
        bench.unreadable = nil
        bench.settle()
        #expect(bench.state(of: id) == .delivered)
    }

    @Test("what needs no record goes on meanwhile: a change of a known row")
    func changes() {
        var bench = QueueBench()
        bench.accept(1, .running)
        bench.settle()
        bench.unreadable = "open: no such file or directory (ENOENT)"
        let end = bench.accept(1, .success)
        bench.settle()
        #expect(bench.state(of: end) == .delivered)
        #expect(bench.rows(of: 1) == [.success])
    }
}
