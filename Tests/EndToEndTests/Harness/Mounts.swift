import Foundation

/// A mount table of a test's own: what is mounted in it is gone with it, and nobody else sees it.
///
/// Needs root, or the right to make user namespaces.
final class Mounts {
    private let keeper = Process()
    private let input = Pipe()

    private static var isRoot: Bool { getuid() == 0 }

    /// Whether this machine lets us; tests that need it say so when they are skipped.
    static let areAllowed: Bool = {
        do {
            let folder = try Folder()
            try Mounts().run("mount -t tmpfs -o size=1m tmpfs \(folder.path)")
            return true
        } catch {
            return false
        }
    }()

    init() throws {
        guard let unshare = Tool("unshare"), Tool("nsenter") != nil else {
            throw Tool.Failed(description: "no unshare, no nsenter")
        }
        keeper.executableURL = URL(fileURLWithPath: unshare.path)
        let user = Self.isRoot ? [] : ["--user", "--map-root-user"]
        keeper.arguments =
            user + ["--mount", "--propagation", "private", "sh", "-c", "echo ready; exec cat"]
        // It ends with us, however we end.
        keeper.standardInput = input
        let output = Pipe()
        keeper.standardOutput = output
        keeper.standardError = FileHandle.nullDevice
        try keeper.run()
        let words = output.fileHandleForReading.availableData
        guard String(decoding: words, as: UTF8.self).contains("ready") else {
            throw Tool.Failed(description: "a mount namespace cannot be made here")
        }
    }

    deinit { kill(keeper.processIdentifier, SIGKILL) }

    /// The command by which a program sees these mounts.
    var wrapper: [String] {
        let user = Self.isRoot ? [] : ["--user", "--preserve-credentials"]
        let target = ["-t", "\(keeper.processIdentifier)", "--mount"]
        return [Tool("nsenter")?.path ?? "nsenter"] + target + user
    }

    /// Runs a shell's command among these mounts.
    func run(_ command: String) throws {
        try Tool("nsenter")?.run(Array(wrapper.dropFirst()) + ["sh", "-c", command])
    }
}
