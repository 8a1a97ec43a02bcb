package import Formats
package import JSON

/// A row of GitLab's record, read leniently: keys come and go with GitLab's versions.
package struct Deployment: Equatable, Sendable {
    /// Counted over the whole GitLab; the id that later calls name.
    package let id: Int
    /// Counted per project; what GitLab's pages show.
    package let iid: Int?
    /// As it was sent when the row was made; "" when the answer has none.
    package let sha: String
    /// As it was sent when the row was made; "" when the answer has none.
    package let ref: String
    /// GitLab's word; beside the four of `DeploymentStatus` also `created`, `skipped`, `blocked`.
    package let status: String
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?
    /// Who made it; nil also when that user is gone.
    package let userID: Int?
    /// Whether a CI job stands behind it; never so for a row made through the API.
    package let hasDeployable: Bool
    package let environment: String?
    /// Another one than before when the environment was deleted and made anew.
    package let environmentID: Int?
    /// The object as GitLab wrote it.
    package let json: [UInt8]

    /// - Returns: nil unless `value` is an object with a positive whole number as `id`.
    package init?(_ value: JSONValue) {
        guard let id = value.identity else { return nil }
        self.id = id
        iid = value["iid"]?.integer
        sha = value["sha"]?.string ?? ""
        ref = value["ref"]?.string ?? ""
        status = value["status"]?.string ?? ""
        createdAt = value["created_at"]?.moment
        updatedAt = value["updated_at"]?.moment
        userID = value["user"]?.identity
        hasDeployable = value["deployable"].map { !$0.isNull } ?? false
        environment = value["environment"]?["name"]?.string
        environmentID = value["environment"]?.identity
        json = value.text
    }

    /// The status as one of the four that the API takes; nil for GitLab's inner ones.
    package var knownStatus: DeploymentStatus? { DeploymentStatus(name: status) }
}
