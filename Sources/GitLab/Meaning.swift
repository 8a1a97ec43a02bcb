package import Formats

/// What must wait until somebody mends something (DESIGN §3.2).
package enum Hold: UInt8, Sendable, CaseIterable {
    /// Everything that goes to this GitLab with this token.
    case endpoint = 1
    /// Everything of one project.
    case project = 2
    /// One project's one environment.
    case lane = 3
}

/// What an answer means for the delivery that asked (DESIGN §3.2).
///
/// Reasons carry GitLab's own words after the status code: one line, no control characters,
/// 300 characters at most. A read is never `uncertain`: nothing can have been done.
package enum Meaning: Equatable, Sendable {
    /// The row stands as wanted: an object with an id, the wanted status, and what was sent.
    case deployment(Deployment)
    case deployments([Deployment], nextPage: Int?)
    case project(Project)
    /// A group, by its full path.
    case group(String)
    case user(GitLabUser)
    case version(ServerVersion)
    case token(AccessToken)
    case environment(GitLabEnvironment)
    case environments([GitLabEnvironment])
    case protectedEnvironments([ProtectedEnvironment], nextPage: Int?)

    /// May have been done: look before writing again.
    ///
    /// - Parameter isRailsError: GitLab's application itself said 500, so it is no longer at work
    ///   and absence counts at once.
    case uncertain(reason: String, isRailsError: Bool)
    /// Surely not done: try later.
    case deferred(reason: String)
    /// Too many requests: the whole token waits.
    ///
    /// - Parameter retryAt: By the clock that gave `now`; nil when GitLab does not say when.
    case throttled(reason: String, retryAt: Timestamp?)
    case held(Hold, reason: String, remedy: String)
    /// GitLab will never take this.
    case rejected(reason: String)
    /// GitLab knows no such `sha` or `ref` (the member's name), which may yet change: mirrors lag.
    case unknownRevision(member: String, reason: String)
    /// The row does not go from its status to the wanted one: look at it.
    case refusedTransition(reason: String)
    /// Two made one environment at the same moment: try again at once.
    case again(reason: String)
    /// No such deployment (or environment) in a project that is visible.
    case gone(reason: String)
    /// The project's path is an old one: the numeric id to use instead.
    case moved(String)
}
