/// Which known name somebody meant.
enum Likeness {
    /// The name that `wrong` begins or is begun by, else the one the fewest letters away.
    ///
    /// - Returns: nil when nothing is near: more than a third of the letters differ.
    static func nearest(to wrong: String, among names: [String]) -> String? {
        guard wrong.utf8.count <= 64 else { return nil }
        if wrong.utf8.count >= 3 {
            let kin = names.first { $0.hasPrefix(wrong) || wrong.hasPrefix($0) }
            if let kin { return kin }
        }
        let measured = names.map { (name: $0, distance: distance(wrong, $0)) }
        guard let best = measured.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.name.utf8.count / 3) ? best.name : nil
    }

    /// Letters to put in, leave out or change (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in right.enumerated() {
                let change = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(change, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
