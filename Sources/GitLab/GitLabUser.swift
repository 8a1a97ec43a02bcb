package import JSON

/// Whose token it is, as `GET /user` says.
package struct GitLabUser: Equatable, Sendable {
    package let id: Int
    package let username: String
    /// Project and group access tokens and service accounts have a user of their own.
    package let isBot: Bool

    /// - Returns: nil unless `value` is an object with a positive whole number as `id`.
    package init?(_ value: JSONValue) {
        guard let id = value.identity else { return nil }
        self.id = id
        username = value["username"]?.string ?? ""
        isBot = value["bot"]?.bool ?? false
    }
}
