import Formats
import HTTP

/// Counts requests in fixed windows that are aligned on the epoch (facts §5).
struct RateMeter: Sendable {
    private var window: Int64 = .min
    private var counts: [String: Int] = [:]

    init() {}

    /// Counts one request of `user`; nil is nobody, who shares one count with all that are nobody.
    ///
    /// - Returns: The fields to tell on the answer, and the refusal of a request too many.
    mutating func count(
        _ user: Int?,
        by limit: SandboxRateLimit,
        at now: Timestamp
    ) -> (fields: [(name: String, value: String)], refusal: HTTPResponse?) {
        let period = Int64(limit.periodSeconds)
        let seconds = now.milliseconds / 1000
        if window != seconds / period {
            window = seconds / period
            counts = [:]
        }
        let observed = counts[user.map { "\($0)" } ?? "", default: 0] + 1
        counts[user.map { "\($0)" } ?? ""] = observed
        let allowed = user == nil ? limit.unauthenticatedLimit : limit.limit
        let end = (window + 1) * period
        let fields = [
            (
                "RateLimit-Name",
                user == nil ? "throttle_unauthenticated_api" : "throttle_authenticated_api"
            ),
            (
                "RateLimit-Limit",
                "\((allowed * 60 + limit.periodSeconds - 1) / limit.periodSeconds)"
            ),
            ("RateLimit-Observed", "\(observed)"),
            ("RateLimit-Remaining", "\(max(0, allowed - observed))"),
            ("RateLimit-Reset", "\(end)"),
        ]
        guard observed > allowed else { return (limit.isToldAlways ? fields : [], nil) }
        let refusal = Self.refusal(endingAt: end, now: now)
        return (fields + refusal.fields.filter { $0.name != "Content-Type" }, refusal)
    }

    /// Rack::Attack's answer: text, and when the window ends.
    static func refusal(endingAt end: Int64, now: Timestamp) -> HTTPResponse {
        HTTPResponse(
            status: 429,
            fields: [
                ("Content-Type", "text/plain"),
                ("RateLimit-ResetTime", Timestamp(milliseconds: end * 1000).httpDate),
                ("Retry-After", "\(end - now.milliseconds / 1000)"),
            ],
            body: Array("Retry later\n".utf8)
        )
    }
}
