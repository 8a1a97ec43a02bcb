/// A set of code points: `[a-z\d]`, `\p{Lu}`, `[^[:space:]]`.
struct CharacterClass {
    /// One member of a class; folding comes before its own negation, as in RE2.
    struct Item {
        enum Content {
            case range(ClosedRange<UInt32>)
            case ranges([ClosedRange<UInt32>])
            case categories(UnicodeCategories)
        }

        var content: Content
        var isNegated = false
        var isFolded: Bool

        func contains(_ point: UInt32) -> Bool {
            guard isFolded else { return holds(point) != isNegated }
            return CaseFolding.orbit(of: point).contains(where: holds) != isNegated
        }

        private func holds(_ point: UInt32) -> Bool {
            switch content {
            case .range(let range): range.contains(point)
            case .ranges(let ranges): ranges.contains { $0.contains(point) }
            case .categories(let categories): categories.contains(point)
            }
        }
    }

    private let items: [Item]
    private let isNegated: Bool
    /// Membership of the ASCII characters, a bit each: what nearly every text consists of.
    private let ascii: (UInt64, UInt64)

    init(_ items: [Item], isNegated: Bool = false) {
        self.items = items
        self.isNegated = isNegated
        var bits: (UInt64, UInt64) = (0, 0)
        for point in UInt32(0)..<128
        where items.contains(where: { $0.contains(point) }) != isNegated {
            if point < 64 {
                bits.0 |= 1 << UInt64(point)
            } else {
                bits.1 |= 1 << UInt64(point - 64)
            }
        }
        ascii = bits
    }

    func contains(_ point: UInt32) -> Bool {
        if point < 64 { return ascii.0 >> UInt64(point) & 1 == 1 }
        if point < 128 { return ascii.1 >> UInt64(point - 64) & 1 == 1 }
        return items.contains { $0.contains(point) } != isNegated
    }
}

extension CharacterClass {
    /// `\d`, `\s`, `\w` and their opposites: ASCII only.
    static func perl(_ letter: UInt8, isFolded: Bool) -> Item? {
        let ranges: [ClosedRange<UInt32>]
        switch letter {
        case UInt8(ascii: "d"), UInt8(ascii: "D"): ranges = [0x30...0x39]
        case UInt8(ascii: "s"), UInt8(ascii: "S"): ranges = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]
        case UInt8(ascii: "w"), UInt8(ascii: "W"): ranges = word
        default: return nil
        }
        return Item(content: .ranges(ranges), isNegated: letter < 0x61, isFolded: isFolded)
    }

    /// The inside of `[:alpha:]`; ASCII only.
    static func posix(_ name: String) -> [ClosedRange<UInt32>]? {
        switch name {
        case "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A]
        case "alpha": [0x41...0x5A, 0x61...0x7A]
        case "ascii": [0x00...0x7F]
        case "blank": [0x09...0x09, 0x20...0x20]
        case "cntrl": [0x00...0x1F, 0x7F...0x7F]
        case "digit": [0x30...0x39]
        case "graph": [0x21...0x7E]
        case "lower": [0x61...0x7A]
        case "print": [0x20...0x7E]
        case "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E]
        case "space": [0x09...0x0D, 0x20...0x20]
        case "upper": [0x41...0x5A]
        case "word": word
        case "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66]
        default: nil
        }
    }

    private static let word: [ClosedRange<UInt32>] = [
        0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A,
    ]
}
