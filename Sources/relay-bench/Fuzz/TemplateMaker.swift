/// Makes templates, as text or as payloads that stand a chance of being accepted.
struct TemplateMaker {
    private var expressions: ExpressionMaker
    private var defined: [String] = []

    private static let literals = [
        "x", " ", "\n", "  \n", "{", "}", "\"", "{ {", "}}", "é😀", "\u{0}", ",", ":", "[", "]",
        "text with words ", "\\", "\\u00e9", "<b>", "null", "{\"a\": 1}", "-",
    ]

    init(_ chance: Chance, paths: [String]) {
        expressions = ExpressionMaker(chance, paths: paths)
    }

    var chance: Chance {
        get { expressions.chance }
        set { expressions.chance = newValue }
    }

    // MARK: - Any text

    mutating func text() -> String {
        var out = ""
        for _ in 0..<chance.below(3) { out += definition() }
        return out + nodes(depth: 3)
    }

    private mutating func definition() -> String {
        let name = "t\(defined.count)"
        defined.append(name)
        let saved = expressions.variables
        expressions.variables = ["$"]
        defer { expressions.variables = saved }
        return open("define \"\(name)\"") + nodes(depth: 2) + open("end")
    }

    private mutating func nodes(depth: Int) -> String {
        let count = expressions.variables.count
        defer { expressions.variables.removeLast(expressions.variables.count - count) }
        return (0..<chance.number(in: 1...4)).map { _ in node(depth) }.joined()
    }

    private mutating func node(_ depth: Int) -> String {
        switch chance.below(depth > 0 ? 12 : 6) {
        case 0: return chance.pick(Self.literals) + chance.pick(Self.literals)
        case 1: return declaration()
        case 2, 3, 4: return open(expressions.pipeline())
        case 5: return chance.isOne(in: 2) ? "{{/* \(chance.pick(Self.literals)) */}}" : include()
        case 6, 7:
            return open("if " + expressions.pipeline("bool")) + nodes(depth: depth - 1)
                + otherwise(["if " + expressions.pipeline("bool")], depth) + open("end")
        case 8:
            return open("with " + expressions.pipeline()) + nodes(depth: depth - 1)
                + otherwise(["with " + expressions.pipeline()], depth) + open("end")
        default: return loop(depth)
        }
    }

    private mutating func otherwise(_ chained: [String], _ depth: Int) -> String {
        guard chance.isOne(in: 2) else { return "" }
        let word = chance.isOne(in: 3) ? "else " + chance.pick(chained) : "else"
        return open(word) + nodes(depth: depth - 1)
    }

    private mutating func loop(_ depth: Int) -> String {
        let list = expressions.pipeline(chance.pick(["list", "dict", "int"]))
        let name = "$v\(expressions.variables.count)"
        let saved = expressions.variables
        defer { expressions.variables = saved }
        let head: String
        switch chance.below(3) {
        case 0: head = "range \(list)"
        case 1:
            head = "range \(name) := \(list)"
            expressions.variables.append(name)
        default:
            head = "range $k, \(name) := \(list)"
            expressions.variables += ["$k", name]
        }
        let body = nodes(depth: depth - 1)
        let leave = chance.isOne(in: 3) ? open(chance.pick(["break", "continue"])) : ""
        let rest = chance.isOne(in: 3) ? open("else") + nodes(depth: depth - 1) : ""
        return open(head) + body + leave + rest + open("end")
    }

    private mutating func include() -> String {
        if chance.isOne(in: 3) {
            return open("block \"b\(chance.below(3))\" .") + chance.pick(Self.literals)
                + open("end")
        }
        let name = defined.isEmpty || chance.isOne(in: 20) ? "none" : chance.pick(defined)
        return open("template \"\(name)\" \(chance.isOne(in: 2) ? expressions.pipeline() : ".")")
    }

    private mutating func declaration() -> String {
        let known = expressions.variables.filter { $0 != "$" }
        if !known.isEmpty, chance.isOne(in: 2) {
            return open("\(chance.pick(known)) = \(expressions.pipeline())")
        }
        let name = "$v\(expressions.variables.count)"
        let value = expressions.pipeline()
        expressions.variables.append(name)
        return open("\(name) := \(value)")
    }

    private mutating func open(_ inside: String) -> String {
        (chance.isOne(in: 10) ? "{{- " : "{{") + inside + (chance.isOne(in: 10) ? " -}}" : "}}")
    }

    // MARK: - Payloads

    mutating func payload() -> String {
        var out = ""
        for _ in 0..<chance.below(2) { out += definition() }
        for _ in 0..<chance.below(3) { out += declaration() }
        return out + object(depth: 3)
    }

    private mutating func object(depth: Int) -> String {
        let members = (0..<chance.below(5)).map { _ in
            string(depth: 0) + ": " + value(depth: depth - 1)
        }
        return "{" + members.joined(separator: ",\n  ") + "}"
    }

    private mutating func value(depth: Int) -> String {
        switch chance.below(depth > 0 ? 10 : 5) {
        case 0: return chance.pick(["1", "-2.5e3", "true", "null", "\"\\u00e9\\n\""])
        case 1, 2: return string(depth: depth)
        case 3: return open(expressions.pipeline() + " | toJson")
        case 4: return open(expressions.pipeline(chance.pick(["int", "bool", "float"])))
        case 5:
            return open("if " + expressions.pipeline("bool")) + value(depth: depth - 1)
                + open("else") + value(depth: depth - 1) + open("end")
        case 6: return array(depth)
        case 7:
            return open("with " + expressions.pipeline()) + value(depth: depth - 1) + open("else")
                + value(depth: depth - 1) + open("end")
        case 8: return object(depth: depth)
        default:
            return "["
                + (0..<chance.below(4)).map { _ in value(depth: depth - 1) }
                .joined(separator: ", ") + "]"
        }
    }

    private mutating func array(_ depth: Int) -> String {
        let list = expressions.pipeline("list")
        expressions.variables += ["$i", "$e"]
        defer { expressions.variables.removeLast(2) }
        return "[{{range $i, $e := \(list)}}{{if $i}},{{end}}" + value(depth: depth - 1)
            + "{{end}}]"
    }

    private mutating func string(depth: Int) -> String {
        var out = "\""
        for _ in 0..<chance.number(in: 0...2) {
            out += chance.pick(["key", "a b", "\\n", "é", "\\\"", "/", "\\u12ab", "\u{7F}"])
            guard chance.isOne(in: 2) else { continue }
            if depth > 0, chance.isOne(in: 3) {
                out +=
                    open("if " + expressions.pipeline("bool")) + "x"
                    + open(expressions.pipeline("string")) + open("end")
            } else {
                out += open(expressions.pipeline("string", depth: max(depth, 1)))
            }
        }
        return out + "\""
    }
}
