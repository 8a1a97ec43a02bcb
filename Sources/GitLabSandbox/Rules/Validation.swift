import Formats

/// Grape's check of parameters: all problems are collected, one for each parameter, in the order
/// the parameters are asked for.
struct Validation {
    private let parameters: Parameters
    /// Older versions did not mind.
    private let takesBlank: Bool
    private var problems: [String] = []

    init(_ parameters: Parameters, takesBlank: Bool = false) {
        self.parameters = parameters
        self.takesBlank = takesBlank
    }

    /// - Throws: 400 with every problem.
    func finish() throws(Refusal) {
        guard problems.isEmpty else { throw .error(400, problems.joined(separator: ", ")) }
    }

    mutating func complain(_ name: String, _ problem: String) {
        problems.append("\(name) \(problem)")
    }

    func has(_ name: String) -> Bool { parameters[name] != nil }

    // MARK: - Required

    /// A text that is there and not blank; numbers count as text.
    ///
    /// Empty when there is a problem.
    mutating func requiredText(_ name: String) -> String {
        guard let value = required(name) else { return "" }
        guard value != .nested else { return invalid(name) ?? "" }
        let text = value.text ?? ""
        if !takesBlank, text.allSatisfy(\.isWhitespace) { complain(name, "is empty") }
        return text
    }

    /// One of a list of words; empty when there is a problem.
    mutating func requiredChoice(_ name: String, of words: [String]) -> String {
        guard let value = required(name) else { return "" }
        guard value != .nested else { return invalid(name) ?? "" }
        guard let text = value.text, words.contains(text) else {
            complain(name, "does not have a valid value")
            return ""
        }
        return text
    }

    /// Grape's Boolean; nil for null and for an empty text, which both pass.
    mutating func requiredFlag(_ name: String) -> Bool? {
        guard let value = required(name), value != .null, value != .text("") else { return nil }
        switch value.text?.lowercased() {
        case "true", "1", "yes", "on", "t", "y": return true
        case "false", "0", "no", "off", "f", "n": return false
        default: return invalid(name)
        }
    }

    private mutating func required(_ name: String) -> Parameters.Value? {
        if parameters[name] == nil { complain(name, "is missing") }
        return parameters[name]
    }

    // MARK: - Optional

    mutating func text(_ name: String) -> String? {
        guard let value = parameters[name] else { return nil }
        return value == .nested ? invalid(name) : value.text
    }

    mutating func choice(_ name: String, of words: [String]) -> String? {
        guard let text = text(name) else { return nil }
        guard words.contains(text) else {
            complain(name, "does not have a valid value")
            return nil
        }
        return text
    }

    mutating func integer(_ name: String) -> Int? {
        guard let value = parameters[name], value != .null, value != .text("") else { return nil }
        guard let number = value.text.flatMap({ Int($0) }) else { return invalid(name) }
        return number
    }

    /// ISO 8601; a date alone is its midnight.
    mutating func moment(_ name: String) -> Timestamp? {
        guard let value = parameters[name], value != .null, value != .text("") else { return nil }
        let text = value.text ?? ""
        return Timestamp(rfc3339: text) ?? Timestamp(rfc3339: text + "Z")
            ?? Timestamp(rfc3339: text + "T00:00:00Z") ?? invalid(name)
    }

    private mutating func invalid<Value>(_ name: String) -> Value? {
        complain(name, "is invalid")
        return nil
    }
}
