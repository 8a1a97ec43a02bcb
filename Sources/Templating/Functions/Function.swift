/// What a parameter takes: Go's types of function parameters.
///
/// The executor checks arguments against it before the body runs, as Go does: a missing or null
/// argument is refused for `string` and `int`; an `int64` is not an `int`; literals convert.
enum Parameter: UInt8, Sendable {
    /// `reflect.Value`: whatever there is, missing values too. Only Go's own functions have it.
    case value
    /// `interface {}`: a missing value arrives as null.
    case any
    /// Arrives as `.string`.
    case string
    /// Arrive as `.integer` of this kind.
    case int, int64, uint32
    /// Arrives as `.float`.
    case float
    case bool
    /// `map[string]interface {}`; a missing value arrives as a nil map.
    case map
    /// `[]interface {}`; a missing value arrives as a nil list.
    case list
    /// `time.Time`: arrives as `.opaque`, its type name checked.
    case time

    var typeName: String {
        switch self {
        case .value: "reflect.Value"
        case .any: "interface {}"
        case .string: "string"
        case .int: "int"
        case .int64: "int64"
        case .uint32: "uint32"
        case .float: "float64"
        case .bool: "bool"
        case .map: "map[string]interface {}"
        case .list: "[]interface {}"
        case .time: "time.Time"
        }
    }

    /// One word for tables that people read.
    var word: String {
        switch self {
        case .value, .any: "value"
        case .string: "string"
        case .int, .int64, .uint32: "int"
        case .float: "float"
        case .bool: "bool"
        case .map: "dict"
        case .list: "list"
        case .time: "time"
        }
    }
}

/// A function that templates call by name.
final class Function: Sendable {
    /// Arguments come checked against the parameters, as many as there are, then the rest.
    typealias Body = @Sendable (_ arguments: [Value], _ run: Run) throws(FunctionError) -> Value

    let name: String
    /// `and` and `or`: the executor evaluates only as many arguments as it needs.
    let isShortCircuit: Bool
    let parameters: [Parameter]
    /// What any number of further arguments must be; nil where there may be none.
    let rest: Parameter?
    /// For tables that people read: a few words, or "".
    let summary: String
    let body: Body

    init(
        _ name: String,
        _ parameters: [Parameter],
        rest: Parameter? = nil,
        summary: String = "",
        isShortCircuit: Bool = false,
        _ body: @escaping Body
    ) {
        self.name = name
        self.parameters = parameters
        self.rest = rest
        self.summary = summary
        self.isShortCircuit = isShortCircuit
        self.body = body
    }
}

/// Functions that belong together, under a heading.
struct FunctionFamily: Sendable {
    let title: String
    let functions: [Function]
}
