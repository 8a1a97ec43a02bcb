import Formats
import JSON

/// What a request asks, whether it came in the query, as a form or as JSON: they are merged, and
/// the body wins.
struct Parameters: Sendable {
    enum Value: Equatable, Sendable {
        case null
        case text(String)
        case bool(Bool)
        /// As it was written.
        case number(String)
        /// An array or an object.
        case nested

        /// The text of a scalar, as Ruby's `to_s` has it.
        var text: String? {
            switch self {
            case .text(let text), .number(let text): text
            case .bool(let flag): flag ? "true" : "false"
            case .null, .nested: nil
            }
        }
    }

    private(set) var values: [String: Value] = [:]
    /// A NUL or bytes that are not UTF-8 came somewhere.
    private(set) var isMalformed = false
    /// Why the body cannot be read; told after the route is found.
    private(set) var problem: Refusal?

    init(_ request: SandboxRequest) {
        decode(request.path)
        readForm(request.query)
        guard !request.body.isEmpty else { return }
        switch request.mediaType {
        case "application/json": readJSON(request.body)
        case "application/x-www-form-urlencoded":
            readForm(String(decoding: request.body, as: UTF8.self))
        case "multipart/form-data": readMultipart(request)
        case let type:
            problem = .error(415, "The provided content-type '\(type ?? "")' is not supported.")
        }
    }

    subscript(_ name: String) -> Value? { values[name] }

    // MARK: - Forms

    private mutating func readForm(_ text: String) {
        for item in text.split(separator: "&") {
            let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = decode(halves[0].replacing("+", with: " "))
            values[name] = .text(
                halves.count > 1 ? decode(halves[1].replacing("+", with: " ")) : ""
            )
        }
    }

    /// Percent-decodes, and notes what is malformed; what cannot be decoded stays as it is.
    @discardableResult
    private mutating func decode(_ text: some StringProtocol) -> String {
        let bytes = PercentEncoding.decode(text.utf8) ?? Array(text.utf8)
        note(bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func note(_ bytes: [UInt8]) {
        if bytes.contains(0) || String(validating: bytes, as: UTF8.self) == nil {
            isMalformed = true
        }
    }

    /// RFC 7578, parts without a file only; enough for `curl --form`.
    private mutating func readMultipart(_ request: SandboxRequest) {
        let type = request.field("Content-Type") ?? ""
        guard let mark = type.firstRange(of: "boundary=") else { return }
        let boundary = type[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        note(request.body)
        let body = String(decoding: request.body, as: UTF8.self)
        for part in body.split(separator: "--\(boundary)") {
            guard let gap = part.firstRange(of: "\r\n\r\n"),
                let name = part[..<gap.lowerBound].firstRange(of: "name=\"")
            else { continue }
            let value = part[gap.upperBound...]
            values[String(part[name.upperBound...].prefix { $0 != "\"" })] =
                .text(String(value.hasSuffix("\r\n") ? value.dropLast() : value))
        }
    }

    // MARK: - JSON

    private mutating func readJSON(_ body: [UInt8]) {
        if String(validating: body, as: UTF8.self) == nil { isMalformed = true }
        var limits = JSONLimits()
        limits.depth = 100
        do {
            let root = try JSONDocument(parsing: body, limits: limits).root
            if Self.hasNUL(root) { isMalformed = true }
            for (name, value) in root.members { values[name] = Self.value(value) }
        } catch {
            // The text is a guess: nobody has seen GitLab's (facts §10).
            problem = .error(400, "message body does not match declared format")
        }
    }

    private static func value(_ value: JSONValue) -> Value {
        switch value.kind {
        case .null: .null
        case .bool: .bool(value.bool ?? false)
        case .number: .number(value.number?.text ?? "")
        case .string: .text(value.string ?? "")
        case .array, .object: .nested
        }
    }

    private static func hasNUL(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .string: value.utf8?.contains(0) == true
        case .array: value.elements.contains(where: hasNUL)
        case .object: value.rawMembers.contains { $0.key.contains(0) || hasNUL($0.value) }
        case .null, .bool, .number: false
        }
    }
}
