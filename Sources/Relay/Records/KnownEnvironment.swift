package import GitLab

/// What an environment is in GitLab, as far as the relay has seen it or made it so.
package struct KnownEnvironment: Equatable, Sendable {
    package var id: Int
    package var tier: EnvironmentTier?
    package var externalURL: String?

    package init(id: Int, tier: EnvironmentTier?, externalURL: String?) {
        self.id = id
        self.tier = tier
        self.externalURL = externalURL
    }

    init(_ environment: GitLabEnvironment) {
        self.init(
            id: environment.id,
            tier: environment.tier,
            externalURL: environment.externalURL
        )
    }
}

/// What an event wants its environment to be; what is nil stays as it is.
struct EnvironmentWish: Equatable, Sendable {
    var tier: EnvironmentTier?
    var externalURL: String?

    /// nil when the event wants nothing.
    init?(_ delivery: AcceptedDelivery) {
        tier = delivery.tier.flatMap { EnvironmentTier(rawValue: $0) }
        externalURL = delivery.externalURL
        if tier == nil, externalURL == nil { return nil }
    }

    /// What a call set; nil for calls that set nothing.
    init?(of call: GitLabCall) {
        switch call {
        case .createEnvironment(_, _, let tier, let url),
            .updateEnvironment(_, _, let tier, let url):
            (self.tier, externalURL) = (tier, url)
        default: return nil
        }
    }

    func isMet(by known: KnownEnvironment) -> Bool {
        (tier == nil || tier == known.tier)
            && (externalURL == nil || externalURL == known.externalURL)
    }

    var words: String {
        [tier.map { "tier \($0.rawValue)" }, externalURL.map { "external URL \($0)" }]
            .compactMap { $0 }.joined(separator: ", ")
    }
}
