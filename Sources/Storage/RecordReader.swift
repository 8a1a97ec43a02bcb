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
        var glance = RecordGlance(self)
        return try glance.read(position)
    }
}

/// A look at several records in one go: the file that was read last stays open.
///
/// For one turn only: a segment that has gone, or come back, is noticed with the next.
package struct RecordGlance: ~Copyable {
    private let names: SegmentNames
    private var segment: UInt32?
    private var file: OwnedDescriptor?
    private var seed: UInt32 = 0

    package init(_ reader: RecordReader) { names = reader.names }

    /// So many bytes are read at once; a longer record is read with a second call.
    private static let firstBytes = 8192

    /// One committed record, its checksum checked.
    ///
    /// - Throws: `.damaged`; `.dropped` when its segment is gone.
    package mutating func read(_ position: RecordPosition) throws(StorageError) -> Record {
        let path = names.path(position.segment)
        let result: Result<Record, StorageError>
        do throws(SystemError) {
            result = try read(position, try open(position.segment, path), path)
        } catch {
            segment = nil
            throw error.isNoSuchFile
                ? .dropped(file: path) : .unreadable(file: path, reason: "\(error)")
        }
        return try result.get()
    }

    private var descriptor: Int32? {
        switch file {
        case .some(let file): file.number
        case .none: nil
        }
    }

    /// The segment's file; nil when its header cannot be read.
    private mutating func open(_ number: UInt32, _ path: String) throws(SystemError) -> Int32? {
        if segment == number, let descriptor { return descriptor }
        segment = nil
        let opened = try FileSystem.openForReading(path)
        let descriptor = opened.number
        file = consume opened
        let first = try FileSystem.read(SegmentHeader.byteCount, from: descriptor, at: 0)
        guard case .header(let header) = first.withUnsafeBytes(SegmentHeader.read) else {
            return nil
        }
        (segment, seed) = (number, header.seed)
        return descriptor
    }

    private func read(
        _ position: RecordPosition,
        _ file: Int32?,
        _ path: String
    ) throws(SystemError) -> Result<Record, StorageError> {
        let offset = Int64(position.offset)
        let damage = StorageError.damaged(file: path, offset: Int(offset))
        guard let file else { return .failure(damage) }
        var bytes = try FileSystem.read(Self.firstBytes, from: file, at: offset)
        guard bytes.count >= SegmentFormat.overhead else { return .failure(damage) }
        let length = Int(bytes.withUnsafeBytes { $0.number(at: 0, as: UInt32.self) })
        guard length >= 2, length <= SegmentFormat.longest else { return .failure(damage) }
        if length + 8 > bytes.count {
            // What a damaged length asks for must not be allocated.
            let rest = try FileSystem.size(of: file) - offset - 8
            guard length <= rest else { return .failure(damage) }
            bytes = try FileSystem.read(length + 8, from: file, at: offset)
        }
        let found = bytes.withUnsafeBytes { SegmentFormat.record(at: 0, in: $0, seed: seed) }
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
