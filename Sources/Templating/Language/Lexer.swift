/// Cuts a template's text into tokens, as Go's text/template/parse/lex.go does.
///
/// It never fails: what cannot be read becomes a `broken` token, and reading goes on behind the
/// action, so that one pass finds several mistakes.
struct Lexer {
    private struct Failure: Error {
        var offset: Int
        var problem: String
        var hint = ""
    }

    private let text: [UInt8]
    private var at = 0
    private var parentheses = 0
    private var tokens: [Token] = []

    static func tokens(of text: [UInt8]) -> [Token] {
        var lexer = Lexer(text)
        lexer.read()
        return lexer.tokens
    }

    private init(_ text: [UInt8]) { self.text = text }

    private mutating func read() {
        while let open = find("{{", from: at) {
            let trims = trimsLeft(open + 2)
            let end = trims ? trimmedEnd(open) : open
            if at < end { add(.text(Array(text[at..<end])), at) }
            at = open + 2 + (trims ? 2 : 0)
            let closesWithTrim: Bool
            do {
                closesWithTrim = try action(open)
            } catch {
                add(.broken(problem: error.problem, hint: error.hint), error.offset)
                closesWithTrim = recover(open)
            }
            if closesWithTrim { at = skippingSpace(at) }
        }
        if at < text.count { add(.text(Array(text[at...])), at) }
        add(.end, text.count)
    }

    /// Goes behind a broken action: to its `}}` on this line, or else to the next `{{`.
    private mutating func recover(_ open: Int) -> Bool {
        let start = max(at, open + 2)
        let close = find("}}", from: start)
        let next = find("{{", from: start)
        if let close, next == nil || close < next ?? 0 {
            add(.close, close)
            at = close + 2
            return text[close - 1] == 0x2D && close >= 2 && isSpace(text[close - 2])
        }
        at = next ?? text.count
        add(.close, at)
        return false
    }

    /// Reads one action up to and with its closing delimiter.
    ///
    /// - Returns: Whether the text behind it loses its leading white space.
    private mutating func action(_ open: Int) throws(Failure) -> Bool {
        if starts("/*", at: at) { return try comment() }
        add(.open, open)
        parentheses = 0
        while true {
            if let trims = closing(at) {
                guard parentheses == 0 else {
                    throw Failure(offset: at, problem: "a closing parenthesis is missing")
                }
                add(.close, at)
                at += trims ? 4 : 2
                return trims
            }
            guard at < text.count else {
                throw Failure(offset: open, problem: "the action that begins here has no \"}}\"")
            }
            try token()
        }
    }

    /// At a closing delimiter: whether it trims.
    ///
    /// - Returns: nil elsewhere.
    private func closing(_ index: Int) -> Bool? {
        if starts("}}", at: index) { return false }
        guard index < text.count, isSpace(text[index]), starts("-}}", at: index + 1) else {
            return nil
        }
        return true
    }

    private mutating func comment() throws(Failure) -> Bool {
        let start = at
        guard let end = find("*/", from: start + 2) else {
            throw Failure(offset: start, problem: "the comment that begins here has no \"*/\"")
        }
        at = end + 2
        guard let trims = closing(at) else {
            throw Failure(offset: at, problem: "a comment ends with \"*/}}\" or \"*/ -}}\"")
        }
        at += trims ? 4 : 2
        return trims
    }

    // MARK: - Tokens inside an action

    private mutating func token() throws(Failure) {
        let start = at
        switch text[at] {
        case 0x20, 0x09, 0x0A, 0x0D: space()
        case 0x22: try quoted()
        case 0x60: try raw()
        case 0x27: try character()
        case 0x28: parenthesis(.leftParenthesis, 1)
        case 0x29:
            guard parentheses > 0 else {
                throw Failure(offset: at, problem: "unexpected )", hint: "no ( is open here")
            }
            parenthesis(.rightParenthesis, -1)
        case 0x7C: single(.pipe)
        case 0x3D: single(.assign)
        case 0x3A:
            guard starts(":=", at: at) else {
                throw Failure(offset: at, problem: "unexpected :", hint: "a declaration is :=")
            }
            at += 2
            add(.declare, start)
        case 0x2E where at + 1 >= text.count || !isDigit(text[at + 1]): try dot()
        case 0x24: try variable()
        case 0x2B, 0x2D, 0x2E, 0x30...0x39: try number()
        default: try word()
        }
    }

    private mutating func space() {
        let start = at
        at = skippingSpace(at)
        // The blank before "-}}" belongs to the delimiter.
        if starts("-}}", at: at) { at -= 1 }
        if at > start { add(.space, start) }
    }

    private mutating func parenthesis(_ kind: Token.Kind, _ change: Int) {
        parentheses += change
        single(kind)
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
        at += 1
        if isEnd(at) { return add(.dot, start) }
        let name = takeWord()
        try checkEnd(start)
        add(.field(name), start)
    }

    private mutating func variable() throws(Failure) {
        let start = at
        at += 1
        let word = takeWord()
        try checkEnd(start)
        add(.variable("$" + String(decoding: word, as: UTF8.self)), start)
    }

    private mutating func word() throws(Failure) {
        let start = at
        let bytes = takeWord()
        guard !bytes.isEmpty else {
            guard (0x21..<0x7F).contains(text[at]) else {
                throw Failure(offset: at, problem: "unexpected \(shown(at))")
            }
            return single(.mark(text[at]))
        }
        try checkEnd(start)
        let word = String(decoding: bytes, as: UTF8.self)
        switch word {
        case "true": add(.bool(true), start)
        case "false": add(.bool(false), start)
        case "nil": add(.null, start)
        default: add(Token.Keyword(rawValue: word).map { .keyword($0) } ?? .identifier(word), start)
        }
    }

    /// Letters, digits and underscores of any script.
    private mutating func takeWord() -> [UInt8] {
        let start = at
        while let length = letterLength(at) { at += length }
        return Array(text[start..<at])
    }

    private func letterLength(_ index: Int) -> Int? {
        guard index < text.count else { return nil }
        let byte = text[index]
        if byte < 0x80 {
            let isLetter = byte == 0x5F || isDigit(byte) || (0x61...0x7A).contains(byte | 0x20)
            return isLetter ? 1 : nil
        }
        let (point, length) = CodePoint.decode(text, at: index)
        guard length > 1, let scalar = UnicodeScalar(point) else { return nil }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber:
            return length
        default: return nil
        }
    }

    /// Whether a word may end here.
    private func isEnd(_ index: Int) -> Bool {
        guard index < text.count else { return true }
        return isSpace(text[index]) || [0x2E, 0x2C, 0x7C, 0x3A, 0x29, 0x28].contains(text[index])
            || starts("}}", at: index)
    }

    private func checkEnd(_ start: Int) throws(Failure) {
        guard !isEnd(at) else { return }
        let word = String(decoding: text[start..<at], as: UTF8.self)
        let hint =
            switch text[at] {
            case 0x2D, 0x2F, 0x5B: "a key that is no plain word needs index: index .a \"b-c\""
            case 0x3D: "put a blank before ="
            default: ""
            }
        throw Failure(offset: at, problem: "unexpected \(shown(at)) behind \(word)", hint: hint)
    }

    // MARK: - Literals

    private mutating func number() throws(Failure) {
        let start = at
        var scanner = NumberScanner(text, at)
        let isWhole = scanner.scan()
        at = scanner.at
        let isSign = at < text.count && (text[at] == 0x2B || text[at] == 0x2D)
        guard isWhole, letterLength(at) == nil, !isSign || text[at - 1] == 0x69 else {
            let end = at < text.count ? at + 1 : at
            let shown = String(decoding: text[start..<end], as: UTF8.self)
            throw Failure(offset: start, problem: "\(shown) is no number")
        }
        if isSign || text[at - 1] == 0x69 {
            throw Failure(offset: start, problem: "complex numbers are not supported")
        }
        add(.number(String(decoding: text[start..<at], as: UTF8.self)), start)
    }

    private mutating func raw() throws(Failure) {
        let start = at
        guard let end = text[(at + 1)...].firstIndex(of: 0x60) else {
            throw Failure(offset: start, problem: "the string that begins here has no closing `")
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
            throw Failure(
                offset: start,
                problem: literal.problem,
                hint: "a string is written in double quotes"
            )
        }
        at = literal.at
        add(.character(code), start)
    }

    // MARK: - Text

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Behind `{{`: whether a `-` and a blank follow.
    private func trimsLeft(_ index: Int) -> Bool {
        index + 1 < text.count && text[index] == 0x2D && isSpace(text[index + 1])
    }

    private func skippingSpace(_ start: Int) -> Int {
        var index = start
        while index < text.count, isSpace(text[index]) { index += 1 }
        return index
    }

    private func trimmedEnd(_ end: Int) -> Int {
        var index = end
        while index > at, isSpace(text[index - 1]) { index -= 1 }
        return index
    }

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
        let length = CodePoint.decode(text, at: index).width
        let byte = text[index]
        if byte < 0x20 || byte == 0x7F { return "control character \(byte)" }
        return String(decoding: text[index..<index + length], as: UTF8.self)
    }
}
