/// Reads YAML of the kind that `kubectl get -o yaml` prints and people write into ConfigMaps.
///
/// Block and flow maps and lists, plain and quoted scalars, block scalars (`|` and `>`, with
/// chomping and an indentation of their own), comments. Anchors, aliases, tags, directives,
/// complex keys, merge keys and several documents are refused with their line (YAML 1.2.2).
package struct YAMLReader {
    private var lines: [YAMLLine]
    private var at = 0
    private var depth = 0

    /// How deep maps and lists may lie in each other.
    private static let depthLimit = 64

    /// - Throws: `YAMLError` at the first line that is not read.
    package static func read(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var reader = YAMLReader(bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes)
        return try reader.document()
    }

    private init(_ bytes: [UInt8]) { lines = YAMLLine.lines(of: bytes) }

    private var current: YAMLLine? { at < lines.count ? lines[at] : nil }

    private mutating func skipBlankLines() {
        while let line = current, line.isBlank { at += 1 }
    }

    private mutating func document() throws(YAMLError) -> YAMLNode {
        skipBlankLines()
        if current.map(Self.isDocumentMark) ?? false { at += 1 }
        let node = try block(deeperThan: -1)
        skipBlankLines()
        guard let line = current else { return node }
        if line.raw == Array("...".utf8) { return node }
        let problem =
            Self.isDocumentMark(line)
            ? "a second document (---) is not read" : "does not fit the indentation before it"
        throw YAMLError(line: line.number, problem: problem)
    }

    private static func isDocumentMark(_ line: YAMLLine) -> Bool {
        line.raw.starts(with: Array("---".utf8)) && YAMLBytes.withoutComment(line.text).count == 3
    }

    // MARK: - Blocks

    /// The value that begins on the next line, if that stands deeper than `parent`.
    private mutating func block(deeperThan parent: Int) throws(YAMLError) -> YAMLNode {
        let before = current?.number ?? lines.count
        skipBlankLines()
        guard let line = current, line.indent > parent else {
            return YAMLNode(.null, line: before)
        }
        if parent == -1, Self.isDocumentMark(line) { return YAMLNode(.null, line: line.number) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw YAMLError(line: line.number, problem: "nested deeper than \(Self.depthLimit)")
        }
        if line.isItem { return try list(at: line.indent) }
        if try line.key() != nil || Self.isComplexKey(line) { return try map(at: line.indent) }
        return try value(deeperThan: parent)
    }

    private static func isComplexKey(_ line: YAMLLine) -> Bool {
        line.text.starts(with: Array("? ".utf8)) || line.text.elementsEqual(Array("?".utf8))
    }

    private mutating func list(at indent: Int) throws(YAMLError) -> YAMLNode {
        let first = lines[at].number
        var items: [YAMLNode] = []
        while let line = current, line.indent == indent, line.isItem {
            lines[at].takeItemMark()
            if lines[at].isBlank { at += 1 }
            items.append(try block(deeperThan: indent))
            skipBlankLines()
        }
        return YAMLNode(.list(items), line: first)
    }

    private mutating func map(at indent: Int) throws(YAMLError) -> YAMLNode {
        let first = lines[at].number
        var members: [YAMLMember] = []
        var keys: Set<String> = []
        while let line = current, line.indent == indent, !line.isItem {
            if indent == 0, Self.isDocumentMark(line) || line.raw == Array("...".utf8) { break }
            if Self.isComplexKey(line) {
                throw YAMLError(line: line.number, problem: "complex keys (?) are not read")
            }
            guard let (key, length) = try line.key() else {
                throw YAMLError(line: line.number, problem: "no key: value stands here")
            }
            if key == "<<" {
                throw YAMLError(line: line.number, problem: "merge keys (<<) are not read")
            }
            guard keys.insert(key).inserted else {
                throw YAMLError(line: line.number, problem: "the key \(key) is there already")
            }
            lines[at].take(length)
            let value = try member(of: indent)
            members.append(YAMLMember(key: key, line: line.number, value: value))
            skipBlankLines()
        }
        return YAMLNode(.map(members), line: first)
    }

    /// What stands behind a key's colon, or below it.
    private mutating func member(of indent: Int) throws(YAMLError) -> YAMLNode {
        guard lines[at].isBlank else {
            guard !lines[at].isItem else {
                let problem = "a list begins on a line of its own"
                throw YAMLError(line: lines[at].number, problem: problem)
            }
            return try value(deeperThan: indent)
        }
        let line = lines[at].number
        at += 1
        skipBlankLines()
        // kubectl does not indent a list below its key.
        if let next = current, next.indent == indent, next.isItem { return try list(at: indent) }
        guard let next = current, next.indent > indent else { return YAMLNode(.null, line: line) }
        return try block(deeperThan: indent)
    }

    // MARK: - Scalars and flow

    /// The value that begins with the current line's text.
    private mutating func value(deeperThan parent: Int) throws(YAMLError) -> YAMLNode {
        let line = lines[at]
        guard let first = line.text.first else { return YAMLNode(.null, line: line.number) }
        switch first {
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            return try blockScalar(deeperThan: parent)
        case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "["), UInt8(ascii: "{"):
            return try flow(deeperThan: parent)
        default:
            if let problem = YAMLBytes.refusal(first) {
                throw YAMLError(line: line.number, problem: problem)
            }
            return try plain(deeperThan: parent)
        }
    }

    private mutating func blockScalar(deeperThan parent: Int) throws(YAMLError) -> YAMLNode {
        let header = try YAMLBlockScalar(lines[at])
        let line = lines[at].number
        at += 1
        let (text, count) = header.read(lines[at...], deeperThan: parent)
        at += count
        return YAMLNode(.scalar(text), line: line, firstLine: line + 1)
    }

    /// Quoted texts and flow collections; they may go on over lines that stand deeper.
    private mutating func flow(deeperThan parent: Int) throws(YAMLError) -> YAMLNode {
        var bytes = Array(lines[at].text)
        for line in lines[(at + 1)...] {
            guard line.indent > parent || line.text.isEmpty else { break }
            bytes.append(0x0A)
            bytes += line.text
        }
        var flow = YAMLFlow(bytes, line: lines[at].number)
        let node = try flow.value()
        guard flow.isAtLineEnd else {
            let problem = "something stands behind the end of the value"
            throw YAMLError(line: flow.line, problem: problem)
        }
        at += flow.line - lines[at].number + 1
        return node
    }

    /// A text without quotes; lines that stand deeper go on with it.
    private mutating func plain(deeperThan parent: Int) throws(YAMLError) -> YAMLNode {
        let line = lines[at].number
        var text: [UInt8] = []
        var emptyLines = 0
        while let next = current {
            if next.text.isEmpty, !text.isEmpty {
                emptyLines += 1
                at += 1
                continue
            }
            guard text.isEmpty || next.indent > parent, !next.isBlank else { break }
            let part = YAMLBytes.withoutComment(next.text)
            if YAMLBytes.colon(in: part) != nil {
                let problem = "a colon inside a text without quotes: put the text in quotes"
                throw YAMLError(line: next.number, problem: problem)
            }
            if !text.isEmpty {
                text += emptyLines == 0 ? [0x20] : Array(repeating: 0x0A, count: emptyLines)
            }
            text += part
            emptyLines = 0
            at += 1
            if part.count != next.text.count { break }
        }
        return YAMLNode(Self.plainContent(text), line: line)
    }

    static func plainContent(_ text: [UInt8]) -> YAMLNode.Content {
        let text = String(decoding: text, as: UTF8.self)
        return ["", "~", "null", "Null", "NULL"].contains(text) ? .null : .scalar(text)
    }
}
