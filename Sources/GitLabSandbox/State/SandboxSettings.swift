/// How a stand-in begins, and what a reset brings back.
package struct SandboxSettings: Sendable {
    package var version = "18.6.1-ee"
    package var revision = "0286e4c628d"
    package var generation = SandboxGeneration.current
    /// The path that everything lies under, `/gitlab`; empty: the root.
    package var relativeRoot = ""
    /// Every full sha and every plausible ref is known; else only what the projects list.
    package var acceptsAnyCommit = true
    /// A project that is not known springs into being when it is first named.
    package var createsProjects = false
    /// nil: off, as self-managed GitLab comes.
    package var rateLimit: SandboxRateLimit?
    package var tokens = [SandboxToken("glpat-sandbox")]
    package var projects = [
        SandboxProject(id: 42, path: "fleet/services/parcel-api"),
        SandboxProject(id: 43, path: "fleet/services/quote-api"),
        SandboxProject(id: 44, path: "fleet/deploy/parcel-config"),
    ]
    /// For the faults that come by chance: the same seed, the same faults.
    package var seed: UInt64 = 1
    /// How many of the newest requests are kept to be looked at.
    package var requestLimit = 10_000

    package init() {}
}

/// Rack::Attack's throttle for the API (facts §5).
package struct SandboxRateLimit: Equatable, Sendable {
    /// Requests in a window, for each user.
    package var limit: Int
    package var periodSeconds: Int
    /// For callers without a token that counts; all of them together.
    package var unauthenticatedLimit: Int
    /// Newer versions tell the numbers on every answer, older ones only on 429.
    package var isToldAlways = true

    package init(limit: Int, periodSeconds: Int, unauthenticatedLimit: Int? = nil) {
        self.limit = limit
        self.periodSeconds = max(1, periodSeconds)
        self.unauthenticatedLimit = unauthenticatedLimit ?? limit
    }
}

/// Which GitLab the rules are those of: checks and answers came with the years (facts §10).
package enum SandboxGeneration: String, Sendable {
    /// About 18.6.
    case current
    /// About 15.4.
    ///
    /// Blank texts pass the validation, an unknown ref is told beside an unknown sha, a name that is
    /// refused ends in a 500, moved projects are 404, maintenance is 403, lists take any filter, and
    /// answers have fewer members.
    case older
}

/// Whether the whole instance takes writes.
package enum SandboxMode: String, Sendable {
    case normal
    /// Maintenance mode (EE, current): writes are 503.
    case maintenance
    /// A read-only database or a Geo secondary: writes are 403.
    case readOnly = "read_only"
}
