import Foundation
import Relay
import Testing
import Webhooks

@Suite("Simulation: whatever happens, GitLab's record ends true")
struct SimulationTests {
    /// The gate's seeds; `SIMULATION_SEEDS=100000 SIMULATION_FROM=400` plays others.
    private static let seeds: Range<UInt64> = {
        let variables = ProcessInfo.processInfo.environment
        let first = variables["SIMULATION_FROM"].flatMap(UInt64.init) ?? 0
        let count = variables["SIMULATION_SEEDS"].flatMap(UInt64.init) ?? 400
        return first..<first + count
    }()

    @Test("seeded histories end as an oracle without faults has them", arguments: [0, 1, 2, 3])
    func histories(part: UInt64) throws {
        let hooks = try RelayProcess.hooks { $0.argocd.onDelete = .stop }
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
