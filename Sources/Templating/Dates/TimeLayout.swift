/// A layout written as Go's reference time: `Mon Jan 2 15:04:05 MST 2006`.
struct TimeLayout {
    enum Element: Equatable {
        case longMonth, month, numericMonth, zeroMonth
        case longWeekday, weekday
        case day, spacedDay, zeroDay, spacedYearDay, zeroYearDay
        case hour, hour12, zeroHour12
        case minute, zeroMinute, second, zeroSecond
        case longYear, year
        case upperMeridiem, lowerMeridiem
        case zoneName
        case offset(Offset)
        /// `.000` when fixed, `.999` when zeros at the end are left out.
        case fraction(digits: Int, isFixed: Bool, separator: UInt8)
    }

    /// `-07`, `-0700`, `-07:00`, `-070000`, `-07:00:00`, or with `Z` in front.
    struct Offset: Equatable {
        enum Precision { case hours, minutes, seconds }

        /// Whether `Z` stands for UTC.
        var hasZ: Bool
        var hasColons: Bool
        var precision: Precision
    }

    enum Chunk: Equatable {
        case text([UInt8])
        /// With the piece of the layout that it is written as.
        case element(Element, [UInt8])
    }

    let source: [UInt8]
    let chunks: [Chunk]

    init(_ layout: [UInt8]) {
        source = layout
        var chunks: [Chunk] = []
        var text: [UInt8] = []
        var rest = layout[...]
        while let first = rest.first {
            guard let (element, length) = Self.element(at: rest) else {
                text.append(first)
                rest = rest.dropFirst()
                continue
            }
            if !text.isEmpty { chunks.append(.text(text)) }
            text = []
            chunks.append(.element(element, Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        if !text.isEmpty { chunks.append(.text(text)) }
        self.chunks = chunks
    }

    private static func element(at rest: ArraySlice<UInt8>) -> (Element, Int)? {
        func starts(_ text: String) -> Bool { rest.starts(with: text.utf8) }
        /// `Jan` and `Mon` must not go on as a word: `Month` is text.
        func endsWord() -> Bool { rest.dropFirst(3).first.map { !(0x61...0x7A ~= $0) } ?? true }
        switch rest.first {
        case UInt8(ascii: "J"):
            if starts("January") { return (.longMonth, 7) }
            return starts("Jan") && endsWord() ? (.month, 3) : nil
        case UInt8(ascii: "M"):
            if starts("Monday") { return (.longWeekday, 6) }
            if starts("Mon") && endsWord() { return (.weekday, 3) }
            return starts("MST") ? (.zoneName, 3) : nil
        case UInt8(ascii: "0"):
            return starts("002") ? (.zeroYearDay, 3) : zeroPadded(rest.dropFirst().first)
        case UInt8(ascii: "1"): return starts("15") ? (.hour, 2) : (.numericMonth, 1)
        case UInt8(ascii: "2"): return starts("2006") ? (.longYear, 4) : (.day, 1)
        case UInt8(ascii: "_"):
            // `_2006` is an underscore and a year.
            if starts("_2006") { return nil }
            return starts("_2") ? (.spacedDay, 2) : starts("__2") ? (.spacedYearDay, 3) : nil
        case UInt8(ascii: "3"): return (.hour12, 1)
        case UInt8(ascii: "4"): return (.minute, 1)
        case UInt8(ascii: "5"): return (.second, 1)
        case UInt8(ascii: "P"): return starts("PM") ? (.upperMeridiem, 2) : nil
        case UInt8(ascii: "p"): return starts("pm") ? (.lowerMeridiem, 2) : nil
        case UInt8(ascii: "-"), UInt8(ascii: "Z"): return offset(at: rest)
        case UInt8(ascii: "."), UInt8(ascii: ","): return fraction(at: rest)
        default: return nil
        }
    }

    private static func zeroPadded(_ digit: UInt8?) -> (Element, Int)? {
        switch digit {
        case UInt8(ascii: "1"): (.zeroMonth, 2)
        case UInt8(ascii: "2"): (.zeroDay, 2)
        case UInt8(ascii: "3"): (.zeroHour12, 2)
        case UInt8(ascii: "4"): (.zeroMinute, 2)
        case UInt8(ascii: "5"): (.zeroSecond, 2)
        case UInt8(ascii: "6"): (.year, 2)
        default: nil
        }
    }

    private static func offset(at rest: ArraySlice<UInt8>) -> (Element, Int)? {
        let forms: [(String, Bool, Offset.Precision)] = [
            ("070000", false, .seconds), ("07:00:00", true, .seconds), ("0700", false, .minutes),
            ("07:00", true, .minutes), ("07", false, .hours),
        ]
        for (text, hasColons, precision) in forms where rest.dropFirst().starts(with: text.utf8) {
            let hasZ = rest.first == UInt8(ascii: "Z")
            let offset = Offset(hasZ: hasZ, hasColons: hasColons, precision: precision)
            return (.offset(offset), text.utf8.count + 1)
        }
        return nil
    }

    /// A separator and zeros or nines, when no other digit follows.
    private static func fraction(at rest: ArraySlice<UInt8>) -> (Element, Int)? {
        guard let separator = rest.first, let digit = rest.dropFirst().first,
            digit == UInt8(ascii: "0") || digit == UInt8(ascii: "9")
        else { return nil }
        let count = rest.dropFirst().prefix { $0 == digit }.count
        if let next = rest.dropFirst(count + 1).first, 0x30...0x39 ~= next { return nil }
        let isFixed = digit == UInt8(ascii: "0")
        return (.fraction(digits: count, isFixed: isFixed, separator: separator), count + 1)
    }
}
