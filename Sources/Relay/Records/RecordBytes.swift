import Formats

/// Writes the fields of a record one after the other; `RecordReader` reads them in the same order.
///
/// Integers are little-endian and of fixed width; texts and byte strings are led by their length
/// (UInt32); an optional is led by one byte, 0 or 1. New fields are added at the end only.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    init(reserving count: Int = 0) { bytes.reserveCapacity(count) }

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func put(_ run: [UInt8]) {
        put(UInt32(run.count))
        bytes.append(contentsOf: run)
    }

    mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            put(UInt32(utf8.count))
            bytes.append(contentsOf: utf8)
        }
    }

    mutating func put(_ identity: Identity) {
        put(identity.high)
        put(identity.low)
    }

    mutating func put(_ moment: Timestamp) { put(moment.milliseconds) }

    mutating func put(_ texts: [String]) {
        put(UInt32(texts.count))
        for text in texts { put(text) }
    }

    mutating func put<Value>(_ value: Value?, _ write: (inout FieldWriter, Value) -> Void) {
        put(value != nil)
        if let value { write(&self, value) }
    }

    mutating func put(_ text: String?) { put(text) { $0.put($1) } }
    mutating func put(_ moment: Timestamp?) { put(moment) { $0.put($1) } }
    mutating func put(_ number: Int?) { put(number) { $0.put(Int64($1)) } }
}

/// A record whose fields cannot be read: written by another version, or by a mistake of ours.
package struct RecordError: Error, Equatable, CustomStringConvertible {
    /// The record's kind, as the log keeps it.
    package var kind: UInt8
    /// Byte offset inside the record at which reading stopped.
    package var offset: Int

    package var description: String {
        "record of kind \(kind): field at byte \(offset) cannot be read; "
            + "was it written by a newer version"
    }
}

/// Reads what `FieldWriter` wrote; every read is checked against the record's end.
struct FieldReader {
    private let kind: UInt8
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8], kind: UInt8) {
        self.bytes = bytes
        self.kind = kind
    }

    var isAtEnd: Bool { offset == bytes.count }

    private var error: RecordError { RecordError(kind: kind, offset: offset) }

    mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(RecordError) -> Number {
        let size = MemoryLayout<Number>.size
        guard bytes.count - offset >= size else { throw error }
        let value = bytes.withUnsafeBytes {
            Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
        offset += size
        return value
    }

    mutating func flag() throws(RecordError) -> Bool {
        let value: UInt8 = try number()
        guard value <= 1 else { throw error }
        return value == 1
    }

    mutating func run() throws(RecordError) -> [UInt8] {
        let count = Int(try number(UInt32.self))
        guard bytes.count - offset >= count else { throw error }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Passes over a byte string without copying it.
    mutating func skipRun() throws(RecordError) {
        let count = Int(try number(UInt32.self))
        guard bytes.count - offset >= count else { throw error }
        offset += count
    }

    mutating func text() throws(RecordError) -> String {
        let count = Int(try number(UInt32.self))
        guard bytes.count - offset >= count else { throw error }
        defer { offset += count }
        return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
    }

    mutating func identity() throws(RecordError) -> Identity {
        Identity(high: try number(), low: try number())
    }

    mutating func moment() throws(RecordError) -> Timestamp {
        Timestamp(milliseconds: try number())
    }

    mutating func texts() throws(RecordError) -> [String] {
        let count = Int(try number(UInt32.self))
        guard count <= bytes.count - offset else { throw error }
        var texts: [String] = []
        texts.reserveCapacity(count)
        for _ in 0..<count { texts.append(try text()) }
        return texts
    }

    mutating func optionalText() throws(RecordError) -> String? {
        try flag() ? try text() : nil
    }

    mutating func optionalMoment() throws(RecordError) -> Timestamp? {
        try flag() ? try moment() : nil
    }

    mutating func optionalInt() throws(RecordError) -> Int? {
        try flag() ? Int(try number(Int64.self)) : nil
    }

    /// An enum written as its raw value.
    mutating func choice<Value: RawRepresentable<UInt8>>(
        _ type: Value.Type
    ) throws(RecordError) -> Value {
        guard let value = Value(rawValue: try number()) else { throw error }
        return value
    }
}
