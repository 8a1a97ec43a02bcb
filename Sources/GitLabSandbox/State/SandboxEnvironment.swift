package import Formats

/// An environment of a project.
package struct SandboxEnvironment: Sendable {
    package enum State: String, Sendable { case available, stopping, stopped }

    package let id: Int
    package let project: Int
    package let name: String
    package let slug: String
    package var tier: String
    package var state = State.available
    package var externalURL: String?
    package var description: String?
    package var autoStopSetting = "always"
    package var kubernetesNamespace: String?
    package var fluxResourcePath: String?
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    /// The success with the greatest `finished_at`: what dedupe compares with.
    package internal(set) var lastSuccess: Int?

    init(id: Int, project: Int, name: String, tier: String?, at now: Timestamp) {
        self.id = id
        self.project = project
        self.name = name
        slug = EnvironmentNaming.slug(of: name)
        self.tier = tier ?? EnvironmentNaming.tier(of: name)
        createdAt = now
        updatedAt = now
    }
}
