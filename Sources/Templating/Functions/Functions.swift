/// Every function that templates may call: Go's own, then sprig's, which hide Go's of that name.
enum Functions {
    static let families: [FunctionFamily] = [BuiltIns.family] + SprigFunctions.families

    static let table: [String: Function] = {
        var table: [String: Function] = [:]
        for family in families {
            for function in family.functions { table[function.name] = function }
        }
        return table
    }()
}
