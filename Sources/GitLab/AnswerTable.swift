package import Formats

/// What each of GitLab's answers means (DESIGN §3.2): status first, then form and words.
package enum AnswerTable {
    /// Reads `answer` as the answer to `call`.
    ///
    /// Total: any status with any body means something, and nothing unexpected counts as done.
    package static func meaning(
        of answer: GitLabAnswer,
        to call: GitLabCall,
        now: Timestamp
    ) -> Meaning {
        let exchange = Exchange(call: call, answer: answer, now: now)
        switch answer.status {
        case 200...299: return exchange.success
        case 300...399: return exchange.redirect
        case 400: return exchange.badRequest
        case 401: return exchange.unauthorized
        case 403: return exchange.forbidden
        case 404: return exchange.notFound
        case 405: return exchange.notAllowed
        case 406, 415: return exchange.wrongType
        case 407, 511: return exchange.proxyWantsLogin
        case 408: return exchange.unsure(isRailsError: false)
        case 409, 425: return .deferred(reason: exchange.reason)
        case 429: return exchange.throttled
        case 400...499: return exchange.otherRefusal
        case 500: return exchange.serverError
        case 501: return exchange.notImplemented
        case 503: return exchange.unavailable
        default: return exchange.unsure(isRailsError: false)
        }
    }
}
