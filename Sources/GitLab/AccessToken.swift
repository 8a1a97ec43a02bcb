package import Formats
package import JSON

/// The token itself, as `GET /personal_access_tokens/self` says.
package struct AccessToken: Equatable, Sendable {
    package let id: Int
    package let name: String
    package let scopes: [String]
    /// The first moment at which it is no longer valid; nil: never.
    ///
    /// GitLab gives a date and lets the token end as that day begins (UTC).
    package let expiresAt: Timestamp?
    package let isActive: Bool
    package let isRevoked: Bool
    package let userID: Int?

    /// - Returns: nil unless `value` is an object with a positive whole number as `id`.
    package init?(_ value: JSONValue) {
        guard let id = value.identity else { return nil }
        self.id = id
        name = value["name"]?.string ?? ""
        scopes = value["scopes"].map { $0.elements.compactMap(\.string) } ?? []
        expiresAt = value["expires_at"]?.string.flatMap { text in
            Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "T00:00:00Z")
        }
        isRevoked = value["revoked"]?.bool ?? false
        isActive = value["active"]?.bool ?? !isRevoked
        userID = value["user_id"]?.integer
    }

    /// Whether it may write deployments: `read_api` is not enough.
    package var mayWrite: Bool { scopes.contains("api") }
}
