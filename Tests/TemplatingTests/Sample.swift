import Foundation
import Formats
import JSON
import Templating

/// What the tests have at hand.
enum Sample {
    /// A file beside the tests.
    static func file(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: name)
    }

    /// A fixed moment, and the three zones that the vectors name.
    static let world = TemplateWorld(now: Timestamp(milliseconds: 1_700_000_000_000), seed: 7) {
        (try? Data(contentsOf: file("Zones/\($0)"))).map { [UInt8]($0) }
    }

    static func json(_ text: String) throws -> JSONValue {
        try JSONDocument(parsing: Array(text.utf8)).root
    }

    /// Parses and renders; both kinds of error come out as their text.
    static func render(
        _ template: String,
        _ data: String = "{}",
        _ change: (inout TemplateOptions) -> Void = { _ in }
    ) throws -> Rendering {
        var options = TemplateOptions()
        change(&options)
        let root = try json(data)
        do {
            let parsed = try Template(parsing: Array(template.utf8), options: options)
            let bytes = try parsed.render(TemplateData(root), world)
            return .text(String(decoding: bytes, as: UTF8.self))
        } catch let errors as TemplateErrors {
            return .refused(errors.all)
        } catch let error as TemplateError {
            return .failed(error)
        }
    }

    static func payload(_ template: String, _ data: String = "{}") throws -> Rendering {
        try render(template, data) { $0.semantics = .payload }
    }
}

/// What became of a template.
enum Rendering: Equatable {
    case text(String)
    /// When it was loaded.
    case refused([TemplateError])
    /// When it ran.
    case failed(TemplateError)

    var text: String? { if case .text(let text) = self { text } else { nil } }

    /// The errors, one a line; "" when there is none.
    var errors: String {
        switch self {
        case .text: ""
        case .refused(let errors): errors.map(\.description).joined(separator: "\n")
        case .failed(let error): error.description
        }
    }

    var isRefused: Bool { if case .refused = self { true } else { false } }
    var kind: TemplateError.Kind? {
        switch self {
        case .text: nil
        case .refused(let errors): errors.first?.kind
        case .failed(let error): error.kind
        }
    }
}
