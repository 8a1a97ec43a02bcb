import Foundation
import Simulation
import Testing

@Suite("Simulation: whatever happens, GitLab's record ends true")
struct SimulationTests {
    /// The gate's seeds; `relay-bench simulate` plays others, and more.
    private static let seeds: Range<UInt64> = 0..<2000

    @Test("seeded histories end as an oracle without faults has them", arguments: [0, 1, 2, 3])
    func histories(part: UInt64) throws {
        let hooks = try History.Hooks()
        for seed in Self.seeds where seed % 4 == part && seed / 4 % UInt64(Sample.step) == 0 {
            var history = try History(seed: seed, hooks: hooks)
            try history.run()
            let verdict = try Verdict(history)
            #expect(
                verdict.complaints.isEmpty,
                "seed \(seed): relay-bench simulate --from \(seed) --seeds 1 tells its story"
            )
            guard verdict.complaints.isEmpty else { return }
        }
    }

    @Test("the same seed is the same history", arguments: [3, 39] as [UInt64])
    func repeatable(seed: UInt64) throws {
        let hooks = try History.Hooks()
        let traces = try (0..<2).map { _ in
            var history = try History(seed: seed, hooks: hooks, keepsTrace: true)
            try history.run()
            return history.world.trace
        }
        #expect(traces[0].count > 20)
        #expect(traces[0] == traces[1])
    }

    @Test("one in forty histories has hundreds of operations")
    func large() throws {
        let history = try History(seed: 39, hooks: History.Hooks())
        #expect(history.isLarge)
        #expect(history.operationCount >= 80)
    }
}
