/// Damages a log's files as disks, copies and people do.
enum FileDamage {
    /// Does one thing to `files`.
    ///
    /// - Returns: What was done, in words.
    static func deed(on files: inout [String: [UInt8]], _ chance: inout Chance) -> String {
        let names = files.keys.sorted()
        guard !names.isEmpty else { return "nothing is left" }
        let name = chance.pick(names)
        let other = chance.pick(names)
        var bytes = files[name] ?? []
        let span = chance.span(of: bytes.count)
        let words: String
        switch chance.below(11) {
        case 0, 1:
            guard !bytes.isEmpty else { return "\(name) is empty" }
            let place = chance.below(bytes.count)
            bytes[place] ^= UInt8(1 << chance.below(8))
            words = "a bit of byte \(place) flipped"
        case 2:
            for place in span { bytes[place] = UInt8(truncatingIfNeeded: chance.next()) }
            words = "bytes \(span) are noise"
        case 3:
            for place in span { bytes[place] = 0 }
            words = "bytes \(span) are zeros"
        case 4:
            bytes.removeSubrange(span.lowerBound...)
            words = "cut at \(span.lowerBound)"
        case 5:
            bytes.removeSubrange(span)
            words = "bytes \(span) taken out"
        case 6:
            let place = chance.below(bytes.count + 1)
            bytes.insert(contentsOf: bytes[span], at: place)
            words = "bytes \(span) inserted at \(place)"
        case 7:
            let source = files[other] ?? []
            let part = chance.span(of: source.count)
            bytes.replaceSubrange(span, with: source[part])
            words = "bytes \(span) replaced by \(part) of \(other)"
        case 8:
            bytes += [UInt8](repeating: 0, count: chance.below(5000))
            words = "zeros at its end: \(bytes.count) bytes"
        case 9:
            files[name] = files[other]
            files[other] = bytes
            return "\(name) and \(other) exchanged"
        default:
            files[name] = nil
            return "\(name) removed"
        }
        files[name] = bytes
        return "\(name): \(words)"
    }
}
