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
package struct RecordHead {
    package let position: RecordPosition
    /// Where it was written first; `position`, unless it was carried forward.
    package let origin: RecordPosition
    package let kind: UInt8
    /// As many of the record's first bytes as `RecordLog.Options.headLength` says.
    ///
    /// There only while the closure that gets it runs.
    package let bytes: UnsafeRawBufferPointer
    /// Length of the whole record, in bytes.
    package let byteCount: Int
}
