/// What versions pass: `>=1.2, <2 || ^3.0`, as Masterminds/semver v3 understands it.
package struct VersionConstraint: Sendable {
    package struct ParseError: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// All of one group must hold, for any of the groups.
    private let groups: [[Comparison]]

    package init(_ text: String) throws(ParseError) {
        var groups: [[Comparison]] = []
        for part in Self.split(Self.withoutHyphens(Array(text.utf8))) {
            let shown = String(decoding: part, as: UTF8.self)
            guard Self.matches(Self.wholePattern, part) else {
                throw ParseError(description: "improper constraint: \(shown)")
            }
            var group: [Comparison] = []
            for piece in Self.found(Self.onePattern, in: part) {
                group.append(try Comparison(piece))
            }
            groups.append(group)
        }
        self.groups = groups
    }

    package func allows(_ version: SemanticVersion) -> Bool {
        groups.contains { $0.allSatisfy { $0.allows(version) } }
    }

    // MARK: - Syntax

    private static let operators = #"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"#
    /// Wildcards may stand for numbers.
    private static let version =
        #"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?"#
        + #"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"#

    private static let wholePattern = RegularExpression.known(
        #"^(\s*(\#(operators))\s*(\#(version))\s*)"#
            + #"((?:\s+|,\s*)(\#(operators))\s*(\#(version))\s*)*$"#
    )
    private static let onePattern = RegularExpression.known(#"(\#(operators))\s*(\#(version))"#)
    private static let comparisonPattern = RegularExpression.known(
        #"^\s*(\#(operators))\s*(\#(version))\s*$"#
    )
    private static let hyphenPattern = RegularExpression.known(
        #"\s*(\#(version))\s+-\s+(\#(version))\s*"#
    )

    /// `1.2 - 1.4` is `>= 1.2, <= 1.4`.
    private static func withoutHyphens(_ text: [UInt8]) -> [UInt8] {
        let ranges = (try? hyphenPattern.matches(in: text, limit: -1)) ?? []
        var output: [UInt8] = []
        var copied = 0
        for range in ranges {
            guard let groups = hyphenPattern.texts(in: Array(text[range])) else { continue }
            output += text[copied..<range.lowerBound]
            output += ">= \(groups[1]), <= \(groups[11]) ".utf8
            copied = range.upperBound
        }
        return output + text[copied...]
    }

    private static func split(_ text: [UInt8]) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var rest = text[...]
        while let byte = rest.first {
            if rest.starts(with: "||".utf8) {
                parts.append([])
                rest = rest.dropFirst(2)
            } else {
                parts[parts.count - 1].append(byte)
                rest = rest.dropFirst()
            }
        }
        return parts
    }

    /// A search that is given up counts as no match: such a constraint is refused.
    private static func matches(_ pattern: RegularExpression, _ text: [UInt8]) -> Bool {
        (try? pattern.isMatch(in: text)) ?? false
    }

    private static func found(_ pattern: RegularExpression, in text: [UInt8]) -> [[UInt8]] {
        ((try? pattern.matches(in: text, limit: -1)) ?? []).map { Array(text[$0]) }
    }

    // MARK: - One comparison

    private struct Comparison: Sendable {
        let mark: String
        let bound: SemanticVersion
        /// Whether any of its numbers is missing or a wildcard.
        var isOpen = false
        var hasOpenMinor = false
        var hasOpenPatch = false

        init(_ text: [UInt8]) throws(ParseError) {
            let shown = String(decoding: text, as: UTF8.self)
            guard let groups = comparisonPattern.texts(in: text) else {
                throw ParseError(description: "improper constraint: \(shown)")
            }
            mark = groups[1]
            let (major, minor, patch) = (groups[3], groups[4], groups[5])
            var version = groups[2]
            if Self.isWildcard(major) {
                version = "0.0.0\(groups[6])"
                isOpen = true
            } else if Self.isWildcard(minor.dropFirst()) {
                version = "\(major).0.0\(groups[6])"
                (isOpen, hasOpenMinor) = (true, true)
            } else if Self.isWildcard(patch.dropFirst()) {
                version = "\(major)\(minor).0\(groups[6])"
                (isOpen, hasOpenPatch) = (true, true)
            }
            do {
                bound = try SemanticVersion(version)
            } catch {
                throw ParseError(description: "constraint \(shown): \(error)")
            }
        }

        private static func isWildcard(_ part: some StringProtocol) -> Bool {
            part.isEmpty || part == "x" || part == "X" || part == "*"
        }

        func allows(_ version: SemanticVersion) -> Bool {
            // Whoever does not name a pre-release gets none.
            let wantsNoPrerelease = bound.prerelease.isEmpty && !version.prerelease.isEmpty
            if mark == "!=" { return isDifferent(version, wantsNoPrerelease) }
            guard !wantsNoPrerelease else { return false }
            let order = version.compared(to: bound)
            return switch mark {
            case ">": isAbove(version, order)
            case "<": order < 0
            case ">=", "=>": order >= 0
            case "<=", "=<": isAtMost(version, order)
            case "~", "~>": isNear(version, order)
            case "^": isCompatible(version, order)
            default: isOpen ? isNear(version, order) : order == 0
            }
        }

        private func isDifferent(_ version: SemanticVersion, _ wantsNoPrerelease: Bool) -> Bool {
            guard isOpen else { return version.compared(to: bound) != 0 }
            if wantsNoPrerelease { return false }
            if version.major != bound.major { return true }
            if hasOpenMinor { return false }
            if version.minor != bound.minor { return true }
            if hasOpenPatch {
                return SemanticVersion.compare(prerelease: version.prerelease, bound.prerelease)
                    != 0
            }
            return version.compared(to: bound) != 0
        }

        /// `>11` begins with 12, `>11.1` with 11.2.
        private func isAbove(_ version: SemanticVersion, _ order: Int) -> Bool {
            guard isOpen else { return order > 0 }
            if version.major != bound.major { return version.major > bound.major }
            if hasOpenMinor { return false }
            return hasOpenPatch ? version.minor > bound.minor : order > 0
        }

        /// `<=11` ends with the last 11.
        private func isAtMost(_ version: SemanticVersion, _ order: Int) -> Bool {
            guard isOpen else { return order <= 0 }
            if version.major > bound.major { return false }
            return version.major != bound.major || version.minor <= bound.minor || hasOpenMinor
        }

        /// `~1.2.3`: from there on, the same minor; `~1`: the same major.
        private func isNear(_ version: SemanticVersion, _ order: Int) -> Bool {
            if order < 0 { return false }
            let isZero = (bound.major, bound.minor, bound.patch) == (0, 0, 0)
            if isZero && !hasOpenMinor && !hasOpenPatch { return true }
            return version.major == bound.major && (version.minor == bound.minor || hasOpenMinor)
        }

        /// `^1.2.3`: from there on, the same leftmost number that is not zero.
        private func isCompatible(_ version: SemanticVersion, _ order: Int) -> Bool {
            if order < 0 { return false }
            if bound.major > 0 || hasOpenMinor { return version.major == bound.major }
            if version.major > 0 { return false }
            if bound.minor > 0 || hasOpenPatch { return version.minor == bound.minor }
            return version.minor == 0 && version.patch == bound.patch
        }
    }
}
