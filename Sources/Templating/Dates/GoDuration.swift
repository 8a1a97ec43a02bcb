/// A span of time in nanoseconds, written and read as Go's `time.Duration`.
package struct GoDuration: Equatable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    static let second: Int64 = 1_000_000_000

    /// Why a text is no duration, in Go's words.
    package struct ParseError: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    // MARK: - Reading

    /// Reads `1h15m30.918s`, `-1.5h`, `300ms`; units are ns, us, µs, ms, s, m and h.
    package init(_ text: [UInt8]) throws(ParseError) {
        let quoted = "\"\(String(decoding: text, as: UTF8.self))\""
        let invalid = ParseError(description: "time: invalid duration \(quoted)")
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        if rest.elementsEqual([UInt8(ascii: "0")]) {
            nanoseconds = 0
            return
        }
        guard !rest.isEmpty else { throw invalid }
        var total: UInt64 = 0
        let largest = UInt64(1) << 63
        while !rest.isEmpty {
            guard let part = Self.takeNumber(&rest) else { throw invalid }
            let unitText = rest.prefix { $0 != UInt8(ascii: ".") && !(0x30...0x39 ~= $0) }
            guard !unitText.isEmpty else {
                throw ParseError(description: "time: missing unit in duration \(quoted)")
            }
            let name = String(decoding: unitText, as: UTF8.self)
            guard let unit = Self.units[name] else {
                throw ParseError(
                    description: "time: unknown unit \"\(name)\" in duration \(quoted)"
                )
            }
            rest = rest.dropFirst(unitText.count)
            let (whole, overflows) = part.whole.multipliedReportingOverflow(by: unit)
            guard !overflows, whole <= largest else { throw invalid }
            total += whole
            if part.fraction > 0 {
                // A double is enough: what it loses lies below a nanosecond.
                total += UInt64(Double(part.fraction) * (Double(unit) / part.scale))
            }
            guard total <= largest else { throw invalid }
        }
        guard isNegative || total < largest else { throw invalid }
        nanoseconds = isNegative ? Int64(truncatingIfNeeded: 0 &- total) : Int64(total)
    }

    private static let units: [String: UInt64] = [
        "ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": 1_000_000_000,
        "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]

    private struct Number {
        var whole: UInt64 = 0
        var fraction: UInt64 = 0
        var scale = 1.0
    }

    /// Digits with a point somewhere; nil when there are none, or too many.
    private static func takeNumber(_ rest: inout ArraySlice<UInt8>) -> Number? {
        var number = Number()
        var digits = 0
        while let byte = rest.first, 0x30...0x39 ~= byte {
            guard number.whole <= (1 << 63) / 10 else { return nil }
            number.whole = number.whole * 10 + UInt64(byte - 0x30)
            guard number.whole <= 1 << 63 else { return nil }
            rest.removeFirst()
            digits += 1
        }
        guard rest.first == UInt8(ascii: ".") else { return digits > 0 ? number : nil }
        rest.removeFirst()
        var isFull = false
        while let byte = rest.first, 0x30...0x39 ~= byte {
            rest.removeFirst()
            digits += 1
            // Digits beyond what fits say nothing that a nanosecond could tell.
            isFull = isFull || number.fraction > (UInt64(Int64.max) - 9) / 10
            guard !isFull else { continue }
            number.fraction = number.fraction * 10 + UInt64(byte - 0x30)
            number.scale *= 10
        }
        return digits > 0 ? number : nil
    }

    // MARK: - Arithmetic

    /// To the nearest multiple, halves away from zero; the largest duration on overflow.
    package func rounded(to multiple: GoDuration) -> GoDuration {
        let unit = multiple.nanoseconds
        guard unit > 0 else { return self }
        let rest = (nanoseconds % unit).magnitude
        let isBelowHalf = rest &+ rest < unit.magnitude
        let step = isBelowHalf ? Int64(rest) : unit - Int64(rest)
        let towardsZero = nanoseconds < 0 ? step : -step
        let (result, overflows) = nanoseconds.addingReportingOverflow(
            isBelowHalf ? towardsZero : -towardsZero
        )
        guard overflows else { return GoDuration(nanoseconds: result) }
        return GoDuration(nanoseconds: nanoseconds < 0 ? .min : .max)
    }

    package func truncated(to multiple: GoDuration) -> GoDuration {
        guard multiple.nanoseconds > 0 else { return self }
        return GoDuration(nanoseconds: nanoseconds - nanoseconds % multiple.nanoseconds)
    }

    /// Sprig's `durationRound`: the largest unit alone, `2h`, `16d`, `3mo`, `1y`, without a sign.
    package var largestUnit: String {
        let amount = nanoseconds.magnitude
        let second = UInt64(Self.second)
        let units: [(name: String, size: UInt64)] = [
            ("y", second * 31_536_000), ("mo", second * 2_592_000), ("d", second * 86_400),
            ("h", second * 3600), ("m", second * 60), ("s", second),
        ]
        for unit in units where amount > unit.size { return "\(amount / unit.size)\(unit.name)" }
        return "0s"
    }
}

extension GoDuration: CustomStringConvertible {
    /// `1h15m30.918s`: no leading zero units, seconds always; below a second `1.5ms`, `300ns`.
    package var description: String {
        guard nanoseconds != 0 else { return "0s" }
        let sign = nanoseconds < 0 ? "-" : ""
        let amount = nanoseconds.magnitude
        switch amount {
        case ..<1000: return "\(sign)\(amount)ns"
        case ..<1_000_000: return sign + Self.decimal(amount, places: 3) + "µs"
        case ..<1_000_000_000: return sign + Self.decimal(amount, places: 6) + "ms"
        default: break
        }
        let seconds = amount / 1_000_000_000
        let text = Self.decimal(amount % 60_000_000_000, places: 9) + "s"
        if seconds < 60 { return sign + text }
        let minutes = "\(seconds / 60 % 60)m"
        return seconds < 3600 ? sign + minutes + text : "\(sign)\(seconds / 3600)h\(minutes)\(text)"
    }

    /// A number with its last `places` digits behind the point, without zeros at its end.
    private static func decimal(_ number: UInt64, places: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<places { scale *= 10 }
        let fraction = number % scale
        guard fraction > 0 else { return "\(number / scale)" }
        var digits = String(fraction)
        digits = String(repeating: "0", count: places - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(number / scale).\(digits)"
    }
}
