import Formats
import JSON
import Relay
import Templating

/// A template and its data, made or damaged, parsed and rendered.
struct TemplateTrial: FuzzTrial {
    private let template: [UInt8]
    private let data: [UInt8]
    private let options: TemplateOptions
    private let seed: UInt64
    private let prefixLength: Int

    private static let pieces = [
        "{{", "}}", "{{-", "-}}", "{{end}}", "{{else}}", "{{if .}}", "{{range .}}", "(", ")", "|",
        "$x := ", "$x", "\"", "`", ".a.b", "nil", "{{/*", "*/}}", "{{define \"t\"}}",
        "{{template \"t\" .}}", "{{break}}", ",", ":", "{", "}", "[", "]", "\\", "1e999", "'",
        " | toJson", " | quote", " | default 1", "\u{0}", "{{template \"t\" (list .)}}", "0x",
        "{{with $x := .}}", "{{block \"t\" .}}", "\u{FEFF}", "\\u", "\\ud800",
    ]

    init(_ chance: Chance, known: [KnownTemplate]) {
        var chance = chance
        var makesKnown = chance.isOne(in: 3)
        let example = chance.pick(known)
        var options = TemplateOptions()
        options.semantics = chance.isOne(in: 2) ? .payload : .text
        options.missingKey = chance.pick([.standard, .standard, .zero, .error])
        options.limits.outputBytes = 1 << 20
        options.name = "fuzz"
        if makesKnown, options.semantics == .payload, !example.isPayload { makesKnown = false }
        var maker = JSONMaker(chance: chance)
        let tree = maker.tree()
        let made = maker.written(tree)
        chance = maker.chance
        let usesExample = makesKnown || chance.isOne(in: 3)
        data = usesExample ? example.data : made
        let paths = usesExample ? example.paths : tree.paths
        var templates = TemplateMaker(chance, paths: paths)
        let text = options.semantics == .payload ? templates.payload() : templates.text()
        chance = templates.chance
        let whole = makesKnown ? example.text : Array(text.utf8)
        let isDamaged = makesKnown || chance.isOne(in: 3)
        template =
            isDamaged
            ? Mutation.mutate(
                whole,
                &chance,
                pieces: Self.pieces,
                other: chance.pick(known).text
            )
            : whole
        self.options = options
        seed = chance.next()
        prefixLength = chance.below(template.count + 1)
    }

    var shown: String {
        let semantics = options.semantics == .payload ? "a payload template" : "a template"
        return "\(semantics), missing keys \(options.missingKey):\n\(template.shown)\n"
            + "over:\n\(data.shown)"
    }

    func complaint() -> String? {
        if let complaint = parseComplaint(Array(template[..<prefixLength])).complaint {
            return "the first \(prefixLength) bytes: \(complaint)"
        }
        let (parsed, complaint) = parseComplaint(template)
        if let complaint { return complaint }
        guard let parsed, let document = try? JSONDocument(parsing: data) else { return nil }
        return renderComplaint(parsed, document)
    }

    // MARK: - Promises

    private func parseComplaint(_ text: [UInt8]) -> (template: Template?, complaint: String?) {
        do {
            return (try Template(parsing: text, options: options), nil)
        } catch {
            guard !error.all.isEmpty else { return (nil, "is refused without a reason") }
            for one in error.all {
                if let complaint = placeComplaint(one, text) { return (nil, complaint) }
            }
            return (nil, nil)
        }
    }

    private func placeComplaint(_ error: TemplateError, _ text: [UInt8]) -> String? {
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        let isInside =
            (1...max(lines.count, 1)).contains(error.line) && error.column >= 1
            && error.column <= (lines.isEmpty ? 0 : lines[error.line - 1].count) + 1
        if !isInside { return "the error's place is not in the template: \(error)" }
        return error.problem.isEmpty ? "an error without words: \(error)" : nil
    }

    private func renderComplaint(_ parsed: Template, _ document: JSONDocument) -> String? {
        let first = render(parsed, document)
        guard first == render(parsed, document) else { return "two runs differ" }
        switch first {
        case .failure(let error): return placeComplaint(error, template)
        case .success(let out):
            if out.count > options.limits.outputBytes { return "\(out.count) bytes come out" }
            if options.semantics == .payload, !StrictJSON.isObject(out) {
                return "a payload is no JSON object:\n\(out.shown)"
            }
            return nil
        }
    }

    private func render(
        _ parsed: Template,
        _ document: JSONDocument
    ) -> Result<[UInt8], TemplateError> {
        let world = TemplateWorld(now: Timestamp(milliseconds: 1_709_622_532_000), seed: seed)
        do {
            return .success(try parsed.render(TemplateData(document.root), world))
        } catch {
            return .failure(error)
        }
    }
}
