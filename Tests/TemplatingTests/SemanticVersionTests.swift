import Templating
import Testing

@Suite("Semantic versions")
struct SemanticVersionTests {
    static let read: [(String, String)] = [
        ("1", "1.0.0"), ("v1.2", "1.2.0"), ("1.2.3", "1.2.3"), ("01.2.3", "1.2.3"),
        ("v1.22.3-rc.4+build.7", "1.22.3-rc.4+build.7"), ("1.2-beta", "1.2.0-beta"),
        ("1.2.3-0a", "1.2.3-0a"), ("1.2.3+007", "1.2.3+007"),
        ("18446744073709551615.0.0", "18446744073709551615.0.0"),
    ]

    @Test("a version may leave out what is zero, and begin with v", arguments: read)
    func reads(text: String, written: String) throws {
        #expect(try SemanticVersion(text).description == written)
    }

    static let refused: [(String, SemanticVersion.ParseError)] = [
        ("", .malformed), ("latest", .malformed), ("1.2.3.4", .malformed), ("1.2.3-", .malformed),
        (" 1.2.3", .malformed), ("1.2.3-a..b", .malformed), ("1.2.3-01", .leadingZero),
        ("18446744073709551616.0.0", .numberTooLarge("18446744073709551616")),
    ]

    @Test("what is no version is refused", arguments: refused)
    func refuses(text: String, error: SemanticVersion.ParseError) {
        #expect(throws: error) { _ = try SemanticVersion(text) }
    }

    @Test("versions stand in the order of semver.org §11")
    func order() throws {
        let ordered = try [
            "1.0.0-1", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
            "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0",
        ].map { try SemanticVersion($0) }
        for (i, a) in ordered.enumerated() {
            for (j, b) in ordered.enumerated() {
                #expect(a.compared(to: b) == (i - j).signum(), "\(a) and \(b)")
            }
        }
        let (a, b) = (try SemanticVersion("1.0.0+a"), try SemanticVersion("1.0.0+b"))
        #expect(a.compared(to: b) == 0)
    }

    struct Row: CustomTestStringConvertible {
        let constraint: String
        let allowed: [String]
        let kept: [String]

        init(_ constraint: String, _ allowed: [String], not kept: [String]) {
            (self.constraint, self.allowed, self.kept) = (constraint, allowed, kept)
        }

        var testDescription: String { constraint }
    }

    static let rows = [
        Row("1.2.3", ["1.2.3", "1.2.3+b"], not: ["1.2.4", "1.2.3-rc.1"]),
        Row("=1.2", ["1.2.0", "1.2.9"], not: ["1.3.0"]),
        Row("1.x", ["1.0.0", "1.99.0"], not: ["2.0.0", "0.9.0"]),
        Row("*", ["0.0.1", "9.9.9"], not: ["1.0.0-rc.1"]),
        Row("!=1.2.3", ["1.2.4"], not: ["1.2.3"]),
        Row("!=1.2", ["1.3.0"], not: ["1.2.9"]),
        Row("!=1.x", ["2.0.0"], not: ["1.5.0", "2.0.0-rc.1"]),
        Row(">11", ["12.0.0"], not: ["11.1.0"]),
        Row(">11.1", ["11.2.0"], not: ["11.1.1"]),
        Row(">1.2.3", ["1.2.4"], not: ["1.2.3"]),
        Row("<=11", ["11.9.9"], not: ["12.0.0"]),
        Row("<=11.1", ["11.1.9"], not: ["11.2.0"]),
        Row("<1.10.0", ["1.9.9"], not: ["1.10.0"]),
        Row("=>1.2", ["1.2.0"], not: ["1.1.9"]),
        Row("=<1.2.3", ["1.2.3"], not: ["1.2.4"]),
        Row("~1.2.3", ["1.2.9"], not: ["1.3.0", "1.2.2"]),
        Row("~>1.2", ["1.2.9"], not: ["1.3.0"]),
        Row("~1", ["1.9.0"], not: ["2.0.0"]),
        Row("~0.0.0", ["7.0.0"], not: []),
        Row("^1.2.3", ["1.9.0"], not: ["2.0.0", "1.2.2"]),
        Row("^0.2.3", ["0.2.9"], not: ["0.3.0"]),
        Row("^0.0.3", ["0.0.3"], not: ["0.0.4"]),
        Row("^0.0", ["0.0.9"], not: ["0.1.0"]),
        Row("^0", ["0.9.0"], not: ["1.0.0"]),
        Row(">=1.0.0, <2.0.0", ["1.5.0"], not: ["2.0.0"]),
        Row(">=1.0.0 <1.4.0", ["1.3.9"], not: ["1.4.0"]),
        Row("<1.0.0 || >=1.4.0", ["0.9.0", "1.4.0"], not: ["1.2.0"]),
        Row("1.2 - 1.4 || 3", ["1.2.0", "1.4.5", "3.0.0"], not: ["1.5.0", "2.0.0"]),
        Row(">=1.2.3-0", ["1.2.4-beta", "1.2.3"], not: ["1.2.2"]),
        Row(">= v1.2", ["v1.2.0"], not: ["v1.1.0"]),
    ]

    @Test("a constraint allows what Masterminds' allows", arguments: rows)
    func constraint(row: Row) throws {
        let constraint = try VersionConstraint(row.constraint)
        for text in row.allowed { #expect(constraint.allows(try SemanticVersion(text)), "\(text)") }
        for text in row.kept { #expect(!constraint.allows(try SemanticVersion(text)), "\(text)") }
    }

    @Test(
        "what is no constraint is refused",
        arguments: ["", "bar", ">=", "1.2.3.4", "1 && 2", "||"]
    )
    func refusedConstraint(text: String) {
        #expect(throws: VersionConstraint.ParseError.self) { _ = try VersionConstraint(text) }
    }
}
