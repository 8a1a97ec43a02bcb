/// Every function that templates may call: Go's own, then sprig's, which hide Go's of that name.
enum Functions {
    static let families: [FunctionFamily] = [BuiltIns.family] + SprigFunctions.families

    static let all = table(of: families)
    static let go = table(of: [BuiltIns.family])

    private static func table(of families: [FunctionFamily]) -> [String: Function] {
        var table: [String: Function] = [:]
        for family in families {
            for function in family.functions { table[function.name] = function }
        }
        return table
    }
}

extension FunctionSet {
    var table: [String: Function] {
        switch self {
        case .goAndSprig: Functions.all
        case .go: Functions.go
        }
    }
}
