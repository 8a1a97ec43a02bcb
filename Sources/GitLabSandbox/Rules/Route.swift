import Formats

/// Where a path leads, under `/api/v4`.
///
/// Segments are decoded, so a project may hold slashes.
enum Route: Equatable {
    case project(String)
    case deployments(project: String)
    case deployment(project: String, id: String)
    case mergeRequests(project: String, deployment: String)
    case approval(project: String, deployment: String)
    case environments(project: String)
    case environment(project: String, id: String)
    case stopEnvironment(project: String, id: String)
    case commitStatuses(project: String, sha: String)
    case commit(project: String, name: String)
    case protectedEnvironments(project: String)
    case version
    case user
    case ownToken
    case group(String)

    /// - Parameter path: What follows `/api/v4`, not decoded.
    init?(_ path: Substring) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            PercentEncoding.decode($0.utf8).map { String(decoding: $0, as: UTF8.self) }
                ?? String($0)
        }
        guard !parts.contains("") else { return nil }
        switch parts.first {
        case "projects" where parts.count > 1:
            self.init(project: parts[1], Array(parts.dropFirst(2)))
        case "groups" where parts.count == 2: self = .group(parts[1])
        case "version" where parts.count == 1: self = .version
        case "user" where parts.count == 1: self = .user
        case "personal_access_tokens" where parts.dropFirst() == ["self"]: self = .ownToken
        default: return nil
        }
    }

    private init?(project: String, _ rest: [String]) {
        switch (rest.first, rest.count) {
        case (nil, _): self = .project(project)
        case ("deployments", 1): self = .deployments(project: project)
        case ("deployments", 2): self = .deployment(project: project, id: rest[1])
        case ("deployments", 3) where rest[2] == "merge_requests":
            self = .mergeRequests(project: project, deployment: rest[1])
        case ("deployments", 3) where rest[2] == "approval":
            self = .approval(project: project, deployment: rest[1])
        case ("environments", 1): self = .environments(project: project)
        case ("environments", 2): self = .environment(project: project, id: rest[1])
        case ("environments", 3) where rest[2] == "stop":
            self = .stopEnvironment(project: project, id: rest[1])
        case ("statuses", 2): self = .commitStatuses(project: project, sha: rest[1])
        case ("repository", 3) where rest[1] == "commits":
            self = .commit(project: project, name: rest[2])
        case ("protected_environments", 1): self = .protectedEnvironments(project: project)
        default: return nil
        }
    }

    var methods: [String] {
        switch self {
        case .deployments, .environments: ["GET", "HEAD", "POST"]
        case .deployment, .environment: ["GET", "HEAD", "PUT", "DELETE"]
        case .approval, .stopEnvironment, .commitStatuses: ["POST"]
        case .project, .mergeRequests, .commit, .protectedEnvironments, .version, .user, .ownToken,
            .group:
            ["GET", "HEAD"]
        }
    }

    /// Whether a CI job's token counts here.
    var takesJobTokens: Bool {
        switch self {
        case .deployments, .deployment, .mergeRequests, .approval, .environments, .environment,
            .stopEnvironment:
            true
        default: false
        }
    }

    /// Whether it can be read without any token where the project is public.
    var isOpen: Bool {
        switch self {
        case .project, .commit: true
        default: false
        }
    }

    /// The scopes that suffice for reading, beside `api` and `read_api`; nil: any.
    var readScopes: [String]? {
        switch self {
        case .ownToken: nil
        case .user, .version: ["read_user"]
        default: []
        }
    }
}
