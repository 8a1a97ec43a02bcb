/// Functions of semantic versions: sprig's semver.go.
enum SprigVersions {
    static let family = FunctionFamily(
        title: "Versions",
        functions: [
            Function("semver", [.string], summary: "with .Major, .Minor, .Patch, …") {
                a,
                _ throws(FunctionError) in
                .opaque(VersionValue(try version(a.string(0))))
            },
            Function("semverCompare", [.string, .string], summary: "constraint, version") {
                a,
                run throws(FunctionError) in
                // Each of the alternatives is taken apart by regular expressions.
                try run.spend(a.text(0).count << 4)
                let constraint: VersionConstraint
                do {
                    constraint = try VersionConstraint(a.string(0))
                } catch {
                    throw .failed("\(error)")
                }
                return .bool(constraint.allows(try version(a.string(1))))
            },
        ]
    )

    private static func version(_ text: String) throws(FunctionError) -> SemanticVersion {
        do {
            return try SemanticVersion(text)
        } catch {
            throw .failed("\(error)")
        }
    }
}
