/// Functions of numbers: sprig's numeric.go.
///
/// Whole ones give int64 and wrap around, as Go's do.
enum SprigMath {
    static let family = FunctionFamily(
        title: "Math",
        functions: casts + whole + extremes + decimals + rounding
    )

    // MARK: - Casts

    private static let casts: [Function] = [
        Function("int", [.any], summary: "0 for what is no number") { a, _ in
            .integer(GoNumber.int64(a[0]), .int)
        },
        Function("int64", [.any], summary: "0 for what is no number") { a, _ in
            .int64(GoNumber.int64(a[0]))
        },
        Function("float64", [.any], summary: "0 for what is no number") { a, _ in
            .float(GoNumber.float(a[0]))
        },
        Function("atoi", [.string], summary: "decimal digits; 0 for anything else") { a, _ in
            .integer(GoNumber.atoi(a.text(0)), .int)
        },
        Function("toDecimal", [.any], summary: "reads octal digits") {
            a,
            run throws(FunctionError) in
            .int64(GoNumber.parseInt(try a[0].text(run), base: 8) ?? 0)
        },
    ]

    // MARK: - Whole numbers

    private static let whole: [Function] = [
        Function("add", [], rest: .any, summary: "the sum") { a, _ in
            .int64(a.reduce(0) { $0 &+ GoNumber.int64($1) })
        },
        Function("add1", [.any], summary: "one more") { a, _ in .int64(GoNumber.int64(a[0]) &+ 1) },
        Function("sub", [.any, .any], summary: "the difference") { a, _ in
            .int64(GoNumber.int64(a[0]) &- GoNumber.int64(a[1]))
        },
        Function("mul", [.any], rest: .any, summary: "the product") { a, _ in
            .int64(a.reduce(1) { $0 &* GoNumber.int64($1) })
        },
        Function("div", [.any, .any], summary: "without the rest") {
            a,
            _ throws(FunctionError) in
            .int64(GoNumber.int64(a[0]).dividedReportingOverflow(by: try divisor(a)).partialValue)
        },
        Function("mod", [.any, .any], summary: "the rest of a division") {
            a,
            _ throws(FunctionError) in
            .int64(
                GoNumber.int64(a[0]).remainderReportingOverflow(dividingBy: try divisor(a))
                    .partialValue
            )
        },
    ]

    private static func divisor(_ a: [Value]) throws(FunctionError) -> Int64 {
        let divisor = GoNumber.int64(a[1])
        guard divisor != 0 else { throw .failed("integer divide by zero") }
        return divisor
    }

    private static let extremes: [Function] =
        .named(
            "max",
            "biggest",
            taking: [.any],
            rest: .any,
            summary: "the largest, as whole numbers"
        ) { a, _ in
            .int64(a.reduce(.min) { max($0, GoNumber.int64($1)) })
        }
        + .named("min", taking: [.any], rest: .any, summary: "the smallest, as whole numbers") {
            a,
            _ in
            .int64(a.reduce(.max) { min($0, GoNumber.int64($1)) })
        }
        + .named("maxf", taking: [.any], rest: .any, summary: "the largest") { a, _ in
            .float(extreme(a) { $0 > $1 || $0 == 0 && $1 == 0 && $0.sign == .plus })
        }
        + .named("minf", taking: [.any], rest: .any, summary: "the smallest") { a, _ in
            .float(extreme(a) { $0 < $1 || $0 == 0 && $1 == 0 && $0.sign == .minus })
        }

    /// NaN wins over all, as in Go's `math.Max`, but an infinity of the wanted side.
    private static func extreme(_ a: [Value], _ wins: (Double, Double) -> Bool) -> Double {
        let numbers = a.map { GoNumber.float($0) }
        return numbers.dropFirst().reduce(numbers[0]) { best, next in
            if best.isInfinite && wins(best, 0) { return best }
            if next.isInfinite && wins(next, 0) { return next }
            if best.isNaN || next.isNaN { return .nan }
            return wins(next, best) ? next : best
        }
    }

    // MARK: - Decimal numbers

    private static let decimals: [Function] = [
        Function("addf", [], rest: .any, summary: "the exact decimal sum") {
            a,
            run throws(FunctionError) in
            try decimal([.float(0)] + a, run) { $0 + $1 }
        },
        Function("add1f", [.any], summary: "one more") { a, run throws(FunctionError) in
            try decimal([a[0], .int(1)], run) { $0 + $1 }
        },
        Function("subf", [.any], rest: .any, summary: "the first without the others") {
            a,
            run throws(FunctionError) in
            try decimal(a, run) { $0 - $1 }
        },
        Function("mulf", [.any], rest: .any, summary: "the exact decimal product") {
            a,
            run throws(FunctionError) in
            try decimal(a, run) { $0 * $1 }
        },
        Function("divf", [.any], rest: .any, summary: "to 16 places") {
            a,
            run throws(FunctionError) in
            try decimal(a, run) { $0.divided(by: $1) }
        },
    ]

    private static func decimal(
        _ a: [Value],
        _ run: Run,
        _ operation: (Decimal, Decimal) -> Decimal?
    ) throws(FunctionError) -> Value {
        var result: Decimal?
        for value in a {
            let number = GoNumber.float(value)
            guard let next = Decimal(number) else {
                throw .failed("there is no decimal number for \(number)")
            }
            guard let before = result else {
                result = next
                continue
            }
            guard let after = operation(before, next) else {
                throw .failed("decimal division by 0")
            }
            guard !after.isTooLong else {
                throw .limit("a number of more than \(Decimal.digitLimit) digits")
            }
            try run.spend(after.work)
            result = after
        }
        return .float(result?.double ?? 0)
    }

    // MARK: - Rounding

    private static let rounding: [Function] = [
        Function("floor", [.any], summary: "the whole number below") { a, _ in
            .float(GoNumber.float(a[0]).rounded(.down))
        },
        Function("ceil", [.any], summary: "the whole number above") { a, _ in
            .float(GoNumber.float(a[0]).rounded(.up))
        },
        Function("round", [.any, .int], rest: .float, summary: "number, places") { a, _ in
            var limit = 0.5
            if a.count > 2, case .float(let given) = a[2] { limit = given }
            return .float(round(GoNumber.float(a[0]), places: a.int(1), from: limit))
        },
    ]

    /// As sprig does it, whose rule for negative numbers goes down also from small parts.
    private static func round(_ number: Double, places: Int, from limit: Double) -> Double {
        let power = power(of: 10, places)
        let shifted = power * number
        // What `math.Modf` gives for infinities is NaN, which is no less than any limit.
        let part = shifted - shifted.rounded(.towardZero)
        return (part >= limit ? shifted.rounded(.up) : shifted.rounded(.down)) / power
    }

    /// Go's `math.Pow` for whole exponents, bit for bit: squares, with the exponent kept apart.
    private static func power(of base: Double, _ exponent: Int) -> Double {
        var factor = base.significand / 2
        var factorExponent = Int(base.exponent) + 1
        var result = 1.0
        var resultExponent = 0
        var rest = min(exponent.magnitude, 4096)
        while rest != 0 {
            if rest & 1 == 1 {
                result *= factor
                resultExponent += factorExponent
            }
            factor *= factor
            factorExponent *= 2
            if factor < 0.5 {
                factor += factor
                factorExponent -= 1
            }
            rest >>= 1
        }
        if exponent < 0 {
            result = 1 / result
            resultExponent = -resultExponent
        }
        return Double(sign: .plus, exponent: resultExponent, significand: result)
    }
}
