// swift-tools-version: 6.2
import PackageDescription

/// One line per room: what it may import is what it lists here (Sources/README.md has the plan).
let package = Package(
    name: "deployment-relay",
    products: [
        .executable(name: "deployment-relay", targets: ["deployment-relay"]),
        .executable(name: "relay-bench", targets: ["relay-bench"]),
    ],
    targets: [
        // C shims: only what Swift cannot call by itself.
        .target(name: "CLinux"),
        .target(name: "CProcessor"),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),

        // Pure: no system calls, no clocks, no globals.
        .room("Formats", uses: ["CProcessor"]),
        .room("JSON", uses: ["Formats"]),
        .room("HTTP", uses: ["Formats"]),
        .room("Templating", uses: ["JSON", "Formats"]),
        .room("Webhooks", uses: ["JSON", "Formats"]),
        .room("GitLab", uses: ["JSON", "Formats"]),
        .room("Relay", uses: ["JSON", "Templating", "Webhooks", "GitLab", "Formats"]),

        // Edges: one kind of system resource each.
        .room("POSIX", uses: ["CLinux"]),
        .room("Storage", uses: ["Formats", "POSIX"], papers: ["README.md"]),
        .room("HTTPClient", uses: ["CCurl"]),
        .room(
            "GitLabSandbox",
            uses: ["HTTP", "JSON", "Formats", "POSIX"],
            papers: ["README.md"]
        ),

        // An instrument: histories in a time of their own, played by tests and relay-bench.
        .room(
            "Simulation",
            uses: ["JSON", "Webhooks", "GitLab", "Relay", "Formats", "POSIX", "Storage"]
        ),

        // Composition.
        .room("RelayServer", uses: .everyRoom),
        .program("deployment-relay", uses: .everyRoom + ["RelayServer"]),
        .program("relay-bench", uses: .everyRoom + ["RelayServer", "Simulation"]),

        .tests(of: "Formats"),
        .tests(of: "JSON", also: ["Formats"]),
        .tests(of: "HTTP", also: ["Formats"]),
        .tests(
            of: "Templating",
            also: ["JSON", "Formats"],
            papers: ["Zones", "vectors.jsonl", "argocd-07-failed-nasty-message.json"]
        ),
        .tests(of: "Webhooks", also: ["JSON", "Formats"]),
        .tests(of: "GitLab", also: ["JSON", "Formats"]),
        .tests(
            of: "Relay",
            also: ["JSON", "Templating", "Webhooks", "GitLab", "Formats", "Simulation"]
        ),
        .tests(of: "Simulation", also: ["POSIX", "Storage"]),
        .tests(of: "POSIX"),
        .tests(of: "Storage", also: ["Formats", "POSIX"]),
        .tests(of: "HTTPClient", also: ["POSIX"]),
        .tests(of: "GitLabSandbox", also: ["HTTP", "JSON", "Formats", "POSIX"]),
        .tests(of: "RelayServer", also: .everyRoom),
        .endToEnd,
        .testTarget(name: "TidyTests", swiftSettings: .house),
    ],
    swiftLanguageModes: [.v6]
)

extension [SwiftSetting] {
    /// Compiler settings of every Swift target in the house.
    ///
    /// SE-0335 (ExistentialAny), SE-0409 (InternalImportsByDefault), SE-0444
    /// (MemberImportVisibility), SE-0480 (warnings as errors).
    static var house: [SwiftSetting] {
        [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .treatAllWarnings(as: .error),
        ]
    }
}

extension [Target.Dependency] {
    /// Every room below `RelayServer`.
    static var everyRoom: [Target.Dependency] {
        [
            "Formats", "JSON", "HTTP", "Templating", "Webhooks", "GitLab", "Relay", "POSIX",
            "Storage", "HTTPClient", "GitLabSandbox",
        ]
    }
}

extension Target {
    /// `papers`: what lies in the room's folder and is no code.
    static func room(
        _ name: String,
        uses dependencies: [Target.Dependency] = [],
        papers: [String] = []
    ) -> Target {
        .target(name: name, dependencies: dependencies, exclude: papers, swiftSettings: .house)
    }

    static func program(_ name: String, uses dependencies: [Target.Dependency]) -> Target {
        .executableTarget(name: name, dependencies: dependencies, swiftSettings: .house)
    }

    static func tests(
        of name: String,
        also dependencies: [Target.Dependency] = [],
        papers: [String] = []
    ) -> Target {
        .testTarget(
            name: "\(name)Tests",
            dependencies: [.target(name: name)] + dependencies,
            exclude: papers,
            swiftSettings: .house
        )
    }

    /// Starts the real programs, so it depends on them being built.
    static var endToEnd: Target {
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["deployment-relay", "relay-bench"] + .everyRoom,
            swiftSettings: .house
        )
    }
}
