import Storage
import Testing

@Suite("Record log")
struct RecordLogTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    @Test("what was committed is replayed in order after a restart")
    func replays() throws {
        var log = try folder.log()
        try log.put("one", "two")
        try log.put("", "four")
        let end = log.end
        log = try folder.log()
        #expect(try texts(&log) == ["one", "two", "", "four"])
        #expect(log.end == end)
        #expect(log.damage.isEmpty)
        try log.put("five")
        log = try folder.log()
        #expect(try texts(&log) == ["one", "two", "", "four", "five"])
    }

    @Test("a batch of any size costs one write and one flush")
    func oneFlush() throws {
        let disk = FaultyDisk()
        var log = try folder.log { $0.files = disk.files }
        let before = disk.calls.count
        for number in 0..<100 { _ = log.stage(kind: 1, Array("record \(number)".utf8)) }
        #expect(log.stagedCount == 100)
        try log.commit()
        #expect(log.stagedCount == 0)
        #expect(disk.calls.dropFirst(before) == ["reserve", "write", "flush"])
        try log.commit()
        #expect(disk.calls.count == before + 3, "an empty commit does nothing")
    }

    @Test("what was staged and not committed is not there; discarding forgets it")
    func stagedOnly() throws {
        var log = try folder.log()
        try log.put("kept")
        _ = log.stage(kind: 1, Array("staged".utf8))
        log.discardStaged()
        #expect(log.stagedCount == 0)
        try log.put("next")
        _ = log.stage(kind: 1, Array("lost".utf8))
        log = try folder.log()
        #expect(try texts(&log) == ["kept", "next"])
    }

    @Test("each position reads its own record, before and after a restart, from another reader too")
    func positions() throws {
        var log = try folder.log { $0.segmentBytes = 300 }
        var positions: [RecordPosition] = []
        for number in 0..<40 {
            positions.append(log.stage(kind: UInt8(number), Array("record \(number)".utf8)))
            if number % 3 == 2 { try log.commit() }
        }
        try log.commit()
        #expect(positions == positions.sorted())
        #expect(folder.segments.count > 2)
        log = try folder.log()
        let reader = RecordReader(folder: folder.path, name: "events")
        for (number, position) in positions.enumerated() {
            let wanted = Record(
                position: position,
                kind: UInt8(number),
                bytes: Array("record \(number)".utf8)
            )
            #expect(try log.read(position) == wanted)
            #expect(try reader.read(position) == wanted)
        }
        var replayed: [RecordPosition] = []
        try log.replay { replayed.append($0.position) }
        #expect(replayed == positions)
    }

    @Test("a position where no record begins is damage, one in a dropped segment is gone")
    func wrongPositions() throws {
        var log = try folder.log()
        try log.put("one", "two")
        let size = try UInt32(folder.bytes(folder.segments[0]).count)
        for offset in [0, 8, 16, 33, size - 1, size, size + 1000, .max] {
            #expect(throws: (StorageError).self) {
                try log.read(RecordPosition(segment: 1, offset: offset))
            }
        }
        let reader = RecordReader(folder: folder.path, name: "events")
        let error = #expect(throws: StorageError.self) {
            try reader.read(RecordPosition(segment: 7, offset: 32))
        }
        guard case .dropped = error else { throw Unexpected(error) }
    }

    @Test("the byte count is what the files hold")
    func byteCount() throws {
        var log = try folder.log { $0.segmentBytes = 300 }
        for number in 0..<30 { try log.put("record \(number)") }
        let onDisk = try folder.segments.reduce(0) { try $0 + folder.bytes($1).count }
        // The open segment's header is written with its first batch.
        #expect(abs(log.byteCount - Int64(onDisk)) <= 32)
        let before = log.byteCount
        log = try folder.log()
        #expect(log.byteCount == before)
    }

    @Test("room is reserved ahead and given back when a segment is closed")
    func reserves() throws {
        let disk = FaultyDisk()
        var log = try folder.log {
            $0.files = disk.files
            $0.reserveBytes = 1000
            $0.segmentBytes = 5000
        }
        for _ in 0..<50 { try log.put(String(repeating: "x", count: 90)) }
        let reserves = disk.calls.filter { $0 == "reserve" }.count
        #expect((5...10).contains(reserves))
        #expect(log.closed.count == 1)
    }

    @Test("two logs share a folder and do not see each other")
    func neighbours() throws {
        var log = try folder.log()
        var other = try RecordLog(folder: folder.path, name: "events-settled")
        try log.put("mine")
        _ = other.stage(kind: 9, Array("theirs".utf8))
        try other.commit()
        log = try folder.log()
        other = try RecordLog(folder: folder.path, name: "events-settled")
        #expect(try texts(&log) == ["mine"])
        #expect(try texts(&other) == ["theirs"])
    }

    @Test("a folder that cannot be made is an error that names it")
    func noFolder() throws {
        try folder.write([], "file")
        let path = "\(folder.path)/file/data"
        let error = #expect(throws: StorageError.self) {
            _ = try RecordLog(folder: path, name: "events")
        }
        #expect("\(try #require(error))".contains(path))
    }
}

/// A value that should not have been.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ value: Any?) { description = "\(value as Any)" }
}
