/// A rule for all years: `CET-1CEST,M3.5.0,M10.5.0/3` (POSIX `TZ`, with RFC 8536 §3.3.1's hours).
struct POSIXTimeZone: Sendable {
    private let standard: TimeZoneRules.Period
    private let daylight: (period: TimeZoneRules.Period, start: YearDay, end: YearDay)?

    /// A day of any year, and the second of it, on the clock that holds until then.
    private struct YearDay: Sendable {
        enum Day: Sendable {
            /// `Jn`: 1...365, without the leap day.
            case julian(Int)
            /// `n`: 0...365.
            case ordinal(Int)
            /// `Mm.w.d`: the w-th weekday of a month; week 5 is the last.
            case monthly(month: Int, week: Int, weekday: Int)
        }

        var day: Day
        var second = 7200

        /// Seconds since the year's beginning.
        func seconds(in year: Int) -> Int64 { Int64(ordinal(in: year)) * 86_400 + Int64(second) }

        private func ordinal(in year: Int) -> Int {
            switch day {
            case .julian(let day): return CivilTime.isLeap(year) && day >= 60 ? day : day - 1
            case .ordinal(let day): return day
            case .monthly(let month, let week, let weekday):
                let first = CivilTime.days(year, month, 1)
                let firstWeekday = ((first + 4) % 7 + 7) % 7
                var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                if day >= CivilTime.daysIn(month: month, of: year) { day -= 7 }
                return first - CivilTime.days(year, 1, 1) + day
            }
        }
    }

    init?(_ text: [UInt8]) {
        var scanner = Scanner(rest: text[...])
        guard let name = scanner.name(), let offset = scanner.time() else { return nil }
        standard = .init(offset: -offset, abbreviation: name, isDaylightSaving: false)
        guard !scanner.rest.isEmpty else {
            daylight = nil
            return
        }
        guard let summerName = scanner.name() else { return nil }
        var summerOffset = 3600 - offset
        if scanner.rest.first != UInt8(ascii: ",") {
            guard let own = scanner.time() else { return nil }
            summerOffset = -own
        }
        guard scanner.skip(","), let start = scanner.yearDay(), scanner.skip(","),
            let end = scanner.yearDay(), scanner.rest.isEmpty
        else { return nil }
        daylight = (
            .init(offset: summerOffset, abbreviation: summerName, isDaylightSaving: true), start,
            end
        )
    }

    func period(at seconds: Int64) -> TimeZoneRules.Period {
        guard let daylight else { return standard }
        let year = CivilTime(seconds: seconds &+ Int64(standard.offset)).year
        let yearStart = Int64(CivilTime.days(year, 1, 1)) &* 86_400
        let elapsed = seconds &- yearStart
        let start = daylight.start.seconds(in: year) - Int64(standard.offset)
        let end = daylight.end.seconds(in: year) - Int64(daylight.period.offset)
        // In the southern hemisphere the year begins and ends with daylight saving.
        let isDaylight =
            start < end ? start <= elapsed && elapsed < end : !(end <= elapsed && elapsed < start)
        return isDaylight ? daylight.period : standard
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func skip(_ mark: Character) -> Bool {
            guard rest.first == mark.asciiValue else { return false }
            rest.removeFirst()
            return true
        }

        /// Letters, or anything in angle brackets.
        mutating func name() -> String? {
            if skip("<") {
                let name = rest.prefix { $0 != UInt8(ascii: ">") }
                rest = rest.dropFirst(name.count)
                return skip(">") ? String(decoding: name, as: UTF8.self) : nil
            }
            let name = rest.prefix { 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 }
            rest = rest.dropFirst(name.count)
            return name.count >= 3 ? String(decoding: name, as: UTF8.self) : nil
        }

        mutating func number() -> Int? {
            let digits = rest.prefix { 0x30...0x39 ~= $0 }
            guard 1...4 ~= digits.count else { return nil }
            rest = rest.dropFirst(digits.count)
            return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }

        /// `[+-]h[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let isNegative = skip("-")
            if !isNegative { _ = skip("+") }
            guard var seconds = number().map({ $0 * 3600 }) else { return nil }
            for unit in [60, 1] where skip(":") {
                guard let part = number() else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func yearDay() -> YearDay? {
            var result: YearDay
            if skip("M") {
                guard let month = number(), 1...12 ~= month, skip("."), let week = number(),
                    1...5 ~= week, skip("."), let weekday = number(), 0...6 ~= weekday
                else { return nil }
                result = YearDay(day: .monthly(month: month, week: week, weekday: weekday))
            } else if skip("J") {
                guard let day = number(), 1...365 ~= day else { return nil }
                result = YearDay(day: .julian(day))
            } else {
                guard let day = number(), 0...365 ~= day else { return nil }
                result = YearDay(day: .ordinal(day))
            }
            if skip("/") {
                guard let second = time() else { return nil }
                result.second = second
            }
            return result
        }
    }
}
