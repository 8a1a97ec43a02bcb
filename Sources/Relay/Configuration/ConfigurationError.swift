/// A setting the operator must change before the relay can start: where, what, what to write.
package struct ConfigurationError: Error, Equatable, Sendable, CustomStringConvertible {
    package var file: String?
    /// 1 for the first; nil when the setting is no line of a file.
    package var line: Int?
    package var column: Int?
    /// `hooks.argocd.project`, or the variable `RELAY_LISTEN`.
    package var setting: String
    package var problem: String
    package var hint: String

    package init(
        file: String?,
        line: Int?,
        column: Int?,
        setting: String,
        problem: String,
        hint: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.setting = setting
        self.problem = problem
        self.hint = hint
    }

    package var description: String {
        var place = ""
        if let file {
            place = "\(file):"
            if let line { place += "\(line):\(column ?? 1):" }
            place += " "
        }
        return "\(place)\(setting): \(problem)" + (hint.isEmpty ? "" : "\nhint: \(hint)")
    }
}

/// All mistakes that one pass can find.
package struct ConfigurationErrors: Error, Equatable, CustomStringConvertible {
    package var all: [ConfigurationError]

    package init(all: [ConfigurationError]) { self.all = all }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Why a file cannot be read, in the platform's words.
package struct FileProblem: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// The name somebody probably meant.
package enum NearestName {
    /// - Returns: The closest of `names`, if a third of the letters or fewer differ.
    package static func find(_ wrong: String, among names: [String]) -> String? {
        let near = names.map { ($0, distance(wrong.lowercased(), $0.lowercased())) }
            .min { $0.1 < $1.1 }
        guard let near, near.1 <= max(1, max(wrong.count, near.0.count) / 3) else { return nil }
        return near.0
    }

    /// Insertions, deletions, substitutions and swaps of neighbours between two words.
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var before = [Int](repeating: 0, count: b.count + 1)
        var row = Array(0...b.count)
        for i in 1...a.count {
            var next = [i]
            for j in 1...b.count {
                var cost = min(
                    row[j] + 1,
                    next[j - 1] + 1,
                    row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                )
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    cost = min(cost, before[j - 2] + 1)
                }
                next.append(cost)
            }
            (before, row) = (row, next)
        }
        return row[b.count]
    }
}
