import Formats

/// What GitLab makes of an environment's name (facts §2).
enum EnvironmentNaming {
    /// Why a name is refused; empty when it is fine.
    static func problems(_ name: String) -> [String] {
        var problems: [String] = []
        if name.allSatisfy(\.isWhitespace) { problems.append("can't be blank") }
        if name.count > 255 { problems.append("is too long (maximum is 255 characters)") }
        let isPlain = name.utf8.allSatisfy(isAllowed)
        if !isPlain || name.hasPrefix("/") || name.hasSuffix("/") {
            problems.append(
                "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, "
                    + "but it cannot start or end with '/'"
            )
        }
        return problems
    }

    /// lib/gitlab/slug/environment.rb: at most 24 of `[a-z0-9-]`, and the same for the same name.
    static func slug(of name: String) -> String {
        var slug: [UInt8] = []
        for character in name.lowercased() {
            let byte = character.utf8.count == 1 ? character.utf8.first! : 0x2D
            slug.append(isLetter(byte) || isDigit(byte) ? byte : 0x2D)
        }
        if let first = slug.first, isLetter(first) {} else { slug = Array("env-".utf8) + slug }
        slug = slug.indices.filter { $0 == 0 || slug[$0] != 0x2D || slug[$0 - 1] != 0x2D }.map {
            slug[$0]
        }
        guard slug.count > 24 || !slug.elementsEqual(name.utf8) else { return name }
        slug = Array(slug.prefix(17))
        if slug.last != 0x2D { slug.append(0x2D) }
        return String(decoding: slug, as: UTF8.self) + suffix(of: name)
    }

    /// The last six base-36 digits of the name's SHA-256.
    private static func suffix(of name: String) -> String {
        let range: UInt64 = 2_176_782_336  // 36 to the sixth
        let value = SHA256.digest(Array(name.utf8)).reduce(0) { ($0 * 256 + UInt64($1)) % range }
        let digits = String(value, radix: 36)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    static let tiers = ["production", "staging", "testing", "development", "other"]

    /// The tier guessed from a name: the first list with a word in it wins, traps included.
    static func tier(of name: String) -> String {
        let name = name.lowercased()
        return words.first { $0.words.contains { name.contains($0) } }?.tier ?? "other"
    }

    private static let words: [(tier: String, words: [String])] = [
        ("development", ["dev", "review", "trunk"]),
        (
            "testing",
            ["test", "tst", "int", "acpt", "accept", "qa", "qc", "control", "quality"]
        ),
        ("staging", ["stg", "stag", "model", "modl", "pre", "demo", "non"]),
        ("production", ["prd", "prod", "live"]),
    ]

    private static func isAllowed(_ byte: UInt8) -> Bool {
        isLetter(byte | 0x20) || isDigit(byte) || " -_/${}.".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
