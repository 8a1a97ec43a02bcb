import Formats
import JSON

/// Reads what a person puts into the sandbox or changes there: only what is said changes.
enum SeedReader {
    static func project(_ value: JSONValue, in sandbox: inout Sandbox) throws(ControlError) -> Int {
        var members = try ControlMembers(value, "project")
        let path = try members.text("path")
        let known = path.flatMap { sandbox.project(at: $0).now }
        let id = try members.integer("id") ?? known ?? sandbox.freeProjectID
        var project =
            sandbox.project(id) ?? SandboxProject(id: id, path: path ?? "sandbox/project-\(id)")
        if let path { project.path = path }
        if let paths = try members.texts("old_paths") { project.oldPaths = paths }
        if let branch = try members.text("default_branch") { project.defaultBranch = branch }
        if let word = try members.word("visibility", as: SandboxProject.Visibility.self) {
            project.visibility = word
        }
        if let flag = try members.flag("archived") { project.isArchived = flag }
        if let flag = try members.flag("marked_for_deletion") { project.isMarkedForDeletion = flag }
        if let flag = try members.flag("builds") { project.hasBuilds = flag }
        if let flag = try members.flag("repository") { project.hasRepository = flag }
        if let flag = try members.flag("environments") { project.hasEnvironments = flag }
        if let texts = try members.texts("commits") {
            project.commits.shas = texts.map { $0.lowercased() }
        }
        if let texts = try members.texts("branches") { project.commits.branches = texts }
        if let texts = try members.texts("tags") { project.commits.tags = texts }
        if let texts = try members.texts("unknown") { project.commits.unknown = Set(texts) }
        if let list = members.value("protected") { project.protections = try protections(list) }
        try members.finish()
        sandbox.put(project)
        return id
    }

    private static func protections(_ list: JSONValue) throws(ControlError) -> [SandboxProtection] {
        var protections: [SandboxProtection] = []
        for element in list.elements {
            var members = try ControlMembers(element, "protected")
            let name = try members.text("name")
            let tier = try members.text("tier")
            let subject =
                name.map { SandboxProtection.Subject.environment($0) } ?? tier.map { .tier($0) }
            guard let subject else { throw members.error("name", "or tier is missing") }
            protections.append(
                SandboxProtection(
                    subject,
                    role: try members.role("access_level"),
                    users: try members.integers("user_ids") ?? []
                )
            )
            try members.finish()
        }
        return protections
    }

    static func token(_ value: JSONValue, in sandbox: inout Sandbox) throws(ControlError) -> String
    {
        var members = try ControlMembers(value, "token")
        guard let text = try members.text("token"), !text.isEmpty else {
            throw members.error("token", "is missing")
        }
        var token = sandbox.token(text) ?? SandboxToken(text, id: sandbox.allTokens.count + 1)
        if let name = try members.text("name") { token.name = name }
        if let kind = try members.word("kind", as: SandboxToken.Kind.self) { token.kind = kind }
        if let state = try members.word("state", as: SandboxToken.State.self) {
            token.state = state
        }
        if let role = try members.role("role") { token.role = role }
        if let scopes = try members.texts("scopes") { token.scopes = scopes }
        if members.has("expires_at") { token.expiresOn = try members.text("expires_at") }
        if members.has("projects") { token.projects = try members.integers("projects") }
        if let flag = try members.flag("through_group") { token.isThroughGroup = flag }
        if let flag = try members.flag("passes_protection") { token.passesProtection = flag }
        if let id = try members.integer("user_id") { token.user.id = id }
        if let name = try members.text("username") {
            (token.user.username, token.user.name) = (name, name)
        }
        try members.finish()
        sandbox.put(token)
        return text
    }

    static func environment(
        _ value: JSONValue,
        in sandbox: inout Sandbox,
        at now: Timestamp
    ) throws(ControlError) -> Int {
        var members = try ControlMembers(value, "environment")
        let project = try self.project(named: "project", &members, in: sandbox)
        guard let name = try members.text("name") else { throw members.error("name", "is missing") }
        let tier = try members.text("tier")
        let state = try members.word("state", as: SandboxEnvironment.State.self)
        try members.finish()
        let row =
            sandbox.environment(name, in: project)
            ?? sandbox.seedEnvironment(name, in: project, tier: tier, at: now)
        if let tier { sandbox.environmentRows[row.id]!.tier = tier }
        if let state { sandbox.environmentRows[row.id]!.state = state }
        return row.id
    }

    static func deployment(
        _ value: JSONValue,
        in sandbox: inout Sandbox,
        at now: Timestamp
    ) throws(ControlError) -> Int {
        var members = try ControlMembers(value, "deployment")
        let project = try self.project(named: "project", &members, in: sandbox)
        guard let environment = try members.text("environment") else {
            throw members.error("environment", "is missing")
        }
        guard let sha = try members.text("sha") else { throw members.error("sha", "is missing") }
        let ref = try members.text("ref") ?? "main"
        let tag = try members.flag("tag") ?? false
        let status = try members.word("status", as: SandboxStatus.self) ?? .success
        let isFromCI = try members.flag("ci") ?? false
        let moment = try members.moment("at") ?? now
        var user = sandbox.allTokens.first?.user ?? SandboxUser(id: 1, username: "root")
        if let id = try members.integer("user_id") {
            user = SandboxUser(id: id, username: "user-\(id)")
        }
        try members.finish()
        return sandbox.seedDeployment(
            project: project,
            environment: environment,
            sha: sha,
            ref: ref,
            tag: tag,
            status: status,
            user: user,
            isFromCI: isFromCI,
            at: moment
        ).id
    }

    /// The id of a project that is named by its id or its path.
    private static func project(
        named name: String,
        _ members: inout ControlMembers,
        in sandbox: Sandbox
    ) throws(ControlError) -> Int {
        guard let text = try members.text(name) else { throw members.error(name, "is missing") }
        guard let id = Int(text) ?? sandbox.project(at: text).now, sandbox.project(id) != nil else {
            throw members.error(name, "\"\(text)\" is not there")
        }
        return id
    }

    /// `POST /sandbox/switch`.
    static func switches(_ value: JSONValue, in sandbox: inout Sandbox) throws(ControlError) {
        var members = try ControlMembers(value, "switch")
        if let mode = try members.word("mode", as: SandboxMode.self) { sandbox.mode = mode }
        if let word = try members.word("generation", as: SandboxGeneration.self) {
            sandbox.generation = word
        }
        for (name, mode) in [("maintenance", SandboxMode.maintenance), ("read_only", .readOnly)] {
            guard let flag = try members.flag(name) else { continue }
            if flag { sandbox.mode = mode } else if sandbox.mode == mode { sandbox.mode = .normal }
        }
        if let flag = try members.flag("accepts_any_commit") { sandbox.acceptsAnyCommit = flag }
        if let flag = try members.flag("creates_projects") { sandbox.createsProjects = flag }
        if members.isNull("rate_limit") {
            sandbox.rateLimit = nil
        } else if let limit = members.value("rate_limit") {
            sandbox.rateLimit = try rateLimit(limit)
        }
        try members.finish()
    }

    private static func rateLimit(_ value: JSONValue) throws(ControlError) -> SandboxRateLimit {
        var members = try ControlMembers(value, "rate_limit")
        guard let limit = try members.integer("limit") else {
            throw members.error("limit", "is missing")
        }
        var rate = SandboxRateLimit(
            limit: limit,
            periodSeconds: try members.integer("period_seconds") ?? 60,
            unauthenticatedLimit: try members.integer("unauthenticated_limit")
        )
        if let flag = try members.flag("told_always") { rate.isToldAlways = flag }
        try members.finish()
        return rate
    }
}

extension Sandbox {
    /// The next id for a project that names none.
    var freeProjectID: Int { max(1000, (allProjects.last?.id ?? 0) + 1) }
}
