import Foundation

/// A command that ran to its end.
struct CommandRun {
    let code: Int32
    let output: String
    let errors: String

    /// Runs the relay's program.
    ///
    /// `environment`: all that it sees beside PATH.
    static func relay(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        in folder: Folder? = nil,
        under wrapper: [String] = []
    ) throws -> CommandRun {
        let words = wrapper + [Programs.relay] + arguments
        return try run(words[0], Array(words.dropFirst()), environment, input, folder)
    }

    /// Runs a program of the machine's.
    static func program(
        _ path: String,
        _ arguments: [String],
        input: String = ""
    ) throws -> CommandRun {
        try run(path, arguments, [:], input, nil)
    }

    /// Runs a line as somebody pastes it, in `folder`.
    static func shell(
        _ line: String,
        environment: [String: String],
        in folder: Folder
    ) throws -> CommandRun {
        try run("/bin/bash", ["-c", line], environment, "", folder)
    }

    /// All that it said.
    var words: String { output + errors }

    /// Runs the instrument.
    static func bench(_ arguments: [String]) throws -> CommandRun {
        try run(Programs.bench, arguments, [:], "", nil)
    }

    private static func run(
        _ program: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ input: String,
        _ folder: Folder?
    ) throws -> CommandRun {
        let scratch = try Folder()
        let (output, errors) = ("\(scratch.path)/output", "\(scratch.path)/errors")
        for file in [output, errors] {
            _ = FileManager.default.createFile(atPath: file, contents: nil)
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given }
            .merging(Programs.sanitizers) { given, _ in given }
        process.currentDirectoryURL = URL(fileURLWithPath: (folder ?? scratch).path)
        let source = try scratch.write(input, to: "input")
        process.standardInput = FileHandle(forReadingAtPath: source)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        try process.run()
        process.waitUntilExit()
        return CommandRun(
            code: process.terminationStatus,
            output: try String(contentsOfFile: output, encoding: .utf8),
            errors: try String(contentsOfFile: errors, encoding: .utf8)
        )
    }
}
