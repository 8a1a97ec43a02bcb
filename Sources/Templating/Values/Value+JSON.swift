import Formats
import JSON

/// Maps of a JSON document that a template has changed, by where they begin in its bytes.
///
/// The document itself never changes: whoever reads an object asks here first.
final class Alterations {
    fileprivate var maps: [Int: GoMap] = [:]

    var isEmpty: Bool { maps.isEmpty }

    func changed(_ object: JSONValue) -> GoMap? {
        maps.isEmpty ? nil : maps[object.range.lowerBound]
    }

    func note(_ map: GoMap, for object: JSONValue) { maps[object.range.lowerBound] = map }
}

extension Value {
    /// A JSON value as Kubernetes decodes it: whole numbers that fit are int64, others float64.
    ///
    /// Objects and arrays stay where they are until they are asked.
    init(_ json: JSONValue, _ alterations: Alterations) {
        switch json.kind {
        case .null: self = .null
        case .bool: self = .bool(json.bool ?? false)
        case .string: self = .string(json.utf8 ?? [])
        case .array: self = .list(GoList(json, alterations))
        case .object: self = .map(alterations.changed(json) ?? GoMap(json, alterations))
        case .number:
            guard let number = json.number else {
                self = .null
                return
            }
            if let whole = number.int64 {
                self = .int64(whole)
            } else if let double = number.double {
                self = .float(double)
            } else {
                self = .opaque(HugeNumber(text: number.text))
            }
        }
    }

    /// A JSON value as Go's encoding/json decodes it into `interface {}`: all numbers float64.
    ///
    /// A number that no double holds is null there, and Go's decoder reports it beside the value.
    init(allFloat json: JSONValue, outOfRange: inout JSONNumber?) {
        switch json.kind {
        case .number:
            if let double = json.number?.double {
                self = .float(double)
            } else {
                outOfRange = outOfRange ?? json.number
                self = .null
            }
        case .array:
            var elements: [Value] = []
            for element in json.elements {
                elements.append(Value(allFloat: element, outOfRange: &outOfRange))
            }
            self = .list(elements)
        case .object:
            let map = GoMap()
            for (key, value) in json.rawMembers {
                map[key] = Value(allFloat: value, outOfRange: &outOfRange)
            }
            self = .map(map)
        default: self = Value(json, Alterations())
        }
    }

    init(_ added: TemplateValue) {
        switch added {
        case .text(let text): self = .string(text)
        case .moment(let moment): self = .string(moment.rfc3339)
        case .bool(let value): self = .bool(value)
        case .map(let members): self = .map(GoMap(added: members, over: nil, Alterations()))
        case .made(let make): self = .map(GoMap(added: make(), over: nil, Alterations()))
        }
    }
}

/// A number that no double holds; kept as it was written.
final class HugeNumber: OpaqueValue {
    let text: String

    init(text: String) { self.text = text }

    var typeName: String { "float64" }
    var kindName: String { "float64" }
    var printed: [UInt8] { Array(text.utf8) }
    var json: [UInt8]? { Array(text.utf8) }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? HugeNumber)?.text == text }
}
