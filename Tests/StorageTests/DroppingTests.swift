import Storage
import Synchronization
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

    @Test("the oldest segment goes, and what is needed of it keeps its place in the order")
    func carries() throws {
        var log = try filled()
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
        let wanted = (1..<10).map { "rec \($0)" }
        #expect(try texts(&log) == wanted)
        log = try folder.log()
        #expect(try texts(&log) == wanted)
        #expect(log.damage.isEmpty)
    }

    @Test("when nothing is needed only the open segment is left, and then there is nothing to drop")
    func dropsAll() throws {
        var log = try filled()
        var drops = 0
        // Each drop is written down, which fills a segment of this size now and then.
        while try log.dropOldest(carrying: { _ in false }) == [], drops < 20 { drops += 1 }
        #expect((5..<10).contains(drops))
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
            try texts(&log) == (2..<10).map { "rec \($0)" },
            "the copies of the first try count no more: the second needed none"
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

    @Test("a drop makes the log smaller, also by making records shorter on their way")
    func smaller() throws {
        var log = try folder.log { $0.segmentBytes = 4000 }
        for number in 0..<100 {
            try log.put("rec \(number) " + String(repeating: "x", count: 90))
        }
        let before = log.byteCount
        var drop = try #require(try log.beginDrop())
        try log.carry(&drop, bytes: .max, records: .max) { _ in
            .becomes(kind: 2, Array("short".utf8))
        }
        try log.commit()
        try log.finish(drop)
        #expect(drop.moves.count > 30)
        #expect(log.byteCount < before - 2000)
        var found: [String] = []
        log = try folder.log()
        try log.replay { found.append("\($0.kind) \(text($0).prefix(6))") }
        #expect(found.prefix(drop.moves.count).allSatisfy { $0 == "2 short" })
        #expect(found.count == 100)
    }

    @Test("records keep their order however often they are carried, and heads come like records")
    func order() throws {
        var log = try filled()
        for round in 0..<12 {
            // Each third record goes on for ever, the others go with their segments.
            let moves = try log.dropOldest { $0.bytes.elementsEqual("rec ".utf8) }
            #expect(moves != nil)
            try log.put("new \(round)")
            let all = try texts(&log)
            #expect(Array(all.prefix(10)) == (0..<10).map { "rec \($0)" })
            var heads: [String] = []
            var origins: [RecordPosition] = []
            try log.replayHeads { head in
                heads.append(String(decoding: head.bytes, as: UTF8.self))
                origins.append(head.origin)
            }
            #expect(heads == all.map { String($0.prefix(4)) })
            #expect(origins == origins.sorted())
            log = try folder.log { $0.segmentBytes = 60 }
            #expect(try texts(&log) == all)
        }
    }

    @Test("a drop that is given up, or cut off by the end of the process, leaves the log as it was")
    func givenUp() throws {
        var log = try filled()
        let all = (0..<10).map { "rec \($0)" }
        for _ in 0..<2 {
            var drop = try #require(try log.beginDrop())
            try log.carry(&drop, bytes: 1, records: 1) { _ in .stays }
            try log.commit()
            #expect(!drop.isCarried)
            #expect(try texts(&log) == all)
            log = try folder.log()
            #expect(try texts(&log) == all)
        }
        // The one that is carried to its end needs other records than the first did.
        _ = try log.dropOldest { $0.position.offset > 32 }
        #expect(try texts(&log) == Array(all.dropFirst()))
        let moved = try #require(try heads(&log).first)
        #expect(moved.origin == RecordPosition(segment: 1, offset: 47))
        #expect(try text(log.read(moved.position)) == "rec 1")
    }

    private func heads(
        _ log: inout RecordLog
    ) throws -> [(position: RecordPosition, origin: RecordPosition)] {
        var found: [(position: RecordPosition, origin: RecordPosition)] = []
        try log.replayHeads { found.append(($0.position, $0.origin)) }
        return found
    }

    @Test("an index that was written before there were heads is made anew")
    func headless() throws {
        var log = try RecordLog(
            folder: folder.path,
            name: "events",
            options: {
                var options = RecordLog.Options()
                options.segmentBytes = 60
                return options
            }()
        )
        for number in 0..<6 { try log.put("rec \(number)") }
        log = try folder.log()
        var heads: [String] = []
        try log.replayHeads { heads.append(String(decoding: $0.bytes, as: UTF8.self)) }
        #expect(heads == [String](repeating: "rec ", count: 6))
        #expect(log.damage.isEmpty)
    }
}

@Suite("Closing a segment by hand")
struct ClosingTests {
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    @Test("a segment with records is closed, an empty one only counts from now on")
    func closes() throws {
        let clock = Clock(1000)
        var log = try folder.log { $0.files.now = { clock.now } }
        #expect(log.openSince == 1000)
        clock.now = 2000
        log.closeSegment()
        #expect(log.closed.isEmpty)
        #expect(log.openSince == 2000)
        try log.put("one")
        clock.now = 3000
        log.closeSegment()
        #expect(log.closed.map(\.closedAt) == [3000])
        #expect(log.openSince == 3000)
        try log.put("two")
        #expect(try texts(&log) == ["one", "two"])
        log = try folder.log()
        #expect(log.openSince == 3000)
        #expect(try texts(&log) == ["one", "two"])
    }

    @Test("how old the only segment is nobody knows after a restart, unless it is empty")
    func unknown() throws {
        var log = try folder.log()
        try log.put("one")
        log = try folder.log()
        #expect(log.openSince == nil)
    }

    @Test("what a drop would ask of each record can be looked at before it is decided")
    func looks() throws {
        var log = try folder.log()
        try log.put("one")
        try log.put("three")
        log.closeSegment()
        let drop = try #require(try log.beginDrop())
        var sizes: [Int] = []
        drop.forEach { sizes.append($0.byteCount) }
        #expect(sizes == [3, 5])
        #expect(!drop.isCarried)
        #expect(try texts(&log) == ["one", "three"])
    }

    /// A clock that stands until it is set.
    private final class Clock: Sendable {
        private let time: Mutex<Int64>

        init(_ time: Int64) { self.time = Mutex(time) }

        var now: Int64 {
            get { time.withLock { $0 } }
            set { time.withLock { $0 = newValue } }
        }
    }
}
