import Testing
import relay_bench

/// The short form of `relay-bench crash`; `Sources/README.md` has the long one.
@Suite("kill -9 at any moment, again and again", .serialized)
struct KillTests {
    @Test("20 rounds: what was answered is in GitLab once, with its end", arguments: [2026])
    func rounds(seed: UInt64) throws {
        let outcome = try ShortCrash.play(rounds: 20, seed: seed, program: Programs.relay)
        #expect(
            outcome.complaints.isEmpty,
            "seed \(seed): \(outcome.complaints.joined(separator: "\n"))\n\(outcome.figures)"
        )
    }
}
