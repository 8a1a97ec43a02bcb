/// The known name that a misspelt one most likely means.
enum Nearest {
    /// - Returns: nil when nothing is near: more than a third of the letters would differ.
    static func name(to wanted: String, among names: some Sequence<String>) -> String? {
        guard wanted.count > 2 else { return nil }
        let letters = Array(wanted.lowercased())
        var best: (name: String, distance: Int)?
        for name in names where name != wanted {
            let other = Array(name.lowercased())
            guard abs(other.count - letters.count) <= 3 else { continue }
            let distance = distance(letters, other)
            if distance < best?.distance ?? .max { best = (name, distance) }
        }
        guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
        return best.name
    }

    /// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
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
