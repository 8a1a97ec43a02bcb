/// The little that protocol text needs, byte by byte and without locale.
enum ASCII {
    /// Whether both are the same but for the case of ASCII letters.
    static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        let (left, right) = (left.utf8Span.span, right.utf8Span.span)
        return left.indices.allSatisfy { lower(left[$0]) == lower(right[$0]) }
    }

    /// Whether `text` holds `part`, ASCII letters of either case being the same.
    static func contains(_ text: String, _ part: String) -> Bool {
        let text = text.utf8.map(lower)
        let part = part.utf8.map(lower)
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { start in
            text[start..<(start + part.count)].elementsEqual(part)
        }
    }

    /// Without spaces and tabs at both ends.
    static func trimmed(_ text: String) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard let first = text.utf8.first, let last = text.utf8.last,
            isBlank(first) || isBlank(last)
        else { return text }
        let tail = text.utf8.drop(while: isBlank)
        guard let last = tail.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(tail[...last]) ?? ""
    }

    /// A number of decimal digits alone; nil also for one beyond `Int`.
    static func number(_ text: String) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
