import JSON

/// What a list or a map holds, for the sake of Go's types.
enum ElementKind: UInt8, Sendable {
    /// `interface {}`
    case any
    case string
    case int
    /// `[]interface {}`: what `chunk` makes.
    case list

    var typeName: String {
        switch self {
        case .any: "interface {}"
        case .string: "string"
        case .int: "int"
        case .list: "[]interface {}"
        }
    }

    /// What `index` gives for a key that is not there.
    var zero: Value {
        switch self {
        case .any: .null
        case .string: .string([UInt8]())
        case .int: .int(0)
        case .list: .list(GoList([], isNil: true))
        }
    }
}

/// A Go slice that never changes: functions give new ones.
final class GoList {
    private enum Storage {
        case own([Value])
        /// An array that still lies in its document.
        case json(JSONValue, Alterations)
    }

    let element: ElementKind
    /// A nil slice: empty, and `null` in JSON.
    let isNil: Bool
    private var storage: Storage

    init(_ values: [Value], of element: ElementKind = .any, isNil: Bool = false) {
        self.element = element
        self.isNil = isNil
        storage = .own(values)
    }

    init(_ array: JSONValue, _ alterations: Alterations) {
        element = .any
        isNil = false
        storage = .json(array, alterations)
    }

    var isEmpty: Bool { count == 0 }

    var count: Int {
        switch storage {
        case .own(let values): values.count
        case .json(let array, _): array.count
        }
    }

    /// All elements; for an array of the document this makes them.
    var values: [Value] {
        switch storage {
        case .own(let values): values
        case .json(let array, let alterations): array.elements.map { Value($0, alterations) }
        }
    }

    /// - Precondition: `0..<count` holds the position.
    subscript(_ position: Int) -> Value {
        switch storage {
        case .own(let values): values[position]
        case .json(let array, let alterations):
            array[position].map { Value($0, alterations) } ?? .null
        }
    }

    /// Where the array lies in its document, while it does.
    var json: (array: JSONValue, alterations: Alterations)? {
        if case .json(let array, let alterations) = storage { (array, alterations) } else { nil }
    }

    private var holdsContainers: Bool {
        if case .own(let values) = storage { values.contains { $0.isContainer } } else { false }
    }

    deinit {
        guard holdsContainers else { return }
        Demolition.run(emptied())
    }

    /// Gives away what it holds, when nobody else holds this.
    func emptied() -> [Value] {
        guard case .own(let values) = storage else { return [] }
        storage = .own([])
        return values
    }
}
