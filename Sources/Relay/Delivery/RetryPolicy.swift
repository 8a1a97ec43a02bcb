/// How long to wait before the next try: full jitter over a doubling ceiling (DESIGN §3.2).
package struct RetryPolicy: Equatable, Sendable {
    /// Ceiling of the first wait, in milliseconds.
    package var firstMilliseconds: Int64 = 1000
    /// Ceiling of every wait, in milliseconds.
    package var longestMilliseconds: Int64 = 300_000

    package init() {}

    /// Draws the wait before the next attempt.
    ///
    /// - Parameters:
    ///   - failures: How many attempts in a row have failed; 1 or more.
    ///   - chance: 0..<1, drawn by the caller so that this stays pure.
    /// - Returns: Milliseconds, 50 or more, so that luck cannot make a busy loop.
    package func wait(afterFailures failures: Int, chance: Double) -> Int64 {
        precondition(failures >= 1)
        precondition((0..<1).contains(chance))
        let ceiling = min(firstMilliseconds << min(failures - 1, 20), longestMilliseconds)
        return max(50, Int64(Double(ceiling) * chance))
    }
}
