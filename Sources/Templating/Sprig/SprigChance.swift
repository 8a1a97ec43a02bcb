import Formats

/// Functions of chance.
///
/// The world gives the seed, so a rendering can be repeated.
enum SprigChance {
    static let family = FunctionFamily(
        title: "Chance",
        functions: [
            text("randAlphaNum", letters + digits),
            text("randAlpha", letters),
            text("randNumeric", digits),
            text("randAscii", Array(UInt8(32)...126)),
            Function("randBytes", [.int], summary: "in base64") { a, run throws(FunctionError) in
                .string(Base64.encode(try bytes(a.int(0), run)))
            },
            Function("randInt", [.int, .int], summary: "from, below") {
                a,
                run throws(FunctionError) in
                let (low, high) = (a.int64(0), a.int64(1))
                let (span, overflows) = high.subtractingReportingOverflow(low)
                guard span > 0, !overflows else {
                    throw .failed("there is no number from \(low) to below \(high)")
                }
                return .integer(low + Int64(run.random() % UInt64(span)), .int)
            },
            Function("shuffle", [.string], summary: "the characters in any order") {
                a,
                run throws(FunctionError) in
                var points = CodePoint.all(of: a.text(0))
                for index in points.indices.dropFirst() {
                    points.swapAt(index, Int(run.random() % UInt64(index + 1)))
                }
                return .string(CodePoint.encode(points))
            },
            Function("uuidv4", [], summary: "a random UUID") { _, run throws(FunctionError) in
                var bytes = try bytes(16, run)
                // Version 4 and the variant (RFC 9562 §5.4).
                bytes[6] = bytes[6] & 0x0F | 0x40
                bytes[8] = bytes[8] & 0x3F | 0x80
                let groups = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16]
                return .string(groups.map { Hex.encode(bytes[$0]) }.joined(separator: "-"))
            },
        ]
    )

    private static let letters =
        Array(UInt8(ascii: "A")...UInt8(ascii: "Z"))
        + Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
    private static let digits = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))

    /// A text of that many characters; "" for a negative count, as sprig's.
    private static func text(_ name: String, _ alphabet: [UInt8]) -> Function {
        Function(name, [.int], summary: "that many characters") { a, run throws(FunctionError) in
            let count = max(a.int(0), 0)
            try run.allow(bytes: count)
            try run.spend(count)
            return .string(
                (0..<count).map { _ in alphabet[Int(run.random() % UInt64(alphabet.count))] }
            )
        }
    }

    private static func bytes(_ count: Int, _ run: Run) throws(FunctionError) -> [UInt8] {
        guard count >= 0 else { throw .failed("a number of bytes must not be negative") }
        try run.allow(bytes: count)
        try run.spend(count)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: run.random()) }
    }
}
