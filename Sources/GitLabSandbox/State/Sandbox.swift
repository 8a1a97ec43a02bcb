import Formats

/// A stand-in of GitLab as a value: requests and the time go in, answers come out.
///
/// No sockets, no clock, no threads: `SandboxServer` adds those, and tests and simulations drive it
/// by hand. What it does is written down in GitLab's own terms in the rooms `Rules` and `Faults`.
package struct Sandbox: Sendable {
    package let settings: SandboxSettings

    package var generation: SandboxGeneration
    package var mode = SandboxMode.normal
    package var acceptsAnyCommit: Bool
    package var createsProjects: Bool
    package var rateLimit: SandboxRateLimit? {
        didSet { meter = RateMeter() }
    }
    package var faults: FaultQueue
    /// The newest requests, oldest first.
    package internal(set) var exchanges: [SandboxExchange] = []
    /// How many requests there were since the last reset.
    package internal(set) var exchangeCount = 0

    private(set) var tokens: [String: SandboxToken] = [:]
    private(set) var projects: [Int: SandboxProject] = [:]
    /// Project ids by path in lower case.
    private var paths: [String: Int] = [:]
    private var oldPaths: [String: Int] = [:]
    /// By project.
    var books: [Int: ProjectBook] = [:]
    var environmentRows: [Int: SandboxEnvironment] = [:]
    /// The ids of an environment's deployments, smallest first.
    var environmentDeployments: [Int: [Int]] = [:]
    var deploymentRows: [Int: SandboxDeployment] = [:]
    var commitStatuses: [CommitStatus] = []
    var meter = RateMeter()
    var lastEnvironmentID = 0
    var lastDeploymentID = 0

    package init(_ settings: SandboxSettings = SandboxSettings()) {
        self.settings = settings
        generation = settings.generation
        acceptsAnyCommit = settings.acceptsAnyCommit
        createsProjects = settings.createsProjects
        rateLimit = settings.rateLimit
        faults = FaultQueue(seed: settings.seed)
        for token in settings.tokens { put(token) }
        for project in settings.projects { put(project) }
    }

    /// Back to how it began.
    package mutating func reset() { self = Sandbox(settings) }

    // MARK: - What is there

    /// Every deployment, by id.
    package var deployments: [SandboxDeployment] {
        deploymentRows.values.sorted { $0.id < $1.id }
    }

    /// Every environment, by id.
    package var environments: [SandboxEnvironment] {
        environmentRows.values.sorted { $0.id < $1.id }
    }

    package func token(_ text: String) -> SandboxToken? { tokens[text] }

    package func project(_ id: Int) -> SandboxProject? { projects[id] }

    package func environment(_ name: String, in project: Int) -> SandboxEnvironment? {
        books[project]?.environments[name].flatMap { environmentRows[$0] }
    }

    /// The project of this path now, and the one that had it before; in any case of letters.
    func project(at path: String) -> (now: Int?, before: Int?) {
        let path = path.lowercased()
        return (paths[path], oldPaths[path])
    }

    var allTokens: [SandboxToken] { tokens.values.sorted { $0.id < $1.id } }
    var allProjects: [SandboxProject] { projects.values.sorted { $0.id < $1.id } }

    // MARK: - What can be switched

    /// Adds a token, or replaces the one with the same text.
    package mutating func put(_ token: SandboxToken) { tokens[token.text] = token }

    /// Adds a project, or replaces the one with the same id; a path it had becomes an old one.
    package mutating func put(_ project: SandboxProject) {
        var project = project
        if let before = projects[project.id], before.path.lowercased() != project.path.lowercased()
        {
            project.oldPaths.append(before.path)
            paths[before.path.lowercased()] = nil
        }
        paths[project.path.lowercased()] = project.id
        for path in project.oldPaths { oldPaths[path.lowercased()] = project.id }
        projects[project.id] = project
    }

    /// Changes a token that is there.
    package mutating func changeToken(_ text: String, _ change: (inout SandboxToken) -> Void) {
        guard var token = tokens[text] else { return }
        change(&token)
        put(token)
    }

    /// Changes a project that is there.
    package mutating func changeProject(_ id: Int, _ change: (inout SandboxProject) -> Void) {
        guard var project = projects[id] else { return }
        change(&project)
        put(project)
    }
}
