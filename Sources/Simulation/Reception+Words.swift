package import Relay

extension Reception {
    /// The answer's `state`.
    package var word: String {
        switch outcome {
        case .accepted: "accepted"
        case .duplicate: "duplicate"
        case .ignored: "ignored"
        case .dead: "dead"
        }
    }

    package var status: Int {
        switch outcome {
        case .accepted: 202
        case .duplicate, .ignored: 200
        case .dead(_, let status, _): status
        }
    }

    package var reason: String? {
        switch outcome {
        case .accepted: nil
        case .duplicate(_, let reason), .ignored(let reason), .dead(_, _, let reason): reason
        }
    }

    package var delivery: AcceptedDelivery? {
        if case .accepted(let delivery) = outcome { delivery } else { nil }
    }
}
