/// The field `traceparent` (W3C Trace Context §3.2), which goes into log lines as it came.
enum TraceParent {
    /// `text` when it is one; anything else is the sender's own and no line's business.
    static func checked(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let isWhole = parts.count >= 4 && parts[..<4].map(\.utf8.count) == [2, 32, 16, 2]
        let isHex = parts.allSatisfy { part in
            part.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        }
        return isWhole && isHex && text.utf8.count <= 128 ? text : nil
    }
}
