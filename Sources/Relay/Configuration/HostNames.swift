/// Names of hosts as the configuration lists them: without scheme, port or path.
enum HostNames {
    static let hint = "write the name alone, as in relay.example.com"

    /// The first that is none; nil when all are names.
    static func wrong(among names: [String]) -> String? {
        names.first { name in
            name.isEmpty || name.hasSuffix(".")
                || !name.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                    default: false
                    }
                }
        }
    }
}
