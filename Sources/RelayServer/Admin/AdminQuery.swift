import Formats
import HTTP
import Relay

/// The query of a listing; what cannot be read is a mistake that names the parameter.
struct AdminQuery {
    struct Mistake: Error {
        var problem: String
        var hint: String
    }

    private(set) var filter = Ledger.Filter()

    init(_ head: HTTPRequestHead, now: Timestamp) throws(Mistake) {
        for (name, value) in head.queryItems() where !value.isEmpty {
            switch name {
            case "state": filter.state = try Self.state(value)
            case "project": filter.project = value
            case "environment": filter.environment = value
            case "since": filter.since = try Self.since(value, now)
            case "limit": filter.limit = try Self.number(value, name, 1...500)
            case "before": filter.before = UInt64(try Self.number(value, name, 1...Int.max))
            default:
                throw Mistake(
                    problem: "there is no parameter \(name)",
                    hint: "use state, project, environment, since, limit or before"
                )
            }
        }
    }

    private static func state(_ text: String) throws(Mistake) -> DeliveryState {
        if let state = DeliveryState(name: text) { return state }
        let names = DeliveryState.allCases.map(\.name).joined(separator: ", ")
        throw Mistake(problem: "state: there is no state \(text)", hint: "use one of \(names)")
    }

    private static func number(
        _ text: String,
        _ name: String,
        _ range: ClosedRange<Int>
    ) throws(Mistake) -> Int {
        if let number = Int(text), range.contains(number) { return number }
        throw Mistake(
            problem: "\(name): \(text) is not a number of \(range.lowerBound) or more"
                + (range.upperBound == .max ? "" : ", at most \(range.upperBound)"),
            hint: "write \(name)=\(min(50, range.upperBound))"
        )
    }

    /// `90m`, `24h`, `7d`, or a time as RFC 3339 has it.
    static func since(_ text: String, _ now: Timestamp) throws(Mistake) -> Timestamp {
        if let moment = Timestamp(rfc3339: text) { return moment }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()),
            count.isFinite, count >= 0
        {
            return now.adding(seconds: -count * unit)
        }
        throw Mistake(
            problem: "since: \(text) is neither a duration nor a time",
            hint: "write since=90m, 24h, 7d or 2026-04-17T10:20:30Z"
        )
    }
}
