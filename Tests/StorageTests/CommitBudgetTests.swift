import Storage
import Testing

/// What a commit costs the kernel and the disk, counted.
@Suite("Record log: what a commit costs")
struct CommitBudgetTests {
    let folder: LogFolder
    let disk = FaultyDisk()

    init() throws { folder = try LogFolder() }

    @Test(
        "a batch is one write and one flush, however many records it has",
        arguments: [1, 8, 64, 512]
    )
    func calls(records: Int) throws {
        var log = try folder.log { $0.files = disk.files }
        // The first one makes the file, writes its header and reserves room.
        try log.put("first")
        let before = disk.calls.count
        let commits = 20
        for _ in 0..<commits {
            for _ in 0..<records { _ = log.stage(kind: 1, [UInt8](repeating: 7, count: 100)) }
            try log.commit()
        }
        let calls = disk.calls.dropFirst(before)
        #expect(calls.count { $0 == "write" } == commits)
        #expect(calls.count { $0 == "flush" } == commits)
        // Room is asked for once for three quarters of a mebibyte.
        let bytes = commits * records * (100 + 10)
        #expect(calls.count { $0 == "reserve" } <= bytes / (768 << 10) + 1)
        #expect(calls.allSatisfy { ["write", "flush", "reserve"].contains($0) })
    }

    @Test("room that is filled ahead: the file does not grow with each commit")
    func filledRoom() throws {
        func log() throws -> RecordLog {
            try folder.log { options in
                options.files = disk.files
                options.fillsRoom = true
                options.reserveBytes = 10_000
            }
        }
        var log = try log()
        try log.put("first")
        let size = try folder.bytes(folder.segments[0]).count
        #expect(size > 10_000)
        let before = disk.calls.count
        for number in 1...20 { try log.put("record \(number)") }
        #expect(try folder.bytes(folder.segments[0]).count == size)
        #expect(disk.calls.dropFirst(before).allSatisfy { ["write", "flush"].contains($0) })
        // Filled again when it runs short, and cut off when the segment is closed.
        _ = log.stage(kind: 1, [UInt8](repeating: 7, count: 9_000))
        try log.commit()
        #expect(try folder.bytes(folder.segments[0]).count > size)
        log.closeSegment()
        #expect(try folder.bytes(folder.segments[0]).count == Int(log.closed[0].byteCount))
        log = try self.folder.log()
        #expect(log.damage.isEmpty)
        #expect(log.recordCount == 22)
    }

    @Test("a record costs ten bytes beside its own")
    func bytes() throws {
        var log = try folder.log { $0.files = disk.files }
        try log.put("first")
        let before = log.byteCount
        for _ in 0..<100 { _ = log.stage(kind: 1, [UInt8](repeating: 7, count: 1000)) }
        try log.commit()
        #expect(log.byteCount - before == 100 * 1010)
    }
}
