/// The name that somebody probably meant.
package enum NearestName {
    /// Longer words are nobody's slip, in scalars; it also bounds the work.
    private static let longest = 64

    /// Gives the closest of `names`, if a third of the letters or fewer differ; in any case of
    /// letters; `most` may differ however long the names are.
    package static func find(
        _ wrong: String,
        among names: some Sequence<String>,
        within most: Int = .max
    ) -> String? {
        let letters = Array(wrong.lowercased().unicodeScalars)
        guard letters.count <= longest else { return nil }
        var best: (name: String, distance: Int)?
        for name in names where name != wrong {
            let other = Array(name.lowercased().unicodeScalars)
            let allowed = min(most, max(1, max(letters.count, other.count) / 3))
            guard other.count <= longest, abs(other.count - letters.count) <= allowed else {
                continue
            }
            let distance = distance(letters, other)
            if distance <= allowed, distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
    private static func distance(_ a: [UnicodeScalar], _ b: [UnicodeScalar]) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, before[j - 1] + 1)
                }
                row.append(cost)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
