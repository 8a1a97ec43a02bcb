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
    var remaining: [String: Int] = [:]
    /// Why the last call to an endpoint came to nothing; no entry: it was answered.
    var troubles: [String: String] = [:]
    /// "ok", "throttled" or "held" by endpoint.
    var states: [String: String] = [:]
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

    mutating func request(_ route: String, _ code: Int, seconds: Double) {
        requests[RequestKey(route: route, code: code), default: 0] += 1
        requestSeconds[route, default: Histogram(bounds: Histogram.request)].observe(seconds)
    }

    mutating func event(_ hook: String, _ outcome: String) {
        events[EventKey(hook: hook, outcome: outcome), default: 0] += 1
    }
}
