/// An exact decimal number, as shopspring/decimal computes for sprig's `addf` and its kin.
struct Decimal {
    /// Values from 0 to 9, highest first, without leading zeros; empty for zero.
    private var digits: [UInt8]
    /// The last digit counts 10^exponent.
    private var exponent: Int
    private var isNegative: Bool

    /// Digits that a number may have: more than any sum of two doubles has.
    static let digitLimit = 2000

    /// The fewest digits that read back as the same double; nil for NaN and infinities.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        let shortest = DecimalDigits(shortest: value)
        self.init(
            digits: shortest.digits,
            exponent: shortest.point - shortest.digits.count,
            isNegative: value < 0
        )
    }

    private init(digits: [UInt8], exponent: Int, isNegative: Bool) {
        self.digits = Array(digits.drop { $0 == 0 })
        self.exponent = self.digits.isEmpty ? 0 : exponent
        self.isNegative = isNegative && !self.digits.isEmpty
    }

    /// The nearest double; infinite when there is none.
    var double: Double {
        guard !digits.isEmpty else { return 0 }
        let text = String(decoding: digits.map { $0 + 0x30 }, as: UTF8.self)
        return Double("\(isNegative ? "-" : "")\(text)e\(exponent)") ?? 0
    }

    var digitCount: Int { digits.count }

    var isTooLong: Bool { digits.count > Self.digitLimit }

    // MARK: - Arithmetic

    static func + (a: Decimal, b: Decimal) -> Decimal {
        if a.digits.isEmpty { return b }
        if b.digits.isEmpty { return a }
        let exponent = min(a.exponent, b.exponent)
        let (left, right) = (a.scaled(to: exponent), b.scaled(to: exponent))
        if a.isNegative == b.isNegative {
            return Decimal(
                digits: add(left, right),
                exponent: exponent,
                isNegative: a.isNegative
            )
        }
        let isLess = precedes(left, right)
        return Decimal(
            digits: isLess ? subtract(right, left) : subtract(left, right),
            exponent: exponent,
            isNegative: isLess ? b.isNegative : a.isNegative
        )
    }

    static func - (a: Decimal, b: Decimal) -> Decimal {
        a + Decimal(digits: b.digits, exponent: b.exponent, isNegative: !b.isNegative)
    }

    static func * (a: Decimal, b: Decimal) -> Decimal {
        var columns = [Int](repeating: 0, count: a.digits.count + b.digits.count)
        for (i, left) in a.digits.enumerated() {
            for (j, right) in b.digits.enumerated() { columns[i + j + 1] += Int(left) * Int(right) }
        }
        for index in columns.indices.reversed() where index > 0 {
            columns[index - 1] += columns[index] / 10
            columns[index] %= 10
        }
        return Decimal(
            digits: columns.map { UInt8($0) },
            exponent: a.exponent + b.exponent,
            isNegative: a.isNegative != b.isNegative
        )
    }

    /// Rounded to 16 places behind the point, halves away from zero; nil by zero.
    func divided(by divisor: Decimal) -> Decimal? {
        guard !divisor.digits.isEmpty else { return nil }
        let places = -16
        // The dividend in units of the quotient's last place.
        let shift = exponent - divisor.exponent - places
        var dividend = digits
        var divisorDigits = divisor.digits
        if shift >= 0 {
            dividend += [UInt8](repeating: 0, count: digits.isEmpty ? 0 : shift)
        } else {
            divisorDigits += [UInt8](repeating: 0, count: -shift)
        }
        var (quotient, rest) = Self.divide(dividend, divisorDigits)
        if !Self.precedes(Self.add(rest, rest), divisorDigits) {
            quotient = Self.add(quotient, [1])
        }
        return Decimal(
            digits: quotient,
            exponent: places,
            isNegative: isNegative != divisor.isNegative
        )
    }

    // MARK: - Whole numbers

    private func scaled(to smaller: Int) -> [UInt8] {
        digits + [UInt8](repeating: 0, count: exponent - smaller)
    }

    private static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        let (left, right) = (a.drop { $0 == 0 }, b.drop { $0 == 0 })
        if left.count != right.count { return left.count < right.count }
        return left.lexicographicallyPrecedes(right)
    }

    private static func add(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        let width = max(a.count, b.count) + 1
        var sum = [UInt8](repeating: 0, count: width)
        var carry: UInt8 = 0
        for place in 0..<width {
            var digit = carry
            if place < a.count { digit += a[a.count - 1 - place] }
            if place < b.count { digit += b[b.count - 1 - place] }
            carry = digit / 10
            sum[width - 1 - place] = digit % 10
        }
        return sum
    }

    /// - Precondition: `b` is not above `a`.
    private static func subtract(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var difference = a
        var borrow: Int = 0
        for place in 0..<a.count {
            let index = a.count - 1 - place
            var digit = Int(a[index]) - borrow
            if place < b.count { digit -= Int(b[b.count - 1 - place]) }
            borrow = digit < 0 ? 1 : 0
            difference[index] = UInt8(digit + borrow * 10)
        }
        return difference
    }

    private static func divide(_ a: [UInt8], _ b: [UInt8]) -> (quotient: [UInt8], rest: [UInt8]) {
        var quotient: [UInt8] = []
        var rest: [UInt8] = []
        for digit in a {
            rest = Array((rest + [digit]).drop { $0 == 0 })
            var times: UInt8 = 0
            while !precedes(rest, b) {
                rest = Array(subtract(rest, b).drop { $0 == 0 })
                times += 1
            }
            quotient.append(times)
        }
        return (quotient, rest)
    }
}

extension Decimal {
    /// Steps that making this number took, roughly: the square of its digits, by machine words.
    var work: Int { digitCount * digitCount >> 6 + 1 }
}
