/// Numbers out of anything, as spf13/cast and Go's strconv make them.
enum GoNumber {
    // MARK: - Casts

    /// `cast.ToInt64`: what cannot be read is 0.
    static func int64(_ value: Value) -> Int64 {
        switch value {
        case .integer(let value, _): value
        case .float(let value): truncated(value)
        case .bool(let value): value ? 1 : 0
        case .string(let text): parseInt(withoutZeroDecimals(text), base: 0) ?? 0
        case .opaque(let value as NamedNumber): value.number
        case .opaque(let value as HugeNumber): truncated(Double(value.text) ?? 0)
        default: 0
        }
    }

    /// `cast.ToFloat64`: what cannot be read is 0.
    static func float(_ value: Value) -> Double {
        switch value {
        case .integer(let value, .uint64): Double(UInt64(bitPattern: value))
        case .integer(let value, _): Double(value)
        case .float(let value): value
        case .bool(let value): value ? 1 : 0
        case .string(let text): parseFloat(text) ?? 0
        case .opaque(let value as NamedNumber): Double(value.number)
        case .opaque(let value as HugeNumber): Double(value.text) ?? 0
        default: 0
        }
    }

    /// Towards zero; beyond int64 the smallest one, which amd64's conversion gives.
    static func truncated(_ value: Double) -> Int64 {
        Int64(exactly: value.rounded(.towardZero)) ?? .min
    }

    /// `12.000` counts as `12`, `12.5` stays and is no integer.
    private static func withoutZeroDecimals(_ text: [UInt8]) -> [UInt8] {
        let zeros = text.reversed().prefix { $0 == 0x30 }.count
        guard zeros > 0, text.dropLast(zeros).last == UInt8(ascii: ".") else { return text }
        return text.dropLast(zeros + 1)
    }

    // MARK: - strconv

    /// `strconv.ParseInt` to 64 bits; nil for its errors.
    ///
    /// Base 0 takes it from a prefix `0x`, `0o`, `0b` or `0`, and allows `_`.
    static func parseInt(_ text: [UInt8], base: Int) -> Int64? {
        var rest = text[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var base = base
        if base == 0 {
            guard let inferred = takeBase(&rest) else { return nil }
            base = inferred
        }
        guard !rest.isEmpty else { return nil }
        var value: UInt64 = 0
        for byte in rest {
            guard let digit = digit(byte), digit < base else { return nil }
            let (product, overflows) = value.multipliedReportingOverflow(by: UInt64(base))
            let (sum, overflowsToo) = product.addingReportingOverflow(UInt64(digit))
            guard !overflows, !overflowsToo else { return nil }
            value = sum
        }
        if isNegative { return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil }
        return Int64(exactly: value)
    }

    /// Takes a prefix and the underscores away; nil where an underscore stands wrong.
    private static func takeBase(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var base = 10
        var hasPrefix = false
        if rest.first == 0x30, rest.count > 1 {
            hasPrefix = true
            switch rest.dropFirst().first.map({ $0 | 0x20 }) {
            case UInt8(ascii: "x"): base = 16
            case UInt8(ascii: "b"): base = 2
            case UInt8(ascii: "o"): base = 8
            default:
                base = 8
                rest = rest.dropFirst(1)
                return withoutUnderscores(&rest, afterPrefix: true) ? base : nil
            }
            rest = rest.dropFirst(2)
        }
        return withoutUnderscores(&rest, afterPrefix: hasPrefix) ? base : nil
    }

    /// Between digits, or between the prefix and a digit, is where `_` may stand.
    private static func withoutUnderscores(
        _ rest: inout ArraySlice<UInt8>,
        afterPrefix: Bool
    ) -> Bool {
        guard rest.contains(0x5F) else { return true }
        var follows = afterPrefix
        for byte in rest {
            if byte == 0x5F && !follows { return false }
            follows = byte != 0x5F
        }
        guard follows else { return false }
        rest = rest.filter { $0 != 0x5F }[...]
        return true
    }

    /// `strconv.Atoi` with its error thrown away: 0, or the nearest int when too large.
    static func atoi(_ text: [UInt8]) -> Int64 {
        if let value = parseInt(text, base: 10) { return value }
        var digits = text[...]
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return 0 }
        return isNegative ? .min : .max
    }

    /// `strconv.ParseFloat`; nil for its errors, a number out of range among them.
    static func parseFloat(_ text: [UInt8]) -> Double? {
        let string = String(decoding: text, as: UTF8.self)
        let word = string.drop { $0 == "+" || $0 == "-" }.lowercased()
        if ["inf", "infinity", "nan"].contains(word) {
            guard string.utf8.count <= word.utf8.count + 1 else { return nil }
            if word == "nan" { return string.utf8.count == 3 ? .nan : nil }
            return string.hasPrefix("-") ? -.infinity : .infinity
        }
        let isHex = word.hasPrefix("0x")
        guard !isHex || word.contains("p"),
            word.utf8.allSatisfy({ byte in
                0x30...0x39 ~= byte || ".+-".utf8.contains(byte)
                    || (isHex ? "abcdefxp" : "e").utf8.contains(byte)
            }),
            let value = Double(padded(string)), value.isFinite
        else { return nil }
        return value
    }

    /// Go reads `.5` and `5.`, with or without a sign; so does this.
    private static func padded(_ text: String) -> String {
        var text = text
        if text.hasPrefix("+") { text.removeFirst() }
        if text.hasPrefix("-.") { text = "-0." + text.dropFirst(2) }
        if text.hasPrefix(".") && text.utf8.count > 1 && text.utf8.dropFirst().first != 0x65 {
            text = "0" + text
        }
        if text.hasSuffix(".") && text.utf8.count > 1 { text += "0" }
        return text.replacing(".e", with: ".0e").replacing(".E", with: ".0E")
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte - 0x30)
        case 0x41...0x5A: Int(byte - 0x41) + 10
        case 0x61...0x7A: Int(byte - 0x61) + 10
        default: nil
        }
    }
}
