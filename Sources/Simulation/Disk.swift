import POSIX
package import Relay
package import Storage

/// What outlives a crash: the two logs as the product keeps them, in a folder of their own that
/// goes with the disk.
///
/// Nothing is flushed: what a crash leaves is decided here, byte by byte.
package final class Disk {
    package enum Log: Sendable { case accepted, settled }

    /// What a crash leaves of the batch that is being written.
    struct Tear: Sendable {
        /// How much of it, 0...1, to the byte.
        var kept: Double
        /// The file has its new length all the same, and zeros where nothing was written.
        var hasZeros: Bool
    }

    struct Stored {
        let kind: UInt8
        let bytes: [UInt8]
        /// Where it was written first.
        let origin: RecordPosition
    }

    private let folder: TemporaryFolder
    private var accepted: RecordLog
    private var settled: RecordLog
    private let reader: RecordReader
    /// What was in segments that were let go, so that a verdict knows of it all.
    private var acceptedArchive: [RecordPosition: Stored] = [:]
    private var settledArchive: [RecordPosition: Stored] = [:]
    private let acceptedOptions: RecordLog.Options
    private let settledOptions: RecordLog.Options
    /// What goes wrong with single calls.
    let trouble: DiskTrouble

    /// Makes two empty logs; a segment is closed when it has `segmentBytes`.
    package init(segmentBytes: Int = 1 << 26, trouble: DiskTrouble = .none) throws {
        self.trouble = trouble
        folder = try TemporaryFolder(prefix: "relay-simulation")
        var options = RecordLog.Options()
        options.segmentBytes = segmentBytes
        options.files.flush = { _ in }
        options.files.flushFolder = { _ in }
        options.files.reserve = { _, _, _ in }
        options.files = trouble.before(options.files)
        options.headLength = AcceptedRecord.headLength
        acceptedOptions = options
        options.headLength = SettledRecord.headLength
        // As the product has it, in room that is soon used up.
        options.fillsRoom = true
        options.reserveBytes = 4096
        settledOptions = options
        accepted = try RecordLog(folder: folder.path, name: "accepted", options: acceptedOptions)
        settled = try RecordLog(folder: folder.path, name: "settled", options: settledOptions)
        reader = RecordReader(folder: folder.path, name: "accepted")
    }

    // MARK: - What the relay does

    /// Opens both logs anew, as a start does.
    func open() throws {
        trouble.begin()
        accepted = try RecordLog(folder: folder.path, name: "accepted", options: acceptedOptions)
        settled = try RecordLog(folder: folder.path, name: "settled", options: settledOptions)
    }

    /// What the `settled` log says, read as a start does; and whether something in it was no
    /// record: then what it said is not known.
    func readSettled(endLimit: Int) throws -> (past: SettledSummary, isDamaged: Bool) {
        var past = SettledSummary(endLimit: endLimit)
        var failure: RecordError?
        try settled.replayHeads { head in
            do throws(RecordError) {
                let locator = head.position.locator
                try past.note(kind: head.kind, head: head.bytes, locator: locator)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        let unreadable = past.readInterrupted { settledRecord($0) }
        let isDamaged = unreadable > 0 || settled.damage.contains { $0.kind.mayHaveLost }
        return (past, isDamaged)
    }

    /// Reads the `accepted` log as a start does.
    ///
    /// - Returns: What waits, in its order.
    func readAccepted(into past: inout AcceptedPast) throws -> [QueueEntry] {
        var open: [QueueEntry] = []
        var failure: RecordError?
        try accepted.replayHeads { head in
            do throws(RecordError) {
                let entry = try past.take(
                    kind: head.kind,
                    head: head.bytes,
                    locator: head.position.locator,
                    byteCount: head.byteCount,
                    isCarried: head.position != head.origin
                )
                if let entry { open.append(entry) }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return open
    }

    var recordCount: Int { accepted.recordCount }

    private func settledRecord(_ locator: UInt64) -> SettledRecord? {
        guard let record = try? settled.read(RecordPosition(locator: locator)) else { return nil }
        return try? SettledRecord(kind: record.kind, bytes: record.bytes)
    }

    /// Gives accepted deliveries back by their locators.
    var deliveryReader: DeliveryReader {
        { [reader] in Self.delivery($0, reader) }
    }

    /// All that was ever written, in its order.
    private static func read(
        _ log: inout RecordLog,
        _ archive: [RecordPosition: Stored]
    ) throws -> [Stored] {
        var places: [(position: RecordPosition, origin: RecordPosition)] = []
        try log.replayHeads { places.append(($0.position, $0.origin)) }
        var records = archive
        try add(places, of: log, to: &records)
        return records.values.sorted { $0.origin < $1.origin }
    }

    /// Reads the records that are not there yet.
    private static func add(
        _ places: [(position: RecordPosition, origin: RecordPosition)],
        of log: borrowing RecordLog,
        to records: inout [RecordPosition: Stored]
    ) throws {
        for (position, origin) in places where records[origin] == nil {
            let record = try log.read(position)
            records[origin] = Stored(kind: record.kind, bytes: record.bytes, origin: origin)
        }
    }

    /// Lets the oldest closed segment of a log go, in one go.
    ///
    /// - Returns: Its number, and where lies now what stays of it; nil when none is closed.
    func letGo(
        of log: Log,
        _ fate: (RecordHead) -> RecordFate
    ) throws -> (segment: UInt32, moves: [RecordMove])? {
        switch log {
        case .accepted: try Self.letGo(of: &accepted, &acceptedArchive, fate)
        case .settled: try Self.letGo(of: &settled, &settledArchive, fate)
        }
    }

    private static func letGo(
        of log: inout RecordLog,
        _ archive: inout [RecordPosition: Stored],
        _ fate: (RecordHead) -> RecordFate
    ) throws -> (segment: UInt32, moves: [RecordMove])? {
        guard var drop = try log.beginDrop() else { return nil }
        var places: [(position: RecordPosition, origin: RecordPosition)] = []
        drop.forEach { places.append(($0.position, $0.origin)) }
        try add(places, of: log, to: &archive)
        while !drop.isCarried {
            try log.carry(&drop, bytes: 8192, records: 16) { head in
                switch fate(head) {
                case .goes: .goes
                case .stays: .stays
                case .becomes(let kind, let bytes): .becomes(kind: kind, bytes)
                }
            }
            try log.commit()
        }
        try log.finish(drop)
        let moves = drop.moves.map { RecordMove(from: $0.from.locator, to: $0.to.locator) }
        return (drop.segment, moves)
    }

    /// Closes the open segments, as their age does.
    func closeSegments() {
        accepted.closeSegment()
        settled.closeSegment()
    }

    /// One commit; with `tear` the process ends in the middle of it.
    ///
    /// - Returns: Where the records lie.
    func write(
        _ records: [(kind: UInt8, bytes: [UInt8])],
        to log: Log,
        tearing tear: Tear? = nil
    ) throws -> [UInt64] {
        guard !records.isEmpty else { return [] }
        let before = try tear.map { _ in try end(of: log) }
        let locators =
            switch log {
            case .accepted: try Self.commit(records, to: &accepted)
            case .settled: try Self.commit(records, to: &settled)
            }
        if let tear, let before { try self.tear(tear, log, from: before) }
        return locators
    }

    private static func commit(
        _ records: [(kind: UInt8, bytes: [UInt8])],
        to log: inout RecordLog
    ) throws -> [UInt64] {
        let locators = records.map { log.stage(kind: $0.kind, $0.bytes).locator }
        try log.commit()
        return locators
    }

    /// The accepted delivery behind a locator, read from the file.
    func delivery(_ locator: UInt64) -> AcceptedDelivery? { Self.delivery(locator, reader) }

    private static func delivery(_ locator: UInt64, _ reader: RecordReader) -> AcceptedDelivery? {
        guard let record = try? reader.read(RecordPosition(locator: locator)),
            case .delivery(let delivery) = try? AcceptedRecord(
                kind: record.kind,
                bytes: record.bytes
            )
        else { return nil }
        return delivery
    }

    // MARK: - What a crash leaves

    /// The newest segment of a log and where its records end, zeros behind them aside.
    private func end(of log: Log) throws -> (path: String, size: Int64) {
        let name = log == .accepted ? "accepted-" : "settled-"
        let segments = try FileSystem.list(folder.path).filter {
            $0.hasPrefix(name) && $0.hasSuffix(".log")
        }
        let path = "\(folder.path)/\(segments.last ?? "")"
        let file = try FileSystem.openForReading(path)
        let end = log == .accepted ? accepted.end : settled.end
        return (path, min(try FileSystem.size(of: file.number), Int64(end.offset)))
    }

    private func tear(_ tear: Tear, _ log: Log, from before: (path: String, size: Int64)) throws {
        let after = try end(of: log)
        // A segment that was closed by this batch had its flush.
        guard after.path == before.path, after.size > before.size else { return }
        let kept = before.size + Int64(Double(after.size - before.size) * tear.kept)
        let file = try FileSystem.openForAppending(after.path)
        guard tear.hasZeros else { return try FileSystem.cut(file.number, to: kept) }
        let zeros = [UInt8](repeating: 0, count: Int(after.size - kept))
        try FileSystem.write(zeros, to: file.number, at: kept)
    }

    /// Changes a byte of a log's newest segment, while no process has it open.
    ///
    /// - Returns: Whether there is such a byte.
    package func flip(_ log: Log, at offset: Int) throws -> Bool {
        let (path, size) = try end(of: log)
        guard offset < size else { return false }
        let file = try FileSystem.openForAppending(path)
        let bytes = try FileSystem.read(1, from: file.number, at: Int64(offset))
        try FileSystem.write(bytes.map { ~$0 }, to: file.number, at: Int64(offset))
        return true
    }

    // MARK: - What tests look at

    /// What the last start found that was no record.
    package var damage: [Damage] { accepted.damage + settled.damage }

    /// Of both logs.
    package var segmentCount: Int {
        get throws { try FileSystem.list(folder.path).count { $0.hasSuffix(".log") } }
    }

    /// Every end of every delivery, as the log has it.
    package var settlements: [Settlement] {
        get throws {
            try Self.read(&settled, settledArchive).compactMap { record in
                let read = try SettledRecord(kind: record.kind, bytes: record.bytes)
                return if case .settled(let end) = read { end } else { nil }
            }
        }
    }

    package var attempts: [Attempt] {
        get throws {
            try Self.read(&settled, settledArchive).compactMap { record in
                let read = try SettledRecord(kind: record.kind, bytes: record.bytes)
                return if case .attempt(let attempt) = read { attempt } else { nil }
            }
        }
    }

    package var deliveries: [AcceptedDelivery] {
        get throws {
            try Self.read(&accepted, acceptedArchive).compactMap { record in
                guard record.kind != AcceptedRecord.lastIDKind else { return nil }
                let read = try AcceptedRecord(kind: record.kind, bytes: record.bytes)
                return if case .delivery(let delivery) = read { delivery } else { nil }
            }
        }
    }
}
