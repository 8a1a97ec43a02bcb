import Formats
import Synchronization
import GitLab
import POSIX
import Relay

/// What the delivery thread tells others: news to ingress, numbers to the metrics, lines to the
/// log.
struct DeliveryReporter {
    private let ingress: Mailbox<IngressMail>
    private let shared: Shared
    private var news: [DeliveryNews] = []
    private(set) var trouble = LogTrouble(
        name: "settled",
        hint: "nothing is sent to GitLab until there is room; nothing is lost"
    )
    private var unreadToldAt: Int64 = .min

    init(ingress: Mailbox<IngressMail>, shared: Shared) {
        self.ingress = ingress
        self.shared = shared
    }

    /// Ingress had no room for them yet.
    var hasUntoldNews: Bool { !news.isEmpty }

    mutating func add(_ item: DeliveryNews) {
        switch item {
        case .held(let scope, let hold): tell(scope, hold)
        case .released(let scope):
            shared.log.info("released", [("what", .text(scope.words))])
        case .record(.attempt(let attempt), _): tell(attempt)
        case .record, .reply, .moved, .carried: break
        }
        news.append(item)
    }

    private func tell(_ scope: HoldScope, _ hold: Relay.Hold) {
        shared.log.warn(
            "held",
            [
                ("what", .text(scope.words)), ("endpoint", .text(scope.endpoint)),
                ("reason", .text(hold.reason)), ("hint", .text(hold.remedy)),
                ("since", .text(hold.since.wall.rfc3339)),
            ]
        )
    }

    private func tell(_ attempt: Attempt) {
        let fields: [(String, Log.Value?)] = [
            ("id", .text(String(attempt.delivery))), ("attempt", .number(Int64(attempt.number))),
            ("call", .text(attempt.call)), ("outcome", .text(attempt.outcome.name)),
            ("status", attempt.httpStatus == 0 ? nil : .number(Int64(attempt.httpStatus))),
            ("reason", .text(attempt.reason)),
            ("milliseconds", .number(Int64(attempt.milliseconds))),
        ]
        switch attempt.outcome {
        case .delivered: shared.log.debug("delivery-attempt", fields)
        case .deferred: shared.log.info("delivery-attempt", fields)
        case .uncertain, .held, .rejected: shared.log.warn("delivery-attempt", fields)
        }
    }

    // MARK: - Metrics

    /// Counts a write that ended, looking being no attempt; tells when an endpoint begins to fail
    /// and when it answers again.
    func note(
        _ endpoint: String,
        _ call: GitLabCall,
        _ result: CallResult,
        _ outcome: AttemptOutcome
    ) {
        let trouble = result.trouble
        let before = shared.deliveryMetrics.withLock { metrics in
            defer { metrics.troubles[endpoint] = trouble }
            guard call.isWrite else { return metrics.troubles[endpoint] }
            let key = DeliveryMetrics.AttemptKey(
                endpoint: endpoint,
                outcome: outcome.name,
                code: result.httpStatus
            )
            metrics.attempts[key, default: 0] += 1
            metrics.attemptSeconds[endpoint, default: Histogram(bounds: Histogram.attempt)]
                .observe(Double(result.milliseconds) / 1000)
            return metrics.troubles[endpoint]
        }
        guard (before == nil) != (trouble == nil) else { return }
        if let trouble {
            shared.log.warn(
                "gitlab-failing",
                [
                    ("endpoint", .text(endpoint)), ("reason", .text(trouble)),
                    ("hint", .text("deliveries wait and go on by themselves; nothing is lost")),
                ]
            )
        } else {
            shared.log.info("gitlab-answers", [("endpoint", .text(endpoint))])
        }
    }

    func flushed(seconds: Double) {
        shared.deliveryMetrics.withLock { $0.flush.observe(seconds) }
    }

    func flushFailed() {
        shared.deliveryMetrics.withLock { $0.flushErrors += 1 }
    }

    mutating func cannotWrite(_ words: String, at now: Int64) {
        trouble.begin(words, at: now, shared.log)
        shared.deliveryMetrics.withLock { $0.logTrouble = words }
    }

    mutating func canWrite() {
        guard trouble.words != nil else { return }
        trouble.end(shared.log)
        shared.deliveryMetrics.withLock { $0.logTrouble = nil }
    }

    /// One line a minute at most.
    mutating func cannotRead(_ words: String, at now: Int64) {
        guard unreadToldAt == .min || now - unreadToldAt >= 60_000 else { return }
        unreadToldAt = now
        shared.log.error(
            "log-not-readable",
            [
                ("log", .text("accepted")), ("reason", .text(words)),
                ("hint", .text("what it holds waits and is tried again; nothing is lost")),
            ]
        )
    }

    /// Shows the endpoints' states, and hands the news over.
    mutating func publish(_ queue: DeliveryQueue, logBytes: Int64, at now: Moment) {
        let statuses = queue.endpointStatuses(at: now)
        shared.deliveryMetrics.withLock { metrics in
            metrics.logBytes = logBytes
            metrics.unaccounted = queue.unaccounted
            for status in statuses {
                metrics.states[status.name] = status.state.rawValue
                metrics.remaining[status.name] = status.remaining
            }
        }
        guard !news.isEmpty, ingress.put(.news(news)) else { return }
        news.removeAll(keepingCapacity: true)
    }
}
