import Templating

/// A function's name and what it takes, as the table for people tells it.
///
/// Read from there so that a new function is tried without being named here.
struct FunctionShape {
    let name: String
    /// `string`, `int`, `float`, `bool`, `dict`, `list`, `time`, `value`.
    let parameters: [String]
    /// What any number of further arguments are; nil where there are none.
    let rest: String?

    static let all: [FunctionShape] = FunctionTable.markdown.split(separator: "\n")
        .compactMap { FunctionShape(row: $0) }

    /// A row of the table: "| `trunc int string` | … |".
    private init?(row: Substring) {
        guard row.hasPrefix("| `") else { return nil }
        let call = row.dropFirst(3).prefix { $0 != "`" }
        var words = call.split(separator: " ").map { String($0) }
        guard !words.isEmpty else { return nil }
        name = words.removeFirst()
        if let last = words.last, last.hasSuffix("…") {
            rest = String(last.dropLast())
            words.removeLast()
        } else {
            rest = nil
        }
        parameters = words
    }

    /// Functions whose result is of that kind: so that calls nest in a way that makes sense.
    static func giving(_ kind: String) -> [FunctionShape] { givers[kind] ?? all }

    private static let givers: [String: [FunctionShape]] = [
        "list": named(
            "list",
            "until",
            "untilStep",
            "splitList",
            "keys",
            "values",
            "sortAlpha",
            "append",
            "regexFindAll",
            "regexSplit",
            "concat",
            "rest",
            "initial",
            "reverse",
            "uniq",
            "compact",
            "chunk",
            "without",
            "slice",
            "toStrings",
            "pluck",
            "prepend"
        ),
        "dict": named(
            "dict",
            "merge",
            "mergeOverwrite",
            "pick",
            "omit",
            "set",
            "unset",
            "deepCopy",
            "fromJson",
            "split",
            "splitn",
            "urlParse"
        ),
        "int": named(
            "add",
            "sub",
            "mul",
            "div",
            "mod",
            "max",
            "min",
            "len",
            "int",
            "int64",
            "atoi",
            "floor",
            "toDecimal",
            "add1",
            "unixEpoch"
        ),
        "float": named("float64", "addf", "mulf", "divf", "round", "ceil", "floor", "maxf"),
        "bool": named(
            "eq",
            "ne",
            "lt",
            "gt",
            "and",
            "or",
            "not",
            "contains",
            "hasKey",
            "has",
            "empty",
            "hasPrefix",
            "regexMatch",
            "deepEqual",
            "kindIs",
            "typeIs",
            "semverCompare"
        ),
        "time": named("now", "toDate", "mustToDate", "dateModify", "mustDateModify"),
        "string": named(
            "upper",
            "lower",
            "trim",
            "trunc",
            "replace",
            "repeat",
            "quote",
            "printf",
            "print",
            "toJson",
            "toPrettyJson",
            "join",
            "regexReplaceAll",
            "b64enc",
            "b64dec",
            "indent",
            "date",
            "substr",
            "default",
            "coalesce",
            "ternary",
            "sha256sum",
            "toString",
            "html",
            "js",
            "urlquery",
            "cat",
            "wrap",
            "title",
            "snakecase",
            "camelcase",
            "seq",
            "abbrev",
            "regexFind",
            "regexReplaceAllLiteral",
            "trimAll",
            "urlJoin",
            "nindent",
            "println"
        ),
    ].filter { !$0.value.isEmpty }

    private static func named(_ names: String...) -> [FunctionShape] {
        all.filter { names.contains($0.name) }
    }
}
