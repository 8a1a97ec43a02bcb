/// Why a pattern is refused, or a search given up.
///
/// Wording follows Go's `regexp/syntax`, since users look their errors up by it.
package enum RegularExpressionError: Error, Equatable, CustomStringConvertible {
    case invalidUTF8
    case missingParenthesis(String)
    case unexpectedParenthesis(String)
    case missingBracket(String)
    case trailingBackslash
    case invalidEscape(String)
    case invalidClassRange(String)
    case invalidGroup(String)
    case invalidGroupName(String)
    case duplicateGroupName(String)
    case missingRepetitionArgument(String)
    case nestedRepetition(String)
    case invalidRepetitionCount(String)
    case nestsTooDeeply(limit: Int)
    case tooLarge(limit: Int)
    /// The search took more steps than allowed; the limit keeps a pattern from hanging us.
    case tooManySteps(limit: Int)

    /// Replacing makes a longer text than allowed.
    case resultTooLong(limit: Int)

    /// A limit of ours says nothing against the pattern, which may be right.
    var functionError: FunctionError {
        switch self {
        case .tooLarge, .tooManySteps, .resultTooLong: .limit(description)
        default: .failed(description)
        }
    }

    package var description: String {
        switch self {
        case .invalidUTF8: "error parsing regexp: invalid UTF-8"
        case .missingParenthesis(let text): parsing("missing closing )", text)
        case .unexpectedParenthesis(let text): parsing("unexpected )", text)
        case .missingBracket(let text): parsing("missing closing ]", text)
        case .trailingBackslash: "error parsing regexp: trailing backslash at end of expression"
        case .invalidEscape(let text): parsing("invalid escape sequence", text)
        case .invalidClassRange(let text): parsing("invalid character class range", text)
        case .invalidGroup(let text): parsing("invalid or unsupported Perl syntax", text)
        case .invalidGroupName(let text): parsing("invalid named capture", text)
        case .duplicateGroupName(let text): parsing("duplicate capture group name", text)
        case .missingRepetitionArgument(let text):
            parsing("missing argument to repetition operator", text)
        case .nestedRepetition(let text): parsing("invalid nested repetition operator", text)
        case .invalidRepetitionCount(let text): parsing("invalid repeat count", text)
        case .nestsTooDeeply(let limit):
            "error parsing regexp: expression nests deeper than \(limit)"
        case .tooLarge(let limit):
            "error parsing regexp: expression needs more than \(limit) instructions "
                + "(limit of regular expressions)"
        case .tooManySteps(let limit):
            "regexp: the search takes more than \(limit) steps of its own (limit steps); "
                + "use a simpler pattern"
        case .resultTooLong(let limit):
            "regexp: replacing makes more than \(limit) bytes (limit valueBytes)"
        }
    }

    private func parsing(_ problem: String, _ text: String) -> String {
        "error parsing regexp: \(problem): `\(text)`"
    }
}
