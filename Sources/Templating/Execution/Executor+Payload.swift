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
    mutating func checkPayload() throws(Trouble) {
        guard isPayload else { return }
        span = nil
        let kind: JSONValue.Kind
        do {
            kind = try JSONDocument(parsing: out).root.kind
        } catch {
            throw Trouble(offset: 0, problem: "what comes out is no JSON: \(error)")
        }
        guard kind == .object else {
            throw Trouble(offset: 0, problem: "what comes out is no JSON object but \(kind)")
        }
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
        case .null, .missing: try write(Array("null".utf8))
        case .bool, .integer, .float: try write(try json(value))
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
