import JSON

/// A JSON value as the fuzzer knows it, apart from any reader.
enum JSONTree: Equatable {
    case null
    case bool(Bool)
    /// As written.
    case number(String)
    case string([UInt8])
    case array([JSONTree])
    case object([Member])

    struct Member: Equatable {
        var key: [UInt8]
        var value: JSONTree
    }

    /// What our reader understood.
    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .bool: self = .bool(value.bool ?? false)
        case .number: self = .number(value.number?.text ?? "")
        case .string: self = .string(value.utf8 ?? [])
        case .array: self = .array(value.elements.map { JSONTree($0) })
        case .object:
            self = .object(
                value.rawMembers.map { Member(key: $0.key, value: JSONTree($0.value)) }
            )
        }
    }

    /// How deep objects and arrays lie in each other.
    var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let members): 1 + (members.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }

    /// As a reader must see it: the last of members with one key, at the first one's place.
    var settled: JSONTree {
        switch self {
        case .array(let elements): return .array(elements.map(\.settled))
        case .object(let members):
            var kept: [Member] = []
            for member in members {
                let value = member.value.settled
                if let place = kept.firstIndex(where: { $0.key == member.key }) {
                    kept[place].value = value
                } else {
                    kept.append(Member(key: member.key, value: value))
                }
            }
            return .object(kept)
        default: return self
        }
    }

    /// As Go's decoder and encoder leave it: keys in byte order, numbers as doubles.
    ///
    /// nil when a number has no double.
    var asGo: JSONTree? {
        switch self {
        case .number(let text):
            guard let value = Double(text), value.isFinite else { return nil }
            // Go reads -0 as the integer 0.
            return .number(value == 0 ? "0" : "\(value)")
        case .array(let elements):
            let all = elements.compactMap(\.asGo)
            return all.count == elements.count ? .array(all) : nil
        case .object(let members):
            let all = members.compactMap { member in
                member.value.asGo.map { Member(key: member.key, value: $0) }
            }
            guard all.count == members.count else { return nil }
            return .object(all.sorted { $0.key.lexicographicallyPrecedes($1.key) })
        default: return self
        }
    }

    /// Writes it with our writer.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let text): writer.raw(text.utf8)
        case .string(let bytes): writer.string(utf8: bytes)
        case .array(let elements):
            writer.array { for element in elements { element.write(to: &$0) } }
        case .object(let members):
            writer.object { writer in
                for member in members {
                    let key = String(decoding: member.key, as: UTF8.self)
                    writer.member(key) { member.value.write(to: &$0) }
                }
            }
        }
    }

    /// Fields that lead somewhere, as a template writes them: `.app.metadata.name`.
    var paths: [String] {
        guard case .object(let members) = self else { return [] }
        return members.flatMap { member -> [String] in
            let name = "." + String(decoding: member.key, as: UTF8.self)
            guard member.key.allSatisfy(Self.isNameByte), member.key.first != 0x5F,
                !(member.key.first.map { (0x30...0x39).contains($0) } ?? true)
            else { return [] }
            return [name] + member.value.paths.map { name + $0 }
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
        default: false
        }
    }
}
