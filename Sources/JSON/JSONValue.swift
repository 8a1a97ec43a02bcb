/// A value in a document: a cursor, cheap to copy, that decodes when asked.
package struct JSONValue: Sendable {
    package enum Kind: UInt8, Sendable, CustomStringConvertible {
        case null, bool, number, string, array, object

        package var description: String {
            switch self {
            case .null: "null"
            case .bool: "boolean"
            case .number: "number"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        }

        /// With its article, as a message names it.
        package var words: String {
            switch self {
            case .null: "null"
            case .array, .object: "an \(self)"
            case .bool, .number, .string: "a \(self)"
            }
        }
    }

    let storage: JSONDocument.Storage
    let index: Int

    init(storage: JSONDocument.Storage, index: Int) {
        self.storage = storage
        self.index = index
    }

    private var entry: TapeEntry { storage.tape[index] }

    package var kind: Kind { entry.kind }
    package var isNull: Bool { entry.kind == .null }

    package var bool: Bool? {
        entry.kind == .bool ? storage.bytes[Int(entry.start)] == 0x74 : nil
    }

    package var number: JSONNumber? {
        entry.kind == .number
            ? JSONNumber(text: String(decoding: storage.bytes[range], as: UTF8.self)) : nil
    }

    /// The decoded text of a string; nil for other kinds.
    package var string: String? {
        guard entry.kind == .string else { return nil }
        return storage.bytes.withUnsafeBufferPointer { bytes in
            let inner = inner(bytes)
            // Most texts are what they are, and are copied once.
            if entry.isPlain { return String(decoding: inner, as: UTF8.self) }
            return String(decoding: StringDecoder.decode(inner), as: UTF8.self)
        }
    }

    /// Whether this is a string and says `text`; makes no text of its own.
    package func says(_ text: String) -> Bool {
        guard entry.kind == .string else { return false }
        var text = text
        return text.withUTF8 { wanted in
            storage.bytes.withUnsafeBufferPointer { Self.matches(entry, $0, wanted) }
        }
    }

    /// The same as bytes, always valid UTF-8.
    package var utf8: [UInt8]? {
        guard entry.kind == .string else { return nil }
        return storage.bytes.withUnsafeBufferPointer { bytes in
            let inner = inner(bytes)
            return entry.isPlain ? Array(inner) : StringDecoder.decode(inner)
        }
    }

    /// What stands between a string's quotes.
    private func inner(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[Int(entry.start) + 1..<Int(entry.end) - 1])
    }

    /// Where the value stands in `JSONDocument.bytes`, quotes and brackets included.
    package var range: Range<Int> { Int(entry.start)..<Int(entry.end) }

    /// The value's JSON text as it was written.
    package var text: [UInt8] { Array(storage.bytes[range]) }

    package var position: TextPosition { TextPosition(of: Int(entry.start), in: storage.bytes) }

    // MARK: - Members and elements

    /// Members or elements, duplicate keys counted each; 0 for other kinds.
    package var count: Int { entry.count }

    /// The last member of this name; nil when there is none or this is no object.
    package subscript(_ name: String) -> JSONValue? {
        var name = name
        return name.withUTF8 { find($0) }
    }

    package subscript(utf8 name: [UInt8]) -> JSONValue? {
        name.withUnsafeBufferPointer { find($0) }
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        guard entry.kind == .object else { return nil }
        var found: Int?
        var at = index + 1
        let end = Int(entry.next)
        storage.tape.withUnsafeBufferPointer { tape in
            storage.bytes.withUnsafeBufferPointer { bytes in
                while at < end {
                    let key = tape[at]
                    if Self.matches(key, bytes, name) { found = at + 1 }
                    at = Int(tape[at + 1].next)
                }
            }
        }
        return found.map { JSONValue(storage: storage, index: $0) }
    }

    private static func matches(
        _ key: TapeEntry,
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let start = Int(key.start) + 1
        let length = Int(key.end) - 1 - start
        guard key.isPlain else {
            let inner = UnsafeBufferPointer(rebasing: bytes[start..<start + length])
            return StringDecoder.decode(inner).elementsEqual(name)
        }
        return length == name.count && isSame(bytes, start, name)
    }

    /// Whether the bytes from `start` on are `name`, which ends within them.
    ///
    /// Eight at once: keys are looked for more than anything else is done here.
    private static func isSame(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ start: Int,
        _ name: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let text = UnsafeRawBufferPointer(bytes)
        let name = UnsafeRawBufferPointer(name)
        var at = 0
        while name.count - at >= 8 {
            let left = text.loadUnaligned(fromByteOffset: start + at, as: UInt64.self)
            guard left == name.loadUnaligned(fromByteOffset: at, as: UInt64.self) else {
                return false
            }
            at += 8
        }
        while at < name.count {
            guard text[start + at] == name[at] else { return false }
            at += 1
        }
        return true
    }

    /// The element at `position`; nil beyond the end, or when this is no array.
    package subscript(_ position: Int) -> JSONValue? {
        guard entry.kind == .array, position >= 0, position < entry.count else { return nil }
        var at = index + 1
        for _ in 0..<position { at = Int(storage.tape[at].next) }
        return JSONValue(storage: storage, index: at)
    }

    /// An array's elements; empty for other kinds.
    package var elements: Children { children(of: .array, valueOffset: 0) }

    /// An object's keys as they stand there, one that stands there twice as often; empty for other
    /// kinds.
    package var keys: Children { children(of: .object, valueOffset: 1) }

    private func children(of kind: Kind, valueOffset: Int) -> Children {
        Children(
            storage: storage,
            at: index + 1,
            end: entry.kind == kind ? Int(entry.next) : index + 1,
            valueOffset: valueOffset
        )
    }

    package struct Children: Sequence, IteratorProtocol {
        let storage: JSONDocument.Storage
        var at: Int
        let end: Int
        /// How far behind a child the value lies that its successor stands behind: a key's is next
        /// to it, an element is one itself.
        let valueOffset: Int

        package mutating func next() -> JSONValue? {
            guard at < end else { return nil }
            defer { at = Int(storage.tape[at + valueOffset].next) }
            return JSONValue(storage: storage, index: at)
        }
    }

    /// An object's members, each key once and with its last value, in order of first appearance.
    package var members: [(key: String, value: JSONValue)] {
        rawMembers.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }
    }

    /// `members` with the keys as bytes.
    package var rawMembers: [(key: [UInt8], value: JSONValue)] {
        guard entry.kind == .object else { return [] }
        var members: [(key: [UInt8], value: JSONValue)] = []
        members.reserveCapacity(entry.count)
        // Few keys are found sooner by looking at each than by a table.
        let isLarge = entry.count > 8
        var places: [[UInt8]: Int] = [:]
        var at = index + 1
        while at < Int(entry.next) {
            let key = JSONValue(storage: storage, index: at).utf8 ?? []
            let value = JSONValue(storage: storage, index: at + 1)
            if let place = isLarge ? places[key] : members.firstIndex(where: { $0.key == key }) {
                members[place].value = value
            } else {
                if isLarge { places[key] = members.count }
                members.append((key, value))
            }
            at = Int(storage.tape[at + 1].next)
        }
        return members
    }

    /// Keys that this object has more than once.
    package var repeatedKeys: [String] {
        var seen: Set<[UInt8]> = []
        return keys.compactMap(\.utf8).filter { !seen.insert($0).inserted }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Where the key of a member stands; the last one, as `subscript` takes it.
    package func keyPosition(of name: String) -> TextPosition? {
        var found: JSONValue?
        for key in keys where key.says(name) { found = key }
        return found?.position
    }
}

/// A number as it was written; no digit is lost.
package struct JSONNumber: Equatable, Sendable {
    package let text: String

    /// Only for numbers written without `.`, `e` or `E`, as Kubernetes decodes them.
    package var int64: Int64? {
        text.utf8.contains { $0 == 0x2E || $0 | 0x20 == 0x65 } ? nil : Int64(text)
    }

    /// nil when it is too large for a double.
    package var double: Double? {
        guard let value = Double(text), value.isFinite else { return nil }
        return value
    }
}
