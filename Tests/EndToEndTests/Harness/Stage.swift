import Foundation
import Formats
import GitLabSandbox
import JSON

/// A relay and the GitLab it writes to, with nothing in either.
struct Stage {
    let sandbox: SandboxServer
    let folder: Folder
    var environment: [String: String]

    static let token = "glpat-fixture"

    /// What the fixtures assume: two projects, every full sha and every ref.
    ///
    /// `changes`: variables to set besides; nil takes one away.
    init(_ changes: [String: String?] = [:]) throws {
        var settings = SandboxSettings()
        settings.tokens = [SandboxToken(Self.token)]
        settings.projects = [
            SandboxProject(id: 42, path: "fleet/deploy/parcel-config"),
            SandboxProject(id: 43, path: "fleet/services/parcel-api"),
        ]
        sandbox = try SandboxServer(settings)
        folder = try Folder()
        var environment = [
            "GITLAB_URL": sandbox.url, "GITLAB_TOKEN": Self.token, "GITLAB_PROJECT": "42",
        ]
        for (name, value) in changes { environment[name] = value }
        self.environment = environment
    }

    var data: String { "\(folder.path)/data" }

    func start(
        arguments: [String] = [],
        after shell: String? = nil
    ) async throws -> RelayProcess {
        try await RelayProcess.start(
            data: data,
            environment: environment,
            arguments: arguments,
            after: shell,
            keeping: self
        )
    }

    /// What GitLab holds and what it was asked, for the message of a test that fails.
    var history: String {
        let rows = sandbox.deployments.map {
            "row \($0.id) \($0.environmentName) \($0.status) \($0.sha.prefix(2)) at \($0.createdAt.rfc3339)"
        }
        let calls = sandbox.exchanges.map { call in
            let end = call.answeredAt?.rfc3339.suffix(13) ?? "never"
            let body = String(decoding: call.body, as: UTF8.self)
            return
                "\(call.receivedAt.rfc3339.suffix(13)) \(end) \(call.method) \(call.path)?\(call.query) "
                + "\(call.fault ?? "") \(call.status ?? 0) \(body)"
        }
        return (rows + calls).joined(separator: "\n")
    }

    /// Requests that change something, as GitLab got them.
    func writes() -> [String] {
        sandbox.exchanges.map(\.method).filter { $0 == "POST" || $0 == "PUT" }
    }
}
