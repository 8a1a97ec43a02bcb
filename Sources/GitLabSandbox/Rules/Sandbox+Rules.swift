import Formats
import HTTP

/// The way of a request through the rules, in GitLab's order (facts §2, §9.1).
extension Sandbox {
    /// Answers by the rules alone.
    mutating func answer(_ call: APICall) -> HTTPResponse {
        var response: HTTPResponse
        do {
            response = try pass(call)
        } catch {
            response = error.response
        }
        response.fields.append(("Date", call.now.httpDate))
        response.isHeadOnly = call.request.method == "HEAD"
        return response
    }

    private mutating func pass(_ call: APICall) throws(Refusal) -> HTTPResponse {
        if call.parameters.isMalformed {
            throw Refusal(
                HTTPResponse(
                    status: 400,
                    fields: [("Content-Type", "text/plain")],
                    body: Array("Bad Request".utf8)
                )
            )
        }
        try checkMode(call.request)
        guard let path = path(of: call.request) else { return webPage(call.request.path[...]) }
        guard let path = path.withoutPrefix("/api/v4") else { return webPage(path) }
        let told = try countRequest(call)
        do {
            var response = try enter(path, call)
            response.fields += told
            return response
        } catch {
            var refusal = error
            refusal.response.fields += told
            throw refusal
        }
    }

    /// The path below the relative root; nil: beside it.
    private func path(of request: SandboxRequest) -> Substring? {
        request.path[...].withoutPrefix(settings.relativeRoot)
    }

    /// lib/gitlab/middleware/read_only/controller.rb: what is no JSON is sent back to where it came
    /// from, like a browser.
    private func checkMode(_ request: SandboxRequest) throws(Refusal) {
        guard mode != .normal, request.isWrite else { return }
        guard request.mediaType == "application/json" else {
            let address =
                request.field("Referer") ?? "http://\(request.host)\(settings.relativeRoot)/"
            throw Refusal(HTTPResponse(status: 301, fields: [("Location", address)]))
        }
        let isTold = mode == .maintenance && generation == .current
        throw isTold ? Self.inMaintenance : Self.isReadOnly
    }

    static let inMaintenance = Refusal.message(
        503,
        "GitLab Maintenance: system is in maintenance mode"
    )
    static let isReadOnly = Refusal.message(
        403,
        "You cannot perform write operations on a read-only instance"
    )

    /// - Returns: The fields that tell the caller how much is left.
    private mutating func countRequest(
        _ call: APICall
    ) throws(Refusal) -> [(name: String, value: String)] {
        guard let rateLimit else { return [] }
        let user = throttled(call.request, call.parameters, at: call.now)
        let (fields, refusal) = meter.count(user, by: rateLimit, at: call.now)
        guard var refusal else { return fields }
        refusal.fields = fields + [("Content-Type", "text/plain")]
        throw Refusal(refusal)
    }

    private mutating func enter(_ path: Substring, _ call: APICall) throws(Refusal) -> HTTPResponse
    {
        guard let route = Route(path) else { throw .noRoute }
        guard route.methods.contains(call.request.method) else {
            throw .methodNotAllowed(route.methods)
        }
        if let problem = call.parameters.problem { throw problem }
        var call = call
        call.caller = try caller(call, on: route)
        return switch route {
        case .version: showVersion()
        case .user: try showUser(call)
        case .ownToken: try showToken(call)
        case .group(let path): try showGroup(path)
        case .project(let name): try showProject(name, call)
        case .protectedEnvironments(let name): try showProtections(name, call)
        case .commit(let name, let commit): try showCommit(commit, name, call)
        case .commitStatuses(let name, let sha): try createCommitStatus(of: sha, in: name, call)
        default: try enterDeployments(route, call)
        }
    }

    private mutating func enterDeployments(
        _ route: Route,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        switch (route, call.request.method) {
        case (.deployments(let name), "POST"): try createDeployment(in: name, call)
        case (.deployments(let name), _): try listDeployments(in: name, call)
        case (.deployment(let name, let id), "PUT"): try updateDeployment(id, in: name, call)
        case (.deployment(let name, let id), "DELETE"): try deleteDeployment(id, in: name, call)
        case (.deployment(let name, let id), _): try showDeployment(id, in: name, call)
        case (.mergeRequests(let name, let id), _): try showMergeRequests(id, in: name, call)
        case (.approval(let name, let id), _): try approveDeployment(id, in: name, call)
        case (.environments(let name), "POST"): try createEnvironment(in: name, call)
        case (.environments(let name), _): try listEnvironments(in: name, call)
        case (.environment(let name, let id), "PUT"): try updateEnvironment(id, in: name, call)
        case (.environment(let name, let id), "DELETE"): try deleteEnvironment(id, in: name, call)
        case (.environment(let name, let id), _): try showEnvironment(id, in: name, call)
        case (.stopEnvironment(let name, let id), _): try stopEnvironment(id, in: name, call)
        default: throw .noRoute
        }
    }
}

extension Substring {
    /// What follows the prefix, when that ends with a whole segment.
    func withoutPrefix(_ prefix: String) -> Substring? {
        guard hasPrefix(prefix) else { return nil }
        let rest = dropFirst(prefix.count)
        return rest.isEmpty || rest.hasPrefix("/") ? rest : nil
    }
}
