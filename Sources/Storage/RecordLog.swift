import Formats
import POSIX

/// An append-only log of records that survives a crash: written in batches, one flush each.
///
/// One thread's. `stage` gathers, `commit` makes durable all that was staged or none of it. A
/// torn tail is cut at the last whole record when the log is opened; damage in the middle is
/// copied to a quarantine file and passed over.
package struct RecordLog: ~Copyable {
    package struct Options: Sendable {
        /// A segment larger than this is closed, in bytes.
        package var segmentBytes = 64 << 20
        /// Room reserved ahead, so that a full disk shows at a write and not at the flush.
        package var reserveBytes: Int64 = 1 << 20
        package var files = LogFiles.live

        package init() {}
    }

    private let folder: String
    private let name: String
    private let options: Options
    private var segments: [UInt32]
    private var file: OwnedDescriptor
    /// Behind the last committed record of the open segment.
    private var size: Int64
    private var reserved: Int64 = 0
    private var closedBytes: Int64 = 0
    private var staged: [UInt8] = []
    /// Records staged since the last commit.
    package private(set) var stagedCount = 0
    private var isBroken = false
    private let reader: RecordReader
    /// What opening found that was no record.
    package private(set) var damage: [Damage] = []

    /// Opens the log in `folder`, or begins it; recovers what a crash left.
    ///
    /// - Throws: `.unreadable` when the folder or a file cannot be used at all.
    package init(
        folder: String,
        name: String,
        options: Options = Options()
    ) throws(StorageError) {
        let names = SegmentNames(folder: folder, log: name)
        let segments = try Self.segments(names)
        let path = names.path(segments[segments.count - 1])
        let file = try Self.open(path, names, options.files)
        let found = try Self.recover(file.number, path, names, options.files)
        self.folder = folder
        self.name = name
        self.options = options
        self.segments = segments
        self.file = file
        size = found.size
        damage = found.damage
        reader = RecordReader(folder: folder, name: name)
        for closed in segments.dropLast() {
            closedBytes += FileSystem.stamp(names.path(closed))?[2] ?? 0
        }
    }

    private static func segments(_ names: SegmentNames) throws(StorageError) -> [UInt32] {
        do {
            try FileSystem.makeFolder(names.folder)
            let numbers = try names.numbers()
            return numbers.isEmpty ? [1] : numbers
        } catch {
            throw .unreadable(file: names.folder, reason: "\(error)")
        }
    }

    private static func open(
        _ path: String,
        _ names: SegmentNames,
        _ files: LogFiles
    ) throws(StorageError) -> OwnedDescriptor {
        do {
            let file = try files.open(path)
            try files.flushFolder(names.folder)
            return file
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    /// Finds the end of the open segment, cuts what a crash tore, and sets damage aside.
    private static func recover(
        _ file: Int32,
        _ path: String,
        _ names: SegmentNames,
        _ files: LogFiles
    ) throws(StorageError) -> (size: Int64, damage: [Damage]) {
        do {
            let length = try FileSystem.size(of: file)
            let bytes = try FileSystem.read(Int(length), from: file, at: 0)
            let scan = bytes.withUnsafeBytes { SegmentScan($0) { _, _, _ in } }
            let damage = scan.gaps.map { gap in
                names.setAside(path, gap.offset, Array(bytes[gap.offset..<gap.offset + gap.count]))
            }
            guard scan.hasHeader || scan.hasRecords else {
                // A segment whose beginning never reached the disk holds nothing.
                try files.cut(file, 0)
                try files.write(SegmentFormat.header, file, 0)
                try files.flush(file)
                return (Int64(SegmentFormat.header.count), damage)
            }
            if length > scan.end { try files.cut(file, Int64(scan.end)) }
            try files.flush(file)
            return (Int64(scan.end), damage)
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    // MARK: - Writing

    /// Where the next record will lie.
    package var end: RecordPosition {
        RecordPosition(
            segment: segments[segments.count - 1],
            offset: UInt32(size) + UInt32(staged.count)
        )
    }

    /// Size of all segments, in bytes.
    package var byteCount: Int64 { closedBytes + size }

    /// Adds a record to the next commit.
    ///
    /// - Returns: Where it lies once that commit has succeeded.
    package mutating func stage(kind: UInt8, _ bytes: [UInt8]) -> RecordPosition {
        let position = end
        SegmentFormat.append(kind: kind, bytes, to: &staged)
        stagedCount += 1
        return position
    }

    /// Forgets what was staged.
    package mutating func discardStaged() {
        staged.removeAll(keepingCapacity: staged.capacity < 1 << 20)
        stagedCount = 0
    }

    /// Makes all staged records durable: one write, one flush.
    ///
    /// - Throws: `.full` when nothing of the batch is promised and the log can go on;
    ///   `.flushFailed` when it cannot be known, and never again will be.
    package mutating func commit() throws(StorageError) {
        guard stagedCount > 0 else { return }
        guard !isBroken else {
            throw .flushFailed(file: path, reason: "an earlier flush had failed")
        }
        let count = Int64(staged.count)
        do {
            if size + count > reserved {
                let room = count + options.reserveBytes
                try options.files.reserve(file.number, size, room)
                reserved = size + room
            }
            try options.files.write(staged, file.number, size)
        } catch {
            discardStaged()
            reserved = 0
            // Half a batch must not look like records after a restart.
            do { try options.files.cut(file.number, size) } catch { isBroken = true }
            throw .full(file: path, reason: "\(error)")
        }
        do {
            try options.files.flush(file.number)
        } catch {
            isBroken = true
            throw .flushFailed(file: path, reason: "\(error)")
        }
        size += count
        discardStaged()
        if size >= Int64(options.segmentBytes) { beginSegment() }
    }

    private var path: String {
        SegmentNames(folder: folder, log: name).path(segments[segments.count - 1])
    }

    /// Closes the open segment and begins the next; when that fails the open one goes on.
    private mutating func beginSegment() {
        let number = segments[segments.count - 1] + 1
        let next = SegmentNames(folder: folder, log: name).path(number)
        do {
            let fresh = try options.files.open(next)
            try options.files.write(SegmentFormat.header, fresh.number, 0)
            try options.files.flush(fresh.number)
            try options.files.flushFolder(folder)
            try options.files.cut(file.number, size)
            closedBytes += size
            file = fresh
            segments.append(number)
            size = Int64(SegmentFormat.header.count)
            reserved = 0
        } catch {
            // No room for a new one: the open one can still take what fits.
        }
    }

    /// Removes whole segments below `number`; the open one stays.
    package mutating func dropSegments(before number: UInt32) throws(StorageError) {
        let names = SegmentNames(folder: folder, log: name)
        while segments.count > 1, segments[0] < number {
            let path = names.path(segments[0])
            closedBytes -= FileSystem.stamp(path)?[2] ?? 0
            do {
                try FileSystem.remove(path)
            } catch {
                throw .unreadable(file: path, reason: "\(error)")
            }
            segments.removeFirst()
        }
    }

    // MARK: - Reading

    /// Every whole record, oldest first; damage is set aside and noted.
    package mutating func replay(_ body: (Record) -> Void) throws(StorageError) {
        let names = SegmentNames(folder: folder, log: name)
        for segment in segments {
            let path = names.path(segment)
            let bytes: [UInt8]
            switch FileSystem.read(path, limit: .max) {
            case .success(let read): bytes = read
            case .failure(let error): throw .unreadable(file: path, reason: "\(error)")
            }
            let scan = bytes.withUnsafeBytes { all in
                SegmentScan(all) { offset, kind, record in
                    let position = RecordPosition(segment: segment, offset: UInt32(offset))
                    body(Record(position: position, kind: kind, bytes: Array(record)))
                }
            }
            guard segment != segments.last else { continue }
            for gap in scan.gaps {
                let run = Array(bytes[gap.offset..<gap.offset + gap.count])
                damage.append(names.setAside(path, gap.offset, run))
            }
            if scan.tornCount > 0 {
                damage.append(
                    names.setAside(
                        path,
                        scan.end,
                        Array(bytes[scan.end..<scan.end + scan.tornCount])
                    )
                )
            }
        }
    }

    /// One committed record, checked.
    package func read(_ position: RecordPosition) throws(StorageError) -> Record {
        try reader.read(position)
    }
}

/// Another thread's eyes on a log: opens the files by itself and only reads.
package struct RecordReader: Sendable {
    private let names: SegmentNames

    package init(folder: String, name: String) {
        names = SegmentNames(folder: folder, log: name)
    }

    /// One committed record, its checksum checked.
    package func read(_ position: RecordPosition) throws(StorageError) -> Record {
        let path = names.path(position.segment)
        do {
            let file = try FileSystem.openForReading(path)
            let offset = Int64(position.offset)
            let head = try FileSystem.read(SegmentFormat.overhead, from: file.number, at: offset)
            guard head.count == SegmentFormat.overhead else {
                throw StorageError.damaged(file: path, offset: Int(offset))
            }
            let length = Int(
                head.withUnsafeBytes {
                    UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
                }
            )
            guard length >= 2, length <= SegmentFormat.longest else {
                throw StorageError.damaged(file: path, offset: Int(offset))
            }
            let bytes = try FileSystem.read(length + 8, from: file.number, at: offset)
            guard let found = bytes.withUnsafeBytes({ SegmentFormat.record(at: 0, in: $0) }) else {
                throw StorageError.damaged(file: path, offset: Int(offset))
            }
            return Record(position: position, kind: found.kind, bytes: Array(bytes[found.body]))
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError.unreadable(file: path, reason: "\(error)")
        }
    }
}
