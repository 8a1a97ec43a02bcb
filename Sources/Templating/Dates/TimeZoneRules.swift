/// A zone's rules as its compiled file has them: TZif (RFC 8536).
///
/// The bytes come from the world; this reads versions 1 to 4, the footer's rule included.
package struct TimeZoneRules: Sendable {
    /// What the clock shows during one span.
    package struct Period: Equatable, Sendable {
        /// Seconds to the east of UTC.
        package var offset: Int
        package var abbreviation: String
        package var isDaylightSaving: Bool
    }

    /// When each period begins, in seconds since 1970, ascending.
    private let transitions: [Int64]
    /// The period's index, one for each of `transitions`.
    private let periodOfTransition: [Int]
    private let periods: [Period]
    /// What holds after the last transition.
    private let footer: POSIXTimeZone?

    /// nil when the bytes are no TZif file, or a broken one.
    package init?(_ file: [UInt8]) {
        var reader = Reader(bytes: file)
        guard var header = reader.header() else { return nil }
        var timeSize = 4
        if header.version >= 2 {
            guard reader.skip(header.size(timeSize: 4)), let second = reader.header() else {
                return nil
            }
            (header, timeSize) = (second, 8)
        }
        guard header.typeCount > 0,
            let times = reader.numbers(header.timeCount, size: timeSize),
            let indices = reader.numbers(header.timeCount, size: 1),
            let types = reader.take(header.typeCount * 6),
            let names = reader.take(header.characterCount),
            reader.skip(header.leapCount * (timeSize + 4) + header.standardCount + header.utcCount)
        else { return nil }
        periods = Self.periods(Array(types), names: Array(names))
        periodOfTransition = indices.map { Int(UInt8(truncatingIfNeeded: $0)) }
        guard periods.count == header.typeCount,
            periodOfTransition.allSatisfy({ $0 < header.typeCount })
        else { return nil }
        transitions = times
        footer = header.version >= 2 ? reader.footer().flatMap { POSIXTimeZone($0) } : nil
    }

    /// What the zone's clock shows so many seconds after 1970-01-01T00:00:00Z.
    package func period(at seconds: Int64) -> Period {
        guard let last = transitions.last, seconds < last || footer == nil else {
            return footer?.period(at: seconds) ?? firstPeriod
        }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstPeriod : periods[periodOfTransition[low - 1]]
    }

    /// Before the first transition: standard time where there is one.
    private var firstPeriod: Period {
        guard let first = periodOfTransition.first, periods[first].isDaylightSaving else {
            return periods[0]
        }
        return periods[..<first].last { !$0.isDaylightSaving } ?? periods[0]
    }

    private static func periods(_ types: [UInt8], names: [UInt8]) -> [Period] {
        stride(from: 0, to: types.count, by: 6).compactMap { start in
            let offset = types[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let name = Int(types[start + 5])
            guard name < names.count else { return nil }
            return Period(
                offset: Int(Int32(bitPattern: offset)),
                abbreviation: String(
                    decoding: names[name...].prefix { $0 != 0 },
                    as: UTF8.self
                ),
                isDaylightSaving: types[start + 4] != 0
            )
        }
    }

    /// RFC 8536 §3.1.
    private struct Header {
        var version: UInt8
        var utcCount, standardCount, leapCount, timeCount, typeCount, characterCount: Int

        func size(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount
                + leapCount * (timeSize + 4) + standardCount + utcCount
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, bytes.count - position >= count else { return nil }
            defer { position += count }
            return bytes[position..<position + count]
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        /// Big-endian, signed for eight and four bytes.
        mutating func numbers(_ count: Int, size: Int) -> [Int64]? {
            guard let slice = take(count * size) else { return nil }
            return stride(from: slice.startIndex, to: slice.endIndex, by: size).map { start in
                let word = slice[start..<start + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                return size == 4
                    ? Int64(Int32(truncatingIfNeeded: word)) : Int64(bitPattern: word)
            }
        }

        mutating func header() -> Header? {
            guard let magic = take(4), magic.elementsEqual("TZif".utf8),
                let version = take(1)?.first, skip(15), let counts = numbers(6, size: 4),
                counts.allSatisfy({ 0...1_000_000 ~= $0 })
            else { return nil }
            return Header(
                version: version == 0 ? 1 : version &- 0x30,
                utcCount: Int(counts[0]),
                standardCount: Int(counts[1]),
                leapCount: Int(counts[2]),
                timeCount: Int(counts[3]),
                typeCount: Int(counts[4]),
                characterCount: Int(counts[5])
            )
        }

        /// The rule between the two newlines at the end.
        mutating func footer() -> [UInt8]? {
            guard take(1)?.first == 0x0A else { return nil }
            return Array(bytes[position...].prefix { $0 != 0x0A })
        }
    }
}
