import Simulation
import Testing

/// The logs of both loops stop, or fail once, at each of their system calls: from a webhook's
/// acceptance to its delivery's end, and through the start that follows.
///
/// The histories are small and whole: accept, commit, answer; `sending`, commit, call; GitLab's
/// answer, `settled`, commit. The verdict is that of all histories: each accepted event in exactly
/// one final state, each operation one row with its last status, none left running, none doubled.
/// A sender tries again until it is answered.
@Suite("Simulation: each system call of both logs goes wrong")
struct DiskFaultTests {
    /// A history in which nothing else goes wrong.
    struct Play: Sendable, CustomTestStringConvertible {
        let seed: UInt64
        let segmentBytes: Int
        /// How many calls it makes when none fails, so that the count cannot shrink unnoticed.
        let leastCalls: Int

        var testDescription: String { "seed \(seed), segments of \(segmentBytes) bytes" }

        /// Plays it with these faults; gives the calls that were made.
        @discardableResult
        func run(_ hooks: History.Hooks, _ plan: [Int: DiskFaults.Fault] = [:]) throws -> [String] {
            let faults = DiskFaults()
            var history = try History(
                seed: seed,
                hooks: hooks,
                segmentBytes: segmentBytes,
                trouble: faults.trouble
            )
            #expect(!history.hasTrouble)
            history.hasDiskFault = !plan.isEmpty
            faults.arm(plan)
            try history.run()
            let verdict = try Verdict(history)
            let calls = faults.calls
            let names = plan.keys.sorted().map { "\($0) \($0 < calls.count ? calls[$0] : "-")" }
            #expect(
                verdict.complaints.isEmpty,
                "\(testDescription), calls \(names), \(plan): \(verdict.complaints)"
            )
            return calls
        }
    }

    /// Three operations on one segment; five with segments that are closed all the time.
    static let plays = [
        Play(seed: 2, segmentBytes: 1 << 26, leastCalls: 140),
        Play(seed: 6, segmentBytes: 4096, leastCalls: 200),
    ]

    @Test(
        "the process ends in call N, for all N; a write has done none, half or all",
        arguments: plays
    )
    func ends(play: Play) throws {
        let hooks = try History.Hooks()
        let calls = try play.run(hooks)
        #expect(calls.count >= play.leastCalls)
        for (number, name) in calls.enumerated() {
            for kept in name == "write" ? [0, 0.5, 1] : [0] {
                try play.run(hooks, [number: .ends(kept: kept)])
            }
        }
    }

    @Test(
        "call N fails once, for all N: 503 and again, or the process says so and ends",
        arguments: plays
    )
    func fails(play: Play) throws {
        let hooks = try History.Hooks()
        for number in try play.run(hooks).indices { try play.run(hooks, [number: .fails]) }
    }

    @Test("it ends in call N and again in one of the first calls of the start", arguments: plays)
    func endsTwice(play: Play) throws {
        let hooks = try History.Hooks()
        for number in try play.run(hooks).indices {
            let again = number + 1 + number % 6
            try play.run(hooks, [number: .ends(kept: 0.7), again: .ends(kept: 0.3)])
        }
    }

    @Test("one operation's writes are torn at each sixty-fourth of their length")
    func torn() throws {
        let hooks = try History.Hooks()
        let play = Play(seed: 37, segmentBytes: 1 << 26, leastCalls: 10)
        for (number, name) in try play.run(hooks).enumerated() where name == "write" {
            for part in stride(from: 0, through: 64, by: min(Sample.step, 16)) {
                try play.run(hooks, [number: .ends(kept: Double(part) / 64)])
            }
        }
    }
}
