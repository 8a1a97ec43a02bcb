/// Where a record lies in its log; orders records as they were written.
///
/// To the rooms above it is a name for a record, nothing more: it says no file.
package struct RecordPosition: Hashable, Comparable, Sendable {
    /// The segment's number, from 1.
    package let segment: UInt32
    /// The record's first byte in the segment.
    package let offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }

    package static func < (a: RecordPosition, b: RecordPosition) -> Bool {
        (a.segment, a.offset) < (b.segment, b.offset)
    }
}

extension RecordPosition {
    /// The position in one number, as the rooms above keep it: it means something to the log only.
    package var locator: UInt64 { UInt64(segment) << 32 | UInt64(offset) }

    package init(locator: UInt64) {
        self.init(segment: UInt32(locator >> 32), offset: UInt32(truncatingIfNeeded: locator))
    }
}
