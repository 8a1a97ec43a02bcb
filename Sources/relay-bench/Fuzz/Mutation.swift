/// Damages a text as people and programs do: lost, doubled, moved and foreign pieces.
enum Mutation {
    static func mutate(
        _ text: [UInt8],
        _ chance: inout Chance,
        pieces: [String],
        other: [UInt8]
    ) -> [UInt8] {
        var text = text
        for _ in 0...chance.below(4) { apply(&text, &chance, pieces, other) }
        return text
    }

    private static func apply(
        _ text: inout [UInt8],
        _ chance: inout Chance,
        _ pieces: [String],
        _ other: [UInt8]
    ) {
        let span = chance.span(of: text.count)
        switch chance.below(8) {
        case 0: text.removeSubrange(span)
        case 1: text.insert(contentsOf: text[span], at: chance.below(text.count + 1))
        case 2, 3: text.insert(contentsOf: chance.pick(pieces).utf8, at: span.lowerBound)
        case 4: text.replaceSubrange(span, with: chance.pick(pieces).utf8)
        case 5:
            guard !text.isEmpty else { return }
            text[chance.below(text.count)] = UInt8(truncatingIfNeeded: chance.next())
        case 6: text.replaceSubrange(span, with: other[chance.span(of: other.count)])
        default: text.removeSubrange(span.lowerBound...)
        }
    }
}
