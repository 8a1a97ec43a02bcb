import Foundation
import JSON
import Testing

/// `Tests/Fixtures/expected.json`: what each shared body must become.
struct ExpectedFixtures {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    private static let root: JSONValue = {
        do {
            return try JSONDocument(parsing: bytes("expected.json")).root
        } catch {
            fatalError("Tests/Fixtures/expected.json: \(error)")
        }
    }()

    static let assumes = root["assumes"]
    static let cases = list("cases")
    static let sequences = list("sequences")

    private static func list(_ member: String) -> [Row] {
        root[member].map { $0.elements.map { Row(value: $0) } } ?? []
    }

    /// A case or a sequence under its name.
    struct Row: Sendable, CustomTestStringConvertible {
        let value: JSONValue

        var name: String { value["name"]?.string ?? "" }
        var testDescription: String { name }
    }

    /// One request of a case or of a sequence's step.
    struct Step {
        let value: JSONValue
        /// The moment at which the body arrives, by the fixtures' own clock.
        let at: Date?

        var method: String { value["method"]?.string ?? "POST" }
        var path: String { value["path"]?.string ?? "/hooks/\(value["hook"]?.string ?? "")" }
        var expect: JSONValue? { value["expect"] }

        var fields: [String: String] {
            var fields: [String: String] = ["Content-Type": "application/json"]
            for (name, field) in value["headers"]?.members ?? [] { fields[name] = field.string }
            return fields
        }

        /// The body with its times moved so that it arrives now; a signed one as it is.
        func body() throws -> [UInt8] {
            let bytes = try ExpectedFixtures.bytes(value["file"]?.string ?? "")
            guard let at, value["secret"] == nil else { return bytes }
            return MovedTimes(by: Date().timeIntervalSince(at)).move(bytes)
        }
    }

    static func moment(_ value: JSONValue) -> Date? {
        value["at"]?.string.flatMap { ISO8601DateFormatter().date(from: $0) }
    }
}

/// Moves every RFC 3339 time of a text by the same amount, in whole seconds.
struct MovedTimes {
    private let seconds: TimeInterval

    init(by seconds: TimeInterval) { self.seconds = seconds.rounded() }

    func move(_ bytes: [UInt8]) -> [UInt8] {
        var moved = bytes
        let length = 20
        var index = 0
        let formatter = ISO8601DateFormatter()
        while index + length <= bytes.count {
            guard bytes[index] == UInt8(ascii: "2"), bytes[index + 4] == UInt8(ascii: "-"),
                bytes[index + 10] == UInt8(ascii: "T"), bytes[index + 19] == UInt8(ascii: "Z"),
                let date = formatter.date(
                    from: String(decoding: bytes[index..<index + length], as: UTF8.self)
                )
            else {
                index += 1
                continue
            }
            let text = formatter.string(from: date.addingTimeInterval(seconds))
            moved.replaceSubrange(index..<index + length, with: Array(text.utf8))
            index += length
        }
        return moved
    }
}
