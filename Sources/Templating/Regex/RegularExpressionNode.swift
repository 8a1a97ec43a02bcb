/// A parsed pattern.
indirect enum RegularExpressionNode {
    case empty
    /// One code point; folded ones stand for their whole case-folding orbit.
    case literal(UInt32, isFolded: Bool)
    case anyCharacter(withNewline: Bool)
    case characterClass(CharacterClass)
    case assertion(Assertion)
    /// A capturing group; 1 for the first.
    case group(Int, RegularExpressionNode)
    case sequence([RegularExpressionNode])
    case alternatives([RegularExpressionNode])
    /// `most` is nil for no upper bound.
    case repetition(RegularExpressionNode, least: Int, most: Int?, isGreedy: Bool)

    /// A condition on a place between two characters.
    enum Assertion {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// Whether it can match the empty text.
    var isNullable: Bool {
        switch self {
        case .empty, .assertion: true
        case .literal, .anyCharacter, .characterClass: false
        case .group(_, let inner): inner.isNullable
        case .sequence(let parts): parts.allSatisfy(\.isNullable)
        case .alternatives(let parts): parts.contains(where: \.isNullable)
        case .repetition(let inner, let least, _, _): least == 0 || inner.isNullable
        }
    }

    /// Whether counted repetitions inside each other stay below `budget` copies, as RE2 asks.
    func repeats(atMost budget: Int) -> Bool {
        switch self {
        case .empty, .literal, .anyCharacter, .characterClass, .assertion: return true
        case .group(_, let inner): return inner.repeats(atMost: budget)
        case .sequence(let parts), .alternatives(let parts):
            return parts.allSatisfy { $0.repeats(atMost: budget) }
        case .repetition(let inner, let least, let most, _):
            let isCounted = !(least <= 1 && (most == nil || most == 1))
            guard isCounted, most != 0 else { return inner.repeats(atMost: budget) }
            let count = most ?? least
            guard count <= budget else { return false }
            return inner.repeats(atMost: count > 0 ? budget / count : budget)
        }
    }
}
