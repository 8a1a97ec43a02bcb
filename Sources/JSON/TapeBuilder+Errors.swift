/// What is wrong with a text, in words.
extension TapeBuilder {
    func control(_ byte: UInt8) -> JSONError {
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

    func unexpected(_ expected: String, at offset: Int? = nil) -> JSONError {
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

    func shown(_ byte: UInt8) -> String {
        (0x21..<0x7F).contains(byte) ? String(UnicodeScalar(byte)) : hex(byte)
    }

    func error(_ problem: String, at offset: Int? = nil) -> JSONError {
        JSONError(of: text, at: offset ?? at, problem)
    }
}

extension JSONError {
    init(of text: UnsafeBufferPointer<UInt8>, at offset: Int, _ problem: String) {
        let position = TextPosition(of: offset, in: text)
        self.init(
            line: position.line,
            column: position.column,
            offset: offset,
            problem: problem
        )
    }
}
