package import JSON

/// A project as `GET /projects/:id` shows it to this token.
package struct Project: Equatable, Sendable {
    /// A feature's switch in the project's settings.
    package enum Feature: String, Sendable {
        case disabled
        /// For members only.
        case `private`
        case enabled
    }

    package let id: Int
    /// With all its groups: `group/sub/name`.
    package let path: String?
    /// nil when the repository is empty, or hidden from this token.
    package let defaultBranch: String?
    package let webURL: String?
    package let visibility: String?
    package let isArchived: Bool
    package let isBeingDeleted: Bool
    /// CI/CD, without which GitLab records no deployment at all; nil when it does not say.
    package let builds: Feature?
    package let repository: Feature?
    package let environments: Feature?
    /// The token's role, the higher of project's and group's: 10 Guest, 20 Reporter, 30 Developer,
    /// 40 Maintainer, 50 Owner.
    ///
    /// nil when GitLab does not say; a role that comes by way of a shared group or of
    /// administration is not shown, so nil is no proof of having none.
    package let accessLevel: Int?

    /// - Returns: nil unless `value` is an object with a positive whole number as `id`.
    package init?(_ value: JSONValue) {
        guard let id = value.identity else { return nil }
        self.id = id
        path = value["path_with_namespace"]?.words
        defaultBranch = value["default_branch"]?.words
        webURL = value["web_url"]?.words
        visibility = value["visibility"]?.words
        isArchived = value["archived"]?.bool ?? false
        isBeingDeleted =
            value["marked_for_deletion_on"]?.words != nil
            || value["marked_for_deletion_at"]?.words != nil
        builds =
            Self.feature(value["builds_access_level"])
            ?? value["jobs_enabled"]?.bool.map { $0 ? .enabled : .disabled }
        repository = Self.feature(value["repository_access_level"])
        environments = Self.feature(value["environments_access_level"])
        let permissions = value["permissions"]
        accessLevel = ["project_access", "group_access"]
            .compactMap { permissions?[$0]?["access_level"]?.integer }
            .max()
    }

    private static func feature(_ value: JSONValue?) -> Feature? {
        guard let word = value?.string else { return nil }
        return word == "public" ? .enabled : Feature(rawValue: word)
    }
}

extension Project {
    /// The lowest role that may write deployments.
    package static let developer = 30

    /// What keeps this token from writing deployments here, as far as the project itself tells.
    ///
    /// GitLab answers all of these with the same `403 Forbidden`; a protected environment is not
    /// among them, it concerns one environment only.
    package var obstacle: (reason: String, remedy: String)? {
        let name = path ?? String(id)
        if isBeingDeleted {
            return (
                "project \(name) is scheduled for deletion",
                "restore the project, or send its deployments to another"
            )
        }
        if isArchived {
            return (
                "project \(name) is archived",
                "unarchive it (Settings > General > Advanced), or send its deployments to another"
            )
        }
        let switches = [
            ("CI/CD", builds), ("Repository", repository), ("Environments", environments),
        ]
        for (feature, state) in switches where state == .disabled {
            return (
                "\(feature) is switched off in project \(name)",
                "switch \(feature) on (Settings > General > Visibility, project features):"
                    + " without it GitLab records no deployments"
            )
        }
        if let accessLevel, accessLevel < Self.developer {
            return (
                "the token's role in project \(name) is \(Self.roleName(accessLevel))",
                "give its user at least the Developer role there"
            )
        }
        return nil
    }

    /// GitLab's name of a role.
    package static func roleName(_ accessLevel: Int) -> String {
        switch accessLevel {
        case ..<10: accessLevel == 5 ? "Minimal Access" : "none"
        case 10..<15: "Guest"
        case 15..<20: "Planner"
        case 20..<30: "Reporter"
        case 30..<40: "Developer"
        case 40..<50: "Maintainer"
        default: "Owner"
        }
    }
}
