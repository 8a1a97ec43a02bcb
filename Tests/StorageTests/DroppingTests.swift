import Storage
import Testing

@Suite("Dropping")
struct DroppingTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    /// Ten records in segments of two, the last segment being empty.
    private func filled(_ change: (inout RecordLog.Options) -> Void = { _ in }) throws -> RecordLog
    {
        var log = try folder.log {
            $0.segmentBytes = 60
            change(&$0)
        }
        for number in 0..<10 { try log.put("rec \(number)") }
        return log
    }

    @Test("closed segments are told with their size, count and time")
    func summary() throws {
        var log = try filled { $0.files.now = { 1234 } }
        #expect(log.closed.map(\.number) == [1, 2, 3, 4, 5])
        #expect(log.closed.allSatisfy { $0.recordCount == 2 && $0.closedAt == 1234 && $0.hasIndex })
        let before = log.closed
        log = try folder.log()
        #expect(log.closed == before)
    }

    @Test("the oldest segment goes, and what is needed of it stands at the end")
    func carries() throws {
        var log = try filled()
        let before = log.byteCount
        var asked: [String] = []
        let moves = try #require(
            try log.dropOldest { head in
                asked.append("\(head.position.offset) \(head.byteCount) \(head.kind)")
                return head.position.offset > 32
            }
        )
        #expect(asked == ["32 5 1", "47 5 1"])
        #expect(moves.map(\.from) == [RecordPosition(segment: 1, offset: 47)])
        #expect(try text(log.read(moves[0].to)) == "rec 1")
        #expect(folder.segments.first == "events-00000002.log")
        #expect(log.byteCount < before)
        let wanted = (2..<10).map { "rec \($0)" } + ["rec 1"]
        #expect(try texts(&log) == wanted)
        log = try folder.log()
        #expect(try texts(&log) == wanted)
        #expect(log.damage.isEmpty)
    }

    @Test("when nothing is needed only the open segment is left, and then there is nothing to drop")
    func dropsAll() throws {
        var log = try filled()
        for _ in 0..<5 { #expect(try log.dropOldest { _ in false } == []) }
        #expect(try log.dropOldest { _ in true } == nil)
        #expect(try texts(&log) == [])
        let end = log.end
        log = try folder.log()
        #expect(log.end == end, "numbers are not used again")
    }

    @Test("dropping by number leaves the open segment")
    func byNumber() throws {
        var log = try filled()
        try log.dropSegments(before: 3)
        #expect(try texts(&log) == (4..<10).map { "rec \($0)" })
        try log.dropSegments(before: .max)
        #expect(folder.segments == ["events-00000006.log"])
        try log.dropSegments(before: .max)
    }

    @Test("a removal that fails leaves the segment, and can be tried again")
    func failingRemoval() throws {
        let disk = FaultyDisk()
        var log = try filled { $0.files = disk.files }
        disk.fail(["remove"])
        #expect(throws: StorageError.self) { try log.dropOldest { _ in true } }
        #expect(log.closed.first?.number == 1)
        disk.fail([])
        #expect(try log.dropOldest { _ in false } == [])
        log = try folder.log()
        #expect(
            try texts(&log) == (2..<10).map { "rec \($0)" } + ["rec 0", "rec 1"],
            "the copies of the first try are there, each once"
        )
    }

    @Test("a needed record that is damaged is noted, the others are carried")
    func damaged() throws {
        var log = try filled()
        var bytes = try folder.bytes("events-00000001.log")
        bytes[44] ^= 1
        try folder.write(bytes, "events-00000001.log")
        let moves = try #require(try log.dropOldest { _ in true })
        #expect(moves.count == 1)
        #expect(log.damage.map(\.offset) == [32])
    }
}
