import POSIX

/// Reads records by their position; another thread's eyes on a log.
///
/// Opens the files by itself and only reads.
package struct RecordReader: Sendable {
    let names: SegmentNames

    package init(folder: String, name: String) {
        names = SegmentNames(folder: folder, log: name)
    }

    /// One committed record, its checksum checked.
    ///
    /// - Throws: `.damaged`; `.dropped` when its segment is gone.
    package func read(_ position: RecordPosition) throws(StorageError) -> Record {
        let path = names.path(position.segment)
        let result: Result<Record, StorageError>
        do throws(SystemError) {
            let file = try FileSystem.openForReading(path)
            result = try read(position, file.number, path)
        } catch {
            throw error.isNoSuchFile
                ? .dropped(file: path) : .unreadable(file: path, reason: "\(error)")
        }
        return try result.get()
    }

    private func read(
        _ position: RecordPosition,
        _ file: Int32,
        _ path: String
    ) throws(SystemError) -> Result<Record, StorageError> {
        let offset = Int64(position.offset)
        let damage = StorageError.damaged(file: path, offset: Int(offset))
        let first = try FileSystem.read(SegmentHeader.byteCount, from: file, at: 0)
        let head = try FileSystem.read(SegmentFormat.overhead, from: file, at: offset)
        guard case .header(let header) = first.withUnsafeBytes(SegmentHeader.read),
            head.count == SegmentFormat.overhead
        else { return .failure(damage) }
        let length = Int(head.withUnsafeBytes { $0.number(at: 0, as: UInt32.self) })
        // What a damaged length asks for must not be allocated.
        let rest = try FileSystem.size(of: file) - offset - 8
        guard length >= 2, length <= min(SegmentFormat.longest, Int(rest)) else {
            return .failure(damage)
        }
        let bytes = try FileSystem.read(length + 8, from: file, at: offset)
        let found = bytes.withUnsafeBytes { SegmentFormat.record(at: 0, in: $0, seed: header.seed) }
        guard let found, !found.isOfLog else { return .failure(damage) }
        guard found.isReadable else {
            return .failure(.newerVersion(file: path, version: found.version))
        }
        guard found.kind == SegmentFormat.copyKind else {
            let own = Array(bytes[found.body])
            return .success(Record(position: position, kind: found.kind, bytes: own))
        }
        let own = bytes[found.body].dropFirst(RecordCopy.leadBytes)
        guard let copy = bytes[found.body].withUnsafeBytes({ RecordCopy($0) }) else {
            return .failure(damage)
        }
        return .success(Record(position: position, kind: copy.kind, bytes: Array(own)))
    }
}
