import Relay
import Simulation
import Storage
import Testing

/// Every byte of both logs is changed while the relay is down, and it starts on what there is.
///
/// Of `settled` any record may be lost: what was accepted is then looked up before it is written,
/// and the verdict is that of all histories. Of `accepted` the one record with the byte may be
/// lost, is told as damage, and no other.
@Suite("Simulation: each byte of both logs is damaged before a start")
struct ByteDamageTests {
    private func history(_ hooks: History.Hooks, _ seed: UInt64) throws -> History {
        let history = try History(seed: seed, hooks: hooks, segmentBytes: 1 << 26)
        #expect(!history.hasTrouble)
        return history
    }

    /// Plays it, with one byte changed in a restart at `moment`; nil when the log is shorter.
    private func play(
        _ hooks: History.Hooks,
        _ seed: UInt64,
        _ log: Disk.Log,
        _ offset: Int,
        at moment: Int64
    ) throws -> History? {
        var history = try history(hooks, seed)
        history.hasDiskFault = true
        let disk = history.world.disk
        try history.world.pass(moment)
        try history.world.crash()
        guard try disk.flip(log, at: offset) else { return nil }
        try history.world.boot()
        return history
    }

    /// Moments at which the log has its first record, half, and all.
    private func moments(_ hooks: History.Hooks, _ seed: UInt64) throws -> [Int64] {
        let history = try history(hooks, seed)
        let events = history.eventTimes
        let last = try #require(events.last)
        return [events[0] + 1, last + 1, last + 120_000]
    }

    @Test("of settled: nothing is sent twice, nothing left running")
    func settled() throws {
        let hooks = try History.Hooks()
        let seed: UInt64 = 37
        var played = 0
        for moment in try moments(hooks, seed) {
            var offset = 0
            while var history = try play(hooks, seed, .settled, offset, at: moment) {
                try history.run()
                let verdict = try Verdict(history)
                let complaints = verdict.complaints.filter {
                    // What the damaged record said of an end is not there to be read.
                    !$0.hasSuffix("has 0 ends: []") && !$0.contains("belongs to nobody")
                }
                #expect(complaints.isEmpty, "byte \(offset), \(moment) ms: \(complaints)")
                played += 1
                offset += Sample.step
            }
        }
        #expect(played > 1500 / Sample.step)
    }

    @Test("of accepted: the damaged record is told, and no other is lost")
    func accepted() throws {
        let hooks = try History.Hooks()
        let seed: UInt64 = 2
        var (played, lost) = (0, 0)
        let moment = try #require(try moments(hooks, seed).last)
        var whole = try history(hooks, seed)
        try whole.world.pass(moment)
        let all = try whole.world.disk.deliveries.map(\.id)
        #expect(all.count >= 3)
        var offset = 0
        while let history = try play(hooks, seed, .accepted, offset, at: moment) {
            let ledger = try #require(history.world.relay?.ledger)
            let missing = all.filter { ledger[$0] == nil }
            #expect(missing.count <= 1, "byte \(offset): \(missing)")
            if !missing.isEmpty {
                lost += 1
                #expect(!history.world.disk.damage.isEmpty, "byte \(offset)")
            }
            #expect(history.world.relay?.intake.nextID ?? 0 > all.last ?? 0, "byte \(offset)")
            played += 1
            offset += Sample.step
        }
        #expect(played > 2000 / Sample.step)
        #expect((1..<played).contains(lost))
    }
}
