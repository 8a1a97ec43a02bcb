/// A set of Unicode's general categories (UAX #44 §5.7.1), such as `\p{L}` or `\p{Nd}`.
struct UnicodeCategories {
    private let bits: UInt32

    /// - Parameter name: One letter for a group of categories, two for one, or `Any`.
    init?(named name: String) {
        if name == "Any" {
            bits = .max
            return
        }
        var bits: UInt32 = 0
        for (index, known) in Self.names.enumerated() where known == name || known.prefix(1) == name
        {
            bits |= 1 << UInt32(index)
        }
        guard bits != 0 else { return nil }
        self.bits = bits
    }

    func contains(_ point: UInt32) -> Bool {
        // A surrogate is no scalar and never comes out of decoding; only `Any` and `Cs` hold it.
        guard let scalar = Unicode.Scalar(point) else { return bits >> 28 & 1 == 1 }
        return bits >> Self.index(of: scalar.properties.generalCategory) & 1 == 1
    }

    private static let names = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs",
    ]

    private static func index(of category: Unicode.GeneralCategory) -> UInt32 {
        switch category {
        case .uppercaseLetter: 0
        case .lowercaseLetter: 1
        case .titlecaseLetter: 2
        case .modifierLetter: 3
        case .otherLetter: 4
        case .nonspacingMark: 5
        case .spacingMark: 6
        case .enclosingMark: 7
        case .decimalNumber: 8
        case .letterNumber: 9
        case .otherNumber: 10
        case .connectorPunctuation: 11
        case .dashPunctuation: 12
        case .openPunctuation: 13
        case .closePunctuation: 14
        case .initialPunctuation: 15
        case .finalPunctuation: 16
        case .otherPunctuation: 17
        case .mathSymbol: 18
        case .currencySymbol: 19
        case .modifierSymbol: 20
        case .otherSymbol: 21
        case .spaceSeparator: 22
        case .lineSeparator: 23
        case .paragraphSeparator: 24
        case .control: 25
        case .format: 26
        case .privateUse: 27
        case .surrogate: 28
        // Go has no table of unassigned code points; only `Any` holds them.
        case .unassigned: 31
        @unknown default: 31
        }
    }
}
