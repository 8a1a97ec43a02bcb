/// Why a text is no time of a layout, in Go's words.
package struct TimeParseError: Error, Equatable, CustomStringConvertible {
    package let description: String
}

extension GoTime {
    /// Go's `time.ParseInLocation` with the local zone, which is UTC.
    package init(_ text: [UInt8], layout: [UInt8]) throws(TimeParseError) {
        var parser = TimeParser(text, layout: TimeLayout(layout))
        self = try parser.parse()
    }

    package init(_ text: String, layout: String) throws(TimeParseError) {
        try self.init(Array(text.utf8), layout: Array(layout.utf8))
    }
}

/// Reads one text by one layout.
private struct TimeParser {
    private let text: [UInt8]
    private let layout: TimeLayout
    private var rest: ArraySlice<UInt8>

    private var civil = CivilTime()
    private var month: Int?
    private var day: Int?
    private var dayOfYear: Int?
    private var nanosecond = 0
    private var isAfternoon: Bool?
    private var isUTC = false
    private var offset: Int?
    private var zoneName = ""

    /// What went wrong in one element; the whole text and layout are added outside.
    private enum Trouble: Error {
        case mismatch
        case range(String)
    }

    init(_ text: [UInt8], layout: TimeLayout) {
        self.text = text
        self.layout = layout
        rest = text[...]
    }

    mutating func parse() throws(TimeParseError) -> GoTime {
        for (index, chunk) in layout.chunks.enumerated() {
            let before = rest
            do {
                switch chunk {
                case .text(let text): try skip(text)
                case .element(let element, _):
                    try read(element, before: layout.chunks.dropFirst(index + 1).first)
                }
            } catch {
                throw failure(error, at: before, reading: chunk)
            }
        }
        guard rest.isEmpty else { throw failure(": extra text: \(quoted(rest))") }
        if isAfternoon == true && civil.hour < 12 { civil.hour += 12 }
        if isAfternoon == false && civil.hour == 12 { civil.hour = 0 }
        try settleDate()
        return settleZone()
    }

    // MARK: - Failures

    private func failure(
        _ trouble: Trouble,
        at rest: ArraySlice<UInt8>,
        reading chunk: TimeLayout.Chunk
    ) -> TimeParseError {
        switch trouble {
        case .range(let what): return failure(": \(what) out of range")
        case .mismatch:
            let expected =
                switch chunk {
                case .text(let text), .element(_, let text): text
                }
            return TimeParseError(
                description: "parsing time \(quoted(text[...])) as \(quoted(layout.source[...])): "
                    + "cannot parse \(quoted(rest)) as \(quoted(expected[...]))"
            )
        }
    }

    private func failure(_ message: String) -> TimeParseError {
        TimeParseError(description: "parsing time \(quoted(text[...]))\(message)")
    }

    private func quoted(_ bytes: ArraySlice<UInt8>) -> String {
        "\"\(String(decoding: bytes, as: UTF8.self))\""
    }

    // MARK: - Elements

    private mutating func read(
        _ element: TimeLayout.Element,
        before next: TimeLayout.Chunk?
    ) throws(Trouble) {
        switch element {
        case .longMonth: month = try name(CivilTime.monthNames) + 1
        case .month: month = try name(CivilTime.monthNames.map { String($0.prefix(3)) }) + 1
        case .numericMonth, .zeroMonth:
            month = try number(isFixed: element == .zeroMonth, in: 1...12, "month")
        case .longWeekday: _ = try name(CivilTime.weekdayNames)
        case .weekday: _ = try name(CivilTime.weekdayNames.map { String($0.prefix(3)) })
        case .day, .spacedDay, .zeroDay:
            if element == .spacedDay, rest.first == 0x20 { rest.removeFirst() }
            day = try number(isFixed: element == .zeroDay)
        case .spacedYearDay, .zeroYearDay: dayOfYear = try yearDay(isFixed: element == .zeroYearDay)
        case .hour: civil.hour = try number(isFixed: false, in: 0...23, "hour")
        case .hour12, .zeroHour12:
            civil.hour = try number(isFixed: element == .zeroHour12, in: 0...12, "hour")
        case .minute, .zeroMinute:
            civil.minute = try number(isFixed: element == .zeroMinute, in: 0...59, "minute")
        case .second, .zeroSecond:
            civil.second = try number(isFixed: element == .zeroSecond, in: 0...59, "second")
            try readUnaskedFraction(before: next)
        case .longYear:
            guard let first = rest.first, 0x30...0x39 ~= first else { throw .mismatch }
            civil.year = try digits(4)
        case .year:
            let short = try digits(2)
            civil.year = short >= 69 ? short + 1900 : short + 2000
        case .upperMeridiem: isAfternoon = try meridiem("AM", "PM")
        case .lowerMeridiem: isAfternoon = try meridiem("am", "pm")
        case .zoneName: try readZoneName()
        case .offset(let form): try read(form)
        case .fraction(let count, true, _): try readFraction(count + 1)
        case .fraction(_, false, _):
            if let length = fractionLength() { try readFraction(length) }
        }
    }

    /// A run of blanks stands for any run of blanks.
    private mutating func skip(_ text: [UInt8]) throws(Trouble) {
        var prefix = text[...]
        while let mark = prefix.first {
            if mark == 0x20 {
                if let next = rest.first, next != 0x20 { throw .mismatch }
                prefix = prefix.drop { $0 == 0x20 }
                rest = rest.drop { $0 == 0x20 }
                continue
            }
            guard rest.first == mark else { throw .mismatch }
            prefix.removeFirst()
            rest.removeFirst()
        }
    }

    /// Names in any case of letters.
    private mutating func name(_ names: [String]) throws(Trouble) -> Int {
        for (index, name) in names.enumerated() {
            let head = rest.prefix(name.utf8.count)
            guard head.count == name.utf8.count,
                zip(head, name.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
            else { continue }
            rest = rest.dropFirst(head.count)
            return index
        }
        throw .mismatch
    }

    /// One or two digits; two when fixed.
    private mutating func number(
        isFixed: Bool,
        in range: ClosedRange<Int> = 0...99,
        _ what: String = ""
    ) throws(Trouble) -> Int {
        let count = rest.prefix(2).prefix { 0x30...0x39 ~= $0 }.count
        guard count == 2 || count == 1 && !isFixed else { throw .mismatch }
        let value = try digits(count)
        guard range.contains(value) else { throw .range(what) }
        return value
    }

    private mutating func digits(_ count: Int) throws(Trouble) -> Int {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            throw .mismatch
        }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private mutating func yearDay(isFixed: Bool) throws(Trouble) -> Int {
        if !isFixed { for _ in 0..<2 where rest.first == 0x20 { rest.removeFirst() } }
        let count = rest.prefix(3).prefix { 0x30...0x39 ~= $0 }.count
        guard count == 3 || count > 0 && !isFixed else { throw .mismatch }
        return try digits(count)
    }

    private mutating func meridiem(_ morning: String, _ afternoon: String) throws(Trouble) -> Bool {
        let head = rest.prefix(2)
        guard head.elementsEqual(morning.utf8) || head.elementsEqual(afternoon.utf8) else {
            throw .mismatch
        }
        rest = rest.dropFirst(2)
        return head.elementsEqual(afternoon.utf8)
    }

    // MARK: - Fractions

    /// Point or comma and its digits; nil where none follow.
    private func fractionLength() -> Int? {
        guard let mark = rest.first, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") else {
            return nil
        }
        let count = rest.dropFirst().prefix { 0x30...0x39 ~= $0 }.count
        return count > 0 ? count + 1 : nil
    }

    /// Seconds may carry a fraction that the layout does not ask for.
    private mutating func readUnaskedFraction(
        before next: TimeLayout.Chunk?
    ) throws(Trouble) {
        if case .element(.fraction, _) = next { return }
        if let length = fractionLength() { try readFraction(length) }
    }

    /// Reads `length` bytes, the separator among them; digits beyond nanoseconds are cut.
    private mutating func readFraction(_ length: Int) throws(Trouble) {
        let head = rest.prefix(length)
        guard head.count == length, let mark = head.first,
            mark == UInt8(ascii: ".") || mark == UInt8(ascii: ","),
            head.dropFirst().allSatisfy({ 0x30...0x39 ~= $0 })
        else { throw .mismatch }
        rest = rest.dropFirst(length)
        var value = 0
        for place in 1...9 {
            value = value * 10 + (place < length ? Int(head[head.startIndex + place] - 0x30) : 0)
        }
        nanosecond = value
    }

    // MARK: - Zones

    private mutating func read(_ form: TimeLayout.Offset) throws(Trouble) {
        if form.hasZ, rest.first == UInt8(ascii: "Z") {
            rest.removeFirst()
            isUTC = true
            return
        }
        guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
            throw .mismatch
        }
        rest.removeFirst()
        var parts = [try digits(2), 0, 0]
        let count = form.precision == .hours ? 1 : form.precision == .minutes ? 2 : 3
        for part in 1..<max(count, 1) {
            if form.hasColons { try skip([UInt8(ascii: ":")]) }
            parts[part] = try digits(2)
        }
        // As Go: 24 hours and 60 minutes pass.
        guard parts[0] <= 24 else { throw .range("time zone offset hour") }
        guard parts[1] <= 60 else { throw .range("time zone offset minute") }
        guard parts[2] <= 60 else { throw .range("time zone offset second") }
        let seconds = (parts[0] * 60 + parts[1]) * 60 + parts[2]
        offset = sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private mutating func readZoneName() throws(Trouble) {
        if rest.starts(with: "UTC".utf8) {
            rest = rest.dropFirst(3)
            isUTC = true
            return
        }
        guard let length = zoneNameLength() else { throw .mismatch }
        zoneName = String(decoding: rest.prefix(length), as: UTF8.self)
        rest = rest.dropFirst(length)
    }

    /// Three to five capital letters of the known shapes, `GMT+3`, or `+03`.
    private func zoneNameLength() -> Int? {
        guard rest.count >= 3 else { return nil }
        if rest.starts(with: "ChST".utf8) || rest.starts(with: "MeST".utf8) { return 4 }
        if rest.starts(with: "GMT".utf8) { return 3 + signedHoursLength(rest.dropFirst(3)) }
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
            let length = signedHoursLength(rest)
            return length > 0 ? length : nil
        }
        let letters = rest.prefix(6).prefix { 0x41...0x5A ~= $0 }
        switch letters.count {
        case 3: return 3
        case 4:
            return letters.last == UInt8(ascii: "T") || letters.elementsEqual("WITA".utf8) ? 4 : nil
        case 5: return letters.last == UInt8(ascii: "T") ? 5 : nil
        default: return nil
        }
    }

    private func signedHoursLength(_ text: ArraySlice<UInt8>) -> Int {
        guard text.first == UInt8(ascii: "+") || text.first == UInt8(ascii: "-") else { return 0 }
        let digits = text.dropFirst().prefix { 0x30...0x39 ~= $0 }
        guard !digits.isEmpty else { return 0 }
        let value = digits.reduce(0) { min($0 * 10 + Int($1 - 0x30), 1000) }
        return value <= 23 ? digits.count + 1 : 0
    }

    // MARK: - Putting it together

    private mutating func settleDate() throws(TimeParseError) {
        if var ordinal = dayOfYear {
            let length = CivilTime.isLeap(civil.year) ? 366 : 365
            guard 1...length ~= ordinal else { throw failure(": day-of-year out of range") }
            var found = 1
            while ordinal > CivilTime.daysIn(month: found, of: civil.year) {
                ordinal -= CivilTime.daysIn(month: found, of: civil.year)
                found += 1
            }
            if let month, month != found {
                throw failure(": day-of-year does not match month")
            }
            if let day, day != ordinal { throw failure(": day-of-year does not match day") }
            (month, day) = (found, ordinal)
        }
        civil.month = month ?? 1
        civil.day = day ?? 1
        guard 1...CivilTime.daysIn(month: civil.month, of: civil.year) ~= civil.day else {
            throw failure(": day out of range")
        }
    }

    private func settleZone() -> GoTime {
        var time = GoTime(unixSeconds: civil.seconds, nanosecond: nanosecond, zone: .local)
        if isUTC {
            time.zone = .utc
        } else if let offset {
            time.unixSeconds -= Int64(offset)
            let isLocal = offset == 0 && (zoneName.isEmpty || zoneName == "UTC")
            if !isLocal { time.zone = .fixed(name: zoneName, offset: offset) }
        } else if !zoneName.isEmpty {
            // Nobody knows how far a foreign abbreviation is; only `GMT+3` says so itself.
            let hours = zoneName.hasPrefix("GMT") ? Int(zoneName.dropFirst(3)) ?? 0 : 0
            time.zone = .fixed(name: zoneName, offset: hours * 3600)
        }
        return time
    }
}
