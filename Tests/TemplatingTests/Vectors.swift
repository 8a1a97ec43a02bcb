import Foundation
import Formats
import JSON
import Templating
import Testing

/// A case made by Go's own engine; `vectors.jsonl` has one a line.
struct Vector: CustomTestStringConvertible {
    let id: String
    let area: String
    let tags: [String]
    let template: String
    let defines: [(name: String, text: [UInt8])]
    let data: JSONValue
    let missingKey: MissingKey
    let functions: FunctionSet
    /// nil when Go's engine refuses.
    let output: [UInt8]?
    /// `parse` or `exec`; "" when there is an output.
    let errorKind: String

    var testDescription: String { id }

    /// Left out on purpose: `config/templates/README.md` says why.
    var isLeftOut: Bool { !Set(["inject-argo", "complex-number"]).isDisjoint(with: tags) }

    static let all: [Vector] = {
        guard let bytes = try? Data(contentsOf: Sample.file("vectors.jsonl")) else { return [] }
        return bytes.split(separator: 0x0A).compactMap { Vector(line: Array($0)) }
    }()

    private init?(line: [UInt8]) {
        guard let root = try? JSONDocument(parsing: line).root, let id = root["id"]?.string,
            let area = root["area"]?.string, let template = root["template"]?.string,
            let errorKind = root["error_kind"]?.string, let data = Vector.data(root)
        else { return nil }
        self.id = id
        self.area = area
        self.template = template
        self.errorKind = errorKind
        self.data = data
        tags = root["tags"]?.elements.compactMap(\.string) ?? []
        defines = (root["defs"]?.members ?? []).sorted { $0.key < $1.key }
            .map { ($0.key, $0.value.utf8 ?? []) }
        missingKey =
            switch root["missingkey"]?.string {
            case "zero": .zero
            case "error": .error
            default: .standard
            }
        functions = root["sprig"]?.bool == false ? .go : .goAndSprig
        if errorKind.isEmpty {
            let encoded = root["output_b64"]?.string.flatMap(Base64.decode)
            output = encoded ?? root["output"]?.utf8
        } else {
            output = nil
        }
    }

    /// The exact text where a general reader might lose something, else the member itself.
    private static func data(_ root: JSONValue) -> JSONValue? {
        guard let exact = root["data_json"]?.utf8 else { return root["data"] }
        return try? JSONDocument(parsing: exact).root
    }

    /// What our engine makes of it.
    enum Outcome: Equatable {
        case output([UInt8])
        case error(kind: String, text: String)
    }

    func run() -> Outcome {
        var options = TemplateOptions()
        options.name = "main"
        options.defines = defines
        options.missingKey = missingKey
        options.functions = functions
        let parsed: Template
        do {
            parsed = try Template(parsing: Array(template.utf8), options: options)
        } catch {
            return .error(kind: "parse", text: error.description)
        }
        do {
            return .output(try parsed.render(TemplateData(data), Sample.world))
        } catch {
            return .error(kind: "exec", text: error.description)
        }
    }

    /// What differs from Go's result; nil when nothing does.
    var difference: String? {
        switch (run(), output) {
        case (.output(let ours), let go?):
            if ours == go { return nil }
            return "\(id): \(template)\n  gives \(shown(ours))\n  Go: \(shown(go))"
        case (.output(let ours), nil):
            return "\(id): \(template)\n  gives \(shown(ours))\n  Go: \(errorKind) error"
        case (.error(let kind, let text), let go):
            if go == nil, kind == errorKind { return nil }
            return "\(id): \(template)\n  fails: \(text)\n  Go: "
                + (go.map(shown) ?? "\(errorKind) error")
        }
    }

    private func shown(_ bytes: [UInt8]) -> String {
        "\"\(String(decoding: bytes, as: UTF8.self))\""
    }
}
