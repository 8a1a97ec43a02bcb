/// Cuts a template's text into tokens, as Go's text/template/parse/lex.go does.
struct Lexer {
    struct Failure: Error {
        let offset: Int
        let problem: String
    }

    private let text: [UInt8]
    private var at = 0
    private var tokens: [Token] = []

    init(_ text: [UInt8]) { self.text = text }

    consuming func tokens() throws(Failure) -> [Token] {
        var trimsNext = false
        while let open = find("{{", from: at) {
            var end = open
            let hasTrim =
                starts("{{-", at: open) && open + 3 < text.count && isSpace(text[open + 3])
            if hasTrim { end = trimmedEnd(at, open) }
            addText(from: trimsNext ? trimmedStart(at, end) : at, to: end)
            at = open + (hasTrim ? 3 : 2)
            trimsNext = try action(open)
        }
        let start = trimsNext ? trimmedStart(at, text.count) : at
        addText(from: start, to: text.count)
        tokens.append(Token(kind: .end, offset: text.count))
        return tokens
    }

    private mutating func addText(from start: Int, to end: Int) {
        guard start < end else { return }
        tokens.append(Token(kind: .text(Array(text[start..<end])), offset: start))
    }

    /// Reads one action up to and with its closing delimiter.
    ///
    /// - Returns: Whether the text behind it loses its leading white space.
    private mutating func action(_ open: Int) throws(Failure) -> Bool {
        let afterSpace = skippingSpace(at)
        if starts("/*", at: afterSpace) { return try comment(afterSpace) }
        tokens.append(Token(kind: .open, offset: open))
        while true {
            guard at < text.count else {
                throw Failure(offset: open, problem: "the action that begins here has no \"}}\"")
            }
            if let trims = closing() {
                tokens.append(Token(kind: .close, offset: at))
                at += trims ? 3 : 2
                return trims
            }
            try token()
        }
    }

    /// At a closing delimiter: whether it trims. nil elsewhere.
    private mutating func closing() -> Bool? {
        if starts("}}", at: at) { return false }
        let afterSpace = skippingSpace(at)
        if afterSpace > at, starts("-}}", at: afterSpace) {
            at = afterSpace
            return true
        }
        return nil
    }

    private mutating func comment(_ start: Int) throws(Failure) -> Bool {
        guard let end = find("*/", from: start + 2) else {
            throw Failure(offset: start, problem: "the comment that begins here has no \"*/\"")
        }
        at = end + 2
        guard start == at || starts("}}", at: at) || closing() == true else {
            throw Failure(offset: at, problem: "a comment ends with \"*/}}\" or \"*/ -}}\"")
        }
        let trims = starts("-}}", at: at)
        at += trims ? 3 : 2
        return trims
    }

    // MARK: - Tokens inside an action

    private mutating func token() throws(Failure) {
        let start = at
        let byte = text[at]
        if isSpace(byte) {
            at = skippingSpace(at)
            return add(.space, start)
        }
        switch byte {
        case 0x22: try quoted()
        case 0x60: try raw()
        case 0x27: try character()
        case 0x28: single(.leftParenthesis)
        case 0x29: single(.rightParenthesis)
        case 0x7C: single(.pipe)
        case 0x2C: single(.comma)
        case 0x3D: single(.assign)
        case 0x3A:
            guard starts(":=", at: at) else { throw Failure(offset: at, problem: "expected :=") }
            at += 2
            add(.declare, start)
        case 0x2E: try dot()
        case 0x24: variable()
        case 0x2B, 0x2D, 0x30...0x39: try number()
        default:
            guard isWord(at) else {
                throw Failure(offset: at, problem: "unexpected \(shown(at))")
            }
            let word = takeWord()
            try checkEnd(start)
            add(.identifier(word), start)
        }
    }

    private mutating func single(_ kind: Token.Kind) {
        at += 1
        add(kind, at - 1)
    }

    private mutating func add(_ kind: Token.Kind, _ start: Int) {
        tokens.append(Token(kind: kind, offset: start))
    }

    private mutating func dot() throws(Failure) {
        let start = at
        if at + 1 < text.count, (0x30...0x39).contains(text[at + 1]) { return try number() }
        at += 1
        guard isWord(at) else {
            try checkEnd(start)
            return add(.dot, start)
        }
        let word = takeWord()
        try checkEnd(start)
        add(.field(word), start)
    }

    private mutating func variable() {
        let start = at
        at += 1
        let word = isWord(at) ? takeWord() : ""
        add(.variable("$" + word), start)
    }

    private mutating func takeWord() -> String {
        let start = at
        while isWord(at) { at += 1 }
        return String(decoding: text[start..<at], as: UTF8.self)
    }

    private mutating func number() throws(Failure) {
        let start = at
        if text[at] == 0x2B || text[at] == 0x2D { at += 1 }
        while at < text.count {
            let byte = text[at]
            let isSign = byte == 0x2B || byte == 0x2D
            if isSign {
                // A sign belongs to the exponent before it only.
                guard [0x65, 0x45, 0x70, 0x50].contains(text[at - 1]),
                    !isHex(start) || text[at - 1] | 0x20 == 0x70
                else { break }
            } else if !(isWord(at) || byte == 0x2E) {
                break
            }
            at += 1
        }
        let word = String(decoding: text[start..<at], as: UTF8.self)
        try checkEnd(start)
        add(.number(word), start)
    }

    private func isHex(_ start: Int) -> Bool {
        let rest = text[start...].drop { $0 == 0x2B || $0 == 0x2D }
        return rest.count > 1 && rest.first == 0x30
            && rest[rest.startIndex + 1] | 0x20 == 0x78
    }

    /// What stands behind a word: a blank, or a mark that ends it.
    private func checkEnd(_ start: Int) throws(Failure) {
        guard at < text.count else { return }
        let byte = text[at]
        let ends =
            isSpace(byte) || [0x2E, 0x2C, 0x7C, 0x3A, 0x29, 0x28, 0x3D].contains(byte)
            || starts("}}", at: at)
        guard ends else {
            let word = String(decoding: text[start..<at], as: UTF8.self)
            throw Failure(
                offset: at,
                problem: "unexpected \(shown(at)) behind \(word)"
                    + (byte == 0x2D ? "; a key with a hyphen needs index: index .a \"b-c\"" : "")
            )
        }
    }

    private mutating func raw() throws(Failure) {
        let start = at
        guard let end = text[(at + 1)...].firstIndex(of: 0x60) else {
            throw Failure(offset: start, problem: "the raw string that begins here has no end")
        }
        at = end + 1
        add(.string(text[(start + 1)..<end].filter { $0 != 0x0D }), start)
    }

    private mutating func quoted() throws(Failure) {
        let start = at
        var literal = GoLiteral(text, at: at + 1, quote: 0x22)
        guard let bytes = literal.string() else {
            throw Failure(offset: start, problem: literal.problem)
        }
        at = literal.at
        add(.string(bytes), start)
    }

    private mutating func character() throws(Failure) {
        let start = at
        var literal = GoLiteral(text, at: at + 1, quote: 0x27)
        guard let code = literal.character() else {
            throw Failure(offset: start, problem: literal.problem)
        }
        at = literal.at
        add(.character(code), start)
    }

    // MARK: - Text

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private func isWord(_ index: Int) -> Bool {
        guard index < text.count else { return false }
        let byte = text[index]
        return byte == 0x5F || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            || byte >= 0x80
    }

    private func skippingSpace(_ start: Int) -> Int {
        var index = start
        while index < text.count, isSpace(text[index]) { index += 1 }
        return index
    }

    private func trimmedEnd(_ start: Int, _ end: Int) -> Int {
        var index = end
        while index > start, isSpace(text[index - 1]) { index -= 1 }
        return index
    }

    private func trimmedStart(_ start: Int, _ end: Int) -> Int { min(skippingSpace(start), end) }

    private func starts(_ mark: StaticString, at index: Int) -> Bool {
        let count = mark.utf8CodeUnitCount
        guard index + count <= text.count else { return false }
        for offset in 0..<count where text[index + offset] != mark.utf8Start[offset] {
            return false
        }
        return true
    }

    private func find(_ mark: StaticString, from start: Int) -> Int? {
        var index = start
        while index < text.count {
            guard let next = text[index...].firstIndex(of: mark.utf8Start[0]) else { return nil }
            if starts(mark, at: next) { return next }
            index = next + 1
        }
        return nil
    }

    private func shown(_ index: Int) -> String {
        var end = index + 1
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return "\"" + String(decoding: text[index..<end], as: UTF8.self) + "\""
    }
}
