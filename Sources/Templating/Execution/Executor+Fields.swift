import Formats
import JSON

/// What stands behind a field: arguments of a method.
struct MethodCall {
    let arguments: [Operand]
    let piped: Value?
}

/// Field access (text/template/exec.go, evalField).
extension Executor {
    /// The value at the end of a chain of fields.
    ///
    /// A missing value stays missing all the way down; a field of null is an error.
    mutating func member(
        _ start: Value,
        _ names: [FieldName],
        _ operand: Operand,
        _ call: MethodCall?,
        _ dot: Value
    ) throws(Trouble) -> Value {
        let isTolerant = isPayload && operand.toleratesMissing
        var value = start
        var index = 0
        while index < names.count {
            let name = names[index]
            let isLast = index == names.count - 1
            index += 1
            switch value {
            case .missing:
                guard missingKey == .error, !isTolerant else { return .missing }
                throw Self.missing(name, operand, among: [])
            case .map(let map):
                if isLast, call != nil {
                    throw Trouble(
                        offset: name.offset,
                        problem: ".\(name.text) is no method but has arguments"
                    )
                }
                try spend(map.searchSteps)
                let end = call == nil ? names.count : names.count - 1
                if let found = try walk(map, names, &index, end) ?? map[name.utf8] {
                    value = found
                } else if missingKey == .error, !isTolerant {
                    throw Self.missing(name, operand, among: map.keys)
                } else if missingKey == .zero {
                    value = map.element.zero
                } else {
                    return .missing
                }
            case .opaque(let opaque):
                guard let method = opaque.method(name.text) else { throw Self.noField(name, value) }
                let arguments = isLast ? call : nil
                value = try self.call(
                    method,
                    arguments?.arguments ?? [],
                    arguments?.piped,
                    name.offset,
                    dot
                )
            default: throw Self.noField(name, value)
            }
        }
        return isPayload ? try known(value, names, operand) : value
    }

    /// As many fields as lie in objects of one document, without making values of those between.
    ///
    /// `index` stands behind the first field, and is set behind the last one that was taken.
    /// - Returns: nil when the first field is not there, or nothing is gained.
    private mutating func walk(
        _ map: GoMap,
        _ names: [FieldName],
        _ index: inout Int,
        _ end: Int
    ) throws(Trouble) -> Value? {
        guard let (object, alterations) = map.json, alterations.isEmpty,
            var found = object[utf8: names[index - 1].utf8]
        else { return nil }
        while index < end, found.kind == .object {
            try spend(found.count >> 4)
            guard let next = found[utf8: names[index].utf8] else { break }
            found = next
            index += 1
        }
        return Value(found, alterations)
    }

    private static func noField(_ name: FieldName, _ value: Value) -> Trouble {
        if value.isNil {
            return Trouble(
                offset: name.offset,
                problem: "can't evaluate .\(name.text) of null",
                hint: "with and if pass over null"
            )
        }
        return Trouble(
            offset: name.offset,
            problem: "can't evaluate .\(name.text) in a value of type \(value.typeName)"
        )
    }

    /// An error that shows the chain up to the key that is not there, and the nearest one.
    private static func missing(_ name: FieldName, _ operand: Operand, among keys: [[UInt8]])
        -> Trouble
    {
        let chain = operand.chain(upTo: name)
        let near = NearestName.find(
            name.text,
            among: keys.map { String(decoding: $0, as: UTF8.self) }
        )
        let hint =
            if let near {
                "did you mean \(chain.dropLast(name.text.utf8.count))\(near)?"
            } else {
                Trouble.missingHint
            }
        return Trouble(offset: name.offset, problem: "\(chain) is missing", hint: hint)
    }

    /// Argo CD's own marks of what was missing count as missing.
    private mutating func known(
        _ value: Value,
        _ names: [FieldName],
        _ operand: Operand
    ) throws(Trouble) -> Value {
        guard case .string(let bytes) = value, bytes.isArgoMissing else { return value }
        if operand.toleratesMissing { return .missing }
        let text = String(decoding: bytes, as: UTF8.self)
        let name = names[names.count - 1]
        throw Trouble(
            offset: name.offset,
            problem: "\(operand.chain(upTo: name)) is \(text): the sender had no value",
            hint: Trouble.missingHint
        )
    }
}

extension Operand {
    /// The fields as written, up to one of them.
    fileprivate func chain(upTo last: FieldName) -> String {
        let names: [FieldName]
        switch kind {
        case .field(let fields), .variable(_, let fields), .chain(_, let fields): names = fields
        default: names = [last]
        }
        return names.prefix { $0.offset <= last.offset }.map { "." + $0.text }.joined()
    }
}

extension [UInt8] {
    /// Whether this is what Argo CD's templates write for what is missing or null.
    var isArgoMissing: Bool {
        first == 0x3C && (elementsEqual("<no value>".utf8) || elementsEqual("<nil>".utf8))
    }
}
