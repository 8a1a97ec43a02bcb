import Foundation

/// A program of the system's that a test needs and that may not be there.
struct Tool {
    let path: String

    /// nil when it is not installed.
    init?(_ name: String) {
        let places = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"].map { "\($0)/\(name)" }
        guard let path = places.first(where: FileManager.default.isExecutableFile) else {
            return nil
        }
        self.path = path
    }

    struct Failed: Error, CustomStringConvertible { let description: String }

    func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = String(decoding: words, as: UTF8.self)
            throw Failed(description: "\(path) \(arguments.joined(separator: " ")): \(text)")
        }
    }
}

enum Shell {
    /// A command of the shell's that is run before, in the same process: `ulimit`.
    static func wrapper(_ command: String) -> [String] {
        ["/bin/sh", "-c", "\(command); exec \"$@\"", "sh"]
    }
}

/// The largest size that files of one relay may grow to: a full disk that needs no mounting.
struct FileSizeLimit {
    private static let tool = Tool("prlimit")
    static var isThere: Bool { tool != nil }

    /// The command under which a relay starts; standard output counts, too.
    static func wrapper(_ bytes: Int) -> [String] {
        [tool?.path ?? "prlimit", "--fsize=\(bytes):unlimited"]
    }

    static func set(_ bytes: Int?, of relay: RelayProcess) throws {
        let limit = bytes.map(String.init) ?? "unlimited"
        try tool?.run(["--pid", "\(relay.id)", "--fsize=\(limit):unlimited"])
    }
}
