import Webhooks

/// When the oldest segment of the `accepted` log is let go (DESIGN §3.3).
///
/// By age, or because what is over takes more than `retentionBytes`. What waits does not count:
/// it has a limit of its own, and would only be carried round and round.
package struct RetentionRule: Sendable {
    /// Milliseconds.
    private let age: Int64
    private let bytes: Int64
    /// Milliseconds.
    private let newsAge: Int64

    /// How many bytes may still be carried forward for the sake of `retentionBytes`.
    ///
    /// Acceptance pays for it, two for each of its own, so that a log that holds little but what
    /// must stay is not written anew without end.
    private var credit: Int64

    /// `newsHours`: the highest `maximumAgeHours` of all hooks.
    package init(_ limits: Limits, newsHours: Int) {
        newsAge = Int64(newsHours) * 3_600_000
        age = Int64(limits.retentionDays) * 86_400_000
        bytes = Int64(limits.retentionBytes)
        credit = 2 * Int64(Self.segmentBytes(limits))
    }

    /// At what size a segment is closed: what is kept is let go in steps of a sixteenth or so.
    package static func segmentBytes(_ limits: Limits) -> Int {
        min(max(limits.retentionBytes / 16, 1 << 20), 64 << 20)
    }

    /// Whether the oldest closed segment is to be let go.
    ///
    /// It was closed at `closedAt`; times are milliseconds since 1970. `waitingBytes` of the record
    /// logs' `logBytes` wait.
    package func isDue(closedAt: Int64, logBytes: Int64, waitingBytes: Int64, at now: Int64) -> Bool
    {
        closedAt <= now - age || credit > 0 && logBytes - waitingBytes > bytes
    }

    /// Milliseconds since 1970: what was told of an operation since then must stay known, for a
    /// late event of it would pass for news.
    package func recent(at now: Int64) -> Int64 { now - newsAge }

    /// Milliseconds since 1970 from which its age alone lets the oldest closed segment go.
    package func expiry(closedAt: Int64) -> Int64 { closedAt + age }

    /// Milliseconds since 1970 from which a segment is closed whatever its size.
    ///
    /// So a relay with little to do forgets as well. `openSince`: no record in it is older.
    package func closing(openSince: Int64) -> Int64 { openSince + age / 8 }

    package mutating func note(accepted count: Int) {
        credit = min(credit + 2 * Int64(count), 1 << 40)
    }

    package mutating func note(carried count: Int) { credit -= Int64(count) }
}

extension RetentionRule {
    package init(_ configuration: Configuration) {
        let hours = configuration.hooks.map(\.argocd.maximumAgeHours).max() ?? 0
        self.init(configuration.limits, newsHours: hours)
    }
}
