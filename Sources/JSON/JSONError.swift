/// Why a text is not JSON (RFC 8259), and where.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// 1 for the first.
    package let line: Int
    /// 1 for the first; counted in characters (code points), as an editor does.
    package let column: Int
    /// Bytes from the beginning.
    package let offset: Int
    package let problem: String

    package init(line: Int, column: Int, offset: Int, problem: String) {
        self.line = line
        self.column = column
        self.offset = offset
        self.problem = problem
    }

    package var description: String { "line \(line), column \(column): \(problem)" }
}

/// What a text may make us do.
package struct JSONLimits: Equatable, Sendable {
    /// How deep objects and arrays may lie in each other.
    package var depth = 512
    /// Length of the text, in bytes; a tape has no room for more than `largest`.
    package var bytes = largest

    package static let largest = 1 << 27

    package init() {}
}

/// A place in a text, as an editor counts.
package struct TextPosition: Equatable, Sendable {
    package let line: Int
    package let column: Int

    /// The position of the byte at `offset`; a byte order mark is no character.
    package init(of offset: Int, in bytes: some RandomAccessCollection<UInt8>) {
        var line = 1
        var column = bytes.starts(with: ByteOrderMark.utf8) && offset > 0 ? 0 : 1
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}

/// U+FEFF at the beginning of a text, which says nothing in UTF-8 (RFC 8259 §8.1).
enum ByteOrderMark {
    static let utf8: [UInt8] = [0xEF, 0xBB, 0xBF]
}
