/// What a fault makes the rules believe for one request, so that everything before and after goes
/// its usual way.
package enum SandboxPretence: String, Sendable, CaseIterable {
    /// Gitaly does not find the commit.
    case commitUnknown = "commit-unknown"
    case refUnknown = "ref-unknown"
    /// Another request has just made the same environment.
    case environmentRace = "environment-race"
    case tokenUnknown = "token-unknown"
    case tokenExpired = "token-expired"
    /// The database fails; the answer is a 2xx of `null`, and nothing is written.
    case rowNotSaved = "row-not-saved"
}
