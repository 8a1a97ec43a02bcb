import JSON

/// Where the text of a payload stands, while it is followed byte by byte.
///
/// Outside of strings several phases may be possible at once: behind `{{if $i}},{{end}}` there is
/// a comma or there is none. What is possible in no way is refused.
struct JSONPlace: Hashable {
    enum Container: Hashable { case object, array }

    struct Phases: OptionSet, Hashable {
        let rawValue: UInt8
        /// A value must stand here.
        static let value = Phases(rawValue: 1)
        /// Behind an opening bracket.
        static let first = Phases(rawValue: 2)
        /// Behind an object's comma.
        static let key = Phases(rawValue: 4)
        static let colon = Phases(rawValue: 8)
        /// Behind a value.
        static let after = Phases(rawValue: 16)
    }

    private(set) var open: [Container] = []
    private(set) var phases: Phases = .value
    private(set) var isInString = false
    /// Whether the string is a key.
    private var isKey = false
    /// Bytes of an escape that must still come: 1 behind a backslash, then the digits of `\u`.
    private var escape = 0
    /// Whether a number or word ends right here, so that more of it might come.
    private var isTouching = false

    /// Whether the outermost bracket is not the template's to close: others lie around it.
    private var isInner = false

    private var isInArray: Bool { open.last == .array }
    private var isInObject: Bool { open.last == .object }

    /// Whether the payload may end here.
    var isWhole: Bool { open.isEmpty && !isInString && phases.contains(.after) }

    private var takesValue: Bool {
        phases.contains(.value) || phases.contains(.first) && isInArray
    }

    private var takesKey: Bool {
        isInObject && !phases.isDisjoint(with: [.first, .key])
    }

    // MARK: - Text

    /// Why a byte cannot stand where it stands.
    struct Refusal: Error {
        var offset: Int
        var problem: String
        var hint = ""
    }

    /// Follows a piece of the template's text.
    mutating func follow(_ text: [UInt8]) throws(Refusal) {
        var at = 0
        while at < text.count {
            if isInString {
                try string(text[at], at)
                at += 1
            } else {
                try outside(text, &at)
            }
        }
    }

    private mutating func string(_ byte: UInt8, _ at: Int) throws(Refusal) {
        switch (escape, byte) {
        case (0, 0x5C): escape = 1
        case (0, 0x22):
            isInString = false
            phases = isKey ? .colon : .after
        case (0, 0..<0x20):
            throw Refusal(
                offset: at,
                problem: "a line break or control character inside a JSON string",
                hint: "write \\n, or close the string"
            )
        case (0, _): break
        case (1, 0x75): escape = 5
        case (1, _):
            guard "\"\\/bfnrt".utf8.contains(byte) else {
                throw Refusal(offset: at, problem: "no escape of JSON's behind \\")
            }
            escape = 0
        default:
            guard isHexDigit(byte) else {
                throw Refusal(offset: at, problem: "\\u wants four hexadecimal digits")
            }
            escape = escape == 2 ? 0 : escape - 1
        }
    }

    private func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
    }

    private mutating func outside(_ text: [UInt8], _ at: inout Int) throws(Refusal) {
        let byte = text[at]
        let wasTouching = isTouching
        isTouching = false
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D: break
        case 0x22:
            guard takesKey || takesValue else { throw unexpected("a string", at) }
            isInString = true
            isKey = takesKey
        case 0x7B, 0x5B:
            guard takesValue else { throw unexpected(byte == 0x7B ? "{" : "[", at) }
            open.append(byte == 0x7B ? .object : .array)
            phases = .first
        case 0x7D, 0x5D:
            let isObject = byte == 0x7D
            guard open.last == (isObject ? .object : .array),
                !phases.isDisjoint(with: [.first, .after])
            else { throw unexpected(isObject ? "}" : "]", at) }
            guard !isInner || open.count > 1 else {
                throw Refusal(
                    offset: at,
                    problem: "a template that includes itself closes what it did not open"
                )
            }
            open.removeLast()
            phases = .after
        case 0x2C:
            guard phases.contains(.after), !open.isEmpty else { throw unexpected(",", at) }
            phases = isInArray ? .value : .key
        case 0x3A:
            guard phases.contains(.colon) else { throw unexpected(":", at) }
            phases = .value
        default: return try word(text, &at, wasTouching)
        }
        at += 1
    }

    /// A number, `true`, `false`, `null`.
    private mutating func word(
        _ text: [UInt8],
        _ at: inout Int,
        _ wasTouching: Bool
    ) throws(Refusal) {
        let ends: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0x22, 0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D]
        let start = at
        while at < text.count, !ends.contains(text[at]) { at += 1 }
        let word = Array(text[start..<at])
        let shown = String(decoding: word.prefix(20), as: UTF8.self)
        guard !wasTouching, takesValue else { throw unexpected(shown, start) }
        guard (try? JSONDocument(parsing: word)) != nil else {
            throw Refusal(offset: start, problem: "\(shown) is no JSON value")
        }
        phases = .after
        isTouching = at == text.count
    }

    private func unexpected(_ what: String, _ at: Int) -> Refusal {
        let hint =
            phases == .after && !open.isEmpty && what != "}" && what != "]"
            ? "a comma is missing before it" : ""
        return Refusal(offset: at, problem: "unexpected \(what) \(self)", hint: hint)
    }

    // MARK: - Actions

    /// Follows an action that writes something.
    mutating func action() throws(Refusal) -> Action.Sink {
        if isInString {
            guard escape == 0 else {
                throw Refusal(offset: 0, problem: "an action in the middle of an escape")
            }
            return .string
        }
        guard !isTouching else {
            throw Refusal(
                offset: 0,
                problem: "an action directly behind a number or word",
                hint: "write the whole value by one action"
            )
        }
        guard takesValue else {
            let hint =
                takesKey
                ? "a key is a string: put the action between quotes"
                : phases == .after && !open.isEmpty ? "a comma is missing before it" : ""
            throw Refusal(offset: 0, problem: "an action \(self)", hint: hint)
        }
        phases = .after
        return .value
    }

    // MARK: - Included templates

    /// The same place without the brackets around the innermost one.
    ///
    /// A template that includes itself sees this, or it would stand deeper each time.
    var inner: JSONPlace {
        var place = self
        place.open = Array(open.suffix(1))
        place.isInner = !open.isEmpty
        return place
    }

    /// The same place with the brackets that lie around `start`, whose `inner` led here.
    func outer(of start: JSONPlace) -> JSONPlace {
        var place = self
        place.open = start.open.dropLast() + open
        place.isInner = start.isInner
        return place
    }

    // MARK: - Branches

    /// The place behind branches that end here and there.
    ///
    /// - Returns: nil when these are different contexts.
    func joined(_ other: JSONPlace) -> JSONPlace? {
        if self == other { return self }
        guard open == other.open, !isInString, !other.isInString else { return nil }
        var both = self
        both.phases.formUnion(other.phases)
        both.isTouching = isTouching || other.isTouching
        let allowed: Phases =
            switch open.last {
            case .array: [.value, .first, .after]
            case .object: [.first, .key, .after]
            case nil: []
            }
        return phases == other.phases || both.phases.isSubset(of: allowed) ? both : nil
    }
}

extension JSONPlace: CustomStringConvertible {
    var description: String {
        if isInString { return isKey ? "inside a key" : "inside a string" }
        if takesValue { return "where a value must stand" }
        if takesKey { return "where a key must stand" }
        if phases.contains(.colon) { return "where a colon must stand" }
        return open.isEmpty ? "behind the end of the JSON value" : "behind a value"
    }
}
