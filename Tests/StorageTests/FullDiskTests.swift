import POSIX
import Storage
import Testing

@Suite("A disk that fails")
struct FullDiskTests {
    let folder: LogFolder
    let disk = FaultyDisk()

    init() throws { folder = try LogFolder() }

    @Test(
        "a batch that cannot be written is refused whole, and the next one goes in its place",
        arguments: ["reserve", "write"]
    )
    func full(call: String) throws {
        var log = try folder.log { $0.files = disk.files }
        try log.put("before")
        let end = log.end
        disk.fail([call, "cut"])
        for _ in 0..<3 {
            // Larger than what is reserved.
            let error = #expect(throws: StorageError.self) {
                try log.put("refused", String(repeating: "x", count: 2 << 20))
            }
            #expect(error?.isRecoverable == true)
            #expect(log.stagedCount == 0)
            #expect(log.end == end)
        }
        disk.fail([])
        try log.put("after")
        log = try folder.log()
        #expect(try texts(&log) == ["before", "after"])
        #expect(log.damage.isEmpty)
    }

    @Test("half a batch is not left behind, even when it could not be cut off at once")
    func debris() throws {
        var log = try folder.log { $0.files = disk.files }
        try log.put("before")
        disk.fail(["write", "cut"])
        #expect(throws: StorageError.self) { try log.put("aaaa", "bbbb", "cccc", "dddd") }
        // The disk has the first two of them now.
        disk.fail(["write"])
        #expect(throws: StorageError.self) { try log.put("e") }
        disk.fail([])
        try log.put("f")
        log = try folder.log()
        #expect(try texts(&log) == ["before", "f"])
    }

    @Test("a log opens on a full disk, refuses, and goes on when there is room", arguments: [0, 3])
    func fullAtStart(records: Int) throws {
        var log = try folder.log()
        for number in 0..<records { try log.put("\(number)") }
        disk.fail(["reserve", "write"])
        log = try folder.log { $0.files = disk.files }
        let error = #expect(throws: StorageError.self) { try log.put("refused") }
        #expect(error?.isRecoverable == true)
        disk.fail([])
        try log.put("taken")
        log = try folder.log()
        #expect(try texts(&log) == (0..<records).map { "\($0)" } + ["taken"])
    }

    @Test("a failed flush is never believed on a second try")
    func flush() throws {
        var log = try folder.log { $0.files = disk.files }
        try log.put("before")
        disk.fail(["flush"])
        let error = #expect(throws: StorageError.self) { try log.put("doubtful") }
        #expect(error?.isRecoverable == false)
        disk.fail([])
        let flushes = disk.calls.filter { $0 == "flush" }.count
        for _ in 0..<3 {
            let again = #expect(throws: StorageError.self) { try log.put("more") }
            guard case .flushFailed = again else { throw Unexpected(again) }
        }
        #expect(disk.calls.filter { $0 == "flush" }.count == flushes, "no second flush is tried")
        log = try folder.log()
        #expect(try texts(&log).first == "before")
    }

    @Test("without room for a new segment the old one goes on, and a new one comes when it can")
    func noNewSegment() throws {
        var log = try folder.log {
            $0.files = disk.files
            $0.segmentBytes = 60
        }
        disk.fail(["open"])
        for number in 0..<5 { try log.put("record \(number)") }
        #expect(log.trouble != nil)
        #expect(log.closed.isEmpty)
        disk.fail([])
        for number in 5..<8 { try log.put("record \(number)") }
        #expect(log.trouble == nil)
        #expect(!log.closed.isEmpty)
        log = try folder.log()
        #expect(try texts(&log) == (0..<8).map { "record \($0)" })
        #expect(log.damage.isEmpty)
    }

    @Test("a quota on the file's size shows as a full disk")
    func tooLarge() throws {
        var files = LogFiles.live
        // EFBIG, as RLIMIT_FSIZE gives it.
        files.reserve = { _, _, _ throws(SystemError) in throw SystemError("fallocate", code: 27) }
        var log = try folder.log { $0.files = files }
        let error = #expect(throws: StorageError.self) { try log.put("one") }
        #expect(error?.isRecoverable == true)
        #expect("\(try #require(error))".contains("events-00000001.log"))
    }

    @Test("room is looked for without leaving a trace", arguments: [0, 2])
    func makesRoom(records: Int) throws {
        var log = try folder.log { $0.files = disk.files }
        for number in 0..<records { try log.put("\(number)") }
        let before = try folder.bytes(folder.segments[0])
        disk.fail(["write"])
        let error = #expect(throws: StorageError.self) { try log.makeRoom() }
        #expect(error?.isRecoverable == true)
        disk.fail(["reserve"])
        #expect(throws: StorageError.self) { try log.makeRoom() }
        disk.fail([])
        try log.makeRoom()
        #expect(try folder.bytes(folder.segments[0]) == before)
        try log.put("after")
        log = try folder.log()
        #expect(try texts(&log) == (0..<records).map { "\($0)" } + ["after"])
        #expect(log.damage.isEmpty)
    }

    @Test("what a crash leaves while room is looked for is no record and no damage")
    func crashInTrial() throws {
        var log = try folder.log { $0.files = disk.files }
        try log.put("one")
        disk.fail(["cut"])
        #expect(throws: StorageError.self) { try log.makeRoom() }
        #expect(try folder.bytes(folder.segments[0]).count > 60_000, "zeros are left")
        log = try folder.log()
        #expect(try texts(&log) == ["one"])
        #expect(log.damage.isEmpty)
    }

    @Test("where there is no room ahead, a batch that fits is taken all the same")
    func lastRoom() throws {
        var files = LogFiles.live
        files.reserve = { _, _, count throws(SystemError) in
            guard count < 5000 else { throw SystemError("fallocate", code: 28) }
        }
        var log = try folder.log { $0.files = files }
        for number in 0..<5 { try log.put("\(number)") }
        #expect(throws: StorageError.self) { try log.makeRoom() }
        #expect(throws: StorageError.self) { try log.put(String(repeating: "x", count: 6000)) }
        try log.put("5")
        log = try folder.log()
        #expect(try texts(&log) == (0..<6).map { "\($0)" })
    }

    @Test(
        "a file that is away takes nothing, before the write and after the flush; then it goes on"
    )
    func away() throws {
        var log = try folder.log { $0.files = disk.files }
        try log.put("before")
        disk.put(.away)
        let calls = disk.calls.count
        let error = #expect(throws: StorageError.self) { try log.put("away") }
        #expect(error?.isRecoverable == true)
        #expect(disk.calls.count == calls, "nothing is touched")
        #expect(throws: StorageError.self) { try log.makeRoom() }
        disk.put(nil)
        // Moved between the flush and the look: written, durable, and not promised.
        var files = disk.files
        files.flush = { [disk] file throws(SystemError) in
            try LogFiles.live.flush(file)
            disk.put(.away)
        }
        log = try folder.log { $0.files = files }
        #expect(throws: StorageError.self) { try log.put("unpromised") }
        disk.put(nil)
        try log.makeRoom()
        log = try folder.log()
        #expect(try texts(&log) == ["before"])
    }

    @Test("deleted or replaced, a log is lost for good", arguments: [true, false])
    func lost(isReplaced: Bool) throws {
        var log = try folder.log()
        try log.put("before")
        let name = folder.segments[0]
        let bytes = try folder.bytes(name)
        try FileSystem.remove("\(folder.path)/\(name)")
        if isReplaced { try folder.write(bytes, name) }
        for _ in 0..<2 {
            let error = #expect(throws: StorageError.self) { try log.put("more") }
            guard case .lost(let file, _) = error else { throw Unexpected(error) }
            #expect(file.hasSuffix(name))
            #expect(error?.isRecoverable == false)
        }
        #expect(throws: StorageError.self) { try log.checkPlace() }
    }

    @Test("a folder in which nothing can be opened for writing is read, and written when it can be")
    func readOnly() throws {
        var log = try folder.log()
        try log.put("one", "two")
        disk.fail(["open"])
        log = try folder.log { $0.files = disk.files }
        #expect(try texts(&log) == ["one", "two"])
        #expect(log.damage.isEmpty)
        let error = #expect(throws: StorageError.self) { try log.put("refused") }
        #expect(error?.isRecoverable == true)
        #expect(throws: StorageError.self) { try log.makeRoom() }
        #expect(folder.segments.count == 1)
        disk.fail([])
        try log.makeRoom()
        try log.put("three")
        #expect(try texts(&log) == ["one", "two", "three"])
        log = try folder.log()
        #expect(try texts(&log) == ["one", "two", "three"])
        #expect(log.closed.allSatisfy { $0.hasIndex })
    }
}
