/// A full commit id: 40 (SHA-1) or 64 (SHA-256) hex digits.
package enum CommitID {
    /// The id in lower case; nil for anything else.
    package static func normalized(_ text: String) -> String? {
        guard text.utf8.count == 40 || text.utf8.count == 64 else { return nil }
        var text = text
        var hasCapitals = false
        let isHex = text.withUTF8 { digits in
            digits.allSatisfy { digit in
                if (0x41...0x46).contains(digit) { hasCapitals = true }
                return Hex.value(digit) != nil
            }
        }
        guard isHex else { return nil }
        return hasCapitals ? text.lowercased() : text
    }
}
