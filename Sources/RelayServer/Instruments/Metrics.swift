import Relay

/// A histogram of seconds, as Prometheus reads it.
struct Histogram: Sendable {
    /// Upper bounds of the buckets in seconds, rising; `+Inf` follows by itself.
    let bounds: [Double]
    private(set) var counts: [UInt64]
    private(set) var sum = 0.0
    private(set) var count: UInt64 = 0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count)
    }

    mutating func observe(_ seconds: Double) {
        sum += seconds
        count += 1
        if let index = bounds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
    }

    static let request = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 30]
    static let attempt = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    static let latency = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 14_400, 86_400]
    static let flush = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1]
}

/// What one thread counts; the other reads a copy.
struct DeliveryMetrics: Sendable {
    struct AttemptKey: Hashable, Sendable {
        var endpoint: String
        var outcome: String
        var code: Int
    }

    var attempts: [AttemptKey: UInt64] = [:]
    var attemptSeconds: [String: Histogram] = [:]
    var flush = Histogram(bounds: Histogram.flush)
    var flushErrors: UInt64 = 0
    var logBytes: Int64 = 0
    /// Deliveries that the queue can account for neither as waiting nor as over.
    var unaccounted = 0
    /// Why the log `settled` cannot be written now; nil: it can.
    var logTrouble: String?
    var remaining: [String: Int] = [:]
    /// Why the last call to an endpoint came to nothing; no entry: it was answered.
    var troubles: [String: String] = [:]
    /// "ok", "throttled" or "held" by endpoint.
    var states: [String: String] = [:]

    /// Series that are there at 0 before the first of them is counted, so that a rate of the first
    /// one is seen.
    static func usualAttempts(at endpoint: String) -> [(AttemptKey, UInt64)] {
        let usual: [(AttemptOutcome, [Int])] = [
            (.delivered, [200, 201]), (.deferred, [0, 429, 503]), (.uncertain, [0, 500, 502]),
            (.held, [401, 403, 404]), (.rejected, [400]),
        ]
        return usual.flatMap { outcome, codes in
            codes.map { (AttemptKey(endpoint: endpoint, outcome: outcome.name, code: $0), 0) }
        }
    }
}

/// What the ingress thread counts.
struct IngressMetrics: Sendable {
    struct RequestKey: Hashable, Sendable {
        var route: String
        var code: Int
    }

    struct EventKey: Hashable, Sendable {
        var hook: String
        var outcome: String
    }

    var requests: [RequestKey: UInt64] = [:]
    var requestSeconds: [String: Histogram] = [:]
    var events: [EventKey: UInt64] = [:]
    /// Requests without a right credential, by the address they came to.
    var failures: [Connection.Role: UInt64] = [:]
    /// From acceptance to GitLab's confirmation.
    var latency = Histogram(bounds: Histogram.latency)
    var flush = Histogram(bounds: Histogram.flush)
    var flushErrors: UInt64 = 0

    private static let senderRoutes = [Route.hook(name: "").label, Route.recipe(project: "").label]

    /// Series that are there at 0 before the first of them is counted.
    static let usualRequests: [(RequestKey, UInt64)] = senderRoutes.flatMap { route in
        [200, 202, 401, 503].map { (RequestKey(route: route, code: $0), 0) }
    }

    static let usualRequestSeconds = senderRoutes.map {
        ($0, Histogram(bounds: Histogram.request))
    }

    mutating func request(_ route: String, _ code: Int, seconds: Double) {
        requests[RequestKey(route: route, code: code), default: 0] += 1
        requestSeconds[route, default: Histogram(bounds: Histogram.request)].observe(seconds)
    }

    mutating func event(_ hook: String, _ outcome: String) {
        events[EventKey(hook: hook, outcome: outcome), default: 0] += 1
    }
}
