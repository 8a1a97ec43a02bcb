import Formats
import HTTP
import JSON

/// Finding projects, and what a caller may do in them (facts §1, §6).
extension Sandbox {
    enum Ability {
        case readDeployments, writeDeployments, destroyDeployments
        case readEnvironments, writeEnvironments
        case writeCommitStatuses, readCode, administer
    }

    /// Finds the project that a path segment names.
    ///
    /// - Throws: 404 when it is not there or not for this caller's eyes; 301 or 405 for a path that
    ///   it had before.
    mutating func project(_ name: String, _ call: APICall) throws(Refusal) -> SandboxProject {
        guard let id = try projectID(name, call), let project = project(id),
            isVisible(project, to: call.caller)
        else { throw .projectNotFound }
        return project
    }

    private mutating func projectID(_ name: String, _ call: APICall) throws(Refusal) -> Int? {
        if !name.isEmpty, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let id = Int(name), id > 0 else { return nil }
            if project(id) == nil, createsProjects, call.caller != nil {
                put(SandboxProject(id: id, path: "sandbox/project-\(id)"))
            }
            return id
        }
        guard name.contains("/") else { return nil }
        let found = project(at: name)
        if let now = found.now { return now }
        if let before = found.before {
            guard let project = project(before), isVisible(project, to: call.caller) else {
                return nil
            }
            guard generation == .current else { return nil }
            throw moved(to: before, call)
        }
        guard createsProjects, call.caller != nil else { return nil }
        let id = max(1000, (allProjects.last?.id ?? 0) + 1)
        put(SandboxProject(id: id, path: name))
        return id
    }

    /// GA since 16.7: reads are sent on to the number, writes are refused.
    private func moved(to id: Int, _ call: APICall) -> Refusal {
        guard !call.request.isWrite else {
            return .message(405, "Non GET methods are not allowed for moved projects")
        }
        var parts = call.request.target.split(separator: "/", omittingEmptySubsequences: false)
        if let projects = parts.firstIndex(of: "projects") {
            let rest = parts[projects + 1].drop { $0 != "?" }
            parts[projects + 1] = "\(id)\(rest)"
        }
        let address = call.origin + parts.joined(separator: "/")
        return Refusal(
            HTTPResponse(
                status: 301,
                fields: [("Content-Type", "text/plain"), ("Location", address)],
                body: Array("This resource has been moved permanently to \(address).".utf8)
            )
        )
    }

    private func isVisible(_ project: SandboxProject, to caller: SandboxToken?) -> Bool {
        guard let caller else { return project.visibility == .public }
        return project.visibility != .private || caller.role(in: project.id) != nil
    }

    // MARK: - Abilities

    /// - Throws: 403.
    func authorize(
        _ ability: Ability,
        in project: SandboxProject,
        _ call: APICall
    ) throws(Refusal) {
        guard allows(ability, in: project, call.caller) else { throw .forbidden }
    }

    private func allows(
        _ ability: Ability,
        in project: SandboxProject,
        _ caller: SandboxToken?
    ) -> Bool {
        let role = caller?.role(in: project.id)
        let isWritable = !project.isArchived && !project.isMarkedForDeletion
        let hasDeployments = project.hasBuilds && project.hasRepository && project.hasEnvironments
        let isReader = project.visibility != .private || (role ?? .guest) >= .reporter
        func isAtLeast(_ lowest: SandboxRole) -> Bool { role.map { $0 >= lowest } ?? false }
        return switch ability {
        case .readDeployments, .readEnvironments: hasDeployments && isReader
        case .writeDeployments, .writeEnvironments:
            hasDeployments && isWritable && isAtLeast(.developer)
        case .destroyDeployments: hasDeployments && isWritable && isAtLeast(.maintainer)
        case .writeCommitStatuses:
            project.hasBuilds && project.hasRepository && isWritable && isAtLeast(.developer)
        case .readCode: project.hasRepository && isReader
        case .administer: isAtLeast(.maintainer)
        }
    }

    /// - Throws: 403 when the environment is protected from the caller.
    func admit(
        _ call: APICall,
        to environment: SandboxEnvironment,
        of project: SandboxProject
    ) throws(Refusal) {
        let isAdmitted = project.protections.filter { $0.covers(environment) }.allSatisfy {
            protection in
            call.caller.map { protection.admits($0, as: $0.role(in: project.id)) } ?? false
        }
        guard isAdmitted else { throw .forbidden }
    }

    /// Whether Gitaly finds the commit.
    func knows(_ name: String, in project: SandboxProject, isRef: Bool) -> Bool {
        project.commits.resolves(name, in: project, acceptsAny: acceptsAnyCommit, isRef: isRef)
    }

    // MARK: - Answers

    mutating func showProject(_ name: String, _ call: APICall) throws(Refusal) -> HTTPResponse {
        let project = try project(name, call)
        return .json(200) { Shapes.write(project, to: &$0, for: call) }
    }

    mutating func showProtections(_ name: String, _ call: APICall) throws(Refusal) -> HTTPResponse {
        var check = Validation(call.parameters)
        let pagination = Pagination(&check)
        try check.finish()
        let project = try project(name, call)
        try authorize(.administer, in: project, call)
        let named = project.protections.filter {
            if case .environment = $0.subject { true } else { false }
        }
        return pagination.answer(Array(named.indices), call) { index, list in
            list.object { Shapes.write(named[index], to: &$0) }
        }
    }

    mutating func showCommit(
        _ commit: String,
        _ name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let project = try project(name, call)
        try authorize(.readCode, in: project, call)
        guard !call.pretences.contains(.commitUnknown), knows(commit, in: project, isRef: false)
        else {
            throw .message(404, "404 Commit Not Found")
        }
        return .json(200) { Shapes.write(commit: commit, of: project, to: &$0, call) }
    }
}
