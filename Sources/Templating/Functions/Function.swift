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
    /// What a call costs, in steps (`TemplateLimits.steps`).
    enum Price: Sendable {
        /// One; the body asks for more where it does more.
        case flat
        /// So many, and what there is to look at: 16 bytes or one element of the arguments each.
        ///
        /// The text that is made is charged too. A body whose result may be larger than its
        /// arguments asks before it makes it.
        case metered(Int)
    }

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
    /// What the executor charges for a call.
    let price: Price
    let body: Body

    init(
        _ name: String,
        _ parameters: [Parameter],
        rest: Parameter? = nil,
        summary: String = "",
        isShortCircuit: Bool = false,
        price: Price = .flat,
        _ body: @escaping Body
    ) {
        self.name = name
        self.parameters = parameters
        self.rest = rest
        self.summary = summary
        self.price = price
        self.isShortCircuit = isShortCircuit
        self.body = body
    }
}

extension Function {
    /// Whether the first argument is a regular expression.
    var takesPattern: Bool {
        (name.hasPrefix("regex") || name.hasPrefix("mustRegex")) && parameters.count > 1
    }

    func priced(_ price: Price) -> Function {
        Function(
            name,
            parameters,
            rest: rest,
            summary: summary,
            isShortCircuit: isShortCircuit,
            price: price,
            body
        )
    }

    /// Calls it, and charges the run.
    func callAsFunction(_ arguments: [Value], _ run: Run) throws(FunctionError) -> Value {
        guard case .metered(let steps) = price else {
            try run.spend(1)
            return try body(arguments, run)
        }
        try run.spend(arguments.reduce(steps) { $0 + $1.extent })
        let result = try body(arguments, run)
        if case .string(let bytes) = result { try run.allow(bytes: bytes.count) }
        return result
    }
}

extension Value {
    /// How much there is to look at, in steps.
    fileprivate var extent: Int {
        switch self {
        case .string(let bytes): bytes.count >> 4
        case .list(let list): list.count
        case .map(let map): map.searchSteps
        default: 0
        }
    }
}

/// Functions that belong together, under a heading.
struct FunctionFamily: Sendable {
    let title: String
    let functions: [Function]
}
