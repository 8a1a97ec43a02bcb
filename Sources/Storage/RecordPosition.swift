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
