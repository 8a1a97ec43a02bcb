/// What GitLab can resolve to a commit, as far as the text alone tells.
package enum CommitName {
    /// A full commit id in lower case: 40 (SHA-1) or 64 (SHA-256) hex digits.
    ///
    /// - Returns: nil for anything else; a short id, a branch or `HEAD` would be taken by GitLab
    ///   and stored as sent, and then never be recognised as the same commit again.
    package static func normalized(_ text: String) -> String? {
        let digits = text.utf8
        guard digits.count == 40 || digits.count == 64 else { return nil }
        guard digits.allSatisfy({ isHexDigit($0) }) else { return nil }
        return digits.contains { (0x41...0x46).contains($0) } ? text.lowercased() : text
    }

    /// Why `ref` can never name a commit, or nil when only GitLab can tell.
    ///
    /// GitLab resolves nothing that holds white space, `:` or NUL, or that begins with `-`.
    package static func refProblem(_ ref: String) -> String? {
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

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
