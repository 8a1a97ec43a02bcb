import Relay
import Testing

@Suite("Simulation: whatever happens, GitLab's record ends true")
struct SimulationTests {
    /// In debug some three milliseconds each.
    private static let seeds: Range<UInt64> = 0..<400

    @Test("seeded histories end as an oracle without faults has them", arguments: [0, 1, 2, 3])
    func histories(part: UInt64) throws {
        let hooks = try RelayProcess.hooks()
        for seed in Self.seeds where seed % 4 == part {
            var simulation = try Simulation(seed: seed, hooks: hooks)
            try simulation.run()
            let verdict = try Verdict(simulation.world)
            guard verdict.complaints.isEmpty else {
                let trace = simulation.world.trace.joined(separator: "\n")
                Issue.record("seed \(seed): \(verdict.complaints)\n\(verdict.story)\n\(trace)")
                return
            }
        }
    }
}
