/// What is served of the console's pieces: all but what is there for their readers alone.
enum ConsoleText {
    /// Leaves out indentation, and lines that are a comment.
    ///
    /// No string of the console's goes over more than one line, so nothing that is shown changes.
    static func lean(_ text: String) -> String {
        text.split(separator: "\n").map { $0.drop { $0 == " " } }
            .filter { !$0.hasPrefix("//") }.joined(separator: "\n") + "\n"
    }

    /// Of a style sheet also the blanks beside braces and semicolons; none of its strings has one.
    static func leanStyle(_ text: String) -> String {
        lean(text).replacing("{ ", with: "{").replacing(" {", with: "{")
            .replacing(" }", with: "}").replacing("; ", with: ";")
    }
}
