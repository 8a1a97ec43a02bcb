/// Reads fields straight from a log's index: no copy, no text made unless it is asked for.
///
/// The bytes are there only while the closure runs that got them.
struct HeadReader {
    private let bytes: UnsafeRawBufferPointer
    private let kind: UInt8
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer, kind: UInt8) {
        (self.bytes, self.kind) = (bytes, kind)
    }

    private var error: RecordError { RecordError(kind: kind, offset: offset) }

    mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(RecordError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - offset >= size else { throw error }
        defer { offset += size }
        return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
    }

    mutating func flag() throws(RecordError) -> Bool { try number(UInt8.self) == 1 }

    mutating func identity() throws(RecordError) -> Identity {
        Identity(high: try number(), low: try number())
    }

    /// A text's or byte string's own bytes.
    mutating func run() throws(RecordError) -> UnsafeRawBufferPointer {
        let count = Int(try number(UInt32.self))
        guard bytes.count - offset >= count else { throw error }
        defer { offset += count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
    }

    mutating func optionalRun() throws(RecordError) -> UnsafeRawBufferPointer? {
        try flag() ? try run() : nil
    }

    mutating func optionalNumber() throws(RecordError) -> Int64? {
        try flag() ? try number() : nil
    }

    /// All from `start` on up to here.
    func since(_ start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }
}

extension String {
    init(_ utf8: UnsafeRawBufferPointer) { self = String(decoding: utf8, as: UTF8.self) }
}
