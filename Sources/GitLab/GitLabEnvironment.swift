package import JSON

/// An environment of a project.
package struct GitLabEnvironment: Equatable, Sendable {
    package let id: Int
    package let name: String
    package let tier: EnvironmentTier?
    package let externalURL: String?
    /// `available`, `stopping` or `stopped`.
    package let state: String?

    /// - Returns: nil unless `value` is an object with a positive whole `id` and a name.
    package init?(_ value: JSONValue) {
        guard let id = value.identity, let name = value["name"]?.words else { return nil }
        self.id = id
        self.name = name
        tier = value["tier"]?.string.flatMap { EnvironmentTier(rawValue: $0) }
        externalURL = value["external_url"]?.words
        state = value["state"]?.words
    }
}

/// What an environment is for; DORA metrics and group-level protection go by it.
///
/// Unless told, GitLab guesses it from the name, often wrongly: `preprod` is staging for it.
package enum EnvironmentTier: String, Sendable, CaseIterable {
    case production, staging, testing, development, other

    /// Why GitLab would refuse `text` as a tier, or nil when it takes it.
    package static func problem(_ text: String) -> String? {
        guard EnvironmentTier(rawValue: text) == nil else { return nil }
        let all = allCases.map(\.rawValue).joined(separator: ", ")
        return "\"\(text)\" is none of GitLab's; use one of \(all)"
    }
}

/// The address that an environment's page links to.
package enum ExternalURL {
    /// Why GitLab would refuse `url`, or nil when it takes it.
    package static func problem(_ url: String) -> String? {
        if url.unicodeScalars.count > 255 { return "is longer than 255 characters" }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https" else {
            return "does not begin with http:// or https://"
        }
        let rest = url.dropFirst(scheme.count)
        guard rest.hasPrefix("://"), rest.count > 3 else { return "is no whole address" }
        let isBroken = url.unicodeScalars.contains { scalar in
            scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
        }
        return isBroken ? "holds white space or a control character" : nil
    }
}

/// An environment, or a pattern of them, that only some may deploy to (Premium).
package struct ProtectedEnvironment: Equatable, Sendable {
    /// One line of "Allowed to deploy": a role, a user or a group.
    package struct Admission: Equatable, Sendable {
        package let accessLevel: Int?
        package let userID: Int?
        package let groupID: Int?
        package let words: String?
    }

    package let name: String
    package let admissions: [Admission]

    /// - Returns: nil unless `value` is an object with a name.
    package init?(_ value: JSONValue) {
        guard let name = value["name"]?.words else { return nil }
        self.name = name
        let levels = value["deploy_access_levels"].map { Array($0.elements) } ?? []
        admissions = levels.map { level in
            Admission(
                accessLevel: level["access_level"]?.integer,
                userID: level["user_id"]?.integer,
                groupID: level["group_id"]?.integer,
                words: level["access_level_description"]?.words
            )
        }
    }
}
