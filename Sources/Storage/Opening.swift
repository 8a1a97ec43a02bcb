import POSIX

/// What a log finds when it is opened, and what it mends.
struct Opening: ~Copyable {
    private(set) var closed: [ClosedSegment] = []
    private(set) var damage: [Damage] = []
    private var open: OpenSegment

    init(_ names: SegmentNames, _ options: RecordLog.Options) throws(StorageError) {
        let numbers = try Self.numbers(names)
        var closed: [ClosedSegment] = []
        var damage: [Damage] = []
        for (number, next) in zip(numbers, numbers.dropFirst()) {
            closed.append(try Self.closed(number, names, options, &damage))
            for missing in (number + 1)..<next {
                let file = names.path(missing)
                damage.append(
                    Damage(kind: .missing, file: file, offset: 0, count: 0, quarantine: nil)
                )
            }
        }
        open = try Self.open(numbers.last ?? 1, names, options, &closed, &damage)
        (self.closed, self.damage) = (closed, damage)
    }

    consuming func take() -> OpenSegment { open }

    private static func numbers(_ names: SegmentNames) throws(StorageError) -> [UInt32] {
        do {
            try FileSystem.makeFolder(names.folder)
            return try names.numbers()
        } catch {
            throw .unreadable(file: names.folder, reason: "\(error)")
        }
    }

    /// Makes the file of a new segment, empty, and its name durable.
    static func begin(
        _ number: UInt32,
        _ names: SegmentNames,
        _ files: LogFiles
    ) throws(StorageError) -> OpenSegment {
        let file = try file(names.path(number), names, files)
        return OpenSegment(beginning: number, names, file, files)
    }

    private static func file(
        _ path: String,
        _ names: SegmentNames,
        _ files: LogFiles
    ) throws(StorageError) -> OwnedDescriptor {
        do throws(SystemError) {
            let file = try files.open(path)
            try files.flushFolder(names.folder)
            return file
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    // MARK: - The open segment

    /// Finds the end of the newest segment, sets damage aside and cuts what a crash tore.
    ///
    /// Where that cannot be set aside, or the file not be written, the segment stays as it is and
    /// a new one follows, whose file is made once it can be: what looks torn may be damage to
    /// something that was promised.
    private static func open(
        _ number: UInt32,
        _ names: SegmentNames,
        _ options: RecordLog.Options,
        _ closed: inout [ClosedSegment],
        _ damage: inout [Damage]
    ) throws(StorageError) -> OpenSegment {
        let path = names.path(number)
        let bytes = try contents(path)
        let (scan, index) = try scanned(bytes, path, options)
        let isTailKept = note(scan, bytes, path, tail: .torn, names, options, &damage)
        // A header without a record is written anew with the first batch.
        let seed = scan.recordCount > 0 ? scan.seed : nil
        let end = seed == nil ? 0 : Int64(scan.end)
        guard isTailKept,
            let file = try writable(path, cutTo: end, of: bytes.count, names, options.files)
        else {
            guard !bytes.isEmpty else {
                return OpenSegment(beginning: number, names, nil, options.files)
            }
            closed.append(ClosedSegment(number, size: bytes.count, scan, path, options.files))
            return OpenSegment(beginning: number + 1, names, nil, options.files)
        }
        guard let seed else { return OpenSegment(beginning: number, names, file, options.files) }
        return OpenSegment(
            continuing: number,
            names,
            file,
            seed: seed,
            size: end,
            index,
            options.files
        )
    }

    /// The file, ready to be written at `end`; nil when that may be so later.
    ///
    /// - Throws: When the log has never been here and the reason is not want of room: then the
    ///   folder is the wrong one, or its owner is.
    private static func writable(
        _ path: String,
        cutTo end: Int64,
        of count: Int,
        _ names: SegmentNames,
        _ files: LogFiles
    ) throws(StorageError) -> OwnedDescriptor? {
        do throws(SystemError) {
            let file = try files.open(path)
            try files.flushFolder(names.folder)
            if count > end { try files.cut(file.number, end) }
            return file
        } catch {
            guard count > 0 || error.isNoRoom else {
                throw .unreadable(file: path, reason: "\(error)")
            }
            return nil
        }
    }

    // MARK: - Closed segments

    private static func closed(
        _ number: UInt32,
        _ names: SegmentNames,
        _ options: RecordLog.Options,
        _ damage: inout [Damage]
    ) throws(StorageError) -> ClosedSegment {
        let path = names.path(number)
        do throws(SystemError) {
            let file = try FileSystem.openForReading(path)
            let size = try FileSystem.size(of: file.number)
            if let end = try SegmentIndex.end(of: file.number, size: size) {
                return ClosedSegment(
                    number: number,
                    byteCount: size,
                    recordCount: end.recordCount,
                    closedAt: end.closedAt,
                    hasIndex: true
                )
            }
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
        return try reindexed(number, names, options, &damage)
    }

    /// Reads a closed segment whole and gives it the index that it lacks.
    ///
    /// An index that cannot be written now is made again at the next start.
    static func reindexed(
        _ number: UInt32,
        _ names: SegmentNames,
        _ options: RecordLog.Options,
        _ damage: inout [Damage]
    ) throws(StorageError) -> ClosedSegment {
        let path = names.path(number)
        let bytes = try contents(path)
        let (scan, index) = try scanned(bytes, path, options)
        let isTailKept = note(scan, bytes, path, tail: .damaged, names, options, &damage)
        var segment = ClosedSegment(number, size: bytes.count, scan, path, options.files)
        guard let seed = scan.seed, isTailKept else { return segment }
        do throws(SystemError) {
            let file = try options.files.open(path)
            try segment.write(
                index,
                at: Int64(scan.end),
                seed: seed,
                to: file.number,
                options.files
            )
        } catch {
            segment.hasIndex = false
        }
        return segment
    }

    /// The index that the segment at `path` ought to have.
    static func index(
        ofRecordsIn path: String,
        _ options: RecordLog.Options
    ) throws(StorageError) -> SegmentIndex {
        try scanned(try contents(path), path, options).1
    }

    /// The records of a segment's bytes as an index has them.
    private static func scanned(
        _ bytes: [UInt8],
        _ path: String,
        _ options: RecordLog.Options
    ) throws(StorageError) -> (SegmentScan, SegmentIndex) {
        var index = SegmentIndex()
        let scan = bytes.withUnsafeBytes { all in
            SegmentScan(all) { offset, kind, record in
                index.add(offset, kind, record, options)
            }
        }
        if let version = scan.newerVersion { throw .newerVersion(file: path, version: version) }
        return (scan, index)
    }

    // MARK: - Damage

    static func contents(_ path: String) throws(StorageError) -> [UInt8] {
        do throws(SystemError) {
            let file = try FileSystem.openForReading(path)
            let size = try FileSystem.size(of: file.number)
            return try FileSystem.read(Int(size), from: file.number, at: 0)
        } catch {
            if error.isNoSuchFile { return [] }
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    /// Sets aside and notes what `scan` found to be no record; `kind` is what bytes behind the
    /// last record are called.
    ///
    /// Gives whether those behind the last record, if any, are kept in a file of their own.
    @discardableResult
    static func note(
        _ scan: SegmentScan,
        _ bytes: [UInt8],
        _ path: String,
        tail kind: Damage.Kind,
        _ names: SegmentNames,
        _ options: RecordLog.Options,
        _ damage: inout [Damage]
    ) -> Bool {
        func setAside(_ gap: SegmentScan.Gap, _ kind: Damage.Kind) {
            let kind = kind == .damaged && scan.isOfIndex(gap, in: bytes) ? .index : kind
            let run = Array(bytes[gap.offset..<min(gap.offset + gap.count, bytes.count)])
            damage.append(names.setAside(path, kind, offset: gap.offset, run, options.files))
        }
        for gap in scan.gaps { setAside(gap, .damaged) }
        guard let tail = scan.tail else { return true }
        setAside(tail, kind)
        return damage.last?.quarantine != nil
    }
}

extension SegmentIndex {
    /// Adds a record that was found in a segment.
    mutating func add(
        _ offset: Int,
        _ kind: UInt8,
        _ bytes: UnsafeRawBufferPointer,
        _ options: RecordLog.Options
    ) {
        guard kind == SegmentFormat.copyKind, let copy = RecordCopy(bytes) else {
            let head = options.head(kind, bytes)
            return add(offset: offset, kind: kind, byteCount: bytes.count, head: head)
        }
        let own = UnsafeRawBufferPointer(rebasing: bytes[RecordCopy.leadBytes...])
        add(
            offset: offset,
            kind: kind,
            byteCount: bytes.count,
            lead: copy.lead,
            head: options.head(copy.kind, own)
        )
    }
}
