/// Reads a segment's bytes from front to back and tells records from damage.
struct SegmentScan {
    struct Gap: Equatable {
        let offset: Int
        let count: Int
    }

    /// nil: no record could be checked, all is damage or the segment never began.
    let seed: UInt32?
    /// Behind the last whole record of the room above; the index, if there is one, stands behind.
    private(set) var end: Int
    private(set) var recordCount = 0
    /// Damaged runs with something whole behind them.
    private(set) var gaps: [Gap] = []
    /// What stands behind the last whole thing up to its last byte that is no zero; nil: nothing.
    private(set) var tail: Gap?
    /// The version of a record, or of all, that only a newer relay can read.
    private(set) var newerVersion: UInt8?

    /// How many bytes may be checksummed in search of the next record, all gaps together.
    ///
    /// Bodies are chosen by senders; one full of plausible lengths could make the search endless.
    private static let searchBudget = 1 << 27

    /// Calls `body` with each whole record, in order.
    init(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (_ offset: Int, _ kind: UInt8, _ record: UnsafeRawBufferPointer) -> Void
    ) {
        end = SegmentHeader.byteCount
        // Header and first record are one write; half a header is a torn one.
        switch bytes.count < SegmentHeader.byteCount ? .none : SegmentHeader.read(bytes) {
        case .header(let header):
            seed = header.seed
            gaps = header.damagedCopies.map { Gap(offset: $0, count: SegmentHeader.copyBytes) }
            records(bytes, header.seed, body)
            // No record behind a header that is not whole: both are what one write left.
            let damaged = header.damagedCopies.count
            if damaged > 0, gaps.count == damaged, recordCount == 0 {
                gaps = []
                tail = Self.tail(from: 0, in: bytes)
            }
        case .newerVersion(let version):
            seed = nil
            newerVersion = version
        case .none:
            seed = nil
            tail = Self.tail(from: 0, in: bytes)
            end = 0
        }
    }

    private mutating func records(
        _ bytes: UnsafeRawBufferPointer,
        _ seed: UInt32,
        _ body: (_ offset: Int, _ kind: UInt8, _ record: UnsafeRawBufferPointer) -> Void
    ) {
        var budget = Self.searchBudget
        var at = SegmentHeader.byteCount
        while at < bytes.count {
            guard let found = SegmentFormat.record(at: at, in: bytes, seed: seed) else {
                guard let next = Self.nextRecord(behind: at, in: bytes, seed, &budget) else {
                    break
                }
                gaps.append(Gap(offset: at, count: next - at))
                at = next
                continue
            }
            if !found.isReadable {
                newerVersion = newerVersion ?? found.version
            } else if !found.isOfLog {
                recordCount += 1
                body(at, found.kind, UnsafeRawBufferPointer(rebasing: bytes[found.body]))
                end = found.end
            }
            at = found.end
        }
        tail = Self.tail(from: min(at, bytes.count), in: bytes)
    }

    /// Whether a run that is no record was, or was to be, the index or the end: only they come in
    /// pieces shorter than a record's frame, since records are durable before an index is begun.
    func isOfIndex(_ gap: Gap, in bytes: [UInt8]) -> Bool {
        guard gap.offset >= SegmentHeader.byteCount, gap.offset >= end else { return false }
        return gap.count < SegmentFormat.overhead
            || bytes[gap.offset + 9] >= SegmentFormat.indexKind
    }

    private static func tail(from start: Int, in bytes: UnsafeRawBufferPointer) -> Gap? {
        bytes[start...].lastIndex { $0 != 0 }.map { Gap(offset: start, count: $0 - start + 1) }
    }

    /// The first offset behind `start` at which a whole record begins.
    private static func nextRecord(
        behind start: Int,
        in bytes: UnsafeRawBufferPointer,
        _ seed: UInt32,
        _ budget: inout Int
    ) -> Int? {
        var at = start + 1
        while bytes.count - at >= SegmentFormat.overhead {
            defer { at += 1 }
            guard SegmentFormat.isReadable(version: bytes[at + 8], kind: bytes[at + 9]),
                let end = SegmentFormat.end(ofRecordAt: at, in: bytes)
            else { continue }
            budget -= end - at
            guard budget > 0 else { return nil }
            if SegmentFormat.record(at: at, in: bytes, seed: seed) != nil { return at }
        }
        return nil
    }
}
