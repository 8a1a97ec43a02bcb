/// A finite double in decimal: 0.d₁d₂… × 10^point.
struct DecimalDigits {
    /// 0...9 each, without zeros at either end; empty for zero.
    private(set) var digits: [UInt8]
    private(set) var point: Int

    /// The fewest digits that read back as the same double.
    init(shortest value: Double) {
        digits = []
        point = 0
        var exponent = 0
        var seenPoint = false
        var bytes = Array("\(value.magnitude)".utf8)[...]
        if let mark = bytes.firstIndex(of: 0x65) {
            exponent = Int(String(decoding: bytes[(mark + 1)...], as: UTF8.self)) ?? 0
            bytes = bytes[..<mark]
        }
        for byte in bytes {
            if byte == 0x2E {
                seenPoint = true
            } else {
                digits.append(byte - 0x30)
                if !seenPoint { point += 1 }
            }
        }
        point += exponent
        trim()
    }

    /// All digits: a double is a whole number times a power of two, so they end.
    init(exact value: Double) {
        digits = []
        point = 0
        let magnitude = value.magnitude
        guard magnitude > 0 else { return }
        let isSubnormal = magnitude.exponentBitPattern == 0
        let fraction = magnitude.significandBitPattern
        let mantissa = isSubnormal ? fraction : fraction | 1 << 52
        let exponent = (isSubnormal ? 1 : Int(magnitude.exponentBitPattern)) - 1075
        var number = LongNumber(mantissa)
        if exponent >= 0 {
            for _ in 0..<exponent { number.multiply(by: 2) }
        } else {
            // m / 2^k = m × 5^k / 10^k
            for _ in 0..<(-exponent) { number.multiply(by: 5) }
        }
        digits = number.decimal
        point = digits.count + min(exponent, 0)
        trim()
    }

    private mutating func trim() {
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        point -= zeros
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    /// Keeps `count` digits, to nearest, halves to even.
    mutating func round(to count: Int) {
        guard count < digits.count else { return }
        guard count >= 0 else {
            digits = []
            point = 0
            return
        }
        let next = digits[count]
        let isHalf = next == 5 && count + 1 == digits.count
        let roundsUp = isHalf ? count > 0 && digits[count - 1] % 2 == 1 : next >= 5
        digits.removeLast(digits.count - count)
        if roundsUp { increment() }
        trim()
    }

    private mutating func increment() {
        var index = digits.count - 1
        while index >= 0, digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            digits[index] += 1
        } else {
            digits.insert(1, at: 0)
            point += 1
        }
    }
}

/// A whole number of any size; just what decimal expansion needs.
private struct LongNumber {
    /// Least first, to the base of 10⁹.
    private var limbs: [UInt64] = []
    private static let base: UInt64 = 1_000_000_000

    init(_ value: UInt64) {
        var rest = value
        while rest > 0 {
            limbs.append(rest % Self.base)
            rest /= Self.base
        }
    }

    mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % Self.base
            carry = product / Self.base
        }
        if carry > 0 { limbs.append(carry) }
    }

    var decimal: [UInt8] {
        var digits: [UInt8] = []
        for limb in limbs {
            var rest = limb
            for _ in 0..<9 {
                digits.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        while digits.last == 0 { digits.removeLast() }
        return digits.reversed()
    }
}
