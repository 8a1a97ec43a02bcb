import Formats
import JSON

extension GitLabCall {
    package var request: GitLabRequest {
        switch self {
        case .create(let project, let payload):
            return .write("POST", "/projects/\(project)/deployments", payload)
        case .update(let project, let deployment, let status):
            return .write("PUT", "/projects/\(project)/deployments/\(deployment)") { body in
                body.member("status", status.name)
            }
        case .list(let project, let environment, let page):
            let name = PercentEncoding.encodeSegment(environment)
            let query = "environment=\(name)&\(Self.newestFirst(page))"
            return .read("/projects/\(project)/deployments?\(query)")
        case .listEverywhere(let project, let page):
            return .read("/projects/\(project)/deployments?\(Self.newestFirst(page))")
        case .show(let project, let deployment):
            return .read("/projects/\(project)/deployments/\(deployment)")
        case .project(let text):
            return .read("/projects/\(Self.projectSegment(text))")
        case .group(let path):
            return .read("/groups/\(Self.projectSegment(path))?with_projects=false")
        case .user:
            return .read("/user")
        case .version:
            return .read("/version")
        case .tokenSelf:
            return .read("/personal_access_tokens/self")
        case .findEnvironment(let project, let name):
            let name = PercentEncoding.encodeSegment(name)
            return .read("/projects/\(project)/environments?name=\(name)&per_page=\(Self.pageSize)")
        case .createEnvironment(let project, let name, let tier, let externalURL):
            return .write("POST", "/projects/\(project)/environments") { body in
                body.member("name", name)
                if let tier { body.member("tier", tier.rawValue) }
                if let externalURL { body.member("external_url", externalURL) }
            }
        case .updateEnvironment(let project, let environment, let tier, let externalURL):
            return .write("PUT", "/projects/\(project)/environments/\(environment)") { body in
                if let tier { body.member("tier", tier.rawValue) }
                if let externalURL { body.member("external_url", externalURL) }
            }
        case .stopEnvironment(let project, let environment):
            return .write("POST", "/projects/\(project)/environments/\(environment)/stop") { _ in }
        case .protectedEnvironments(let project, let page):
            let query = "per_page=\(Self.pageSize)&page=\(page)"
            return .read("/projects/\(project)/protected_environments?\(query)")
        }
    }

    /// GitLab's default is oldest first, 20 at a time.
    private static func newestFirst(_ page: Int) -> String {
        "order_by=id&sort=desc&per_page=\(pageSize)&page=\(page)"
    }

    /// A project's text as one segment that no client or proxy takes for anything else.
    ///
    /// Dot segments are taken out of a path by clients, encoded or not, and would lead elsewhere;
    /// no project is called so. Such a text asks for project 0, which nobody has: the answer is
    /// GitLab's own for an unknown project.
    private static func projectSegment(_ text: String) -> String {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isPossible = parts.allSatisfy { part in
            part.contains { $0 != UInt8(ascii: ".") }
        }
        return isPossible ? PercentEncoding.encodeSegment(text) : "0"
    }
}

extension GitLabRequest {
    fileprivate static func read(_ path: String) -> GitLabRequest {
        GitLabRequest(method: "GET", path: path, body: nil)
    }

    fileprivate static func write(_ method: String, _ path: String, _ body: [UInt8])
        -> GitLabRequest
    {
        GitLabRequest(method: method, path: path, body: body)
    }

    fileprivate static func write(
        _ method: String,
        _ path: String,
        members: (inout JSONWriter) -> Void
    ) -> GitLabRequest {
        var writer = JSONWriter()
        writer.object(members)
        return GitLabRequest(method: method, path: path, body: writer.bytes)
    }
}
