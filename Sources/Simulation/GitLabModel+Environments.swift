package import GitLab
import JSON

/// GitLab's environments, by the rules of facts/gitlab.md §7.
extension GitLabModel {
    package struct Environment: Sendable {
        package let id: Int
        package let project: Int
        package let name: String
        package var tier: EnvironmentTier
        package var externalURL: String?
        package var isStopped = false
    }

    /// As a deployment finds or makes it: the tier is guessed from the name, here always wrongly.
    mutating func touch(_ name: String, of project: Int, by status: DeploymentStatus) {
        if let index = index(name, of: project) {
            if status == .success { environments[index].isStopped = false }
        } else {
            add(name, of: project, .other, nil)
        }
    }

    package func environment(_ name: String, of project: Int = 42) -> Environment? {
        index(name, of: project).map { environments[$0] }
    }

    private func index(_ name: String, of project: Int) -> Int? {
        environments.firstIndex { $0.project == project && $0.name == name }
    }

    private mutating func add(
        _ name: String,
        of project: Int,
        _ tier: EnvironmentTier,
        _ url: String?
    ) {
        environments.append(
            Environment(
                id: nextEnvironment,
                project: project,
                name: name,
                tier: tier,
                externalURL: url
            )
        )
        nextEnvironment += 1
    }

    mutating func environment(_ call: GitLabCall, at now: Int64) -> GitLabAnswer {
        switch call {
        case .findEnvironment(let project, let name):
            var writer = JSONWriter()
            writer.array { writer in
                guard let found = environment(name, of: project) else { return }
                writer.object { Self.write(found, &$0) }
            }
            return answer(200, String(decoding: writer.bytes, as: UTF8.self), at: now)
        case .createEnvironment(let project, let name, let tier, let url):
            if protected.contains(name) { return message(403, "403 Forbidden", at: now) }
            guard environment(name, of: project) == nil else {
                let body = #"{"message":{"name":["has already been taken"]}}"#
                return answer(400, body, at: now)
            }
            add(name, of: project, tier ?? .other, url)
            return show(environments.count - 1, 201, at: now)
        case .updateEnvironment(let project, let id, let tier, let url):
            guard let index = environments.firstIndex(where: { $0.id == id }) else {
                return message(404, "404 Not found", at: now)
            }
            if protected.contains(environments[index].name) {
                return message(403, "403 Forbidden", at: now)
            }
            precondition(environments[index].project == project)
            environments[index].tier = tier ?? environments[index].tier
            environments[index].externalURL = url ?? environments[index].externalURL
            return show(index, 200, at: now)
        case .stopEnvironment(_, let id):
            guard let index = environments.firstIndex(where: { $0.id == id }) else {
                return message(404, "404 Not found", at: now)
            }
            if protected.contains(environments[index].name) {
                return message(403, "403 Forbidden", at: now)
            }
            environments[index].isStopped = true
            return show(index, 200, at: now)
        default: preconditionFailure("\(call) is not about an environment")
        }
    }

    private func show(_ index: Int, _ code: Int, at now: Int64) -> GitLabAnswer {
        object(code, at: now) { Self.write(environments[index], &$0) }
    }

    private static func write(_ environment: Environment, _ writer: inout JSONWriter) {
        writer.member("id", environment.id)
        writer.member("name", environment.name)
        writer.member("tier", environment.tier.rawValue)
        writer.member("external_url", environment.externalURL)
        writer.member("state", environment.isStopped ? "stopped" : "available")
    }
}
