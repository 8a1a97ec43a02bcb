/// A number in a template: an untyped constant, which becomes what a parameter wants.
///
/// As Go's NumberNode: `1e3` is an integer where one is wanted, and a float elsewhere.
struct NumberLiteral: Sendable {
    let text: String
    let integer: Int64?
    let float: Double?
    /// What it is where nothing particular is wanted; nil when it overflows an int.
    let ideal: Ideal?

    enum Ideal: Sendable {
        case int(Int64)
        case float(Double)
    }

    init(character code: UInt32, text: String) {
        self.text = text
        integer = Int64(code)
        float = Double(code)
        ideal = .int(Int64(code))
    }

    /// - Returns: nil with the problem when the text is no number of Go's.
    static func read(_ text: String) -> Result<NumberLiteral, Problem> {
        guard let digits = withoutUnderscores(text) else { return .failure(.malformed) }
        let isNegative = digits.hasPrefix("-")
        let magnitude = digits.drop { $0 == "+" || $0 == "-" }
        let hasPoint = text.contains { ".eEpP".contains($0) }
        if let whole = wholeNumber(magnitude) {
            let isUnsigned = !digits.hasPrefix("-") && !digits.hasPrefix("+")
            let signed = signed(whole, isNegative)
            if signed == nil, !isUnsigned { return .failure(.tooLarge) }
            let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
            let float = signed.map { Double($0) } ?? Double(whole)
            // A negative hexadecimal with an E in it is a float to Go.
            let isFloat = hasPoint && !isHex
            let ideal: Ideal? = isFloat ? .float(float) : signed.map { .int($0) }
            return .success(NumberLiteral(text, signed, float, ideal))
        }
        guard let float = Self.float(magnitude) else { return .failure(.malformed) }
        guard hasPoint else { return .failure(.tooLarge) }
        let value = isNegative ? -float : float
        return .success(NumberLiteral(text, Int64(exactly: value), value, .float(value)))
    }

    enum Problem: Error { case malformed, tooLarge }

    private init(_ text: String, _ integer: Int64?, _ float: Double?, _ ideal: Ideal?) {
        self.text = text
        self.integer = integer
        self.float = float
        self.ideal = ideal
    }

    private static func signed(_ magnitude: UInt64, _ isNegative: Bool) -> Int64? {
        guard isNegative else { return Int64(exactly: magnitude) }
        guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return Int64(truncatingIfNeeded: 0 &- magnitude)
    }

    private static func wholeNumber(_ digits: Substring) -> UInt64? {
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
        let lower = digits.lowercased()
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where lower.hasPrefix(prefix) {
            return plain(lower.dropFirst(2), radix)
        }
        return plain(lower[...], lower.count > 1 && lower.hasPrefix("0") ? 8 : 10)
    }

    private static func plain(_ digits: Substring, _ radix: Int) -> UInt64? {
        digits.hasPrefix("+") || digits.hasPrefix("-") ? nil : UInt64(digits, radix: radix)
    }

    private static func float(_ digits: Substring) -> Double? {
        let lower = digits.lowercased()
        let isHex = lower.hasPrefix("0x")
        // Swift reads what Go does not: words, and hexadecimal fractions without an exponent.
        guard lower.utf8.allSatisfy({ isHex || $0 == 0x65 || !(0x61...0x7A).contains($0) }),
            !isHex || lower.contains("p")
        else { return nil }
        guard let value = Double(lower), value.isFinite else { return nil }
        return value
    }

    /// Underscores stand between digits, or behind a prefix, only (strconv, underscoreOK).
    private static func withoutUnderscores(_ text: String) -> String? {
        guard text.contains("_") else { return text }
        let lower = Array(text.lowercased().utf8.drop { $0 == 0x2B || $0 == 0x2D })
        var last: UInt8 = 0x5E
        var start = 0
        let isPrefixed =
            lower.count >= 2 && lower[0] == 0x30 && [0x62, 0x6F, 0x78].contains(lower[1])
        if isPrefixed {
            start = 2
            last = 0x30
        }
        let isHex = isPrefixed && lower[1] == 0x78
        for byte in lower[start...] {
            if (0x30...0x39).contains(byte) || isHex && (0x61...0x66).contains(byte) {
                last = 0x30
            } else if byte == 0x5F {
                guard last == 0x30 else { return nil }
                last = 0x5F
            } else {
                guard last != 0x5F else { return nil }
                last = 0x21
            }
        }
        return last == 0x5F ? nil : text.filter { $0 != "_" }
    }
}
