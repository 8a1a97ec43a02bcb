import POSIX
import RelayServer
import Simulation

/// Plays seeded histories until one ends other than an oracle without faults has it.
enum SimulateBench {
    static let form = Arguments.Form(options: ["--seeds", "--from"])

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let count = try AcceptBench.number(arguments, "--seeds", 2000)
        let first = try arguments["--from"].map { text in
            guard let seed = UInt64(text) else {
                throw AcceptBench.BadOption(description: "--from takes a seed, not \(text)")
            }
            return seed
        }
        let hooks = try History.Hooks()
        var totals = Totals()
        for seed in (first ?? 0)..<(first ?? 0) + UInt64(count) {
            var history = try History(seed: seed, hooks: hooks)
            try history.run()
            let verdict = try Verdict(history)
            totals.add(history)
            guard verdict.complaints.isEmpty else {
                Output.print(try story(of: seed, hooks))
                Output.print("seed \(seed) is the first that fails, after \(totals.text)")
                return .failure
            }
            if totals.histories.isMultiple(of: 10_000) { Output.complain("\(totals.text) so far") }
        }
        Output.print("all well: \(totals.text)")
        return .success
    }

    /// The failing history once more, told in full.
    private static func story(of seed: UInt64, _ hooks: History.Hooks) throws -> String {
        var history = try History(seed: seed, hooks: hooks, keepsTrace: true)
        try history.run()
        let verdict = try Verdict(history)
        return """
            seed \(seed), what happened (milliseconds, call's number):
            \(history.world.trace.joined(separator: "\n"))

            what was accepted, and its ends:
            \(verdict.story)

            what is wrong:
            \(verdict.complaints.joined(separator: "\n"))
            """
    }

    private struct Totals {
        var histories = 0
        private var operations = 0
        private var calls = 0
        private var starts = 0

        mutating func add(_ history: History) {
            histories += 1
            operations += history.operationCount
            calls += history.world.calls.values.reduce(0, +)
            starts += history.world.life
        }

        var text: String {
            "\(histories) histories, \(operations) operations, \(calls) calls, \(starts) starts"
        }
    }
}
