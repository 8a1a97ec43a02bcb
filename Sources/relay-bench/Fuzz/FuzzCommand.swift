import Glibc
import POSIX
import RelayServer

/// Seeded cases against the promises of `JSON`, `Templating`, `HTTP` and `Storage`, for as long
/// as asked.
///
/// The cases run in a child, so that a crash or a hang is a find like others: the file in which
/// the child notes each case before it tries it says which one it was.
enum FuzzCommand {
    static let form = Arguments.Form(
        options: [
            "--seconds", "--seed", "--target", "--vectors", "--case", "--progress", "--from",
        ]
    )

    /// Longer than any case takes by orders of magnitude, also on a busy machine.
    private static let hangSeconds: Int64 = 20
    private static let memoryBytes: UInt = 4 << 30

    private struct Settings {
        var seconds: Int64 = 10
        var seed: UInt64 = 1
        var target = FuzzCase.Target.all
        var vectors: String?
        var known = KnownTemplate.shipped
        var isChild = false

        init(_ arguments: Arguments) throws {
            seconds = try number(arguments["--seconds"], "--seconds") ?? 10
            seed = try number(arguments["--seed"], "--seed") ?? 1
            if let word = arguments["--target"] {
                guard let target = FuzzCase.Target(rawValue: word) else {
                    throw Wrong(
                        description:
                            "--target takes templates, json, http, records or all, not \(word)"
                    )
                }
                self.target = target
            }
            vectors = arguments["--vectors"]
            if let vectors { known += try KnownTemplate.read(vectors) }
        }

        func words(from number: Int, progress: String) -> [String] {
            var words = [
                "fuzz", "--seconds", String(seconds), "--seed", String(seed),
                "--target", target.rawValue, "--from", String(number), "--progress", progress,
            ]
            if let vectors { words += ["--vectors", vectors] }
            return words
        }

        func fuzzCase(_ number: Int) -> FuzzCase {
            FuzzCase(seed: seed, number: number, target: target)
        }
    }

    private struct Wrong: Error, CustomStringConvertible {
        let description: String
    }

    private static func number<Number: FixedWidthInteger>(
        _ text: String?,
        _ option: String
    ) throws -> Number? {
        guard let text else { return nil }
        guard let number = Number(text), number >= 0 else {
            throw Wrong(description: "\(option) takes a number from 0 up, not \(text)")
        }
        return number
    }

    static func run(_ arguments: Arguments) throws -> ExitCode {
        let settings = try Settings(arguments)
        if let number: Int = try number(arguments["--case"], "--case") {
            return replay(settings, number)
        }
        if let path = arguments["--progress"] {
            return try runChild(
                settings,
                path,
                from: try number(arguments["--from"], "--from") ?? 0
            )
        }
        return try supervise(settings)
    }

    /// Shows one case first, then tries it here.
    private static func replay(_ settings: Settings, _ number: Int) -> ExitCode {
        let trial = settings.fuzzCase(number).trial(settings.known)
        Output.print(trial.shown)
        let start = Clock.monotonicNanoseconds()
        let complaint = trial.complaint()
        let time = (Clock.monotonicNanoseconds() - start) / 1_000_000
        Output.print("\ncase \(number): \(complaint ?? "all promises kept") (\(time) ms)")
        return complaint == nil ? .success : .failure
    }

    private static func runChild(
        _ settings: Settings,
        _ path: String,
        from first: Int
    ) throws -> ExitCode {
        FuzzChild.limitMemory(bytes: memoryBytes)
        let file = try FileSystem.openForAppending(path)
        let end = Clock.monotonic() + settings.seconds * 1000
        var run = FuzzRun(seed: settings.seed, target: settings.target, known: settings.known)
        var number = first
        while Clock.monotonic() < end {
            let shown = run.finds.count
            run.run(number..<number + 64) { progress in
                progress.write(to: file.number)
                return Clock.monotonic() < end
            }
            number += 64
            for find in run.finds[shown...] {
                report(settings.fuzzCase(find.number), settings, find.complaint, find.input)
            }
        }
        run.progress.write(to: file.number)
        return .success
    }

    private static func report(
        _ fuzzCase: FuzzCase,
        _ settings: Settings,
        _ complaint: String,
        _ input: String
    ) {
        Output.print(
            "find: case \(fuzzCase.number): \(complaint)\n"
                + "  again: \(fuzzCase.command(vectors: settings.vectors))\n\(input)\n"
        )
    }

    // MARK: - The parent

    private static func supervise(_ settings: Settings) throws -> ExitCode {
        let folder = try TemporaryFolder(prefix: "relay-fuzz")
        let end = Clock.monotonic() + settings.seconds * 1000
        var settings = settings
        var total = FuzzProgress()
        var next = 0
        repeat {
            let path = "\(folder.path)/progress-\(next)"
            let child = try FuzzChild(settings.words(from: next, progress: path))
            let ending = wait(for: child, path)
            let progress = FuzzProgress(reading: path)
            total.add(progress)
            if let ending {
                total.finds += 1
                let fuzzCase = settings.fuzzCase(progress.number)
                let input = fuzzCase.trial(settings.known).shown
                report(fuzzCase, settings, ending, input)
            }
            next = progress.number + 1
            settings.seconds = (end - Clock.monotonic() + 999) / 1000
        } while settings.seconds > 0
        let milliseconds = Double(total.longest / 1000) / 1000
        let longest = settings.fuzzCase(total.longestNumber).command(vectors: settings.vectors)
        Output.print(
            "seed \(settings.seed): \(total.count) cases, \(total.finds) finds; "
                + "the longest took \(milliseconds) ms of CPU time: \(longest)"
        )
        return total.finds == 0 ? .success : .failure
    }

    /// - Returns: How it came to a bad end; nil for a good one.
    private static func wait(for child: FuzzChild, _ path: String) -> String? {
        var last = (number: -1, since: Clock.monotonic())
        while true {
            if let status = child.status() {
                if status == 0 { return nil }
                return status & 0x7F == 0
                    ? "the process ended with \(status >> 8)" : "signal \(status & 0x7F) ended it"
            }
            let number = FuzzProgress(reading: path).number
            if number != last.number { last = (number, Clock.monotonic()) }
            if Clock.monotonic() - last.since > hangSeconds * 1000 {
                child.kill()
                while child.status() == nil { poll(nil, 0, 1) }
                return "no end after \(hangSeconds) seconds"
            }
            poll(nil, 0, 20)
        }
    }
}

extension FuzzProgress {
    /// Adds what another process did.
    fileprivate mutating func add(_ other: FuzzProgress) {
        count += other.count
        finds += other.finds
        if other.longest > longest {
            (longest, longestNumber) = (other.longest, other.longestNumber)
        }
    }
}
