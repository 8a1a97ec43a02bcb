import POSIX
import RelayServer

/// `kill -9` at any moment, again and again on the same data folder, under load and with a GitLab
/// that fails before and after it has done what it was asked.
///
/// At the end GitLab's rows are compared with what senders were answered.
enum CrashBench {
    static let form = Arguments.Form(
        options: ["--rounds", "--seed", "--program"],
        flags: ["--json"]
    )

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let rounds = try BenchOptions.number(arguments, "--rounds", 500)
        let seed = try BenchOptions.number(arguments, "--seed", 1)
        let program = BenchOptions.program(arguments)
        let outcome = try play(rounds: rounds, seed: UInt64(seed), program: program)
        Output.print(arguments.has("--json") ? outcome.figures.json : outcome.figures.text)
        for complaint in outcome.complaints { Output.complain(complaint) }
        return outcome.complaints.isEmpty ? .success : .failure
    }

    static func play(
        rounds: Int,
        seed: UInt64,
        program: String
    ) throws -> (figures: Figures, complaints: [String]) {
        let folder = try TemporaryFolder(prefix: "relay-crash")
        var history = try CrashRounds(folder.path, program, seed: seed)
        for _ in 0..<rounds { try history.round() }
        return try history.finish()
    }
}

/// The short form of `relay-bench crash`, for tests.
package enum ShortCrash {
    /// - Returns: The figures in words, and what is wrong.
    package static func play(
        rounds: Int,
        seed: UInt64,
        program: String
    ) throws -> (figures: String, complaints: [String]) {
        let outcome = try CrashBench.play(rounds: rounds, seed: seed, program: program)
        return (outcome.figures.text, outcome.complaints)
    }
}
