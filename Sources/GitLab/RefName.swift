/// What GitLab can resolve to a commit, as far as the text alone tells.
enum RefName {
    /// Why `ref` can never name a commit, or nil when only GitLab can tell.
    ///
    /// GitLab resolves nothing that holds white space, `:` or NUL, or that begins with `-`.
    static func problem(_ ref: String) -> String? {
        if ref.isEmpty { return "is empty" }
        if ref.hasPrefix("-") { return "begins with a dash, which no branch or tag can" }
        for scalar in ref.unicodeScalars {
            if scalar == ":" { return "holds a colon, which no branch or tag can" }
            if isWhitespace(scalar) {
                return "holds white space, which no branch or tag can"
            }
            if scalar.value < 0x20 || scalar.value == 0x7F {
                return "holds a control character, which no branch or tag can"
            }
        }
        return nil
    }

    /// Unicode's White_Space; ASCII, which is nearly all there is, without looking it up.
    static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            ? scalar == " " || (0x09...0x0D).contains(scalar.value)
            : scalar.properties.isWhitespace
    }
}
