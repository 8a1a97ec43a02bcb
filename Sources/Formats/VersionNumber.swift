/// Names that are versions: how a tag is told from a branch when nobody says which it is.
package enum VersionNumber {
    /// `v2`, `v1.2`, `1.2.3`, `1.2.3-rc.1+build.5`; a bare number is not, nor is a range.
    package static func isWhole(_ name: String) -> Bool {
        // Most names are of branches, and end here.
        guard let first = name.utf8.first, isDigit(first) || first | 0x20 == 0x76 else {
            return false
        }
        var rest = Array(name.utf8)[...]
        let hasPrefix = rest.first == 0x76 || rest.first == 0x56
        if hasPrefix { rest = rest.dropFirst() }
        let core = rest.prefix { $0 == 0x2E || isDigit($0) }
        let parts = core.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return false }
        guard hasPrefix || parts.count > 1 else { return false }
        rest = rest.dropFirst(core.count)
        guard let mark = rest.first else { return true }
        // Semantic Versioning 2.0.0 §9 and §10: what follows stands behind three numbers.
        guard parts.count == 3, mark == 0x2D || mark == 0x2B else { return false }
        let halves = rest.split(separator: 0x2B, omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        let suffixes = (mark == 0x2D ? [halves[0].dropFirst()] : []) + halves.dropFirst()
        return suffixes.allSatisfy { suffix in
            suffix.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty && part.allSatisfy { isDigit($0) || isLetter($0) || $0 == 0x2D }
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte & 0xDF)
    }
}
