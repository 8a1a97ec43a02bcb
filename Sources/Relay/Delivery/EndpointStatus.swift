import GitLab

/// One GitLab as metrics and the console show it.
package struct EndpointStatus: Equatable, Sendable {
    package enum State: String, Sendable, CaseIterable { case ok, throttled, held }

    package let name: String
    package let state: State
    /// Calls GitLab still allows in its window; nil until it has said so.
    package let remaining: Int?
}

extension DeliveryQueue {
    package func endpointStatuses(at now: Moment) -> [EndpointStatus] {
        endpoints.map { endpoint in
            let state: EndpointStatus.State =
                if endpoint.hold.current != nil {
                    .held
                } else if endpoint.pausedUntil > now.steady {
                    .throttled
                } else {
                    .ok
                }
            return EndpointStatus(name: endpoint.name, state: state, remaining: endpoint.remaining)
        }
    }

    /// What the queue has decided beside `run`: of answers that came while no more may be begun.
    package mutating func takeOutput() -> [QueueOutput] {
        defer { output = [] }
        return output
    }

    /// Takes over changed limits and paces; what waits for an endpoint that is gone is held.
    package mutating func configure(_ settings: QueueSettings, at now: Moment) {
        self.settings = settings
        book.limit = settings.rows
        for endpoint in settings.endpoints {
            guard let index = endpointIndex[endpoint.name] else {
                addEndpoint(endpoint)
                continue
            }
            endpoints[index].adopt(endpoint)
            if endpoints[index].hold.current?.probe == .configuration {
                release(.endpoint(endpoint.name), at: now)
            }
        }
        let names = Set(settings.endpoints.map(\.name))
        for endpoint in endpoints where !names.contains(endpoint.name) {
            holdUnconfigured(endpoint.name, at: now)
        }
    }

    /// Keeps what goes to a GitLab that is not configured: nobody could send it.
    mutating func holdUnconfigured(_ name: String, at now: Moment) {
        hold(
            .endpoint(name),
            reason: "gitlab.\(name) is not in the configuration",
            remedy: "add gitlab.\(name) again, or drop its deliveries",
            probe: .configuration,
            at: now
        )
    }
}

extension AttemptOutcome {
    init(_ meaning: Meaning) {
        switch meaning {
        case .uncertain: self = .uncertain
        case .held: self = .held
        case .rejected: self = .rejected
        case .deferred, .throttled, .unknownRevision, .refusedTransition, .again, .gone, .moved:
            self = .deferred
        default: self = .delivered
        }
    }
}
