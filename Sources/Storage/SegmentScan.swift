import Formats

/// Reads a segment's bytes from front to back and tells records from damage.
struct SegmentScan {
    struct Gap: Equatable {
        let offset: Int
        let count: Int
    }

    /// Behind the last whole record.
    private(set) var end: Int
    let hasHeader: Bool
    private(set) var hasRecords = false
    /// Damaged runs with whole records behind them.
    private(set) var gaps: [Gap] = []
    /// Bytes behind the last whole record that are not zeros: a torn write.
    private(set) var tornCount = 0

    /// - Parameter body: Called with each whole record, in order.
    init(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ offset: Int, _ kind: UInt8, _ record: UnsafeRawBufferPointer) -> Void
    ) {
        let header = SegmentFormat.header.count
        hasHeader =
            bytes.count >= header
            && bytes.prefix(header).elementsEqual(SegmentFormat.header)
        // A damaged header is a gap like any other; records are found behind it.
        var at = hasHeader ? header : 0
        end = at
        while at < bytes.count {
            if let found = SegmentFormat.record(at: at, in: bytes) {
                hasRecords = true
                body(at, found.kind, UnsafeRawBufferPointer(rebasing: bytes[found.body]))
                at = found.end
                end = at
                continue
            }
            guard let next = Self.nextRecord(behind: at, in: bytes) else { break }
            gaps.append(Gap(offset: at, count: next - at))
            at = next
        }
        let tail = bytes[end...]
        tornCount = tail.lastIndex { $0 != 0 }.map { $0 - end + 1 } ?? 0
    }

    /// The first offset behind `start` at which a whole record begins.
    ///
    /// A length field is likely only where its high bytes are small, so few checksums are tried.
    private static func nextRecord(behind start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        var at = start + 1
        while bytes.count - at >= SegmentFormat.overhead {
            if bytes[at + 8] == SegmentFormat.recordVersion,
                SegmentFormat.record(at: at, in: bytes) != nil
            {
                return at
            }
            at += 1
        }
        return nil
    }
}
