import JSON

/// An answer's body, told apart by what it is rather than by what its fields claim.
struct AnswerBody {
    enum Form: Equatable {
        case empty
        case object
        /// JSON, but no object: `null`, an array, a scalar.
        case otherJSON
        /// HTML: a login page, a proxy's or the web server's error page.
        case page
        case text
        /// Begins as JSON and then ends, or is broken.
        case cutJSON
    }

    let form: Form
    /// The whole body as JSON; nil unless it is that.
    let value: JSONValue?
    private let bytes: ArraySlice<UInt8>

    init(_ answer: GitLabAnswer) {
        let content = answer.body.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
        bytes = content.prefix(4096)
        let document = answer.isTruncated ? nil : try? JSONDocument(parsing: answer.body)
        value = document?.root
        if let value {
            form = value.kind == .object ? .object : .otherJSON
        } else if content.isEmpty {
            form = .empty
        } else if content.first == UInt8(ascii: "<") {
            form = .page
        } else if content.first == UInt8(ascii: "{") || content.first == UInt8(ascii: "[") {
            form = .cutJSON
        } else {
            form = .text
        }
    }

    /// Whether it is written as GitLab's API writes a refusal: `error` or `message`.
    var isGitLabs: Bool {
        guard let value, value.kind == .object else { return false }
        return value["error"] != nil || value["message"] != nil
    }

    /// From Grape (routes, parameters) or OAuth (the token).
    var error: String? { value?["error"]?.string }

    var errorDescription: String? { value?["error_description"]?.string }

    /// From GitLab's own code, where it is a string.
    var message: String? { value?["message"]?.string }

    /// From a model's validation: what is wrong, by the member's name.
    var problems: [(member: String, texts: [String])] {
        guard let message = value?["message"], message.kind == .object else { return [] }
        return message.members.map { key, value in
            (key, value.string.map { [$0] } ?? value.elements.compactMap(\.string))
        }
    }

    /// What the body says to a person; "" when it says nothing.
    var words: String {
        switch form {
        case .empty: ""
        case .page: Words.ofPage(bytes)
        case .object: Words.cleaned(spoken)
        case .otherJSON, .text, .cutJSON: Words.cleaned(String(decoding: bytes, as: UTF8.self))
        }
    }

    private var spoken: String {
        if let error {
            return errorDescription.map { "\(error): \($0)" } ?? error
        }
        if let message { return message }
        let problems = problems.map { "\($0.member): \($0.texts.joined(separator: ", "))" }
        if !problems.isEmpty { return problems.joined(separator: "; ") }
        return String(decoding: bytes, as: UTF8.self)
    }
}
