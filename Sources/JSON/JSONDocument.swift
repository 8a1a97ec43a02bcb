/// A JSON text, read once: the bytes as they came, and a tape that says where each value lies.
///
/// Nothing is decoded until it is asked for, so a reader of a few fields pays for a few fields.
/// Reads as Go's decoder does (DESIGN §2.6): the last of duplicate keys wins, lone surrogates and
/// invalid UTF-8 become U+FFFD; a byte order mark is passed over, and a number too large for a
/// double is kept as written.
package struct JSONDocument: Sendable {
    let storage: Storage

    /// Bytes and tape: immutable, so any thread may read.
    final class Storage: Sendable {
        let bytes: [UInt8]
        let tape: [TapeEntry]

        init(bytes: [UInt8], tape: [TapeEntry]) {
            self.bytes = bytes
            self.tape = tape
        }
    }

    /// - Complexity: O(bytes), in one pass.
    /// - Throws: `JSONError` with the position of the first byte that does not fit.
    package init(
        parsing bytes: [UInt8],
        limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        let tape = try bytes.withUnsafeBufferPointer { text throws(JSONError) in
            try TapeBuilder.tape(of: text, limits: limits)
        }
        storage = Storage(bytes: bytes, tape: tape)
    }

    /// Reads JSON with `//` comments and trailing commas, as configuration files have them.
    ///
    /// Both are blanked before reading, so positions are those of the file.
    package init(
        parsingCommented bytes: [UInt8],
        limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        do {
            self = try JSONDocument(parsing: CommentedText.blanked(bytes), limits: limits)
        } catch {
            // A letter of a comment that has several bytes left several blanks.
            let position = TextPosition(of: error.offset, in: bytes)
            throw JSONError(
                line: position.line,
                column: position.column,
                offset: error.offset,
                problem: error.problem
            )
        }
    }

    package var bytes: [UInt8] { storage.bytes }

    package var root: JSONValue { JSONValue(storage: storage, index: 0) }

    /// Whether any object has a key twice.
    package var hasDuplicateKeys: Bool {
        storage.tape.indices.contains { index in
            storage.tape[index].kind == .object
                && !JSONValue(storage: storage, index: index).repeatedKeys.isEmpty
        }
    }
}
