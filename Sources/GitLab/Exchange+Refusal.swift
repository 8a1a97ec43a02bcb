/// 4xx that say something about token, project, role or address.
extension Exchange {
    var unauthorized: Meaning {
        guard body.isGitLabs else {
            return body.form == .page || answer.field("WWW-Authenticate") != nil
                ? notGitLab(.endpoint) : held(.endpoint, Remedy.unknownToken)
        }
        let description = body.errorDescription ?? ""
        if ASCII.contains(description, "revoked") { return held(.endpoint, Remedy.revokedToken) }
        if ASCII.contains(description, "expired") { return held(.endpoint, Remedy.expiredToken) }
        return held(
            .endpoint,
            body.error == "invalid_token" ? Remedy.refusedToken : Remedy.unknownToken
        )
    }

    var forbidden: Meaning {
        let words = body.words
        if let error = body.error, error == "insufficient_scope" || error == Self.granularScope {
            return held(.endpoint, Remedy.scope)
        }
        if body.isGitLabs {
            if ASCII.contains(words, "read-only") || ASCII.contains(words, "maintenance mode") {
                return .deferred(reason: reason)
            }
            if ASCII.contains(words, "created using GitLab CI can not be updated") {
                return .rejected(reason: reason)
            }
            if call.isOptional { return .rejected(reason: reason) }
        }
        switch (body.isGitLabs, call.reach) {
        case (false, let reach): return held(reach, Remedy.blockedAddress)
        case (true, .lane): return held(.lane, Remedy.role)
        case (true, .project): return held(.project, Remedy.readRole)
        case (true, .endpoint): return held(.endpoint, Remedy.account)
        }
    }

    /// What the newer tokens with permissions of their own are answered.
    private static let granularScope = "insufficient_granular_scope"

    var notFound: Meaning {
        if let message = body.message, ASCII.contains(message, "project not found") {
            return held(projectOrEndpoint, projectRemedy)
        }
        if call.isOptional, body.isGitLabs { return .rejected(reason: reason) }
        if body.error != nil { return held(projectOrEndpoint, routeRemedy) }
        guard body.message != nil else {
            // Apache answers 404 with a page of its own where it refuses %2F.
            if asksByPath { return held(.project, Remedy.encodedSlash) }
            return notGitLab(projectOrEndpoint)
        }
        switch call {
        case .update, .show, .updateEnvironment, .stopEnvironment: return .gone(reason: reason)
        case .user, .version, .tokenSelf: return held(.endpoint, Remedy.url)
        default: return held(.project, projectRemedy)
        }
    }

    private var asksByPath: Bool {
        guard case .project(let text) = call else { return false }
        return text.utf8.contains(UInt8(ascii: "/"))
    }

    private var asksByNeither: Bool {
        guard case .project(let text) = call else { return false }
        return !asksByPath && ASCII.number(text) == nil
    }

    private var projectRemedy: String { asksByNeither ? Remedy.notAProject : Remedy.project }

    private var routeRemedy: String { asksByPath ? Remedy.encodedSlash : Remedy.url }

    var notAllowed: Meaning {
        if call.isOptional, body.isGitLabs { return .rejected(reason: reason) }
        if ASCII.contains(body.words, "moved project") {
            return held(projectOrEndpoint, Remedy.movedProject)
        }
        return held(projectOrEndpoint, Remedy.method)
    }

    var wrongType: Meaning { held(.endpoint, Remedy.contentType) }

    var proxyWantsLogin: Meaning { held(.endpoint, Remedy.proxyLogin) }

    /// 4xx that these routes of GitLab never give: its own words reject, a stranger's hold.
    var otherRefusal: Meaning {
        body.isGitLabs ? .rejected(reason: reason) : held(call.reach, Remedy.refusedRequest)
    }
}
