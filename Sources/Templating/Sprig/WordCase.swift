/// `snakecase` and `kebabcase`, as huandu/xstrings splits words: `HTTP20xOK` is `http_20x_ok`.
struct WordCase {
    private enum Kind {
        case none, number, upper, letters, connector, punctuation, other
    }

    private struct Word {
        var kind = Kind.none
        var points: ArraySlice<UInt32> = []
    }

    private let connector: UInt32
    private let points: [UInt32]
    /// Where the words that are not read yet begin.
    private var position = 0
    private var output: [UInt32] = []

    /// The words in lower case, with `connector` between them.
    static func lower(_ text: [UInt8], connector: Character) -> [UInt8] {
        var writer = WordCase(text, UInt32(connector.asciiValue ?? 0x5F))
        writer.write()
        return CodePoint.encode(writer.output)
    }

    private init(_ text: [UInt8], _ connector: UInt32) {
        self.connector = connector
        // Bytes that are no character take no part.
        points = CodePoint.all(of: text).filter { $0 != CodePoint.replacement }
    }

    private var isAtEnd: Bool { position == points.count }

    private mutating func write() {
        var word = next()
        while !isAtEnd {
            if word.kind != .connector { append(word) }
            let previous = word
            word = next()
            switch previous.kind {
            case .number: word = appendWithLetters(word)
            case .connector: append(previous)
            case .punctuation: break
            case .none, .upper, .letters, .other:
                if word.kind == .number {
                    word = appendNumber(word)
                } else {
                    separate(before: word)
                }
            }
        }
        append(word)
    }

    /// Letters and numbers behind a number belong to it: `2xx`.
    private mutating func appendWithLetters(_ first: Word) -> Word {
        var word = first
        while word.kind == .letters || word.kind == .number {
            append(word)
            word = next()
        }
        separate(before: word)
        return word
    }

    /// A number behind a word belongs to the word, unless letters follow it.
    private mutating func appendNumber(_ number: Word) -> Word {
        guard !isAtEnd else { return number }
        let word = next()
        guard word.kind == .letters else {
            append(number)
            if word.kind != .connector && word.kind != .punctuation { output.append(connector) }
            return word
        }
        output.append(connector)
        append(number)
        return appendWithLetters(word)
    }

    private mutating func separate(before word: Word) {
        switch word.kind {
        case .none, .connector, .punctuation: break
        case .number, .upper, .letters, .other: output.append(connector)
        }
    }

    private mutating func append(_ word: Word) {
        guard word.kind == .upper || word.kind == .connector else {
            output += word.points
            return
        }
        for point in word.points {
            if LetterCase.isConnector(point) {
                output.append(connector)
            } else {
                output.append(CodePoint.isUpper(point) ? CaseFolding.lower(point) : point)
            }
        }
    }

    // MARK: - Words

    private mutating func next() -> Word {
        guard !isAtEnd else { return Word() }
        let first = points[position]
        if LetterCase.isConnector(first) { return take(.connector, LetterCase.isConnector) }
        if Self.isPunctuation(first) { return take(.punctuation, Self.isPunctuation) }
        if CodePoint.isUpper(first) { return takeUpper() }
        if Self.isAlphabetic(first) { return take(.letters, Self.isSmallLetter) }
        if Self.isNumber(first) { return take(.number, Self.isNumber) }
        return take(.other) { point in
            !LetterCase.isConnector(point) && !Self.isAlphabetic(point) && !Self.isNumber(point)
                && !Self.isPunctuation(point)
        }
    }

    /// The first code point, and all that follow and fit.
    private mutating func take(_ kind: Kind, _ fits: (UInt32) -> Bool) -> Word {
        let end = points[(position + 1)...].firstIndex { !fits($0) } ?? points.count
        defer { position = end }
        return Word(kind: kind, points: points[position..<end])
    }

    /// Capitals, or one capital and its small letters: `HTTPStatus` is `HTTP` and `Status`.
    private mutating func takeUpper() -> Word {
        guard position + 1 < points.count, CodePoint.isUpper(points[position + 1]) else {
            return take(.upper, Self.isSmallLetter)
        }
        var word = take(.upper, CodePoint.isUpper)
        if !isAtEnd, Self.isAlphabetic(points[position]) {
            word.points.removeLast()
            position -= 1
        }
        return word
    }

    private static func isSmallLetter(_ point: UInt32) -> Bool {
        isAlphabetic(point) && !CodePoint.isUpper(point)
    }

    /// Letters but those of Chinese characters, which make no words.
    private static func isAlphabetic(_ point: UInt32) -> Bool {
        switch point {
        case 0x3400...0x4D85, 0x4E00...0x9FCC, 0x20000...0x2B81D: false
        default: CodePoint.isLetter(point)
        }
    }

    private static let punctuation = UnicodeCategories(named: "P")
    private static let numbers = UnicodeCategories(named: "N")

    private static func isPunctuation(_ point: UInt32) -> Bool {
        punctuation?.contains(point) ?? false
    }

    private static func isNumber(_ point: UInt32) -> Bool { numbers?.contains(point) ?? false }
}
