package import Formats

/// Where a moment is looked at from.
package enum TimeZone: Sendable {
    case utc
    /// The relay's own zone: always UTC, so that a payload does not depend on where it is made.
    case local
    /// Seconds to the east; the name may be "".
    case fixed(name: String, offset: Int)
    case named(String, TimeZoneRules)

    /// Go's `time.LoadLocation`; nil when the zone is not known or has no data.
    package init?(named name: String, data: ((String) -> [UInt8]?)?) {
        switch name {
        case "", "UTC": self = .utc
        case "Local": self = .local
        default:
            // As Go: no way out of the zone folder.
            guard !name.hasPrefix("/"), !name.contains("\\"),
                !name.split(separator: "/").contains(".."),
                let rules = data?(name).flatMap({ TimeZoneRules($0) })
            else { return nil }
            self = .named(name, rules)
        }
    }

    func period(at seconds: Int64) -> TimeZoneRules.Period {
        switch self {
        case .utc, .local: .init(offset: 0, abbreviation: "UTC", isDaylightSaving: false)
        case .fixed(let name, let offset):
            .init(offset: offset, abbreviation: name, isDaylightSaving: false)
        case .named(_, let rules): rules.period(at: seconds)
        }
    }
}

/// A moment with nanoseconds, and the zone whose clock shows it: Go's `time.Time`.
package struct GoTime: Sendable {
    /// Seconds since 1970-01-01T00:00:00Z.
    package var unixSeconds: Int64
    /// Within the second: 0 to 999,999,999.
    package var nanosecond: Int
    package var zone: TimeZone

    package init(unixSeconds: Int64, nanosecond: Int = 0, zone: TimeZone = .local) {
        self.unixSeconds = unixSeconds
        self.nanosecond = nanosecond
        self.zone = zone
    }

    package init(_ timestamp: Timestamp) {
        let (quotient, rest) = timestamp.milliseconds.quotientAndRemainder(dividingBy: 1000)
        self.init(
            unixSeconds: rest < 0 ? quotient - 1 : quotient,
            nanosecond: Int(rest < 0 ? rest + 1000 : rest) * 1_000_000
        )
    }

    /// Go's zero value: the first of January of year 1, UTC.
    package static let zero = GoTime(unixSeconds: -62_135_596_800, zone: .utc)

    package func `in`(_ zone: TimeZone) -> GoTime {
        GoTime(unixSeconds: unixSeconds, nanosecond: nanosecond, zone: zone)
    }

    var period: TimeZoneRules.Period { zone.period(at: unixSeconds) }

    /// What the zone's clock and calendar show.
    var civil: CivilTime { CivilTime(seconds: unixSeconds &+ Int64(period.offset)) }

    package func adding(_ duration: GoDuration) -> GoTime {
        let (seconds, rest) = duration.nanoseconds.quotientAndRemainder(
            dividingBy: GoDuration.second
        )
        let nanosecond = self.nanosecond + Int(rest)
        let carry: Int64 = nanosecond < 0 ? -1 : nanosecond >= 1_000_000_000 ? 1 : 0
        return GoTime(
            unixSeconds: unixSeconds &+ seconds &+ carry,
            nanosecond: nanosecond - Int(carry) * 1_000_000_000,
            zone: zone
        )
    }

    /// The span from `other` to this; the longest duration there is when it does not fit.
    package func since(_ other: GoTime) -> GoDuration {
        let (seconds, overflows) = unixSeconds.subtractingReportingOverflow(other.unixSeconds)
        let (product, tooLong) = seconds.multipliedReportingOverflow(by: GoDuration.second)
        let (sum, tooLongAgain) = product.addingReportingOverflow(
            Int64(nanosecond - other.nanosecond)
        )
        guard overflows || tooLong || tooLongAgain else { return GoDuration(nanoseconds: sum) }
        return GoDuration(nanoseconds: isBefore(other) ? .min : .max)
    }

    package func isBefore(_ other: GoTime) -> Bool {
        (unixSeconds, nanosecond) < (other.unixSeconds, other.nanosecond)
    }

    package func isSameMoment(as other: GoTime) -> Bool {
        unixSeconds == other.unixSeconds && nanosecond == other.nanosecond
    }

    package func formatted(_ layout: [UInt8]) -> [UInt8] { TimeLayout(layout).format(self) }

    package func formatted(_ layout: String) -> String {
        String(decoding: formatted(Array(layout.utf8)), as: UTF8.self)
    }
}

extension GoTime: CustomStringConvertible {
    package var description: String { formatted("2006-01-02 15:04:05.999999999 -0700 MST") }
}

extension GoTime {
    /// Units since 1970; wraps around where an int64 does not reach, as Go does.
    func unix(_ unitsPerSecond: Int64) -> Int64 {
        unixSeconds &* unitsPerSecond
            &+ Int64(nanosecond) / (GoDuration.second / unitsPerSecond)
    }

    /// Go's `AddDate`: counts on the calendar, October 32 is November 1; nil beyond all calendars.
    func adding(years: Int, months: Int, days: Int) -> GoTime? {
        let limit = 1_000_000_000
        guard abs(years) < limit, abs(months) < limit, abs(days) < limit else { return nil }
        let old = civil
        guard abs(old.year) < limit else { return nil }
        let month = old.month - 1 + months
        let carry = month >= 0 ? month / 12 : (month - 11) / 12
        let first = CivilTime.days(old.year + years + carry, month - carry * 12 + 1, 1)
        let clock = old.hour * 3600 + old.minute * 60 + old.second
        let local = Int64(first + old.day - 1 + days) * 86_400 + Int64(clock)
        // As Go: the offset of before, then the one that holds there.
        var moved = self
        moved.unixSeconds = local - Int64(period.offset)
        moved.unixSeconds = local - Int64(moved.period.offset)
        return moved
    }
}
