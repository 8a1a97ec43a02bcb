import Formats
import JSON
import Templating

/// A JSON text, whole or damaged, held against a reader that shares nothing with ours.
struct JSONTrial: FuzzTrial {
    private let text: [UInt8]
    /// What the text says; nil when it was damaged.
    private let tree: JSONTree?
    private let isCommented: Bool
    /// For the choices that are made while trying.
    private let chance: Chance

    private static let pieces = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "\\u", "\\ud83d", "\\udc00", "null", "tru",
        "-", "0", "01", "1e", "1.", "e5", "\u{0}", "\n", "\u{FEFF}", "//", "\u{80}", "NaN",
        "\"a\":", "[[[[[[[[[[", "]]]]]]]]]]",
    ]

    init(_ chance: Chance) {
        var maker = JSONMaker(chance: chance)
        maker.isCommented = maker.chance.isOne(in: 4)
        let tree = maker.chance.isOne(in: 200) ? Self.deep(&maker.chance) : maker.tree()
        let text = maker.written(tree)
        let isDamaged = maker.chance.isOne(in: 2)
        if isDamaged {
            let other = maker.written(maker.tree(depth: 2))
            self.text = Mutation.mutate(text, &maker.chance, pieces: Self.pieces, other: other)
            self.tree = nil
        } else {
            self.text = text
            self.tree = tree.settled
        }
        isCommented = maker.isCommented
        self.chance = maker.chance
    }

    /// Around the limit of depth.
    private static func deep(_ chance: inout Chance) -> JSONTree {
        var tree = JSONTree.null
        for _ in 0..<chance.number(in: 500...520) {
            tree =
                chance.isOne(in: 2)
                ? .array([tree]) : .object([JSONTree.Member(key: [0x61], value: tree)])
        }
        return tree
    }

    var shown: String {
        (isCommented ? "a commented JSON text" : "a JSON text") + ":\n" + text.shown
    }

    func complaint() -> String? {
        isCommented ? commentedComplaint() : plainComplaint()
    }

    // MARK: - Promises

    private func commentedComplaint() -> String? {
        do {
            let read = JSONTree(try JSONDocument(parsingCommented: text).root)
            guard let tree, read != tree else { return nil }
            return "the reader of commented texts understood something else"
        } catch {
            return tree == nil || isTooDeep ? badPlace(error) : "is refused: \(error)"
        }
    }

    private var isTooDeep: Bool { (tree?.depth ?? 0) > JSONLimits().depth }

    private func plainComplaint() -> String? {
        let isGood = StrictJSON.accepts(text)
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: text)
        } catch {
            if isGood { return "is refused, and is JSON: \(error)" }
            return badPlace(error) ?? refusalComplaint(error)
        }
        guard isGood else { return "is accepted, and is no JSON" }
        let read = JSONTree(document.root)
        if let tree, read != tree { return "the reader understood something else" }
        return prefixComplaint(document) ?? writerComplaint(read) ?? goComplaint(document, read)
    }

    private func badPlace(_ error: JSONError) -> String? {
        let isInside = (0...text.count).contains(error.offset)
        let place = TextPosition(of: min(error.offset, text.count), in: text)
        let isSame = place.line == error.line && place.column == error.column
        return isInside && isSame ? nil : "the error's place is not in the text: \(error)"
    }

    /// What is refused for a byte that does not fit is refused with anything behind it.
    private func refusalComplaint(_ error: JSONError) -> String? {
        let isCutShort = ["found the end of the text", "no closing quote", "without an end"]
            .contains { error.problem.contains($0) }
        guard !isCutShort, error.offset < text.count else { return nil }
        var chance = chance
        // Some refusals need the bytes behind the offset: a whole `\u`, a whole word.
        let longer = text + Array(chance.pick(Self.pieces).utf8)
        let isLastWord = text.count - error.offset < 6
        do {
            _ = try JSONDocument(parsing: longer)
            return isLastWord ? nil : "is refused, and accepted with more behind it"
        } catch let other {
            guard other != error, !isLastWord else { return nil }
            return "is refused as \(error), and with more behind it as \(other)"
        }
    }

    /// A text that needs its last byte is refused without it, for want of more.
    private func prefixComplaint(_ document: JSONDocument) -> String? {
        let isClosed = [.array, .object, .string].contains(document.root.kind)
        guard isClosed else { return nil }
        let end = document.root.range.upperBound
        var chance = chance
        for length in [end - 1, chance.below(end), chance.below(end)] {
            guard (try? JSONDocument(parsing: Array(text[..<length]))) == nil else {
                return "its first \(length) bytes are accepted too"
            }
        }
        return nil
    }

    private func writerComplaint(_ read: JSONTree) -> String? {
        var writer = JSONWriter()
        read.write(to: &writer)
        guard StrictJSON.accepts(writer.bytes),
            String(validating: writer.bytes, as: UTF8.self) != nil,
            let again = try? JSONDocument(parsing: writer.bytes)
        else { return "the writer made what is no JSON: \(writer.bytes.shown)" }
        return JSONTree(again.root) == read ? nil : "the writer says something else"
    }

    private static let rewrite = compiled("{{ toJson . }}")
    private static let rewriteTwice = compiled("{{ toJson . | mustFromJson | mustToJson }}")

    private static func compiled(_ text: String) -> Template? {
        try? Template(parsing: Array(text.utf8), options: TemplateOptions())
    }

    /// `toJson` says what was read, and `fromJson` brings it back.
    private func goComplaint(_ document: JSONDocument, _ read: JSONTree) -> String? {
        guard let expected = read.asGo, let once = Self.rewrite, let twice = Self.rewriteTwice
        else { return nil }
        let world = TemplateWorld(now: Timestamp(milliseconds: 0), seed: 0)
        for template in [once, twice] {
            do {
                let out = try template.render(TemplateData(document.root), world)
                guard StrictJSON.accepts(out), let again = try? JSONDocument(parsing: out) else {
                    return "toJson made what is no JSON: \(out.shown)"
                }
                guard JSONTree(again.root).asGo == expected else {
                    return "toJson says something else: \(out.shown)"
                }
            } catch {
                return "toJson fails: \(error)"
            }
        }
        return nil
    }
}
