import Formats
import JSON

/// Why a request to the control surface cannot be carried out; in words, for a person with curl.
struct ControlError: Error {
    let problem: String

    init(_ problem: String) { self.problem = problem }
}

/// The members of one JSON object of the control surface: each is asked for by name, and one that
/// nobody asked for is a mistake.
struct ControlMembers {
    private let value: JSONValue
    /// What it describes, for errors.
    private let subject: String
    private var known: Set<String> = []

    init(_ value: JSONValue, _ subject: String) throws(ControlError) {
        guard value.kind == .object else { throw ControlError("\(subject): is no JSON object") }
        self.value = value
        self.subject = subject
    }

    /// - Throws: When a member is left that was not asked for.
    func finish() throws(ControlError) {
        let unknown = value.members.map(\.key).filter { !known.contains($0) }
        guard unknown.isEmpty else {
            let names = known.sorted().joined(separator: ", ")
            throw ControlError(
                "\(subject): \(unknown.joined(separator: ", ")) is not known; there are \(names)"
            )
        }
    }

    func error(_ name: String, _ problem: String) -> ControlError {
        ControlError("\(subject): \(name) \(problem)")
    }

    // MARK: - Members

    mutating func has(_ name: String) -> Bool { member(name) != nil }

    mutating func isNull(_ name: String) -> Bool { member(name)?.isNull == true }

    /// Null counts as not there.
    mutating func value(_ name: String) -> JSONValue? {
        member(name).flatMap { $0.isNull ? nil : $0 }
    }

    private mutating func member(_ name: String) -> JSONValue? {
        known.insert(name)
        return value[name]
    }

    /// A text, or a number as its text.
    mutating func text(_ name: String) throws(ControlError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string ?? value.number?.text else { throw error(name, "is no text") }
        return text
    }

    mutating func flag(_ name: String) throws(ControlError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.bool else { throw error(name, "is neither true nor false") }
        return flag
    }

    /// 0 or more.
    mutating func integer(_ name: String) throws(ControlError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.number?.int64, number >= 0, let integer = Int(exactly: number)
        else {
            throw error(name, "is no whole number")
        }
        return integer
    }

    mutating func number(_ name: String) throws(ControlError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.number?.double else { throw error(name, "is no number") }
        return number
    }

    mutating func moment(_ name: String) throws(ControlError) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let moment = Timestamp(rfc3339: text) else {
            throw error(name, "is no time such as 2026-04-17T10:20:30.123Z")
        }
        return moment
    }

    /// A list of texts, or one.
    mutating func texts(_ name: String) throws(ControlError) -> [String]? {
        guard let value = value(name) else { return nil }
        if let text = value.string { return [text] }
        guard value.kind == .array else { throw error(name, "is no list of texts") }
        var texts: [String] = []
        for element in value.elements {
            guard let text = element.string else { throw error(name, "is no list of texts") }
            texts.append(text)
        }
        return texts
    }

    mutating func integers(_ name: String) throws(ControlError) -> [Int]? {
        guard let value = value(name) else { return nil }
        guard value.kind == .array else { throw error(name, "is no list of numbers") }
        var numbers: [Int] = []
        for element in value.elements {
            guard let number = element.number?.int64 else {
                throw error(name, "is no list of numbers")
            }
            numbers.append(Int(number))
        }
        return numbers
    }

    /// One of a type's words.
    mutating func word<Word: RawRepresentable<String>>(
        _ name: String,
        as type: Word.Type
    ) throws(ControlError) -> Word? {
        guard let text = try text(name) else { return nil }
        guard let word = Word(rawValue: text) else { throw error(name, "\"\(text)\" is not known") }
        return word
    }

    mutating func role(_ name: String) throws(ControlError) -> SandboxRole? {
        guard let text = try text(name) else { return nil }
        guard let role = SandboxRole(text) else {
            throw error(name, "is none of guest, reporter, developer, maintainer, owner")
        }
        return role
    }
}
