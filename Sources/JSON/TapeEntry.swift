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
