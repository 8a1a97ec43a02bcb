import Formats
import GitLab
import Testing

@Suite("Pace of requests")
struct RatePaceTests {
    private let now = AnswerRow.now

    @Test("the fields are read whatever their case, and nonsense is nothing")
    func fields() {
        let pace = RatePace([
            ("ratelimit-remaining", " 7000 "), ("RateLimit-Observed", "200"),
            ("RATELIMIT-RESET", "1776421260"), ("date", "Fri, 17 Apr 2026 10:20:20 GMT"),
            ("RateLimit-Limit", "120"),
        ])
        #expect(pace.remaining == 7000)
        #expect(pace.observed == 200)
        #expect(pace.resetAt?.milliseconds == 1_776_421_260_000)
        #expect(pace.serverDate?.milliseconds == 1_776_421_220_000)
        for nonsense in ["", "-1", "x", "1e3", "99999999999999999999", "٣"] {
            let pace = RatePace([
                ("RateLimit-Remaining", nonsense), ("RateLimit-Reset", nonsense),
                ("Date", nonsense), ("Retry-After", nonsense),
            ])
            #expect(pace == RatePace([]), "\(nonsense)")
            #expect(pace.retryAt(now: now) == nil, "\(nonsense)")
        }
    }

    @Test("what is left is spread over the window once it runs low")
    func spacing() {
        let rows: [(remaining: String, observed: String?, reset: String, Int64)] = [
            ("1999", "1", "1776421260", 0),
            ("401", "1599", "1776421260", 0),
            ("400", "1600", "1776421260", 74),
            ("9", "1991", "1776421260", 3000),
            ("0", "2000", "1776421260", 30_000),
            ("0", "2000", "1776421200", 0),
            ("50", nil, "1776421260", 0),
            ("9", nil, "1776421260", 3000),
            ("9223372036854775807", "9223372036854775807", "1776421260", 0),
        ]
        for (remaining, observed, reset, wait) in rows {
            var fields = [("RateLimit-Remaining", remaining), ("RateLimit-Reset", reset)]
            if let observed { fields.append(("RateLimit-Observed", observed)) }
            let pace = RatePace(fields.map { (name: $0.0, value: $0.1) })
            #expect(pace.spacingMilliseconds(now: now) == wait, "\(remaining) of \(reset)")
        }
        #expect(RatePace([]).spacingMilliseconds(now: now) == 0)
    }
}
