import JSON

/// Functions of JSON: sprig's, written as Go's encoding/json writes.
enum SprigJSON {
    static let family = FunctionFamily(
        title: "JSON",
        functions: writing + reading
    )

    private static let writing: [Function] =
        pair("toJson", "mustToJson", summary: "one line, as Go writes it") {
            value,
            run throws(FunctionError) in
            try GoJSON.text(of: value, run)
        }
        + pair("toPrettyJson", "mustToPrettyJson", summary: "indented by two blanks") {
            value,
            run throws(FunctionError) in
            try GoJSON.text(of: value, indent: "  ", run)
        }
        + .named("toRawJson", "mustToRawJson", taking: [.any], summary: "<, > and & stay") {
            a,
            run throws(FunctionError) in
            .string(try GoJSON.text(of: a[0], style: .goRaw, run))
        }

    /// What JSON cannot say gives "", or an error under the second name.
    private static func pair(
        _ name: String,
        _ mustName: String,
        summary: String,
        _ write: @escaping @Sendable (Value, Run) throws(FunctionError) -> [UInt8]
    ) -> [Function] {
        [
            Function(name, [.any], summary: summary) { a, run throws(FunctionError) in
                do throws(FunctionError) {
                    return .string(try write(a[0], run))
                } catch .failed {
                    return .string([])
                }
            },
            Function(mustName, [.any], summary: summary) { a, run throws(FunctionError) in
                .string(try write(a[0], run))
            },
        ]
    }

    private static let reading: [Function] = [
        Function("fromJson", [.string], summary: "null for what is no JSON") {
            a,
            run throws(FunctionError) in
            do throws(FunctionError) {
                return try decoded(a.text(0), run).value
            } catch .failed {
                return .null
            }
        },
        Function("mustFromJson", [.string], summary: "an error for what is no JSON") {
            a,
            run throws(FunctionError) in
            let (value, outOfRange) = try decoded(a.text(0), run)
            guard let outOfRange else { return value }
            throw .failed("the number \(outOfRange.text) is too large for a float64")
        },
    ]

    /// The value, and a number in it that no double holds: null stands in its place.
    private static func decoded(
        _ text: [UInt8],
        _ run: Run
    ) throws(FunctionError) -> (value: Value, outOfRange: JSONNumber?) {
        // Our reader passes a byte order mark over, Go's does not.
        guard !text.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw .failed("invalid character at the beginning of the JSON text")
        }
        try run.spend(text.count >> 2)
        do {
            var outOfRange: JSONNumber?
            let root = try JSONDocument(parsing: text).root
            return (Value(allFloat: root, outOfRange: &outOfRange), outOfRange)
        } catch {
            throw .failed("the text is not JSON: \(error)")
        }
    }
}
