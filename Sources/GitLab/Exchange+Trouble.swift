/// 429 and 5xx: GitLab or something before it is in trouble, and not for ever.
extension Exchange {
    var throttled: Meaning {
        .throttled(reason: reason, retryAt: RatePace(answer.fields).retryAt(now: now))
    }

    /// Rails' own JSON means that the request is over; a proxy's page does not.
    var serverError: Meaning {
        unsure(isRailsError: body.message?.hasPrefix("500") ?? false)
    }

    var notImplemented: Meaning { held(.endpoint, Remedy.notImplemented) }

    var unavailable: Meaning {
        if body.isGitLabs, ASCII.contains(body.words, "maintenance") {
            return .deferred(reason: reason)
        }
        return unsure(isRailsError: false)
    }
}
