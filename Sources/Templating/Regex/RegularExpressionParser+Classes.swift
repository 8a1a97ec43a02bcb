import Formats

extension RegularExpressionParser {
    /// What a backslash begins outside brackets.
    mutating func backslash(
        into parts: inout [RegularExpressionNode]
    ) throws(RegularExpressionError) {
        guard position + 1 < pattern.count else { throw .trailingBackslash }
        let letter = pattern[position + 1]
        switch letter {
        case UInt8(ascii: "A"): assertion(.textStart, into: &parts)
        case UInt8(ascii: "z"): assertion(.textEnd, into: &parts)
        case UInt8(ascii: "b"): assertion(.wordBoundary, into: &parts)
        case UInt8(ascii: "B"): assertion(.noWordBoundary, into: &parts)
        case UInt8(ascii: "Q"): quotation(into: &parts)
        default:
            if let item = try escapedClass() {
                parts.append(.characterClass(CharacterClass([item])))
            } else {
                let point = try escape()
                let isFolded = flags.foldsCase && CaseFolding.orbit(of: point).count > 1
                let key = isFolded ? CaseFolding.key(of: point) : point
                parts.append(.literal(key, isFolded: isFolded))
            }
        }
    }

    private mutating func assertion(
        _ assertion: RegularExpressionNode.Assertion,
        into parts: inout [RegularExpressionNode]
    ) {
        position += 2
        parts.append(.assertion(assertion))
    }

    /// `\Q…\E`: literal, to the end where `\E` is missing.
    private mutating func quotation(into parts: inout [RegularExpressionNode]) {
        position += 2
        while position < pattern.count, !skip("\\E") {
            let point = next()
            let isFolded = flags.foldsCase && CaseFolding.orbit(of: point).count > 1
            let key = isFolded ? CaseFolding.key(of: point) : point
            parts.append(.literal(key, isFolded: isFolded))
        }
    }

    /// `\d`, `\pL`, `\p{^Lu}`, inside and outside brackets; nil where something else is.
    private mutating func escapedClass() throws(RegularExpressionError) -> CharacterClass.Item? {
        guard position + 1 < pattern.count else { return nil }
        let letter = pattern[position + 1]
        if let item = CharacterClass.perl(letter, isFolded: flags.foldsCase) {
            position += 2
            return item
        }
        guard letter == UInt8(ascii: "p") || letter == UInt8(ascii: "P") else { return nil }
        let start = position
        position += 2
        var isNegated = letter == UInt8(ascii: "P")
        var name: String
        if skip("{") {
            guard let end = pattern[position...].firstIndex(of: UInt8(ascii: "}")) else {
                throw .invalidClassRange(text(from: start))
            }
            name = text(from: position, to: end)
            position = end + 1
        } else {
            guard position < pattern.count else { throw .invalidClassRange(text(from: start)) }
            let first = position
            _ = next()
            name = text(from: first, to: position)
        }
        if name.hasPrefix("^") {
            isNegated.toggle()
            name.removeFirst()
        }
        let content: CharacterClass.Item.Content
        if let categories = UnicodeCategories(named: name) {
            content = .categories(categories)
        } else if let ranges = UnicodeScript.ranges(named: name) {
            content = .ranges(ranges)
        } else {
            throw .invalidClassRange(text(from: start, to: position))
        }
        return CharacterClass.Item(
            content: content,
            isNegated: isNegated,
            isFolded: flags.foldsCase
        )
    }

    /// `[…]`: a `]` in front and a `-` anywhere that makes no range stand for themselves.
    mutating func bracketClass() throws(RegularExpressionError) -> CharacterClass {
        let start = position
        position += 1
        let isNegated = skip("^")
        var items: [CharacterClass.Item] = []
        var isFirst = true
        while isFirst || peek != UInt8(ascii: "]") {
            guard let byte = peek else { throw .missingBracket(text(from: start)) }
            isFirst = false
            if byte == UInt8(ascii: "["), let item = try posixClass() {
                items.append(item)
                continue
            }
            if byte == UInt8(ascii: "\\"), let item = try escapedClass() {
                items.append(item)
                continue
            }
            let range = try classRange(in: start)
            items.append(CharacterClass.Item(content: .range(range), isFolded: flags.foldsCase))
        }
        position += 1
        return CharacterClass(items, isNegated: isNegated)
    }

    /// `[:alpha:]` or `[:^alpha:]`; nil where no `:]` follows.
    private mutating func posixClass() throws(RegularExpressionError) -> CharacterClass.Item? {
        let start = position
        guard skip("[:") else { return nil }
        var end = position
        while end + 1 < pattern.count,
            pattern[end] != UInt8(ascii: ":") || pattern[end + 1] != UInt8(ascii: "]")
        {
            end += 1
        }
        guard end + 1 < pattern.count else {
            position = start
            return nil
        }
        let isNegated = skip("^")
        guard let ranges = CharacterClass.posix(text(from: position, to: max(position, end))) else {
            throw .invalidClassRange(text(from: start, to: end + 2))
        }
        position = end + 2
        return CharacterClass.Item(
            content: .ranges(ranges),
            isNegated: isNegated,
            isFolded: flags.foldsCase
        )
    }

    private mutating func classRange(
        in bracket: Int
    ) throws(RegularExpressionError) -> ClosedRange<UInt32> {
        let start = position
        let low = try classCharacter(in: bracket)
        guard position + 1 < pattern.count, pattern[position] == UInt8(ascii: "-"),
            pattern[position + 1] != UInt8(ascii: "]")
        else { return low...low }
        position += 1
        let high = try classCharacter(in: bracket)
        guard low <= high else { throw .invalidClassRange(text(from: start, to: position)) }
        return low...high
    }

    private mutating func classCharacter(in bracket: Int) throws(RegularExpressionError) -> UInt32 {
        guard let byte = peek else { throw .missingBracket(text(from: bracket)) }
        return byte == UInt8(ascii: "\\") ? try escape() : next()
    }

    /// One escaped character: octal, hexadecimal, a control character, or punctuation.
    private mutating func escape() throws(RegularExpressionError) -> UInt32 {
        let start = position
        position += 1
        guard position < pattern.count else { throw .trailingBackslash }
        let point = next()
        switch point {
        case 0x30...0x37:
            // A digit alone would be a back-reference, which no automaton can follow.
            if point != 0x30, peek.map({ !(0x30...0x37 ~= $0) }) ?? true { break }
            return octal(from: point - 0x30)
        case UInt32(UInt8(ascii: "x")):
            if let value = hexadecimal() { return value }
        case UInt32(UInt8(ascii: "a")): return 0x07
        case UInt32(UInt8(ascii: "f")): return 0x0C
        case UInt32(UInt8(ascii: "n")): return 0x0A
        case UInt32(UInt8(ascii: "r")): return 0x0D
        case UInt32(UInt8(ascii: "t")): return 0x09
        case UInt32(UInt8(ascii: "v")): return 0x0B
        case 0x38...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: break
        default: return point
        }
        throw .invalidEscape(text(from: start, to: position))
    }

    /// Up to two more octal digits.
    private mutating func octal(from first: UInt32) -> UInt32 {
        var value = first
        for _ in 0..<2 {
            guard let byte = peek, 0x30...0x37 ~= byte else { break }
            value = value * 8 + UInt32(byte - 0x30)
            position += 1
        }
        return value
    }

    /// Behind `\x`: two digits, or any number of them in braces.
    private mutating func hexadecimal() -> UInt32? {
        guard skip("{") else {
            guard let high = hexDigit(), let low = hexDigit() else { return nil }
            return high * 16 + low
        }
        var value: UInt32?
        while let digit = hexDigit() {
            value = (value ?? 0) * 16 + digit
            guard value ?? 0 <= 0x10FFFF else { return nil }
        }
        return skip("}") ? value : nil
    }

    private mutating func hexDigit() -> UInt32? {
        guard let byte = peek, let value = Hex.value(byte) else { return nil }
        position += 1
        return UInt32(value)
    }
}
