/// A semantic version (semver.org 2.0.0), read as leniently as Masterminds/semver v3 does.
package struct SemanticVersion: Sendable {
    package var major: UInt64
    package var minor: UInt64
    package var patch: UInt64
    package var prerelease: String
    package var metadata: String
    /// As it was written, `v1.2`.
    package let original: String

    package enum ParseError: Error, Equatable, CustomStringConvertible {
        case malformed
        case leadingZero
        case numberTooLarge(String)

        package var description: String {
            switch self {
            case .malformed: "invalid semantic version"
            case .leadingZero: "version segment starts with 0"
            case .numberTooLarge(let text): "version segment \(text) is too large"
            }
        }
    }

    private static let pattern = RegularExpression.known("^\(syntax)$")

    /// A `v` may stand in front; minor and patch may be missing.
    private static let syntax =
        #"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?"#
        + #"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"#

    package init(_ text: String) throws(ParseError) {
        let bytes = Array(text.utf8)
        guard let groups = Self.pattern.texts(in: bytes) else { throw .malformed }
        original = text
        major = try Self.number(groups[1])
        minor = try Self.number(groups[2].dropFirst())
        patch = try Self.number(groups[3].dropFirst())
        prerelease = groups[5]
        metadata = groups[8]
        for segment in prerelease.split(separator: ".") where segment.utf8.count > 1 {
            let isNumber = segment.utf8.allSatisfy { 0x30...0x39 ~= $0 }
            guard !isNumber || segment.utf8.first != 0x30 else { throw .leadingZero }
        }
    }

    init(major: UInt64, minor: UInt64, patch: UInt64) {
        (self.major, self.minor, self.patch) = (major, minor, patch)
        (prerelease, metadata) = ("", "")
        original = "\(major).\(minor).\(patch)"
    }

    private static func number(_ digits: some StringProtocol) throws(ParseError) -> UInt64 {
        if digits.isEmpty { return 0 }
        guard let number = UInt64(digits) else { throw .numberTooLarge(String(digits)) }
        return number
    }

    // MARK: - Order

    /// Below, equal or above as in semver.org §11: -1, 0 or 1; metadata does not count.
    package func compared(to other: SemanticVersion) -> Int {
        let (a, b) = ([major, minor, patch], [other.major, other.minor, other.patch])
        for (own, others) in zip(a, b) where own != others { return own < others ? -1 : 1 }
        return Self.compare(prerelease: prerelease, other.prerelease)
    }

    /// A release stands above its pre-releases.
    static func compare(prerelease a: String, _ b: String) -> Int {
        if a == b { return 0 }
        if a.isEmpty { return 1 }
        if b.isEmpty { return -1 }
        let own = a.split(separator: ".", omittingEmptySubsequences: false)
        let others = b.split(separator: ".", omittingEmptySubsequences: false)
        for (first, second) in zip(own, others) where first != second {
            return compare(segment: first, second)
        }
        return own.count == others.count ? 0 : own.count < others.count ? -1 : 1
    }

    /// Numbers stand below words.
    private static func compare(segment a: Substring, _ b: Substring) -> Int {
        switch (UInt64(a), UInt64(b)) {
        case (let a?, let b?): a == b ? 0 : a < b ? -1 : 1
        case (nil, nil): a.utf8.lexicographicallyPrecedes(b.utf8) ? -1 : 1
        case (_?, nil): -1
        case (nil, _?): 1
        }
    }

    // MARK: - Next versions

    /// The next patch; of a pre-release its release.
    func nextPatch() -> SemanticVersion {
        SemanticVersion(
            major: major,
            minor: minor,
            patch: prerelease.isEmpty ? patch &+ 1 : patch
        )
    }

    func nextMinor() -> SemanticVersion {
        SemanticVersion(major: major, minor: minor &+ 1, patch: 0)
    }

    func nextMajor() -> SemanticVersion { SemanticVersion(major: major &+ 1, minor: 0, patch: 0) }
}

extension SemanticVersion: CustomStringConvertible {
    package var description: String {
        "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
            + (metadata.isEmpty ? "" : "+" + metadata)
    }
}
