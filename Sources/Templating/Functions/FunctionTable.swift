/// What templates may call, as a text for people.
package enum FunctionTable {
    /// Markdown: a heading and a table for each family, in the order of `Functions.families`.
    ///
    /// A function that a later family hides is left out.
    package static var markdown: String {
        Functions.families.map(section).joined(separator: "\n")
    }

    /// Names that can be called.
    package static var names: [String] { Functions.all.keys.sorted() }

    private static func section(_ family: FunctionFamily) -> String {
        let rows = family.functions.filter { isVisible($0, family) }.map { function in
            "| `\(function.usage)` | \(function.summary) |\n"
        }
        return "### \(family.title)\n\n| call | gives |\n|---|---|\n" + rows.joined()
    }

    private static func isVisible(_ function: Function, _ family: FunctionFamily) -> Bool {
        let last = Functions.families.last { $0.functions.contains { $0.name == function.name } }
        return last?.title == family.title
    }
}
