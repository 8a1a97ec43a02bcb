import POSIX

/// Colours for people: on a terminal only, and never when `NO_COLOR` is set (no-color.org).
///
/// A colour never says what the words do not.
package struct Paint: Sendable {
    package enum Colour: String, Sendable {
        case green = "32"
        case yellow = "33"
        case red = "31"
        case bold = "1"
        case dim = "2"
    }

    private let isOn: Bool

    /// For what goes to standard output.
    package init() {
        let environment = Host.environment()
        isOn =
            Host.isTerminal(1) && (environment["NO_COLOR"] ?? "").isEmpty
            && environment["TERM"] != "dumb"
    }

    package func callAsFunction(_ colour: Colour?, _ text: String) -> String {
        guard isOn, let colour, !text.isEmpty else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }

    /// A delivery's state, a finding's mark or kind.
    package func callAsFunction(word: String, padded: String) -> String {
        self(Self.colours[word], padded)
    }

    private static let colours: [String: Colour] = [
        "ok": .green, "warn": .yellow, "wrong": .red, "delivered": .green, "same": .green,
        "superseded": .dim, "dropped": .dim, "held": .yellow, "accepted": .yellow, "dead": .red,
        "missing": .red, "doubled": .yellow, "left running": .red, "changed": .yellow,
        "unknown": .yellow, "differs": .yellow, "fails": .red,
    ]
}
