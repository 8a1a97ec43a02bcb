/// A version among a template's values: Masterminds' `*semver.Version`.
final class VersionValue: OpaqueValue {
    let version: SemanticVersion
    /// `Inc…` gives values, `semver` a pointer.
    private let isPointer: Bool

    init(_ version: SemanticVersion, isPointer: Bool = true) {
        self.version = version
        self.isPointer = isPointer
    }

    var typeName: String { isPointer ? "*semver.Version" : "semver.Version" }
    var kindName: String { isPointer ? "ptr" : "struct" }
    var printed: [UInt8] { Array(version.description.utf8) }

    func isEqual(to other: any OpaqueValue) -> Bool {
        guard let other = other as? VersionValue else { return false }
        return version.description == other.version.description
            && version.original == other.version.original
    }

    func method(_ name: String) -> Function? {
        let version = version
        switch name {
        case "Major": return number(name, version.major)
        case "Minor": return number(name, version.minor)
        case "Patch": return number(name, version.patch)
        case "Prerelease": return text(name, version.prerelease)
        case "Metadata": return text(name, version.metadata)
        case "Original": return text(name, version.original)
        case "String": return text(name, version.description)
        case "Compare": return comparison(name) { .int($0) }
        case "Equal": return comparison(name) { .bool($0 == 0) }
        case "LessThan": return comparison(name) { .bool($0 < 0) }
        case "LessThanEqual": return comparison(name) { .bool($0 <= 0) }
        case "GreaterThan": return comparison(name) { .bool($0 > 0) }
        case "GreaterThanEqual": return comparison(name) { .bool($0 >= 0) }
        case "IncMajor": return next(name, version.nextMajor())
        case "IncMinor": return next(name, version.nextMinor())
        case "IncPatch": return next(name, version.nextPatch())
        default: return nil
        }
    }

    private func number(_ name: String, _ number: UInt64) -> Function {
        Function(name, []) { _, _ in .integer(Int64(bitPattern: number), .uint64) }
    }

    private func text(_ name: String, _ text: String) -> Function {
        Function(name, []) { _, _ in .string(text) }
    }

    private func next(_ name: String, _ version: SemanticVersion) -> Function {
        Function(name, []) { _, _ in .opaque(VersionValue(version, isPointer: false)) }
    }

    private func comparison(
        _ name: String,
        _ result: @escaping @Sendable (Int) -> Value
    ) -> Function {
        let version = version
        return Function(name, [.any]) { a, _ throws(FunctionError) in
            guard case .opaque(let other as VersionValue) = a[0] else {
                throw .failed(
                    "wrong type for value; expected *semver.Version; got \(a[0].typeName)"
                )
            }
            return result(version.compared(to: other.version))
        }
    }
}
