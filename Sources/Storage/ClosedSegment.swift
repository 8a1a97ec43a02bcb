import POSIX

/// A segment that grows no more, and how much it holds.
package struct ClosedSegment: Equatable, Sendable {
    package let number: UInt32
    /// Size of its file, index included.
    package internal(set) var byteCount: Int64
    package let recordCount: Int
    /// Milliseconds since 1970: no record in it is younger.
    package let closedAt: Int64
    /// Whether a start can read its index instead of its records.
    package internal(set) var hasIndex: Bool

    /// Writes index and end behind the records, which end at `offset`.
    mutating func write(
        _ index: SegmentIndex,
        at offset: Int64,
        seed: UInt32,
        to file: Int32,
        _ files: LogFiles
    ) throws(SystemError) {
        let frames = index.frames(at: offset, closedAt: closedAt, seed: seed)
        try files.write(frames, file, offset)
        let size = offset + Int64(frames.count)
        try files.cut(file, size)
        try files.flush(file)
        byteCount = size
        hasIndex = true
    }
}

extension ClosedSegment {
    /// A segment that was found without an index and read whole.
    init(_ number: UInt32, size: Int, _ scan: SegmentScan, _ path: String, _ files: LogFiles) {
        self.init(
            number: number,
            byteCount: Int64(size),
            recordCount: scan.recordCount,
            closedAt: FileSystem.modified(path) ?? files.now(),
            hasIndex: false
        )
    }
}
