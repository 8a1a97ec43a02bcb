/// A project and what its owner has switched.
package struct SandboxProject: Sendable {
    package enum Visibility: String, Sendable {
        case `private`, `internal`, `public`
    }

    package let id: Int
    /// The full path, `group/subgroup/name`.
    package var path: String
    /// Paths it had before it was renamed or moved.
    package var oldPaths: [String] = []
    package var defaultBranch = "main"
    package var visibility = Visibility.private
    package var isArchived = false
    package var isMarkedForDeletion = false
    /// CI/CD; switched off, deployments cannot even be read.
    package var hasBuilds = true
    package var hasRepository = true
    package var hasEnvironments = true
    package var commits = SandboxCommits()
    package var protections: [SandboxProtection] = []

    package init(id: Int, path: String) {
        self.id = id
        self.path = path
    }

    /// The last part of the path.
    var name: String { String(path.split(separator: "/").last ?? "") }
}

/// Who may deploy to a protected environment (Premium), by name or, for a whole group, by tier.
package struct SandboxProtection: Equatable, Sendable {
    package enum Subject: Equatable, Sendable {
        case environment(String)
        case tier(String)
    }

    package var subject: Subject
    /// The lowest role admitted; nil: no role is enough.
    package var role: SandboxRole?
    package var users: [Int] = []

    package init(_ subject: Subject, role: SandboxRole? = .maintainer, users: [Int] = []) {
        self.subject = subject
        self.role = role
        self.users = users
    }

    func covers(_ environment: SandboxEnvironment) -> Bool {
        switch subject {
        case .environment(let name): environment.name == name
        case .tier(let tier): environment.tier == tier
        }
    }

    func admits(_ token: SandboxToken, as role: SandboxRole?) -> Bool {
        if token.passesProtection || users.contains(token.user.id) { return true }
        guard let lowest = self.role, let role else { return false }
        return role >= lowest
    }
}
