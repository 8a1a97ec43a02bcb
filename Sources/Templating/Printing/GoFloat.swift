/// Floating-point numbers as Go's strconv.AppendFloat writes them.
enum GoFloat {
    /// `%v`: shortest, with an exponent below 1e-4 and from 1e+06 up.
    static func shortest(_ value: Double) -> [UInt8] { format(value, "g", precision: nil) }

    /// A number by one of the verbs `e E f F g G`.
    ///
    /// The precision counts digits behind the point (`g`: all digits); nil takes as many as it needs.
    static func format(_ value: Double, _ verb: Character, precision: Int?) -> [UInt8] {
        if value.isNaN { return Array("NaN".utf8) }
        if value.isInfinite { return Array((value < 0 ? "-Inf" : "+Inf").utf8) }
        var out: [UInt8] = value.sign == .minus ? [0x2D] : []
        var digits =
            precision == nil ? DecimalDigits(shortest: value) : DecimalDigits(exact: value)
        switch verb {
        case "e", "E":
            if let precision { digits.round(to: precision + 1) }
            let places = precision ?? max(digits.digits.count - 1, 0)
            exponential(digits, places: places, mark: verb, &out)
        case "f", "F":
            if let precision { digits.round(to: digits.point + precision) }
            fixed(digits, places: precision ?? max(digits.digits.count - digits.point, 0), &out)
        default:
            general(&digits, verb, precision, &out)
        }
        return out
    }

    private static func general(
        _ digits: inout DecimalDigits,
        _ verb: Character,
        _ precision: Int?,
        _ out: inout [UInt8]
    ) {
        // Go takes 6 for this decision when the shortest form is asked for.
        var limit = 6
        if let precision {
            limit = max(precision, 1)
            digits.round(to: limit)
            if limit > digits.digits.count, digits.digits.count >= digits.point {
                limit = digits.digits.count
            }
        }
        let exponent = digits.point - 1
        if digits.digits.isEmpty {
            out.append(0x30)
        } else if exponent < -4 || exponent >= limit {
            let mark: Character = verb == "G" ? "E" : "e"
            exponential(digits, places: digits.digits.count - 1, mark: mark, &out)
        } else {
            fixed(digits, places: max(digits.digits.count - digits.point, 0), &out)
        }
    }

    private static func exponential(
        _ number: DecimalDigits,
        places: Int,
        mark: Character,
        _ out: inout [UInt8]
    ) {
        out.append(0x30 + (number.digits.first ?? 0))
        if places > 0 {
            out.append(0x2E)
            for place in 1...places { out.append(0x30 + digit(number, place)) }
        }
        let exponent = number.digits.isEmpty ? 0 : number.point - 1
        out += mark.utf8
        out.append(exponent < 0 ? 0x2D : 0x2B)
        if abs(exponent) < 10 { out.append(0x30) }
        out += String(abs(exponent)).utf8
    }

    private static func fixed(_ number: DecimalDigits, places: Int, _ out: inout [UInt8]) {
        if number.point > 0 {
            for place in 0..<number.point { out.append(0x30 + digit(number, place)) }
        } else {
            out.append(0x30)
        }
        guard places > 0 else { return }
        out.append(0x2E)
        for place in 0..<places { out.append(0x30 + digit(number, number.point + place)) }
    }

    private static func digit(_ number: DecimalDigits, _ place: Int) -> UInt8 {
        number.digits.indices.contains(place) ? number.digits[place] : 0
    }

    // MARK: - Powers of two

    /// `%b`: the mantissa as an integer, and a power of two.
    static func binary(_ value: Double) -> [UInt8] {
        if !value.isFinite { return format(value, "g", precision: nil) }
        let bits = value.magnitude
        let isSubnormal = bits.exponentBitPattern == 0
        let mantissa =
            isSubnormal ? bits.significandBitPattern : bits.significandBitPattern | 1 << 52
        let exponent = (isSubnormal ? 1 : Int(bits.exponentBitPattern)) - 1075
        let sign = value.sign == .minus ? "-" : ""
        return Array("\(sign)\(mantissa)p\(exponent < 0 ? "" : "+")\(exponent)".utf8)
    }

    /// `%x`: `0x1.8p+01`.
    static func hexadecimal(_ value: Double, precision: Int?, isUpper: Bool) -> [UInt8] {
        if !value.isFinite { return format(value, "g", precision: nil) }
        let magnitude = value.magnitude
        var exponent = magnitude == 0 ? 0 : Int(magnitude.exponent)
        // One digit, then 52 bits.
        var mantissa: UInt64 = 0
        if magnitude > 0 {
            let scaled = magnitude.significand
            mantissa = scaled.significandBitPattern | 1 << 52
        }
        if let precision, precision < 13 {
            let extra = UInt64((13 - precision) * 4)
            let half = UInt64(1) << (extra - 1)
            let rest = mantissa & (1 << extra - 1)
            mantissa >>= extra
            if rest > half || rest == half && mantissa & 1 == 1 { mantissa += 1 }
            mantissa <<= extra
            if mantissa >> 53 != 0 {
                mantissa >>= 1
                exponent += 1
            }
        }
        var text = (value.sign == .minus ? "-" : "") + "0x" + String(mantissa >> 52)
        var fraction = String(mantissa & (1 << 52 - 1), radix: 16)
        fraction = String(repeating: "0", count: 13 - fraction.count) + fraction
        if let precision {
            fraction = String(fraction.prefix(precision))
            fraction += String(repeating: "0", count: max(0, precision - fraction.count))
        } else {
            while fraction.hasSuffix("0") { fraction.removeLast() }
        }
        if !fraction.isEmpty { text += "." + fraction }
        text += exponent < 0 ? "p-" : "p+"
        text += (abs(exponent) < 10 ? "0" : "") + String(abs(exponent))
        return Array((isUpper ? text.uppercased() : text).utf8)
    }
}
