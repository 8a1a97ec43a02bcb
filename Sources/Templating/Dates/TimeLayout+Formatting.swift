extension TimeLayout {
    func format(_ time: GoTime) -> [UInt8] {
        let civil = time.civil
        let period = time.period
        var output: [UInt8] = []
        for chunk in chunks {
            switch chunk {
            case .text(let text): output += text
            case .element(.offset(let offset), _):
                output += Self.written(offset, seconds: period.offset).utf8
            case .element(.zoneName, _):
                output += Self.zoneName(of: period).utf8
            case .element(.fraction(let digits, let isFixed, let separator), _):
                Self.append(
                    nanosecond: time.nanosecond,
                    digits,
                    isFixed,
                    separator,
                    to: &output
                )
            case .element(let element, _):
                output += Self.written(element, civil).utf8
            }
        }
        return output
    }

    private static func written(_ element: Element, _ civil: CivilTime) -> String {
        let hour12 = civil.hour % 12 == 0 ? 12 : civil.hour % 12
        return switch element {
        case .longMonth: CivilTime.monthNames[civil.month - 1]
        case .month: String(CivilTime.monthNames[civil.month - 1].prefix(3))
        case .numericMonth: "\(civil.month)"
        case .zeroMonth: padded(civil.month, 2)
        case .longWeekday: CivilTime.weekdayNames[civil.weekday]
        case .weekday: String(CivilTime.weekdayNames[civil.weekday].prefix(3))
        case .day: "\(civil.day)"
        case .spacedDay: padded(civil.day, 2, with: " ")
        case .zeroDay: padded(civil.day, 2)
        case .spacedYearDay: padded(civil.dayOfYear, 3, with: " ")
        case .zeroYearDay: padded(civil.dayOfYear, 3)
        case .hour: padded(civil.hour, 2)
        case .hour12: "\(hour12)"
        case .zeroHour12: padded(hour12, 2)
        case .minute: "\(civil.minute)"
        case .zeroMinute: padded(civil.minute, 2)
        case .second: "\(civil.second)"
        case .zeroSecond: padded(civil.second, 2)
        case .longYear: padded(civil.year, 4)
        case .year: padded(max(civil.year, 0) % 100, 2)
        case .upperMeridiem: civil.hour >= 12 ? "PM" : "AM"
        case .lowerMeridiem: civil.hour >= 12 ? "pm" : "am"
        case .zoneName, .offset, .fraction: ""
        }
    }

    private static func written(_ offset: Offset, seconds: Int) -> String {
        if offset.hasZ && seconds == 0 { return "Z" }
        let colon = offset.hasColons ? ":" : ""
        let minutes = abs(seconds / 60)
        // Go takes the sign of the whole minutes.
        var text = (seconds / 60 < 0 ? "-" : "+") + padded(minutes / 60, 2)
        if offset.precision != .hours { text += colon + padded(minutes % 60, 2) }
        if offset.precision == .seconds { text += colon + padded(abs(seconds) % 60, 2) }
        return text
    }

    /// A zone without a name prints as its offset.
    private static func zoneName(of period: TimeZoneRules.Period) -> String {
        guard period.abbreviation.isEmpty else { return period.abbreviation }
        return written(
            Offset(hasZ: false, hasColons: false, precision: .minutes),
            seconds: period.offset
        )
    }

    private static func append(
        nanosecond: Int,
        _ digits: Int,
        _ isFixed: Bool,
        _ separator: UInt8,
        to output: inout [UInt8]
    ) {
        guard isFixed || nanosecond != 0 else { return }
        output.append(separator)
        output += padded(nanosecond, 9).utf8.prefix(digits)
        guard !isFixed else { return }
        while output.last == UInt8(ascii: "0") { output.removeLast() }
        if output.last == separator { output.removeLast() }
    }

    private static func padded(_ number: Int, _ width: Int, with pad: Character = "0") -> String {
        let digits = String(number.magnitude)
        let padding = String(repeating: pad, count: max(0, width - digits.count))
        return (number < 0 ? "-" : "") + padding + digits
    }
}
