/// Reads a text from front to back and writes the tape (RFC 8259).
struct TapeBuilder {
    private let text: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var at = 0
    private var tape: [TapeEntry] = []
    /// Tape indexes of the open objects and arrays.
    private var open: [Int] = []

    init(_ text: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.text = text
        self.limits = limits
        tape.reserveCapacity(text.count / 16 + 8)
    }

    mutating func build() throws(JSONError) -> [TapeEntry] {
        let limit = min(limits.bytes, JSONLimits.largest)
        guard text.count <= limit else {
            throw error("the text is larger than \(limit) bytes", at: 0)
        }
        if text.starts(with: ByteOrderMark.utf8) { at = ByteOrderMark.utf8.count }
        var needsValue = true
        while needsValue {
            try value()
            needsValue = try follows()
        }
        skipBlanks()
        guard at == text.count else {
            throw unexpected("expected the end of the text")
        }
        return tape
    }

    // MARK: - Values

    /// Reads one value: openings down to the first one that is whole.
    ///
    /// A loop and no recursion, so that the depth costs no stack.
    private mutating func value() throws(JSONError) {
        while try opens() {}
    }

    /// Reads a scalar, or the opening of an object or array and its first key.
    ///
    /// - Returns: Whether a value must follow now.
    private mutating func opens() throws(JSONError) -> Bool {
        skipBlanks()
        guard at < text.count else { throw error("expected a value, found the end of the text") }
        switch text[at] {
        case 0x22: try string()
        case 0x7B: return try begin(.object)
        case 0x5B: return try begin(.array)
        case 0x2D, 0x30...0x39: try number()
        case 0x74: try word("true", .bool)
        case 0x66: try word("false", .bool)
        case 0x6E: try word("null", .null)
        default: throw unexpected("expected a value")
        }
        return false
    }

    private mutating func begin(_ kind: JSONValue.Kind) throws(JSONError) -> Bool {
        guard open.count < limits.depth else {
            throw error("nested deeper than \(limits.depth) (limits.jsonDepth)")
        }
        open.append(tape.count)
        tape.append(TapeEntry(kind, start: at, end: at, next: 0))
        at += 1
        skipBlanks()
        if at < text.count, text[at] == (kind == .object ? 0x7D : 0x5D) {
            end()
            return false
        }
        if kind == .object { try key() }
        return true
    }

    private mutating func end() {
        at += 1
        let index = open.removeLast()
        tape[index].end = UInt32(truncatingIfNeeded: at)
        tape[index].next = UInt32(truncatingIfNeeded: tape.count)
    }

    /// Reads a key and its colon.
    private mutating func key() throws(JSONError) {
        skipBlanks()
        guard at < text.count, text[at] == 0x22 else {
            throw unexpected("expected a key in double quotes")
        }
        try string()
        skipBlanks()
        guard at < text.count, text[at] == 0x3A else {
            throw unexpected("expected \":\" after a key")
        }
        at += 1
    }

    /// After a value: closes what ends here.
    ///
    /// - Returns: Whether another value follows, its key already read; false at the end.
    private mutating func follows() throws(JSONError) -> Bool {
        while let index = open.last {
            skipBlanks()
            let isObject = tape[index].kind == .object
            guard at < text.count else {
                let missing = isObject ? "\"}\"" : "\"]\""
                throw error("expected \",\" or \(missing), found the end of the text")
            }
            tape[index].count += 1
            switch text[at] {
            case 0x2C:
                at += 1
                if isObject { try key() }
                return true
            case 0x7D where isObject, 0x5D where !isObject:
                end()
            default:
                throw unexpected("expected \",\" or \(isObject ? "\"}\"" : "\"]\"") after a value")
            }
        }
        return false
    }

    private mutating func word(_ expected: StaticString, _ kind: JSONValue.Kind) throws(JSONError) {
        let length = expected.utf8CodeUnitCount
        let start = at
        for offset in 0..<length {
            guard at < text.count, text[at] == expected.utf8Start[offset] else {
                throw unexpected("expected a value", at: start)
            }
            at += 1
        }
        tape.append(TapeEntry(kind, start: start, end: at, next: tape.count + 1))
    }

    // MARK: - Numbers

    private mutating func number() throws(JSONError) {
        let start = at
        if text[at] == 0x2D { at += 1 }
        guard at < text.count, isDigit(text[at]) else { throw unexpected("expected a digit") }
        if text[at] == 0x30 {
            at += 1
            if at < text.count, isDigit(text[at]) {
                throw error("a number does not begin with 0", at: start)
            }
        } else {
            digits()
        }
        if at < text.count, text[at] == 0x2E {
            at += 1
            guard digits() else { throw unexpected("expected a digit after \".\"") }
        }
        if at < text.count, text[at] | 0x20 == 0x65 {
            at += 1
            if at < text.count, text[at] == 0x2B || text[at] == 0x2D { at += 1 }
            guard digits() else { throw unexpected("expected a digit in the exponent") }
        }
        tape.append(TapeEntry(.number, start: start, end: at, next: tape.count + 1))
    }

    @discardableResult
    private mutating func digits() -> Bool {
        let start = at
        while at < text.count, isDigit(text[at]) { at += 1 }
        return at > start
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    // MARK: - Strings

    private mutating func string() throws(JSONError) {
        let start = at
        var flags: UInt32 = 0
        at += 1
        while true {
            skipPlain()
            guard at < text.count else {
                throw error("the string that begins here has no closing quote", at: start)
            }
            let byte = text[at]
            if byte == 0x22 { break }
            if byte == 0x5C {
                flags |= TapeEntry.hasEscape
                try escape()
            } else if byte < 0x20 {
                throw control(byte)
            } else {
                if byte >= 0x80 { flags |= TapeEntry.hasWide }
                at += 1
            }
        }
        at += 1
        tape.append(TapeEntry(.string, start: start, end: at, next: tape.count + 1, flags: flags))
    }

    /// Passes over eight bytes at a time while all are ASCII and none needs a look.
    private mutating func skipPlain() {
        guard let base = UnsafeRawPointer(text.baseAddress) else { return }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while text.count - at >= 8 {
            let word = base.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            let found =
                (quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- ones &* 0x20) & ~word
                | word
            if found & highs != 0 { break }
            at += 8
        }
        while at < text.count {
            let byte = text[at]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return }
            at += 1
        }
    }

    private mutating func escape() throws(JSONError) {
        guard at + 1 < text.count else { throw error("an escape without an end") }
        switch text[at + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            at += 2
        case 0x75:
            for offset in 2..<6 {
                guard at + offset < text.count, isHex(text[at + offset]) else {
                    throw error("\\u must be followed by four hex digits")
                }
            }
            at += 6
        default:
            throw error("\\\(shown(text[at + 1])) is no escape; a backslash itself is written \\\\")
        }
    }

    private func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 6
    }

    // MARK: - Blanks and errors

    private mutating func skipBlanks() {
        while at < text.count {
            switch text[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private func control(_ byte: UInt8) -> JSONError {
        switch byte {
        case 0x0A: error("a line break inside a string; it must be written \\n")
        case 0x09: error("a tab inside a string; it must be written \\t")
        default:
            error(
                "a control character (\(hex(byte))) inside a string; it must be written \\u00\(hex(byte).dropFirst(2))"
            )
        }
    }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "0x" + String(repeating: "0", count: 2 - digits.count) + digits
    }

    private func unexpected(_ expected: String, at offset: Int? = nil) -> JSONError {
        let offset = offset ?? at
        guard offset < text.count else { return error("\(expected), found the end of the text") }
        return error("\(expected), found \(found(at: offset))", at: offset)
    }

    /// The character at `offset` as a person would name it.
    private func found(at offset: Int) -> String {
        let byte = text[offset]
        if byte == 0x22 { return "a double quote" }
        if byte < 0x80 { return shown(byte) }
        var end = offset + 1
        while end < text.count, text[end] & 0xC0 == 0x80, end - offset < 4 { end += 1 }
        return "\"" + String(decoding: text[offset..<end], as: UTF8.self) + "\""
    }

    private func shown(_ byte: UInt8) -> String {
        (0x21..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : hex(byte)
    }

    private func error(_ problem: String, at offset: Int? = nil) -> JSONError {
        let offset = offset ?? at
        let position = TextPosition(of: offset, in: text)
        return JSONError(
            line: position.line,
            column: position.column,
            offset: offset,
            problem: problem
        )
    }
}
