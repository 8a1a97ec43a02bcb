/// A moment in UTC, in milliseconds since 1970.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    package func adding(seconds: Double) -> Timestamp {
        Timestamp(milliseconds: milliseconds + Int64(seconds * 1000))
    }

    /// RFC 3339 with milliseconds: `2026-04-17T10:20:30.123Z`.
    package var rfc3339: String {
        let date = CivilDate(milliseconds: milliseconds)
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(clock(date))"
            + ".\(pad(date.millisecond, 3))Z"
    }

    /// RFC 9110 §5.6.7, IMF-fixdate: `Fri, 17 Apr 2026 10:20:30 GMT`.
    package var httpDate: String {
        let date = CivilDate(milliseconds: milliseconds)
        return "\(CivilDate.weekdays[date.weekday]), \(pad(date.day, 2)) "
            + "\(CivilDate.months[date.month - 1]) \(pad(date.year, 4)) \(clock(date)) GMT"
    }

    private func clock(_ date: CivilDate) -> String {
        "\(pad(date.hour, 2)):\(pad(date.minute, 2)):\(pad(date.second, 2))"
    }

    private func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Reads RFC 3339 §5.6; a fraction beyond milliseconds is cut, second 60 counts as 59.
    package init?(rfc3339 text: String) {
        var scanner = DateScanner(text)
        guard let year = scanner.number(4), scanner.skip("-"), let month = scanner.number(2),
            scanner.skip("-"), let day = scanner.number(2),
            scanner.skip("T") || scanner.skip("t") || scanner.skip(" "),
            let hour = scanner.number(2), scanner.skip(":"), let minute = scanner.number(2),
            scanner.skip(":"), let second = scanner.number(2)
        else { return nil }
        var millisecond = 0
        if scanner.skip(".") {
            guard let fraction = scanner.fraction() else { return nil }
            millisecond = fraction
        }
        guard let offset = scanner.offset(), scanner.isAtEnd,
            let moment = CivilDate(
                year: year,
                month: month,
                day: day,
                hour: hour,
                minute: minute,
                second: second,
                millisecond: millisecond
            )?.milliseconds
        else { return nil }
        milliseconds = moment - Int64(offset) * 60_000
    }

    /// Reads the three forms of RFC 9110 §5.6.7.
    package init?(httpDate text: String) {
        var parts = text.split(whereSeparator: { " ,-:".contains($0) }).map(String.init)
        guard parts.count == 7 || parts.count == 8, parts.last == "GMT" || parts.count == 7 else {
            return nil
        }
        // asctime: Sun Nov  6 08:49:37 1994
        if parts.last != "GMT" {
            parts = [parts[0], parts[2], parts[1], parts[6], parts[3], parts[4], parts[5], "GMT"]
        }
        guard parts.count == 8, let day = Int(parts[1]),
            let month = CivilDate.months.firstIndex(of: parts[2]), var year = Int(parts[3]),
            let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6])
        else { return nil }
        // RFC 850's two digits: years up to 2069 are of this century.
        if parts[3].count == 2 { year += year < 70 ? 2000 : 1900 }
        guard
            let moment = CivilDate(
                year: year,
                month: month + 1,
                day: day,
                hour: hour,
                minute: minute,
                second: second,
                millisecond: 0
            )?.milliseconds
        else { return nil }
        milliseconds = moment
    }
}

/// A date of the proleptic Gregorian calendar and a time of day, UTC.
package struct CivilDate: Equatable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int
    package let hour: Int
    package let minute: Int
    package let second: Int
    package let millisecond: Int

    static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// 0 for Sunday.
    package var weekday: Int { (((days + 4) % 7) + 7) % 7 }

    /// nil when a part is out of its range; second 60 becomes 59.
    package init?(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int,
        millisecond: Int
    ) {
        guard (1...12).contains(month), (1...Self.length(of: month, in: year)).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, min(second, 59))
        self.millisecond = millisecond
    }

    package init(milliseconds: Int64) {
        let day = Int((milliseconds >= 0 ? milliseconds : milliseconds - 86_399_999) / 86_400_000)
        let rest = Int(milliseconds - Int64(day) * 86_400_000)
        // Days to a date by eras of 400 years, March first (Hinnant, chrono-compatible algorithms).
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
    }

    /// Days since 1970-01-01.
    package var days: Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    package var milliseconds: Int64 {
        Int64(days) * 86_400_000 + Int64(hour) * 3_600_000 + Int64(minute) * 60_000
            + Int64(second) * 1000 + Int64(millisecond)
    }

    private static func length(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Reads a date's parts from left to right.
private struct DateScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ mark: Character) -> Bool {
        guard rest.first == mark.asciiValue else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Digits behind the point, as milliseconds.
    mutating func fraction() -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let three = digits.prefix(3) + [UInt8](repeating: 0x30, count: max(0, 3 - digits.count))
        return three.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// `Z`, or `+hh:mm`: minutes to the east.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let isWest = rest.first == 0x2D
        guard skip("+") || skip("-"), let hours = number(2), skip(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}
