/// A block scalar's header (`|`, `>-`, `|2+`) and how its lines are read (YAML 1.2.2 §8.1).
struct YAMLBlockScalar {
    private enum Chomping { case clip, strip, keep }

    private var isFolded: Bool
    private var chomping = Chomping.clip
    /// How much deeper than its parent; nil: as its first line has it.
    private var indentation: Int?

    init(_ line: YAMLLine) throws(YAMLError) {
        isFolded = line.text.first == UInt8(ascii: ">")
        for byte in YAMLBytes.withoutComment(line.text).dropFirst() {
            switch byte {
            case UInt8(ascii: "-"): chomping = .strip
            case UInt8(ascii: "+"): chomping = .keep
            case UInt8(ascii: "1")...UInt8(ascii: "9"): indentation = Int(byte - 0x30)
            default:
                let problem = "only + or - and one digit may follow | or >"
                throw YAMLError(line: line.number, problem: problem)
            }
        }
    }

    /// The text, and how many lines it takes.
    func read(
        _ lines: ArraySlice<YAMLLine>,
        deeperThan parent: Int
    ) -> (text: String, count: Int) {
        let isEmpty = { (line: YAMLLine) in line.raw.allSatisfy { $0 == 0x20 } }
        let indent =
            indentation.map { max(parent, 0) + $0 }
            ?? lines.first { !isEmpty($0) }.map(\.indent) ?? 0
        var content: [[UInt8]] = []
        if indent > parent {
            for line in lines {
                let spaces = line.raw.prefix { $0 == 0x20 }.count
                guard isEmpty(line) || spaces >= indent else { break }
                content.append(Array(line.raw.dropFirst(indent)))
            }
        }
        let count = content.count
        var trailing = 0
        while content.last?.isEmpty ?? false {
            content.removeLast()
            trailing += 1
        }
        // The text's own last line end makes one empty piece of the file's last line.
        if count == lines.count, trailing > 0 { trailing -= 1 }
        var text = isFolded ? Self.folded(content) : Array(content.joined(separator: [0x0A]))
        switch chomping {
        case .strip: break
        case .clip: if !content.isEmpty { text.append(0x0A) }
        case .keep:
            let ends = content.isEmpty ? trailing : trailing + 1
            text += Array(repeating: 0x0A, count: ends)
        }
        return (String(decoding: text, as: UTF8.self), count)
    }

    /// Line ends become blanks, except around empty lines and lines that stand deeper.
    private static func folded(_ lines: [[UInt8]]) -> [UInt8] {
        var text: [UInt8] = []
        var emptyLines = 0
        var wasDeeper = false
        var isFirst = true
        for line in lines {
            if line.isEmpty {
                emptyLines += 1
                continue
            }
            let isDeeper = line.first.map(YAMLBytes.isBlank) ?? false
            if isFirst {
                text += Array(repeating: 0x0A, count: emptyLines)
            } else if isDeeper || wasDeeper {
                text += Array(repeating: 0x0A, count: emptyLines + 1)
            } else {
                text += emptyLines == 0 ? [0x20] : Array(repeating: 0x0A, count: emptyLines)
            }
            text += line
            (emptyLines, wasDeeper, isFirst) = (0, isDeeper, false)
        }
        return text
    }
}
