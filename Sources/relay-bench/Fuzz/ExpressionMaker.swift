/// Makes pipelines: fields, variables, literals and calls, mostly of the kinds that functions want.
struct ExpressionMaker {
    var chance: Chance
    /// Fields that the data has.
    let paths: [String]
    /// Variables that are declared where the next expression stands.
    var variables: [String] = ["$"]

    private static let kinds = [
        "string", "int", "float", "bool", "dict", "list", "time", "value",
    ]
    private static let integers = [
        "0", "1", "-1", "2", "3", "7", "16", "100", "255", "65536", "1_000", "0x7f", "0b11", "'a'",
        "1000000000", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "-5", "4096",
    ]
    private static let floats = [
        "0.5", "1.0", "-0.0", "1e3", "1e21", "1.7976931348623157e308", "5e-324", "0x1p-2", "2.5",
        "-1.5", ".5", "1e400",
    ]
    private static let texts = [
        "", "a", "abc", "Hello, World", "ünï😀", "2006-01-02T15:04:05Z07:00", "Mon Jan _2 2006",
        "2024-03-05T07:08:52Z", "2024-02-30", "(a|b)*c", "(a*)*b", "^v?[0-9]+\\.[0-9]+",
        "[[:alpha:]]+", "(?i)[k-ſ]{2,5}", "(?P<n>x+)|$", "\\pL+\\b", "(x{0,30}){0,30}", "[", "$1$n",
        "%5.2f|%-10s|%q|%v", "%x %T %#v %+d %[2]*[1]d", "%!%%", "%-+ #010.3e", "%U %c %t %*d",
        "1.2.3-beta+1", ">=1.2 <2 || ^3", "~1.x", "v1", "https://u:p@h:80/p?q=1#f", "1h30m",
        "-2.5s", "{\"a\":[1,{\"b\":null}]}", "[1,2", "VGVzdA==", "MFRGG===", "UTC",
        "Europe/Berlin", "a,b,,c", "a b\tc\n", "http_server-name", "../a/./b.tar.gz", "0",
        "-17", "0x1F", "1e3", "3.7", "true", "<a href='x'>&amp;\"", "\u{0}\u{7F}\u{2028}",
        "01/02/2024", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "\\", "%", "<no value>",
    ]

    init(_ chance: Chance, paths: [String]) {
        self.chance = chance
        self.paths = paths
    }

    /// What may stand between `{{` and `}}`.
    mutating func pipeline(_ kind: String = "value", depth: Int = 3) -> String {
        if chance.isOne(in: 2) { return bare(kind, depth) }
        var text = argument(chance.pick(Self.kinds), depth - 1)
        for _ in 0...chance.below(3) {
            let shape = chance.pick(FunctionShape.giving(kind))
            text += " | " + call(shape, depth - 1, leavesLast: true)
        }
        return text
    }

    /// A call without parentheses, or an operand.
    private mutating func bare(_ kind: String, _ depth: Int) -> String {
        if depth <= 0 || chance.isOne(in: 3) { return atom(kind) }
        return call(shape(kind), depth, leavesLast: false)
    }

    private mutating func shape(_ kind: String) -> FunctionShape {
        chance.pick(chance.isOne(in: 4) ? FunctionShape.all : FunctionShape.giving(kind))
    }

    private mutating func call(_ shape: FunctionShape, _ depth: Int, leavesLast: Bool) -> String {
        var kinds = shape.parameters
        if let rest = shape.rest { kinds += (0..<chance.below(4)).map { _ in rest } }
        if leavesLast, !kinds.isEmpty { kinds.removeLast() }
        if chance.isOne(in: 20) { kinds.append("value") }
        return ([shape.name] + kinds.map { argument($0, depth - 1) }).joined(separator: " ")
    }

    private mutating func argument(_ kind: String, _ depth: Int) -> String {
        let kind = chance.isOne(in: 12) ? chance.pick(Self.kinds) : kind
        if depth <= 0 || chance.isOne(in: 2) { return atom(kind) }
        let inner = "(" + pipeline(kind, depth: depth) + ")"
        return chance.isOne(in: 15) ? inner + ".name" : inner
    }

    private mutating func atom(_ kind: String) -> String {
        if chance.isOne(in: 6) { return chance.pick(variables) }
        if !paths.isEmpty, chance.isOne(in: 4) { return chance.pick(paths) }
        switch kind {
        case "string": return literal(chance.pick(Self.texts))
        case "int": return chance.pick(Self.integers)
        case "float": return chance.pick(Self.floats)
        case "bool": return chance.pick(["true", "false"])
        case "dict": return chance.pick(["dict", "(dict \"a\" 1 \"b\" (list 1 2))", ".", "$"])
        case "list":
            return chance.pick(["(list 3 1 2)", "list", "(until 5)", "(list \"b\" \"a\")"])
        case "time": return "now"
        default:
            return chance.pick([
                ".", "nil", "$", "1", "\"x\"", "list", "dict", "now", ".nowhere", "$.nowhere.x",
            ])
        }
    }

    private mutating func literal(_ text: String) -> String {
        if chance.isOne(in: 4), !text.contains("`"), !text.contains("\r") { return "`\(text)`" }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\" + String(scalar)
            case "\n": out += "\\n"
            default:
                let digits = String(scalar.value, radix: 16)
                out +=
                    scalar.value < 0x20
                    ? "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
                    : String(scalar)
            }
        }
        return out + (chance.isOne(in: 40) ? "\\xff\"" : "\"")
    }
}
