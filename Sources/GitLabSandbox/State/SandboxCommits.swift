/// What a repository knows: commits, branches and tags.
package struct SandboxCommits: Equatable, Sendable {
    /// Full shas.
    package var shas: [String] = []
    package var branches: [String] = []
    package var tags: [String] = []
    /// Never found, whatever else is said: a commit that a mirror does not have yet.
    package var unknown: Set<String> = []

    package init() {}

    /// Whether Gitaly finds a commit by this name (facts §9.5).
    ///
    /// With `acceptsAny`, every full sha is there, and where a ref is asked for, every name that
    /// git would take for one.
    func resolves(_ name: String, in project: SandboxProject, acceptsAny: Bool, isRef: Bool) -> Bool
    {
        guard Self.isPossible(name), !unknown.contains(name) else { return false }
        if Self.isFullSHA(name), acceptsAny || shas.contains(name.lowercased()) { return true }
        if acceptsAny, isRef { return Self.isPlausibleRef(name) }
        return name == "HEAD" || hasShort(name)
            || hasRef(name, defaultBranch: project.defaultBranch)
    }

    /// Names that git never resolves: blank, with white space, `:` or NUL, or like an option.
    private static func isPossible(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("-")
            && !name.unicodeScalars.contains {
                $0 == ":" || $0 == "\0" || $0.properties.isWhitespace
            }
    }

    /// SHA-1 or SHA-256.
    static func isFullSHA(_ name: String) -> Bool {
        [40, 64].contains(name.utf8.count) && name.utf8.allSatisfy(isHexDigit)
    }

    /// git-check-ref-format(1), near enough.
    private static func isPlausibleRef(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
            && !name.hasSuffix(".") && !name.contains("..") && !name.contains("@{") && name != "@"
            && !name.contains { "~^?*[\\".contains($0) }
    }

    /// A prefix of four or more digits that only one commit has.
    private func hasShort(_ name: String) -> Bool {
        guard (4..<40).contains(name.utf8.count), name.utf8.allSatisfy(Self.isHexDigit) else {
            return false
        }
        return shas.count { $0.hasPrefix(name.lowercased()) } == 1
    }

    private func hasRef(_ name: String, defaultBranch: String) -> Bool {
        let branch = name.dropping("refs/heads/") ?? name.dropping("heads/")
        let tag = name.dropping("refs/tags/") ?? name.dropping("tags/")
        let isBranch = { (name: String) in name == defaultBranch || branches.contains(name) }
        return isBranch(name) || tags.contains(name) || branch.map(isBranch) == true
            || tag.map(tags.contains) == true
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
        default: false
        }
    }
}

extension String {
    /// What follows the prefix; nil without it.
    fileprivate func dropping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
