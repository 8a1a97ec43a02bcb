/// Who owns a token and made a deployment.
package struct SandboxUser: Equatable, Sendable {
    package var id: Int
    package var username: String
    package var name: String

    /// Users that GitLab makes for project and group access tokens are called so.
    var isBot: Bool {
        (username.hasPrefix("project_") || username.hasPrefix("group_"))
            && username.contains("_bot")
    }

    package init(id: Int, username: String, name: String? = nil) {
        self.id = id
        self.username = username
        self.name = name ?? username
    }
}

/// A member's role, with GitLab's access level as its value.
package enum SandboxRole: Int, Comparable, Sendable {
    case guest = 10
    case reporter = 20
    case developer = 30
    case maintainer = 40
    case owner = 50

    package static func < (a: SandboxRole, b: SandboxRole) -> Bool { a.rawValue < b.rawValue }

    /// `developer`, or its access level `30`.
    init?(_ text: String) {
        switch text.lowercased() {
        case "guest", "10": self = .guest
        case "reporter", "20": self = .reporter
        case "developer", "30": self = .developer
        case "maintainer", "40": self = .maintainer
        case "owner", "50": self = .owner
        default: return nil
        }
    }

    var title: String {
        switch self {
        case .guest: "Guest"
        case .reporter: "Reporter"
        case .developer: "Developer"
        case .maintainer: "Maintainer"
        case .owner: "Owner"
        }
    }
}
