import Formats
import JSON

/// Reads one object of the configuration file member by member, and gathers what is wrong.
///
/// Each reading names its member; a member that nobody reads is a mistake at the end.
final class SettingsReader {
    let value: JSONValue?
    let path: String
    private let gatherer: MistakeGatherer
    /// Where the object's own name stands, if that is free.
    private let namePlace: TextPosition?
    private var known: [String] = []

    init(
        _ value: JSONValue?,
        path: String,
        gatherer: MistakeGatherer,
        namePlace: TextPosition? = nil
    ) {
        self.value = value
        self.path = path
        self.gatherer = gatherer
        self.namePlace = namePlace
    }

    private func name(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    func mistake(_ member: String, _ problem: String, hint: String) {
        let place = value?[member]?.position ?? value?.keyPosition(of: member) ?? value?.position
        gatherer.add(name(member), problem, hint: hint, at: place)
    }

    /// The member, unless it is missing or null.
    private func present(_ member: String) -> JSONValue? {
        known.append(member)
        guard let found = value?[member], !found.isNull else { return nil }
        gatherer.note(name(member), at: found.position)
        return found
    }

    func text(_ member: String) -> String? {
        guard let found = present(member) else { return nil }
        guard let text = found.string else {
            mistake(
                member,
                "is \(found.kind.words), not a string",
                hint: "write \"\(member)\": \"…\""
            )
            return nil
        }
        guard !text.isEmpty else {
            mistake(member, "is empty", hint: "write a value, or null, or leave it out")
            return nil
        }
        return text
    }

    func flag(_ member: String, _ target: inout Bool) {
        guard let found = present(member) else { return }
        guard let flag = found.bool else {
            mistake(member, "is \(found.kind.words), not a boolean", hint: "write true or false")
            return
        }
        target = flag
    }

    func number(_ member: String, in range: ClosedRange<Int>) -> Int? {
        guard let found = present(member) else { return nil }
        guard let number = found.number?.int64.flatMap({ Int(exactly: $0) }) else {
            mistake(
                member,
                found.kind == .number
                    ? "is no whole number" : "is \(found.kind.words), not a whole number",
                hint: "write a whole number of \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        guard range.contains(number) else {
            mistake(
                member,
                "\(number) is out of range",
                hint: "write a whole number of \(range.lowerBound) to \(range.upperBound)"
            )
            return nil
        }
        return number
    }

    func number(_ member: String, in range: ClosedRange<Int>, _ target: inout Int) {
        if let number = number(member, in: range) { target = number }
    }

    func texts(_ member: String) -> [String]? {
        guard let found = present(member) else { return nil }
        let texts = found.elements.compactMap(\.string)
        guard found.kind == .array, texts.count == found.count, !texts.contains("") else {
            mistake(member, "is no list of strings", hint: "write \"\(member)\": [\"…\"]")
            return nil
        }
        return texts
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(_ member: String, _ target: inout Word)
    {
        if let word = word(member, as: Word.self) { target = word }
    }

    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ member: String,
        as type: Word.Type
    ) -> Word? {
        guard let text = text(member) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let words = Word.allCases.map(\.rawValue)
        let near = NearestName.find(text, among: words).map { "did you mean \"\($0)\"; " } ?? ""
        mistake(
            member,
            "\"\(text)\" is not known",
            hint: "\(near)use \(words.joined(separator: ", "))"
        )
        return nil
    }

    /// An object's reader; of a missing one it reads nothing.
    func object(_ member: String) -> SettingsReader {
        let found = present(member)
        if let found, found.kind != .object {
            mistake(
                member,
                "is \(found.kind.words), not an object",
                hint: "write \"\(member)\": {…}"
            )
            return SettingsReader(nil, path: name(member), gatherer: gatherer)
        }
        return SettingsReader(found, path: name(member), gatherer: gatherer)
    }

    /// The members of an object whose names are free.
    func named() -> [(name: String, reader: SettingsReader)] {
        let whole = value
        return (whole?.members ?? []).map { name, value in
            known.append(name)
            if value.kind != .object {
                mistake(
                    name,
                    "is \(value.kind.words), not an object",
                    hint: "write \"\(name)\": {…}"
                )
            }
            let child = value.kind == .object ? value : nil
            let reader = SettingsReader(
                child,
                path: self.name(name),
                gatherer: gatherer,
                namePlace: whole?.keyPosition(of: name)
            )
            return (name, reader)
        }
    }

    func list(_ member: String) -> [SettingsReader] {
        guard let found = present(member) else { return [] }
        guard found.kind == .array else {
            mistake(
                member,
                "is \(found.kind.words), not a list",
                hint: "write \"\(member)\": [{…}]"
            )
            return []
        }
        return found.elements.enumerated().map { index, element in
            SettingsReader(element, path: "\(name(member))[\(index)]", gatherer: gatherer)
        }
    }

    /// Complains of the name of the object itself.
    func mistakeOfName(_ problem: String, hint: String) {
        gatherer.add(path, problem, hint: hint, at: namePlace)
    }

    /// What to write instead of a name that is not known here.
    private func hint(for member: String) -> String {
        if let near = NearestName.find(member, among: known) { return "did you mean \"\(near)\"" }
        if let inner = gatherer.place(within: path, of: member) { return "it stands in \(inner)" }
        return "the settings here are \(known.sorted().joined(separator: ", "))"
    }

    /// Complains of members that nobody has read; the objects within have done so before.
    func finish() {
        gatherer.note(known, in: path)
        guard let value, value.kind == .object else { return }
        for (member, _) in value.members where !known.contains(member) {
            gatherer.add(
                name(member),
                "there is no such setting",
                hint: hint(for: member),
                at: value.keyPosition(of: member)
            )
        }
        for member in value.repeatedKeys {
            gatherer.add(
                name(member),
                "stands here twice",
                hint: "keep one of them",
                at: value.keyPosition(of: member)
            )
        }
    }
}

/// What is wrong so far.
final class MistakeGatherer {
    let file: String?
    private(set) var all: [ConfigurationError] = []
    private(set) var places = SettingPlaces()
    /// The names that are known in each object, by its path.
    private var names: [String: [String]] = [:]

    init(file: String?) { self.file = file }

    func add(_ setting: String, _ problem: String, hint: String, at place: TextPosition?) {
        all.append(
            ConfigurationError(
                file: place == nil ? nil : file,
                line: place?.line,
                column: place?.column,
                setting: setting,
                problem: problem,
                hint: hint
            )
        )
    }

    /// Where a setting stands, for rules over several of them.
    func note(_ setting: String, at place: TextPosition) { places.note(setting, at: place) }

    func note(_ known: [String], in path: String) { names[path] = known }

    /// The object within this one that knows this name.
    func place(within path: String, of name: String) -> String? {
        let start = path.isEmpty ? "" : "\(path)."
        return names.filter { $0.key != path && $0.key.hasPrefix(start) && $0.value.contains(name) }
            .keys.min()
    }

    /// Something over the file decides this setting.
    func overrule(_ setting: String) { places.forget(setting) }

    func place(of setting: String) -> TextPosition? { places[setting] }

    /// In the order of the file; what is no line of it comes last.
    var sorted: [ConfigurationError] {
        all.sorted { ($0.line ?? .max, $0.column ?? .max) < ($1.line ?? .max, $1.column ?? .max) }
    }
}
