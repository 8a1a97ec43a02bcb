import Foundation
import JSON
import Relay
import Testing

/// `config/relay.schema.json` against the reader, which alone decides what a setting may be.
@Suite("The configuration's schema")
struct SchemaTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func document(_ path: String) throws -> JSONValue {
        let bytes = Array(try Data(contentsOf: root.appending(path: path)))
        return try JSONDocument(parsingCommented: bytes).root
    }

    private static let schema: JSONValue = {
        do {
            return try document("config/relay.schema.json")
        } catch {
            fatalError("config/relay.schema.json: \(error)")
        }
    }()

    /// An object of settings: where it lies in the schema, and a file around a member of it.
    struct Part: Sendable, CustomTestStringConvertible {
        var name: String
        var path: [String]
        /// `%` stands for the members.
        var file: String

        var testDescription: String { name }
        var prefix: String { name.isEmpty ? "" : "\(name)." }
    }

    static let parts = [
        Part(name: "", path: ["properties"], file: "{ % }"),
        Part(
            name: "admin",
            path: ["properties", "admin", "properties"],
            file: #"{ "admin": { % } }"#
        ),
        Part(
            name: "limits",
            path: ["properties", "limits", "properties"],
            file: #"{ "limits": { % } }"#
        ),
        Part(
            name: "gitlab.a",
            path: ["definitions", "gitlab", "properties"],
            file: #"{ "gitlab": { "a": { % } } }"#
        ),
        Part(
            name: "hooks.argocd",
            path: ["definitions", "hook", "properties"],
            file: #"{ "hooks": { "argocd": { % } } }"#
        ),
        Part(
            name: "hooks.argocd.argocd",
            path: ["definitions", "hook", "properties", "argocd", "properties"],
            file: #"{ "hooks": { "argocd": { "argocd": { % } } } }"#
        ),
        Part(
            name: "credentials[0]",
            path: ["definitions", "credentials", "items", "properties"],
            file: #"{ "credentials": [{ % }] }"#
        ),
    ]

    private static func properties(_ part: Part) throws -> JSONValue {
        try #require(
            part.path.reduce(Self.schema as JSONValue?) { value, name in value?[name] },
            "\(part.name)"
        )
    }

    /// What the reader says against one setting with this value; nil: nothing.
    private static func complaint(_ part: Part, _ member: String) -> ConfigurationError? {
        let text = part.file.replacing("%", with: member)
        do {
            _ = try configuration(text, files: ["etc/x": "{}", "etc/template": "{}"])
            return nil
        } catch {
            return error.all.first
        }
    }

    @Test("the schema has the reader's settings, and none besides", arguments: parts)
    func names(_ part: Part) throws {
        let told = try Self.properties(part).members.map(\.key)
        let complaint = try #require(Self.complaint(part, "\"qqqqqqqqqqqqqqqqqqqq\": 1"))
        let list = try #require(complaint.hint.components(separatedBy: "settings here are ").last)
        #expect(Set(list.components(separatedBy: ", ")) == Set(told))
    }

    @Test("the schema has the reader's types, ranges and words", arguments: parts)
    func values(_ part: Part) throws {
        for (name, rule) in try Self.properties(part).members {
            func complaint(_ value: String) -> ConfigurationError? {
                let found = Self.complaint(part, "\"\(name)\": \(value)")
                return found?.setting == part.prefix + name ? found : nil
            }
            #expect(complaint("null") == nil, "\(part.prefix)\(name)")
            if let least = rule["minimum"]?.number?.text, let most = rule["maximum"]?.number?.text {
                let range = "write a whole number of \(least) to \(most)"
                #expect(complaint("0.5")?.hint == range, "\(part.prefix)\(name)")
                #expect(complaint("\"1\"")?.hint == range, "\(part.prefix)\(name)")
            } else if let words = rule["enum"]?.elements.compactMap(\.string), !words.isEmpty {
                let hint = try #require(complaint("\"qqqqqqqqqqqq\"")).hint
                // `deployment` is an older word for flat, which the hint leaves out.
                let said = words.filter { $0 != "deployment" }
                #expect(said.allSatisfy { hint.contains($0) }, "\(part.prefix)\(name): \(hint)")
                for word in words { #expect(complaint("\"\(word)\"") == nil, "\(name): \(word)") }
            } else {
                try Self.compareKinds(rule, complaint, "\(part.prefix)\(name)")
            }
        }
    }

    private static func compareKinds(
        _ rule: JSONValue,
        _ complaint: (String) -> ConfigurationError?,
        _ name: String
    ) throws {
        let rule =
            rule["$ref"]?.string == "#/definitions/credentials"
            ? try #require(schema["definitions"]?["credentials"]) : rule
        let types = rule["type"]?.elements.compactMap(\.string) ?? []
        switch types.first {
        case "string":
            #expect(complaint("7")?.problem.contains("not a string") == true, "\(name)")
            #expect(complaint("\"\"")?.problem == "is empty", "\(name)")
        case "boolean":
            #expect(complaint("7")?.problem.contains("not a boolean") == true, "\(name)")
        case "object":
            #expect(complaint("7")?.problem.contains("not an object") == true, "\(name)")
        case "array":
            #expect(complaint("7")?.problem.contains("list") == true, "\(name)")
        default:
            #expect(
                (rule["enum"]?.elements.compactMap { $0.number?.text })?.first == "1",
                "\(name)"
            )
            #expect(complaint("2")?.hint == "write 1", "\(name)")
        }
    }

    @Test("limits have their defaults in the schema")
    func defaults() throws {
        let limits = try #require(Self.schema["properties"]?["limits"]?["properties"])
        for (limit, value) in Mirror(reflecting: Limits()).children {
            #expect(limits[limit ?? ""]?["default"]?.number?.text == "\(value)", "\(limit ?? "")")
        }
    }

    @Test("config/relay.jsonc is valid by the schema, and names it")
    func valid() throws {
        let text = try String(
            contentsOf: Self.root.appending(path: "config/relay.jsonc"),
            encoding: .utf8
        )
        #expect(text.prefix { $0 != "{" }.contains("relay.schema.json"))
        let problems = SchemaValidator(Self.schema).problems(
            try Self.document("config/relay.jsonc")
        )
        #expect(problems.isEmpty, "\(problems)")
    }

    @Test(
        "what the relay refuses is refused by the schema too",
        arguments: [
            #"{ "lisen": "127.0.0.1:1" }"#, #"{ "limits": { "bodyBytes": 10 } }"#,
            #"{ "limits": { "bodyBytes": "4MB" } }"#, #"{ "log": "xml" }"#,
            #"{ "hooks": { "a b": {} } }"#, #"{ "hooks": { "argocd": { "projects": "a/*" } } }"#,
            #"{ "credentials": [{ "token": "a" }] }"#, #"{ "version": 2 }"#, "[]",
        ]
    )
    func refused(_ text: String) throws {
        let document = try JSONDocument(parsing: Array(text.utf8)).root
        #expect(!SchemaValidator(Self.schema).problems(document).isEmpty)
        #expect(throws: ConfigurationErrors.self) { try configuration(text) }
    }
}

/// As much of JSON Schema (draft 7) as the configuration's schema uses.
private struct SchemaValidator {
    private let root: JSONValue

    init(_ root: JSONValue) { self.root = root }

    func problems(_ value: JSONValue) -> [String] { problems(value, root, "") }

    private func problems(_ value: JSONValue, _ rule: JSONValue, _ place: String) -> [String] {
        if let reference = rule["$ref"]?.string {
            let parts = reference.split(separator: "/").dropFirst().map(String.init)
            guard let found = parts.reduce(root as JSONValue?, { $0?[$1] }) else {
                return ["\(place): \(reference) is not there"]
            }
            return problems(value, found, place)
        }
        var problems: [String] = []
        if let types = rule["type"] {
            let names = types.string.map { [$0] } ?? types.elements.compactMap(\.string)
            if !names.contains(where: { Self.isKind($0, value) }) {
                problems.append("\(place): is no \(names.joined(separator: " or "))")
            }
        }
        if let words = rule["enum"], !words.elements.contains(where: { $0.text == value.text }) {
            problems.append("\(place): is none of \(String(decoding: words.text, as: UTF8.self))")
        }
        if let number = value.number?.int64 {
            if let least = rule["minimum"]?.number?.int64, number < least {
                problems.append("\(place): is less than \(least)")
            }
            if let most = rule["maximum"]?.number?.int64, number > most {
                problems.append("\(place): is more than \(most)")
            }
        }
        if let length = rule["minLength"]?.number?.int64, let text = value.string,
            text.count < length
        {
            problems.append("\(place): is too short")
        }
        if value.kind == .array, let items = rule["items"] {
            for element in value.elements {
                problems += self.problems(element, items, "\(place)[]")
            }
        }
        if value.kind == .object { problems += members(value, rule, place) }
        return problems
    }

    private func members(_ value: JSONValue, _ rule: JSONValue, _ place: String) -> [String] {
        value.members.flatMap { name, member in
            let place = "\(place).\(name)"
            var problems: [String] = []
            if let pattern = rule["propertyNames"]?["pattern"]?.string,
                name.range(of: pattern, options: .regularExpression) == nil
            {
                problems.append("\(place): its name does not fit \(pattern)")
            }
            if let known = rule["properties"]?[name] {
                return problems + self.problems(member, known, place)
            }
            guard let more = rule["additionalProperties"] else { return problems }
            return more.bool == false
                ? problems + ["\(place): is not known"]
                : problems + self.problems(member, more, place)
        }
    }

    private static func isKind(_ name: String, _ value: JSONValue) -> Bool {
        switch (name, value.kind) {
        case ("object", .object), ("array", .array), ("string", .string), ("null", .null): true
        case ("boolean", _): value.bool != nil
        case ("integer", .number): value.number?.int64 != nil
        default: false
        }
    }
}
