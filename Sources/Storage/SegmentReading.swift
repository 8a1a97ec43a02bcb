import POSIX

/// Looking at whole segments from beside: another thread's, or what a start has passed over.
extension RecordReader {
    /// The segments that are there, rising.
    ///
    /// - Throws: `.unreadable`.
    package func segments() throws(StorageError) -> [UInt32] {
        do {
            return try names.numbers()
        } catch {
            throw .unreadable(file: names.folder, reason: "\(error)")
        }
    }

    /// When a segment was closed, in milliseconds since 1970; nil: it is open, or nobody knows.
    ///
    /// - Throws: `.unreadable`.
    package func closedAt(_ segment: UInt32) throws(StorageError) -> Int64? {
        let path = names.path(segment)
        do throws(SystemError) {
            let file = try FileSystem.openForReading(path)
            let size = try FileSystem.size(of: file.number)
            return try SegmentIndex.end(of: file.number, size: size)?.closedAt
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    /// What a segment holds.
    ///
    /// Reads its index, and of an open segment all that is written. `options` are the log's own.
    ///
    /// - Throws: `.unreadable`.
    package func heads(
        of segment: UInt32,
        _ options: RecordLog.Options
    ) throws(StorageError) -> SegmentHeads {
        SegmentHeads(segment: segment, index: try index(at: names.path(segment), options))
    }

    private func index(
        at path: String,
        _ options: RecordLog.Options
    ) throws(StorageError) -> SegmentIndex {
        do throws(SystemError) {
            let file = try FileSystem.openForReading(path)
            let size = try FileSystem.size(of: file.number)
            if let end = try SegmentIndex.end(of: file.number, size: size),
                let index = try SegmentIndex(of: file.number, size: size, end), !index.lacksHeads
            {
                return index
            }
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
        return try Opening.index(ofRecordsIn: path, options)
    }
}

/// The heads of a segment's records.
package struct SegmentHeads: Sendable {
    fileprivate let segment: UInt32
    fileprivate let index: SegmentIndex

    /// Gives each record that was written first in the segment, in order.
    package func forEach(_ body: (RecordHead) -> Void) {
        index.forEachOriginal(of: segment, body)
    }
}
