package import Formats
import HTTP
import JSON

/// Environments, made on demand and by their own calls (facts §2, §7, §9.3).
extension Sandbox {
    /// By exact name, else a new one.
    ///
    /// - Throws: 400 for a name that GitLab does not take.
    mutating func findOrCreate(
        _ name: String,
        in project: SandboxProject,
        _ call: APICall
    ) throws(Refusal) -> SandboxEnvironment {
        let taken = Refusal.invalid([("name", ["has already been taken"])])
        if let found = environment(name, in: project.id) {
            if call.pretences.contains(.environmentRace) { throw taken }
            return found
        }
        let problems = EnvironmentNaming.problems(name)
        guard problems.isEmpty else {
            // It rendered a variable that was not yet set.
            if generation == .older { throw .message(500, "500 Internal Server Error") }
            throw .invalid([("name", problems)])
        }
        let made = seedEnvironment(name, in: project.id, at: call.now)
        // Somebody else was faster by a hair: it is there, and not by this request.
        if call.pretences.contains(.environmentRace) { throw taken }
        return made
    }

    /// Puts an environment there; without a tier it is guessed from the name, as GitLab does.
    @discardableResult
    package mutating func seedEnvironment(
        _ name: String,
        in project: Int,
        tier: String? = nil,
        at now: Timestamp
    ) -> SandboxEnvironment {
        lastEnvironmentID += 1
        let environment = SandboxEnvironment(
            id: lastEnvironmentID,
            project: project,
            name: name,
            tier: tier,
            at: now
        )
        environmentRows[environment.id] = environment
        books[project, default: ProjectBook()].environments[name] = environment.id
        return environment
    }

    // MARK: - Calls

    mutating func listEnvironments(in name: String, _ call: APICall) throws(Refusal) -> HTTPResponse
    {
        var check = Validation(call.parameters)
        let exact = check.text("name")
        let search = check.text("search")
        let state = check.choice("states", of: ["available", "stopping", "stopped"])
        let pagination = Pagination(&check)
        if check.has("name"), check.has("search") {
            check.complain("name, search", "are mutually exclusive")
        }
        try check.finish()
        let project = try project(name, call)
        try authorize(.readEnvironments, in: project, call)
        if let search, !search.isEmpty, search.count < 3 {
            throw .badRequest("Search query is less than 3 characters")
        }
        try Pagination.refuseKeyset(call)
        let found = (books[project.id]?.environments.values.sorted() ?? []).filter { id in
            guard let row = environmentRows[id] else { return false }
            return (exact == nil || row.name == exact)
                && (search == nil || search == ""
                    || row.name.lowercased().contains(search!.lowercased()))
                && (state == nil || row.state.rawValue == state)
        }
        return pagination.answer(found, call) { id, list in
            if let row = environmentRows[id] {
                list.object { Shapes.write(row, project, generation, to: &$0) }
            }
        }
    }

    mutating func showEnvironment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let id = try Self.environmentID(id)
        let project = try project(name, call)
        try authorize(.readEnvironments, in: project, call)
        let environment = try environment(id, of: project)
        return show(environment, project, 200, call)
    }

    mutating func createEnvironment(in name: String, _ call: APICall) throws(Refusal)
        -> HTTPResponse
    {
        var check = Validation(call.parameters)
        let wanted = check.requiredText("name")
        let wish = EnvironmentWish(&check)
        try check.finish()
        let project = try project(name, call)
        try authorize(.writeEnvironments, in: project, call)
        var problems: [(field: String, texts: [String])] = []
        var texts = EnvironmentNaming.problems(wanted)
        if environment(wanted, in: project.id) != nil {
            texts.insert("has already been taken", at: 0)
        }
        if !texts.isEmpty { problems.append(("name", texts)) }
        if let text = wish.externalURLProblem { problems.append(("external_url", [text])) }
        guard problems.isEmpty else { throw .invalid(problems) }
        let made = seedEnvironment(wanted, in: project.id, at: call.now)
        wish.apply(to: &environmentRows[made.id]!)
        return show(environmentRows[made.id]!, project, 201, call)
    }

    mutating func updateEnvironment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        _ = try Self.environmentID(id)
        var check = Validation(call.parameters)
        let wish = EnvironmentWish(&check)
        try check.finish()
        let (project, environment) = try environmentToChange(id, in: name, call)
        let id = environment.id
        if let text = wish.externalURLProblem { throw .invalid([("external_url", [text])]) }
        wish.apply(to: &environmentRows[id]!)
        environmentRows[id]!.updatedAt = call.now
        return show(environmentRows[id]!, project, 200, call)
    }

    mutating func stopEnvironment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let (project, environment) = try environmentToChange(id, in: name, call)
        let id = environment.id
        environmentRows[id]!.state = .stopped
        environmentRows[id]!.updatedAt = call.now
        return show(environmentRows[id]!, project, 200, call)
    }

    /// Only one that is stopped can go; its deployments go with it.
    mutating func deleteEnvironment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let (project, environment) = try environmentToChange(id, in: name, call)
        let id = environment.id
        guard environment.state == .stopped else { throw .forbidden }
        let rows = environmentDeployments[id] ?? []
        for row in rows.compactMap({ deploymentRows[$0] }) { remove(row) }
        environmentDeployments[id] = nil
        environmentRows[id] = nil
        books[project.id]?.environments[environment.name] = nil
        return HTTPResponse(status: 204)
    }

    // MARK: - Common to them

    private static func environmentID(_ text: String) throws(Refusal) -> Int {
        guard let id = Int(text) else { throw .error(400, "environment_id is invalid") }
        return id
    }

    /// The environment of a call that would change it, if its caller may.
    private mutating func environmentToChange(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> (SandboxProject, SandboxEnvironment) {
        let id = try Self.environmentID(id)
        let project = try project(name, call)
        try authorize(.readEnvironments, in: project, call)
        let environment = try environment(id, of: project)
        try authorize(.writeEnvironments, in: project, call)
        try admit(call, to: environment, of: project)
        return (project, environment)
    }

    private func environment(_ id: Int, of project: SandboxProject) throws(Refusal)
        -> SandboxEnvironment
    {
        guard let row = environmentRows[id], row.project == project.id else { throw .notFound }
        return row
    }

    private func show(
        _ environment: SandboxEnvironment,
        _ project: SandboxProject,
        _ status: Int,
        _ call: APICall
    ) -> HTTPResponse {
        let last = environment.lastSuccess.flatMap { deploymentRows[$0] }
        return .json(status) { body in
            Shapes.write(environment, project, generation, to: &body)
            body.member("last_deployment") { writer in
                guard let last else { return writer.null() }
                writer.object { Shapes.write(last, environment, generation, to: &$0, call) }
            }
        }
    }
}

/// What a call wants to change about an environment.
struct EnvironmentWish {
    private let externalURL: String?
    private let tier: String?
    private let description: String?
    private let autoStopSetting: String?
    private let kubernetesNamespace: String?
    private let fluxResourcePath: String?

    init(_ check: inout Validation) {
        externalURL = check.text("external_url")
        if check.has("slug") {
            check.complain("slug", "is automatically generated and cannot be changed")
        }
        tier = check.choice("tier", of: EnvironmentNaming.tiers)
        description = check.text("description")
        autoStopSetting = check.choice("auto_stop_setting", of: ["always", "with_action"])
        kubernetesNamespace = check.text("kubernetes_namespace")
        fluxResourcePath = check.text("flux_resource_path")
    }

    var externalURLProblem: String? {
        guard let externalURL, !externalURL.isEmpty else { return nil }
        if externalURL.count > 255 { return "is too long (maximum is 255 characters)" }
        let scheme = externalURL.prefix { $0 != ":" }.lowercased()
        let isRefused = ["javascript", "data", "vbscript"].contains(scheme)
        return isRefused ? "\(scheme) scheme is not allowed" : nil
    }

    func apply(to environment: inout SandboxEnvironment) {
        if let externalURL { environment.externalURL = externalURL.isEmpty ? nil : externalURL }
        if let tier { environment.tier = tier }
        if let description { environment.description = description }
        if let autoStopSetting { environment.autoStopSetting = autoStopSetting }
        if let kubernetesNamespace { environment.kubernetesNamespace = kubernetesNamespace }
        if let fluxResourcePath { environment.fluxResourcePath = fluxResourcePath }
    }
}
