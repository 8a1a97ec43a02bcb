/// What was written, and what its writer calls it.
package struct Record: Equatable, Sendable {
    package let position: RecordPosition
    package let kind: UInt8
    package let bytes: [UInt8]

    package init(position: RecordPosition, kind: UInt8, bytes: [UInt8]) {
        self.position = position
        self.kind = kind
        self.bytes = bytes
    }
}

/// The beginning of a record, as an index holds it: enough to know what it is about.
package struct RecordHead: Equatable, Sendable {
    package let position: RecordPosition
    package let kind: UInt8
    /// The first `RecordLog.Options.headLength` bytes of the record.
    package let bytes: [UInt8]
    /// Length of the whole record, in bytes.
    package let byteCount: Int
}
