/// The fuzzer's short form, for the tests: so many cases of one seed, in the caller's process.
package enum ShortFuzz {
    /// What was found in the first `cases` cases of `target`: `templates`, `json`, `http`, `records`.
    ///
    /// - Returns: Each find with its input; nil when there is no such target.
    package static func finds(seed: UInt64, target: String, cases: Int) -> [String]? {
        guard let target = FuzzCase.Target(rawValue: target) else { return nil }
        var run = FuzzRun(seed: seed, target: target)
        run.run(0..<cases)
        return run.finds.map { find in
            let again = FuzzCase(seed: seed, number: find.number, target: target)
            return "\(find.complaint)\n\(again.command(vectors: nil))\n\(find.input)"
        }
    }
}
