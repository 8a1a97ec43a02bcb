/// Changes of case, by code points and one to one, as Go's strings package and goutils do them.
enum LetterCase {
    static func upper(_ text: [UInt8]) -> [UInt8] {
        guard text.allSatisfy({ $0 < 0x80 }) else { return map(text, simpleUpper) }
        return text.map { 0x61...0x7A ~= $0 ? $0 & 0xDF : $0 }
    }

    static func lower(_ text: [UInt8]) -> [UInt8] {
        guard text.allSatisfy({ $0 < 0x80 }) else { return map(text, CaseFolding.lower) }
        return text.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
    }

    private static func map(_ text: [UInt8], _ change: (UInt32) -> UInt32) -> [UInt8] {
        CodePoint.encode(CodePoint.all(of: text).map(change))
    }

    /// Where the full mapping is two letters, the simple one stands in the title case's place.
    private static func simpleUpper(_ point: UInt32) -> UInt32 {
        let upper = CaseFolding.upper(point)
        guard upper == point, point >= 0x1F80, point <= 0x1FFF else { return upper }
        return CaseFolding.title(point)
    }

    /// Go's `strings.Title`: the first letter behind anything but a letter, digit or underscore.
    static func title(_ text: [UInt8]) -> [UInt8] {
        var previous: UInt32 = 0x20
        return map(text) { point in
            defer { previous = point }
            return separates(previous) ? CaseFolding.title(point) : point
        }
    }

    private static func separates(_ point: UInt32) -> Bool {
        switch point {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: false
        case ..<0x80: true
        default:
            !CodePoint.isLetter(point) && !CodePoint.isDigit(point) && CodePoint.isSpace(point)
        }
    }

    /// The first letter of each word in lower case.
    static func untitle(_ text: [UInt8]) -> [UInt8] {
        var isNext = true
        return map(text) { point in
            if CodePoint.isSpace(point) {
                isNext = true
                return point
            }
            defer { isNext = false }
            return isNext ? CaseFolding.lower(point) : point
        }
    }

    /// Upper and title case become lower; lower becomes upper, title at a word's beginning.
    static func swap(_ text: [UInt8]) -> [UInt8] {
        var isAfterSpace = true
        return map(text) { point in
            if CodePoint.isUpper(point) || CodePoint.isTitle(point) {
                isAfterSpace = false
                return CaseFolding.lower(point)
            }
            if CodePoint.isLower(point) {
                defer { isAfterSpace = false }
                return isAfterSpace ? CaseFolding.title(point) : simpleUpper(point)
            }
            isAfterSpace = CodePoint.isSpace(point)
            return point
        }
    }

    /// The first letters of the words; goutils takes bytes for letters, and so does this.
    static func initials(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var isNext = true
        for byte in text {
            if CodePoint.isSpace(UInt32(byte)) {
                isNext = true
            } else if isNext {
                CodePoint.append(UInt32(byte), to: &output)
                isNext = false
            }
        }
        return output
    }

    /// `nospace`; goutils takes bytes for letters where there is anything to leave out.
    static func withoutSpace(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(where: { CodePoint.isSpace(UInt32($0)) }) else { return text }
        var output: [UInt8] = []
        for byte in text where !CodePoint.isSpace(UInt32(byte)) {
            CodePoint.append(UInt32(byte), to: &output)
        }
        return output
    }

    /// `camelcase`: `http_server` is `HttpServer`; connectors in front stay, of others one goes.
    static func camel(_ text: [UInt8]) -> [UInt8] {
        let points = CodePoint.all(of: text)
        guard let start = points.firstIndex(where: { !isConnector($0) }) else { return text }
        var output = Array(points[..<start])
        var pending = CaseFolding.upper(points[start])
        for point in points[(start + 1)...] {
            switch (isConnector(pending), isConnector(point)) {
            case (true, true):
                output.append(pending)
                pending = point
            case (true, false): pending = CaseFolding.upper(point)
            case (false, _):
                output.append(pending)
                pending = CaseFolding.lower(point)
            }
        }
        return CodePoint.encode(output + [pending])
    }

    static func isConnector(_ point: UInt32) -> Bool {
        point == 0x2D || point == 0x5F || CodePoint.isSpace(point)
    }
}
