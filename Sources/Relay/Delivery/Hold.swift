import Formats
import GitLab

/// What stands still until somebody mends something (DESIGN §3.2).
package enum HoldScope: Hashable, Sendable {
    case endpoint(String)
    /// A project by the text it was named with, or by its number once that is known.
    case project(endpoint: String, name: String)
    case lane(endpoint: String, project: Int, environment: String)

    /// What stands still with it.
    var size: GitLab.Hold {
        switch self {
        case .endpoint: .endpoint
        case .project: .project
        case .lane: .lane
        }
    }

    package var endpoint: String {
        switch self {
        case .endpoint(let name): name
        case .project(let endpoint, _): endpoint
        case .lane(let endpoint, _, _): endpoint
        }
    }

    /// For people: "project 42, environment production".
    package var words: String {
        switch self {
        case .endpoint(let name): "GitLab \(name)"
        case .project(_, let name): "project \(name)"
        case .lane(_, let project, let environment):
            "project \(project), environment \(environment)"
        }
    }
}

/// Why something stands still, since when, and when it is tried again.
package struct Hold: Equatable, Sendable {
    package internal(set) var reason: String
    /// What a human does to mend it.
    package internal(set) var remedy: String
    package let since: Moment
    /// How the relay finds out that it is mended.
    var probe: Probe
    /// Steady milliseconds.
    var probeAt: Int64
    private var interval: Int64
    var isProbing = false

    enum Probe: Equatable, Sendable {
        /// A GET tells.
        case read
        /// Only a write tells: the oldest event in reach is tried.
        case event
        /// Only another configuration mends it: nobody is asked.
        case configuration
    }

    static let shortestInterval: Int64 = 5000
    static let longestInterval: Int64 = 60_000

    init(reason: String, remedy: String, at now: Moment, probe: Probe, after previous: Hold?) {
        self.reason = reason
        self.remedy = remedy
        since = previous?.since ?? now
        self.probe = probe
        interval =
            previous.map { min($0.interval * 2, Self.longestInterval) }
            ?? Self.shortestInterval
        probeAt = now.steady + interval
    }

    /// Not mended yet: asks again later, at a widening interval.
    mutating func widen(at now: Moment) {
        isProbing = false
        interval = min(interval * 2, Self.longestInterval)
        probeAt = now.steady + interval
    }
}
