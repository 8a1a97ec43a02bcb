/// A time among a template's values: Go's `time.Time`.
final class TimeValue: OpaqueValue {
    let time: GoTime

    init(_ time: GoTime) { self.time = time }

    var typeName: String { "time.Time" }
    var kindName: String { "struct" }
    var printed: [UInt8] { Array(time.description.utf8) }

    /// RFC 3339 with the fraction that is there, as Go marshals it.
    var json: [UInt8]? {
        Array("\"\(time.formatted("2006-01-02T15:04:05.999999999Z07:00"))\"".utf8)
    }

    func isEqual(to other: any OpaqueValue) -> Bool {
        guard let other = other as? TimeValue else { return false }
        return time.isSameMoment(as: other.time) && time.description == other.time.description
    }

    func method(_ name: String) -> Function? {
        parts(name) ?? comparisons(name) ?? changes(name)
    }

    // MARK: - Methods

    /// What calendar and clock show.
    private func parts(_ name: String) -> Function? {
        let time = time
        let civil = time.civil
        switch name {
        case "Year": return plain(name) { .int(civil.year) }
        case "Month": return plain(name) { .opaque(NamedNumber.month(civil.month)) }
        case "Day": return plain(name) { .int(civil.day) }
        case "Hour": return plain(name) { .int(civil.hour) }
        case "Minute": return plain(name) { .int(civil.minute) }
        case "Second": return plain(name) { .int(civil.second) }
        case "Nanosecond": return plain(name) { .int(time.nanosecond) }
        case "Weekday": return plain(name) { .opaque(NamedNumber.weekday(civil.weekday)) }
        case "YearDay": return plain(name) { .int(civil.dayOfYear) }
        case "Unix": return plain(name) { .int64(time.unixSeconds) }
        case "UnixMilli": return plain(name) { .int64(time.unix(1000)) }
        case "UnixMicro": return plain(name) { .int64(time.unix(1_000_000)) }
        case "UnixNano": return plain(name) { .int64(time.unix(1_000_000_000)) }
        case "IsZero": return plain(name) { .bool(time.isSameMoment(as: .zero)) }
        case "IsDST": return plain(name) { .bool(time.period.isDaylightSaving) }
        case "String": return plain(name) { .string(time.description) }
        case "UTC": return plain(name) { .opaque(TimeValue(time.in(.utc))) }
        case "Local": return plain(name) { .opaque(TimeValue(time.in(.local))) }
        default: return nil
        }
    }

    private func plain(_ name: String, _ result: @escaping @Sendable () -> Value) -> Function {
        Function(name, []) { _, _ in result() }
    }

    private func comparisons(_ name: String) -> Function? {
        let time = time
        switch name {
        case "After": return Function(name, [.time]) { a, _ in .bool(a.time(0).isBefore(time)) }
        case "Before": return Function(name, [.time]) { a, _ in .bool(time.isBefore(a.time(0))) }
        case "Equal":
            return Function(name, [.time]) { a, _ in .bool(time.isSameMoment(as: a.time(0))) }
        case "Compare":
            return Function(name, [.time]) { a, _ in
                .int(time.isBefore(a.time(0)) ? -1 : a.time(0).isBefore(time) ? 1 : 0)
            }
        case "Sub":
            return Function(name, [.time]) { a, _ in
                .opaque(DurationValue(time.since(a.time(0))))
            }
        default: return nil
        }
    }

    private func changes(_ name: String) -> Function? {
        let time = time
        switch name {
        case "Format":
            return Function(name, [.string]) { a, _ in .string(time.formatted(a.text(0))) }
        case "Add":
            return Function(name, [.any]) { a, _ throws(FunctionError) in
                .opaque(TimeValue(time.adding(try a.duration(0))))
            }
        case "AddDate":
            return Function(name, [.int, .int, .int]) { a, _ throws(FunctionError) in
                let moved = time.adding(years: a.int(0), months: a.int(1), days: a.int(2))
                guard let moved else { throw .failed("the date lies too far away") }
                return .opaque(TimeValue(moved))
            }
        default: return nil
        }
    }
}

/// A number with a name: Go's `time.Month` and `time.Weekday`.
final class NamedNumber: OpaqueValue {
    let typeName: String
    let printed: [UInt8]
    let number: Int64

    init(_ typeName: String, _ printed: [UInt8], _ number: Int64) {
        self.typeName = typeName
        self.printed = printed
        self.number = number
    }

    static func month(_ month: Int) -> NamedNumber {
        NamedNumber("time.Month", Array(CivilTime.monthNames[month - 1].utf8), Int64(month))
    }

    static func weekday(_ day: Int) -> NamedNumber {
        NamedNumber("time.Weekday", Array(CivilTime.weekdayNames[day].utf8), Int64(day))
    }

    var kindName: String { "int" }
    var json: [UInt8]? { Array(String(number).utf8) }
    var integer: Int64? { number }

    func isEqual(to other: any OpaqueValue) -> Bool {
        other.typeName == typeName && other.integer == number
    }

    func method(_ name: String) -> Function? {
        guard name == "String" else { return nil }
        let printed = printed
        return Function(name, []) { _, _ in .string(printed) }
    }
}
