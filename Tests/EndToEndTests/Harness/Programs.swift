import Foundation

/// Where the programs under test lie: beside the tests' own.
enum Programs {
    static var relay: String { path("deployment-relay") }
    static var bench: String { path("relay-bench") }

    /// What a sanitizer was told (`TSAN_OPTIONS` and the like), for the programs as for the tests.
    static let sanitizers = ProcessInfo.processInfo.environment.filter {
        $0.key.hasSuffix("SAN_OPTIONS")
    }

    private static func path(_ name: String) -> String {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folder = own.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let found = sequence(first: folder) { $0?.deletingLastPathComponent() }
            .prefix(6).compactMap { $0?.appendingPathComponent(name).path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        // Under `swift test` the runner may be the toolchain's; then the build folder is here.
        return found ?? "\(FileManager.default.currentDirectoryPath)/.build/debug/\(name)"
    }
}

/// A folder that is gone with the test.
final class Folder {
    let path: String

    init() throws {
        let name = "deployment-relay-tests-\(UUID().uuidString)"
        path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// A condition that did not come true in its time.
struct TimedOut: Error, CustomStringConvertible {
    let description: String
}

/// Waits until `condition` gives a value.
func eventually<Value>(
    _ what: String,
    seconds: Double = 60,
    _ condition: () throws -> Value?
) async throws -> Value {
    let deadline = Date().addingTimeInterval(seconds)
    while true {
        if let value = try condition() { return value }
        guard Date() < deadline else { throw TimedOut(description: "\(what): not in \(seconds) s") }
        try await Task.sleep(nanoseconds: 5_000_000)
    }
}
