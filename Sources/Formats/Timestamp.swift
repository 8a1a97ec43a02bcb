/// A moment in UTC, in milliseconds since 1970.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// This moment and `seconds`; as far as milliseconds reach when a peer asks for more.
    package func adding(seconds: Double) -> Timestamp {
        let wanted = (seconds * 1000).rounded(.towardZero)
        guard let step = Int64(exactly: wanted) else {
            return Timestamp(milliseconds: wanted < 0 ? .min : .max)
        }
        let (sum, isBeyond) = milliseconds.addingReportingOverflow(step)
        return Timestamp(milliseconds: isBeyond ? (step < 0 ? .min : .max) : sum)
    }

    /// RFC 3339 with milliseconds: `2026-04-17T10:20:30.123Z`.
    package var rfc3339: String {
        let date = CivilDate(milliseconds: milliseconds)
        guard (0...9999).contains(date.year) else {
            return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T\(clock(date))"
                + ".\(pad(date.millisecond, 3))Z"
        }
        // Every event and every log line has several: written in one go.
        return String(unsafeUninitializedCapacity: 24) { text in
            func put(_ number: Int, _ width: Int, at start: Int, then mark: UInt8) {
                var rest = number
                for index in (start..<start + width).reversed() {
                    text[index] = 0x30 + UInt8(rest % 10)
                    rest /= 10
                }
                text[start + width] = mark
            }
            put(date.year, 4, at: 0, then: UInt8(ascii: "-"))
            put(date.month, 2, at: 5, then: UInt8(ascii: "-"))
            put(date.day, 2, at: 8, then: UInt8(ascii: "T"))
            put(date.hour, 2, at: 11, then: UInt8(ascii: ":"))
            put(date.minute, 2, at: 14, then: UInt8(ascii: ":"))
            put(date.second, 2, at: 17, then: UInt8(ascii: "."))
            put(date.millisecond, 3, at: 20, then: UInt8(ascii: "Z"))
            return 24
        }
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
        // Blank, comma, hyphen and colon.
        var parts = text.utf8.split { $0 == 0x20 || $0 == 0x2C || $0 == 0x2D || $0 == 0x3A }
            .map { String(Substring($0)) }
        // asctime: Sun Nov  6 08:49:37 1994
        if parts.count == 7 {
            parts = [parts[0], parts[2], parts[1], parts[6], parts[3], parts[4], parts[5], "GMT"]
        }
        guard parts.count == 8, parts[7] == "GMT",
            let month = CivilDate.months.firstIndex(of: parts[2]),
            let day = Self.number(parts[1], digits: 1...2),
            var year = Self.number(parts[3], digits: 2...4),
            let hour = Self.number(parts[4], digits: 2...2),
            let minute = Self.number(parts[5], digits: 2...2),
            let second = Self.number(parts[6], digits: 2...2)
        else { return nil }
        // RFC 850's two digits: years up to 2069 are of this century.
        if parts[3].utf8.count == 2 { year += year < 70 ? 2000 : 1900 }
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

    private static func number(_ text: String, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }
}

/// Reads a date's parts from left to right.
private struct DateScanner {
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { at == bytes.count }

    private var next: UInt8? { isAtEnd ? nil : bytes[at] }

    private var nextDigit: Int? {
        next.flatMap { (0x30...0x39).contains($0) ? Int($0 - 0x30) : nil }
    }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: mark) else { return false }
        at += 1
        return true
    }

    mutating func number(_ width: Int) -> Int? {
        var number = 0
        for _ in 0..<width {
            guard let digit = nextDigit else { return nil }
            number = number * 10 + digit
            at += 1
        }
        return number
    }

    /// Digits behind the point, as milliseconds.
    mutating func fraction() -> Int? {
        guard nextDigit != nil else { return nil }
        var milliseconds = 0
        var place = 100
        while let digit = nextDigit {
            milliseconds += digit * place
            place /= 10
            at += 1
        }
        return milliseconds
    }

    /// `Z`, or `+hh:mm`: minutes to the east.
    mutating func offset() -> Int? {
        if skip("Z") || skip("z") { return 0 }
        let isWest = next == 0x2D
        guard skip("+") || skip("-"), let hours = number(2), skip(":"), let minutes = number(2),
            hours < 24, minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }
}
