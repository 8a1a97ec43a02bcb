/// A date of the proleptic Gregorian calendar and a time of day, in whatever zone.
struct CivilTime: Equatable {
    var year = 0
    /// 1 for January.
    var month = 1
    /// 1 for the first.
    var day = 1
    var hour = 0
    var minute = 0
    var second = 0

    init() {}

    /// Any number of seconds since 1970-01-01 00:00:00 of that zone's clock.
    init(seconds: Int64) {
        let days = Self.floor(seconds, 86_400)
        let rest = Int(days.remainder)
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        // Days to a date by eras of 400 years, March first (Hinnant, chrono-compatible algorithms).
        let shifted = Int(days.quotient) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Seconds since 1970-01-01 00:00:00 of the same clock.
    var seconds: Int64 {
        Int64(Self.days(year, month, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// 0 for Sunday.
    var weekday: Int {
        let shifted = (Self.days(year, month, day) + 4) % 7
        return shifted < 0 ? shifted + 7 : shifted
    }

    /// 1 for the first of January.
    var dayOfYear: Int { Self.days(year, month, day) - Self.days(year, 1, 1) + 1 }

    /// Days since 1970-01-01.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    static func daysIn(month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    static let weekdayNames = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    private static func floor(_ a: Int64, _ b: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
        return remainder < 0 ? (quotient - 1, remainder + b) : (quotient, remainder)
    }
}
