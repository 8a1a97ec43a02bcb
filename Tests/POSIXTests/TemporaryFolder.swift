import Foundation

/// A folder of one test, gone with it; its path is short, since a unix socket's must be.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = "/tmp/posix-\(UUID().uuidString.prefix(13))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
    }
}

/// What should not have come.
struct Unexpected: Error {
    let words: String
    init(_ words: String) { self.words = words }
}
