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
}
