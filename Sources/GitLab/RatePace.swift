package import Formats

/// What an answer says about GitLab's rate limit and clock; newer versions say it in every one.
package struct RatePace: Equatable, Sendable {
    /// Requests left in the present window.
    package let remaining: Int?
    /// Requests counted in it; `RateLimit-Limit` is not read, it is rescaled to a minute.
    package let observed: Int?
    /// When the next window begins, by GitLab's clock.
    package let resetAt: Timestamp?
    /// GitLab's clock when it answered, in whole seconds.
    package let serverDate: Timestamp?
    private let retryAfter: RetryAfter?

    private enum RetryAfter: Equatable, Sendable {
        case seconds(Int)
        case date(Timestamp)
    }

    /// Longer than any window of GitLab's (an hour): a wrong field must not stop us for days.
    package static let longestWaitSeconds = 24 * 3600

    /// Reads an answer's fields; what is missing or unreadable is nil.
    package init(_ fields: [(name: String, value: String)]) {
        var pace = Fields()
        for (name, value) in fields { pace.take(name, ASCII.trimmed(value)) }
        remaining = pace.remaining
        observed = pace.observed
        resetAt = pace.reset ?? pace.resetTime
        serverDate = pace.date
        retryAfter = pace.retryAfter
    }

    private struct Fields {
        var remaining: Int?
        var observed: Int?
        var reset: Timestamp?
        var resetTime: Timestamp?
        var date: Timestamp?
        var retryAfter: RetryAfter?

        mutating func take(_ name: String, _ value: String) {
            func isNamed(_ other: String) -> Bool { ASCII.equal(name, other) }
            if isNamed("date") {
                date = Timestamp(httpDate: value)
            } else if isNamed("retry-after") {
                retryAfter =
                    ASCII.number(value).map { .seconds($0) }
                    ?? Timestamp(httpDate: value).map { .date($0) }
            } else if isNamed("ratelimit-remaining") {
                remaining = ASCII.number(value)
            } else if isNamed("ratelimit-observed") {
                observed = ASCII.number(value)
            } else if isNamed("ratelimit-reset") {
                reset = Self.unixSeconds(value)
            } else if isNamed("ratelimit-resettime") {
                resetTime = Timestamp(httpDate: value)
            }
        }

        /// Up to the year 9999: beyond it is no moment that anybody means.
        private static func unixSeconds(_ text: String) -> Timestamp? {
            guard let seconds = ASCII.number(text), seconds < 253_402_300_800 else { return nil }
            return Timestamp(milliseconds: Int64(seconds) * 1000)
        }
    }

    /// When to try again after a 429, by the clock that gave `now`.
    ///
    /// `Retry-After` first, else the next window. GitLab's moments count from its own `Date`, so
    /// that clocks which differ do no harm.
    ///
    /// - Returns: nil when GitLab does not say, or names a moment that is over.
    package func retryAt(now: Timestamp) -> Timestamp? {
        switch retryAfter {
        case .seconds(let seconds):
            let wait = min(seconds, Self.longestWaitSeconds)
            return Timestamp(milliseconds: now.milliseconds + Int64(wait) * 1000)
        case .date(let date):
            return local(date, now: now)
        case nil:
            return resetAt.flatMap { local($0, now: now) }
        }
    }

    /// The pause between two requests that spreads what is left evenly over the window.
    ///
    /// - Returns: Milliseconds; 0 while more than a fifth of the window's requests are left, or
    ///   when GitLab does not say.
    package func spacingMilliseconds(now: Timestamp) -> Int64 {
        guard let remaining, let resetAt, let next = local(resetAt, now: now) else { return 0 }
        let (quota, isTooMany) = remaining.addingReportingOverflow(
            observed ?? max(0, 100 - remaining)
        )
        guard !isTooMany, remaining <= quota / 5 else { return 0 }
        return (next.milliseconds - now.milliseconds) / Int64(remaining + 1)
    }

    private func local(_ moment: Timestamp, now: Timestamp) -> Timestamp? {
        let wait = moment.milliseconds - (serverDate ?? now).milliseconds
        guard wait > 0 else { return nil }
        let longest = Int64(Self.longestWaitSeconds) * 1000
        return Timestamp(milliseconds: now.milliseconds + min(wait, longest))
    }
}
