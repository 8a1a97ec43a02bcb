import Formats

/// Who calls, and whether their token reaches far enough (facts §9.2).
extension Sandbox {
    /// A token as it was presented, and where.
    struct Presented {
        let text: String
        let kinds: Set<SandboxToken.Kind>
    }

    /// Bearer counts before PRIVATE-TOKEN, and that before JOB-TOKEN.
    static func presented(_ request: SandboxRequest, _ parameters: Parameters) -> Presented? {
        if let bearer = bearer(request) { return Presented(text: bearer, kinds: [.access, .job]) }
        if let text = text(parameters["private_token"]) ?? text(request.field("PRIVATE-TOKEN")) {
            return Presented(text: text, kinds: [.access])
        }
        if let text = text(request.field("JOB-TOKEN")) ?? text(parameters["job_token"]) {
            return Presented(text: text, kinds: [.job])
        }
        return nil
    }

    private static func bearer(_ request: SandboxRequest) -> String? {
        guard let value = request.field("Authorization"), value.lowercased().hasPrefix("bearer ")
        else { return nil }
        return text(String(value.dropFirst(7).drop { $0 == " " }))
    }

    private static func text(_ value: Parameters.Value?) -> String? { text(value?.text) }
    private static func text(_ value: String?) -> String? { value == "" ? nil : value }

    /// Whose count a request goes on; nil: nobody's.
    func throttled(_ request: SandboxRequest, _ parameters: Parameters, at now: Timestamp) -> Int? {
        guard let presented = Self.presented(request, parameters),
            let token = token(presented.text), presented.kinds.contains(token.kind),
            token.state == .active, !token.isExpired(at: now)
        else { return nil }
        return token.user.id
    }

    /// - Returns: nil for nobody, where the route is open.
    func caller(_ call: APICall, on route: Route) throws(Refusal) -> SandboxToken? {
        if call.pretences.contains(.tokenUnknown) { throw .unauthorized }
        if call.pretences.contains(.tokenExpired) { throw .expired }
        guard let presented = Self.presented(call.request, call.parameters) else {
            if route.isOpen { return nil }
            throw .unauthorized
        }
        guard let token = token(presented.text), presented.kinds.contains(token.kind) else {
            throw .unauthorized
        }
        if token.kind == .job, !route.takesJobTokens {
            // Not told that the token does not count: the caller is simply nobody.
            if route.isOpen { return nil }
            throw .unauthorized
        }
        if token.state == .revoked { throw .revoked }
        if token.isExpired(at: call.now) { throw .expired }
        // A guess: the text has not been seen (facts §10).
        if token.state == .blocked { throw .forbidden("Your account has been blocked.") }
        try checkScope(of: token, call.request, on: route)
        return token
    }

    private func checkScope(
        of token: SandboxToken,
        _ request: SandboxRequest,
        on route: Route
    ) throws(Refusal) {
        guard token.kind == .access, !token.scopes.contains("api") else { return }
        if request.isWrite { throw .insufficientScope("api") }
        guard let others = route.readScopes else { return }
        guard token.scopes.contains(where: { $0 == "read_api" || others.contains($0) }) else {
            throw .insufficientScope("api read_api")
        }
    }
}
