import JSON

/// What a template works on while it runs, by Go's kinds.
///
/// A value lives in one run on one thread. Literals and `len` are Go's `int`, data's integers and
/// sprig's arithmetic are `int64`; templates can tell (`eq` cannot, `deepEqual` and `%T` can).
enum Value {
    /// A key that is not there: Go's zero `reflect.Value`. It stays missing all the way down.
    case missing
    /// JSON's null, Go's nil `interface {}`.
    case null
    case bool(Bool)
    case integer(Int64, IntegerKind)
    case float(Double)
    /// Any bytes; Go's strings need not be UTF-8.
    case string([UInt8])
    case list(GoList)
    /// Reference semantics: `set`, `unset`, `merge` change their argument.
    case map(GoMap)
    /// A time, a duration, a version: what has methods or prints itself.
    case opaque(any OpaqueValue)

    static func int(_ value: Int) -> Value { .integer(Int64(value), .int) }
    static func int64(_ value: Int64) -> Value { .integer(value, .int64) }

    static func string(_ text: String) -> Value { .string(Array(text.utf8)) }

    /// `[]interface {}`.
    static func list(_ values: [Value]) -> Value { .list(GoList(values)) }

    /// `[]string`.
    static func strings(_ texts: [[UInt8]]) -> Value {
        .list(GoList(texts.map { .string($0) }, of: .string))
    }

    // MARK: - Looking at one

    var isMissing: Bool { if case .missing = self { true } else { false } }

    /// Missing or null: Go's nil, once it is an `interface {}`.
    var isNil: Bool {
        switch self {
        case .missing, .null: true
        default: false
        }
    }

    var bytes: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
    var list: GoList? { if case .list(let list) = self { list } else { nil } }
    var map: GoMap? { if case .map(let map) = self { map } else { nil } }

    /// Whether `if` takes it for true: not zero, not empty (text/template, IsTrue).
    var isTrue: Bool {
        switch self {
        case .missing, .null: false
        case .bool(let value): value
        case .integer(let value, _): value != 0
        case .float(let value): value != 0
        case .string(let bytes): !bytes.isEmpty
        case .list(let list): !list.isEmpty
        case .map(let map): !map.isEmpty
        case .opaque(let value): value.integer.map { $0 != 0 } ?? true
        }
    }
}

/// Go's integer types that a template can meet.
enum IntegerKind: UInt8, Sendable {
    case int, int64, int32
    /// A byte of a string.
    case uint8
    /// Its bits are kept in the `Int64`.
    case uint64

    var name: String {
        switch self {
        case .int: "int"
        case .int64: "int64"
        case .int32: "int32"
        case .uint8: "uint8"
        case .uint64: "uint64"
        }
    }

    var isUnsigned: Bool { self == .uint8 || self == .uint64 }
}
