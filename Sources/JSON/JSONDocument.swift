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
            var builder = TapeBuilder(text, limits: limits)
            return try builder.build()
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
        try self.init(parsing: CommentedText.blanked(bytes), limits: limits)
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

/// Where a value lies in the bytes, and where the next one stands on the tape.
struct TapeEntry: Sendable {
    /// First byte; a string's quote included.
    var start: UInt32
    /// Behind the last byte.
    var end: UInt32
    /// Tape index behind this value and all that it holds.
    var next: UInt32
    /// Kind in the low 4 bits, then the flags, then the number of members or elements.
    private var packed: UInt32

    static let hasEscape: UInt32 = 1 << 4
    static let hasWide: UInt32 = 1 << 5
    private static let countShift: UInt32 = 6

    init(_ kind: JSONValue.Kind, start: Int, end: Int, next: Int, flags: UInt32 = 0) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        packed = UInt32(kind.rawValue) | flags
    }

    var kind: JSONValue.Kind { JSONValue.Kind(rawValue: UInt8(packed & 15)) ?? .null }
    var hasEscape: Bool { packed & Self.hasEscape != 0 }
    var isPlain: Bool { packed & (Self.hasEscape | Self.hasWide) == 0 }

    /// Members or elements.
    var count: Int {
        get { Int(packed >> Self.countShift) }
        set { packed = packed & 63 | UInt32(truncatingIfNeeded: newValue) << Self.countShift }
    }
}

/// Blanks what JSON does not have but configuration files may.
enum CommentedText {
    static func blanked(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        var comma: Int?
        var index = 0
        while index < out.count {
            switch out[index] {
            case 0x22:
                comma = nil
                index = endOfString(out, from: index)
                continue
            case 0x2F where index + 1 < out.count && out[index + 1] == 0x2F:
                while index < out.count, out[index] != 0x0A, out[index] != 0x0D {
                    out[index] = 0x20
                    index += 1
                }
                continue
            case 0x2C: comma = index
            case 0x5D, 0x7D:
                if let trailing = comma { out[trailing] = 0x20 }
                comma = nil
            case 0x20, 0x09, 0x0A, 0x0D: break
            default: comma = nil
            }
            index += 1
        }
        return out
    }

    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x0A {
            index += bytes[index] == 0x5C ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }
}
