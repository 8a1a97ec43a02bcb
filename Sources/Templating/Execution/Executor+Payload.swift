import JSON

/// What comes out of an action that stands in JSON (DESIGN §2.5).
extension Executor {
    mutating func print(
        _ value: Value,
        into sink: Action.Sink,
        _ pipeline: Pipeline
    ) throws(Trouble) {
        if sink == .string {
            try printInString(value, pipeline)
        } else {
            try printAsValue(value, pipeline)
        }
    }

    /// After the end: what came out is one JSON object, whatever the text between did.
    ///
    /// - Returns: It; nil where no payload is made.
    mutating func payload() throws(Trouble) -> JSONDocument? {
        guard isPayload else { return nil }
        span = nil
        let payload: JSONDocument
        do {
            payload = try JSONDocument(parsing: out)
        } catch {
            throw Trouble(offset: 0, problem: "what comes out is no JSON: \(error)")
        }
        let kind = payload.root.kind
        guard kind == .object else {
            throw Trouble(offset: 0, problem: "what comes out is no JSON object but \(kind)")
        }
        return payload
    }

    private mutating func printInString(
        _ value: Value,
        _ pipeline: Pipeline
    ) throws(Trouble) {
        guard !value.isNil else {
            throw Trouble(
                offset: pipeline.offset,
                problem: "nothing to write: the value is missing or null",
                hint: Trouble.missingHint
            )
        }
        let text = if let bytes = value.bytes { bytes } else { try self.text(of: value) }
        guard !text.isArgoMissing else {
            throw Trouble(
                offset: pipeline.offset,
                problem:
                    "the value is \(String(decoding: text, as: UTF8.self)): the sender had none",
                hint: Trouble.missingHint
            )
        }
        try append { JSONEscape.append(text, to: &$0, style: .minimal) }
    }

    private mutating func printAsValue(
        _ value: Value,
        _ pipeline: Pipeline
    ) throws(Trouble) {
        switch value {
        case .null, .missing: try write("null")
        case .bool(let flag): try write(flag ? "true" : "false")
        case .integer, .float: try write(try json(value))
        case .string(let bytes):
            guard pipeline.writesJSON else {
                throw Trouble(
                    offset: pipeline.offset,
                    problem: "a string stands where a JSON value must",
                    hint: "put the action between quotes, or end it with | toJson"
                )
            }
            guard (try? JSONDocument(parsing: bytes)) != nil else {
                throw Trouble(
                    offset: pipeline.offset,
                    problem: "what comes out is no JSON value",
                    hint: "end the action with | toJson"
                )
            }
            try write(bytes)
        case .list, .map, .opaque:
            throw Trouble(
                offset: pipeline.offset,
                problem: "a value of type \(value.typeName) stands where a JSON value must",
                hint: "end the action with | toJson"
            )
        }
    }

    private mutating func json(_ value: Value) throws(Trouble) -> [UInt8] {
        do {
            return try GoJSON.text(of: value, run)
        } catch {
            throw Trouble(error, offset: nil)
        }
    }
}

extension Pipeline {
    private static let writers: Set<String> = [
        "toJson", "toPrettyJson", "toRawJson", "mustToJson", "mustToPrettyJson", "mustToRawJson",
        "quote",
    ]

    /// Whether its last function writes JSON; `quote` does so but for rare characters.
    fileprivate var writesJSON: Bool {
        guard case .call(let function, _) = commands.last?.kind else { return false }
        return Self.writers.contains(function.name)
    }
}
