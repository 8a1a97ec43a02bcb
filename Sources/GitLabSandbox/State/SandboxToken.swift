import Formats

/// A token as GitLab knows it: whose it is, what it may do, and whether it still counts.
package struct SandboxToken: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// Personal, project or group access token.
        case access
        /// `CI_JOB_TOKEN`: taken only where a route allows it.
        case job
    }

    package enum State: String, Sendable {
        case active, expired, revoked
        /// The token is sound, its user is not.
        case blocked
    }

    package let text: String
    package var id: Int
    package var name = "sandbox"
    package var kind = Kind.access
    package var state = State.active
    package var user: SandboxUser
    package var role = SandboxRole.developer
    /// Roles that differ from `role`, by project id.
    package var roles: [Int: SandboxRole] = [:]
    package var scopes = ["api"]
    /// The day it ends, `2027-01-31`; at midnight UTC it is expired.
    package var expiresOn: String?
    /// Whether the role comes from the group and not from the project itself.
    package var isThroughGroup = false
    /// The projects its user is a member of; nil: all.
    package var projects: [Int]?
    /// Whether every protection of an environment admits it.
    package var passesProtection = false

    package init(
        _ text: String,
        id: Int = 1,
        user: SandboxUser = SandboxUser(id: 7, username: "deployment-relay")
    ) {
        self.text = text
        self.id = id
        self.user = user
    }

    /// The role in a project; nil for somebody who is no member.
    func role(in project: Int) -> SandboxRole? {
        if let projects, !projects.contains(project) { return nil }
        return roles[project] ?? role
    }

    func isExpired(at now: Timestamp) -> Bool {
        if state == .expired { return true }
        guard let expiresOn, let end = Timestamp(rfc3339: expiresOn + "T00:00:00Z") else {
            return false
        }
        return end <= now
    }
}
