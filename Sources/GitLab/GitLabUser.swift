package import JSON

/// Whose token it is, as `GET /user` says.
package struct GitLabUser: Equatable, Sendable {
    package let id: Int
    package let username: String
    /// Project and group access tokens and service accounts have a user of their own.
    package let isBot: Bool

    /// Whose token it must be, by the name that GitLab gives the users it makes for tokens.
    package enum TokenKind: String, Sendable {
        case project = "project access token"
        case group = "group access token"
        case service = "token of a service account"
        case person = "personal access token"
    }

    package var tokenKind: TokenKind {
        let isMade = username.split(separator: "_").dropFirst(2).first == "bot"
        if isMade, username.hasPrefix("project_") { return .project }
        if isMade, username.hasPrefix("group_") { return .group }
        return isBot ? .service : .person
    }

    /// - Returns: nil unless `value` is an object with a positive whole number as `id`.
    package init?(_ value: JSONValue) {
        guard let id = value.identity else { return nil }
        self.id = id
        username = value["username"]?.string ?? ""
        isBot = value["bot"]?.bool ?? false
    }
}
