/// Reads a text from front to back and writes the tape (RFC 8259).
///
/// Every index is held against `count` before a byte is read, and a turn of `fill` begins only with
/// room for all that it may write: so the pointers behind need no checks of their own.
struct TapeBuilder {
    let text: UnsafeBufferPointer<UInt8>
    private let base: UnsafePointer<UInt8>
    private let count: Int
    private let limits: JSONLimits
    /// Position in the text.
    var at = 0
    private var tape: UnsafeMutablePointer<TapeEntry>
    /// Entries of the tape so far.
    private var used = 0
    /// The innermost open object or array, -1 outside of all.
    ///
    /// While it is open, its entry's `next` holds the one around it, plus 1: the tape is its own
    /// stack.
    private var container = -1
    private var isObject = false
    /// Whole members or elements of `container`.
    private var members = 0
    private var depth = 0

    private init(
        _ text: UnsafeBufferPointer<UInt8>,
        _ base: UnsafePointer<UInt8>,
        _ limits: JSONLimits,
        _ tape: UnsafeMutablePointer<TapeEntry>
    ) {
        self.text = text
        self.base = base
        count = text.count
        self.limits = limits
        self.tape = tape
    }

    /// The tape of a text that is JSON.
    static func tape(
        of text: UnsafeBufferPointer<UInt8>,
        limits: JSONLimits
    ) throws(JSONError) -> [TapeEntry] {
        let limit = min(limits.bytes, JSONLimits.largest)
        guard text.count <= limit else {
            throw JSONError(of: text, at: 0, "the text is larger than \(limit) bytes")
        }
        guard let base = text.baseAddress, !text.isEmpty else {
            throw JSONError(of: text, at: 0, "expected a value, found the end of the text")
        }
        // What Argo CD sends has an entry in 16 bytes or so.
        var room = text.count / 12 + 16
        var tape: [TapeEntry] = []
        var builder: TapeBuilder?
        while true {
            let before = tape
            var outcome = Result<Bool, JSONError>.success(false)
            tape = [TapeEntry](unsafeUninitializedCapacity: room) { buffer, filled in
                guard let start = buffer.baseAddress else { return }
                _ = buffer.update(fromContentsOf: before)
                var current = builder ?? TapeBuilder(text, base, limits, start)
                current.tape = start
                outcome = current.fill(room: room)
                filled = current.used
                builder = current
            }
            if try outcome.get() { return tape }
            room *= 2
        }
    }

    /// The most that one turn of `fill` writes: an opening and a key, or a scalar and a key.
    private static let entriesOfTurn = 4

    /// Reads on until the text ends or the tape is full.
    ///
    /// A loop and no recursion, so that the depth costs no stack.
    /// - Returns: Whether the text was read to its end.
    private mutating func fill(room: Int) -> Result<Bool, JSONError> {
        do throws(JSONError) {
            if at == 0, text.starts(with: ByteOrderMark.utf8) { at = ByteOrderMark.utf8.count }
            while used + Self.entriesOfTurn <= room {
                if try opens() { continue }
                if try follows() { continue }
                skipBlanks()
                guard at == count else { throw unexpected("expected the end of the text") }
                return .success(true)
            }
            return .success(false)
        } catch {
            return .failure(error)
        }
    }

    // MARK: - Values

    /// Reads a scalar, or the opening of an object or array and its first key.
    ///
    /// - Returns: Whether a value must follow now.
    private mutating func opens() throws(JSONError) -> Bool {
        skipBlanks()
        guard at < count else { throw error("expected a value, found the end of the text") }
        switch base[at] {
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
        guard depth < limits.depth else {
            throw error("nested deeper than \(limits.depth) (limits.jsonDepth)")
        }
        depth += 1
        if container >= 0 { tape[container].count = members }
        let outer = container + 1
        container = used
        isObject = kind == .object
        members = 0
        append(TapeEntry(kind, start: at, end: at, next: outer))
        at += 1
        skipBlanks()
        if at < count, base[at] == (isObject ? 0x7D : 0x5D) {
            end()
            return false
        }
        if isObject { try key() }
        return true
    }

    private mutating func end() {
        at += 1
        let outer = Int(tape[container].next) - 1
        tape[container].end = UInt32(truncatingIfNeeded: at)
        tape[container].next = UInt32(truncatingIfNeeded: used)
        tape[container].count = members
        depth -= 1
        container = outer
        guard outer >= 0 else { return }
        isObject = tape[outer].kind == .object
        members = tape[outer].count
    }

    /// Reads a key and its colon.
    private mutating func key() throws(JSONError) {
        skipBlanks()
        guard at < count, base[at] == 0x22 else {
            throw unexpected("expected a key in double quotes")
        }
        try string()
        skipBlanks()
        guard at < count, base[at] == 0x3A else { throw unexpected("expected \":\" after a key") }
        at += 1
    }

    /// After a value: closes what ends here.
    ///
    /// - Returns: Whether another value follows, its key already read; false at the end.
    private mutating func follows() throws(JSONError) -> Bool {
        while container >= 0 {
            skipBlanks()
            guard at < count else {
                throw error("expected \",\" or \(closing), found the end of the text")
            }
            members += 1
            let byte = base[at]
            if byte == 0x2C {
                at += 1
                if isObject { try key() }
                return true
            }
            guard byte == (isObject ? 0x7D : 0x5D) else {
                throw unexpected("expected \",\" or \(closing) after a value")
            }
            end()
        }
        return false
    }

    private var closing: String { isObject ? "\"}\"" : "\"]\"" }

    private mutating func append(_ entry: TapeEntry) {
        (tape + used).initialize(to: entry)
        used += 1
    }

    private mutating func appendScalar(
        _ kind: JSONValue.Kind,
        from start: Int,
        flags: UInt32 = 0
    ) {
        append(TapeEntry(kind, start: start, end: at, next: used + 1, flags: flags))
    }

    private mutating func word(_ expected: StaticString, _ kind: JSONValue.Kind) throws(JSONError) {
        let length = expected.utf8CodeUnitCount
        let start = at
        for offset in 0..<length {
            guard at < count, base[at] == expected.utf8Start[offset] else {
                throw unexpected("expected a value", at: start)
            }
            at += 1
        }
        appendScalar(kind, from: start)
    }

    // MARK: - Numbers

    private mutating func number() throws(JSONError) {
        let start = at
        if base[at] == 0x2D { at += 1 }
        guard at < count, isDigit(base[at]) else { throw unexpected("expected a digit") }
        if base[at] == 0x30 {
            at += 1
            if at < count, isDigit(base[at]) {
                throw error("a number does not begin with 0", at: start)
            }
        } else {
            digits()
        }
        if at < count, base[at] == 0x2E {
            at += 1
            guard digits() else { throw unexpected("expected a digit after \".\"") }
        }
        if at < count, base[at] | 0x20 == 0x65 {
            at += 1
            if at < count, base[at] == 0x2B || base[at] == 0x2D { at += 1 }
            guard digits() else { throw unexpected("expected a digit in the exponent") }
        }
        appendScalar(.number, from: start)
    }

    @discardableResult
    private mutating func digits() -> Bool {
        let start = at
        while at < count, isDigit(base[at]) { at += 1 }
        return at > start
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    // MARK: - Strings

    private mutating func string() throws(JSONError) {
        let start = at
        var flags: UInt32 = 0
        at += 1
        while true {
            at = PlainText.end(base, count, from: at)
            guard at < count else {
                throw error("the string that begins here has no closing quote", at: start)
            }
            let byte = base[at]
            if byte == 0x22 { break }
            if byte == 0x5C {
                flags |= TapeEntry.hasEscape
                try escape()
            } else if byte < 0x20 {
                throw control(byte)
            } else {
                flags |= TapeEntry.hasWide
                repeat { at += 1 } while at < count && base[at] >= 0x80
            }
        }
        at += 1
        appendScalar(.string, from: start, flags: flags)
    }

    private mutating func escape() throws(JSONError) {
        guard at + 1 < count else { throw error("an escape without an end") }
        switch base[at + 1] {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            at += 2
        case 0x75:
            for offset in 2..<6 {
                guard at + offset < count, isHex(base[at + offset]) else {
                    throw error("\\u must be followed by four hex digits")
                }
            }
            at += 6
        default:
            throw error("\\\(shown(base[at + 1])) is no escape; a backslash itself is written \\\\")
        }
    }

    private func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 6
    }

    private mutating func skipBlanks() {
        while at < count, base[at] <= 0x20 {
            switch base[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }
}
