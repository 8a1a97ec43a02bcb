/// The floor plan: what each room may import, and what it may do (DESIGN §3 and §4).
enum FloorPlan {
    struct Room {
        /// Modules it may import.
        var imports: Set<String>
        /// Whether nothing in it can reach the outside world.
        var isPure = false
        var mayWriteLogLines = false
        var mayStartThreads = false
    }

    /// The standard library's own module at the edges; shared state between threads needs it.
    private static let edge: Set<String> = ["Synchronization"]
    private static let everyRoom: Set<String> = [
        "Formats", "JSON", "HTTP", "Templating", "Webhooks", "GitLab", "Relay", "POSIX",
        "Storage", "HTTPClient", "GitLabSandbox",
    ]

    static let rooms: [String: Room] = [
        "Formats": Room(imports: ["CProcessor"], isPure: true),
        "JSON": Room(imports: [], isPure: true),
        "HTTP": Room(imports: ["Formats"], isPure: true),
        "Templating": Room(imports: ["JSON", "Formats"], isPure: true),
        "Webhooks": Room(imports: ["JSON", "Formats"], isPure: true),
        "GitLab": Room(imports: ["JSON", "Formats"], isPure: true),
        "Relay": Room(
            imports: ["JSON", "Templating", "Webhooks", "GitLab", "Formats"],
            isPure: true
        ),
        "CLinux": Room(imports: []),
        "CProcessor": Room(imports: []),
        "CCurl": Room(imports: []),
        "POSIX": Room(imports: edge.union(["CLinux", "Glibc"])),
        "Storage": Room(imports: ["Formats", "POSIX"]),
        "HTTPClient": Room(imports: ["CCurl"]),
        // A stand-in for a server somewhere else, so it has a thread of its own as that one has.
        "GitLabSandbox": Room(
            imports: edge.union(["HTTP", "JSON", "Formats", "POSIX"]),
            mayStartThreads: true
        ),
        // An instrument: a room because both the tests and relay-bench play its histories, and it
        // holds the pure rooms against the real log format.
        "Simulation": Room(
            imports: ["JSON", "Webhooks", "GitLab", "Relay", "Formats", "POSIX", "Storage"]
        ),
        "RelayServer": Room(
            imports: everyRoom.union(edge).union(["Dispatch"]),
            mayWriteLogLines: true,
            mayStartThreads: true
        ),
        // The programs: what they print is what was asked of them, and they hold the threads of
        // what they start (the demo's sandbox, the bench's senders).
        "deployment-relay": program,
        "relay-bench": bench,
    ]

    private static let program = Room(
        imports: everyRoom.union(edge).union(["RelayServer", "Dispatch", "Glibc"]),
        mayWriteLogLines: true,
        mayStartThreads: true
    )

    private static let bench: Room = {
        var room = program
        room.imports.insert("Simulation")
        return room
    }()

    /// Files that define what others may not use.
    static let definitions: Set<String> = [
        "Sources/POSIX/LoopThread.swift", "Sources/POSIX/Output.swift",
    ]

    /// All that may stand at the top level, beside dot-files and what `.gitignore` names.
    static let topLevel: Set<String> = [
        "Package.swift", "Sources", "Tests", "config", "README.md", "Dockerfile",
    ]
}
