/// Everything that the relay ever asks of GitLab.
package enum GitLabCall: Sendable, Equatable {
    case create(project: Int, payload: [UInt8])
    case update(project: Int, deployment: Int, status: DeploymentStatus)
    /// One page, newest first, of an environment's deployments; pages count from 1.
    case list(project: Int, environment: String, page: Int)
    /// One page, newest first, of all deployments of a project.
    case listEverywhere(project: Int, page: Int)
    case show(project: Int, deployment: Int)
    /// By digits or by full path.
    case project(String)
    /// A group's path, for telling a project's path from a group's.
    case group(String)
    case user
    case version
    case tokenSelf
    case findEnvironment(project: Int, name: String)
    /// What is nil is left to GitLab.
    case createEnvironment(
        project: Int,
        name: String,
        tier: EnvironmentTier?,
        externalURL: String?
    )
    /// What is nil stays as it is.
    case updateEnvironment(
        project: Int,
        environment: Int,
        tier: EnvironmentTier?,
        externalURL: String?
    )
    case stopEnvironment(project: Int, environment: Int)
    case protectedEnvironments(project: Int, page: Int)
}

extension GitLabCall {
    /// Rows asked for at once, the most that GitLab gives.
    package static let pageSize = 100

    /// Whether GitLab's record may have changed when the answer is lost.
    package var isWrite: Bool {
        switch self {
        case .create, .update, .createEnvironment, .updateEnvironment, .stopEnvironment: true
        case .list, .listEverywhere, .show, .project, .group, .user, .version, .tokenSelf,
            .findEnvironment, .protectedEnvironments:
            false
        }
    }

    /// Whether not being allowed to know is an answer too: the relay works without it.
    var isOptional: Bool {
        switch self {
        case .tokenSelf, .protectedEnvironments, .group: true
        default: false
        }
    }

    /// What must wait when this call is not allowed and nothing says more.
    var reach: Hold {
        switch self {
        case .create, .update, .createEnvironment, .updateEnvironment, .stopEnvironment: .lane
        case .list, .listEverywhere, .show, .project, .group, .findEnvironment,
            .protectedEnvironments:
            .project
        case .user, .version, .tokenSelf: .endpoint
        }
    }
}
