/// What a client would like, if it is all the same to us (RFC 7240).
package enum PreferHeader {
    /// Seconds of `Prefer: wait=N`; nil without one that is a number.
    ///
    /// A number too large for Int counts as the largest.
    package static func waitSeconds(_ fields: HTTPFields) -> Int? {
        for value in fields.all("Prefer") {
            for preference in value.split(whereSeparator: { $0 == "," || $0 == ";" }) {
                let halves = preference.split(separator: "=", maxSplits: 1)
                    .map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
                guard halves.count == 2, halves[0].lowercased() == "wait" else { continue }
                return Digits.value(halves[1])
            }
        }
        return nil
    }
}

/// Numbers as HTTP writes them: digits and nothing else (RFC 9110 §5.6).
enum Digits {
    /// nil unless `text` is made of digits; `.max` when the number is larger.
    static func value(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text) ?? .max
    }
}
