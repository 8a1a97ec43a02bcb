import Foundation
import Storage
import Testing

/// No undamaged record is lost, damage is named and kept, and nothing keeps a log from opening.
@Suite("Damage")
struct DamageTests {
    static let words = ["first", "", "the third record", "4", "number five"]

    /// A log of a closed segment and an open one, and where each record lies in it.
    struct Small {
        let folder: LogFolder
        let files: [String: [UInt8]]
        /// By file: the bytes of each record and its text.
        var records: [(file: String, range: Range<Int>, text: String)] = []

        init() throws {
            folder = try LogFolder()
            var log = try folder.log { $0.segmentBytes = 90 }
            for word in words {
                let position = log.stage(kind: 1, Array(word.utf8))
                try log.commit()
                let start = Int(position.offset)
                let file = "events-0000000\(position.segment).log"
                records.append((file, start..<start + 10 + word.utf8.count, word))
            }
            files = try folder.snapshot()
        }

        func texts(without file: String, _ offset: Int) -> [String] {
            records.filter { $0.file != file || !$0.range.contains(offset) }.map(\.text)
        }
    }

    @Test("the small log has a closed and an open segment with records in both")
    func small() throws {
        let small = try Small()
        #expect(small.folder.segments == ["events-00000001.log", "events-00000002.log"])
        #expect(Set(small.records.map(\.file)).count == 2)
    }

    @Test(
        "any one changed byte costs at most its own record",
        arguments: [0x01, 0x80, 0xFF] as [UInt8]
    )
    func everyFlip(mask: UInt8) throws {
        let small = try Small()
        for (file, bytes) in small.files {
            for offset in bytes.indices {
                try small.folder.restore(small.files)
                var changed = bytes
                changed[offset] ^= mask
                try small.folder.write(changed, file)
                var log = try small.folder.log()
                let found = try texts(&log)
                let place: Comment = "\(file) at \(offset)"
                #expect(found == small.texts(without: file, offset), place)
                let isNamed = log.damage.contains { damage in
                    // Zeros at the very end may be reserved room and are not counted.
                    damage.file.hasSuffix(file) && damage.offset <= offset
                        && (offset < damage.offset + damage.count || changed[offset] == 0)
                }
                #expect(isNamed, "\(place): \(log.damage)")
                for damage in log.damage {
                    let copy = try #require(damage.quarantine)
                    let kept = Array(try Data(contentsOf: URL(filePath: copy)))
                    #expect(kept == Array(changed[damage.offset..<damage.offset + damage.count]))
                }
                // And it goes on.
                try log.put("more")
                log = try small.folder.log()
                #expect(try texts(&log) == small.texts(without: file, offset) + ["more"], place)
            }
        }
    }

    @Test("heads come from the index, and from the records when the index is damaged")
    func heads() throws {
        let small = try Small()
        let file = "events-00000001.log"
        let bytes = try #require(small.files[file])
        for offset in bytes.indices {
            try small.folder.restore(small.files)
            var changed = bytes
            changed[offset] ^= 0x55
            try small.folder.write(changed, file)
            var log = try small.folder.log()
            var heads: [String] = []
            try log.replayHeads { heads.append(String(decoding: $0.bytes, as: UTF8.self)) }
            // A damaged body is not even looked at.
            #expect(heads == Self.words.map { String($0.prefix(4)) }, "at \(offset)")
            if let record = small.records.first(where: {
                $0.file == file && $0.range.contains(offset)
            }) {
                #expect(log.damage.isEmpty)
                let position = RecordPosition(segment: 1, offset: UInt32(record.range.lowerBound))
                #expect(
                    throws: StorageError.damaged(
                        file: "\(small.folder.path)/\(file)",
                        offset: record.range.lowerBound
                    )
                ) {
                    try log.read(position)
                }
            } else if offset >= 32 {
                #expect(log.damage.count == 1, "at \(offset): \(log.damage)")
                let bare = changed[small.records[2].range.upperBound...]
                #expect(bare[bare.startIndex + 9] < 254 || log.damage[0].kind == .index)
                log = try small.folder.log()
                #expect(log.damage.isEmpty, "the index is whole again")
                #expect(log.closed.allSatisfy { $0.hasIndex })
            }
        }
    }

    @Test("a torn end costs what was torn, wherever the tear is")
    func everyTruncation() throws {
        let small = try Small()
        for (file, bytes) in small.files {
            let isOpen = file == small.folder.segments.last
            for length in 0...bytes.count {
                try small.folder.restore(small.files)
                try small.folder.write(Array(bytes[..<length]), file)
                var log = try small.folder.log()
                let wanted = small.records.filter {
                    $0.file != file || $0.range.upperBound <= length
                }
                .map(\.text)
                #expect(try texts(&log) == wanted, "\(file) cut to \(length)")
                if isOpen { #expect(log.damage.allSatisfy { $0.kind == .torn }) }
                try log.put("more")
                log = try small.folder.log()
                #expect(try texts(&log) == wanted + ["more"], "\(file) cut to \(length)")
                #expect(!isOpen || log.damage.isEmpty, "a torn end is cut once")
            }
        }
    }

    @Test(
        "bytes behind the last record are cut off; zeros are reserved room and not mentioned",
        arguments: [[0], [UInt8](repeating: 0, count: 5000), [1], [0, 0, 0, 7, 0], Array(1...200)]
    )
    func tails(tail: [UInt8]) throws {
        let small = try Small()
        let file = "events-00000002.log"
        let bytes = try #require(small.files[file])
        try small.folder.write(bytes + tail, file)
        var log = try small.folder.log()
        #expect(try texts(&log) == Self.words)
        let isZero = tail.allSatisfy { $0 == 0 }
        #expect(log.damage.map(\.kind) == (isZero ? [] : [.torn]))
        if !isZero { #expect(log.damage[0].offset == bytes.count) }
        #expect(try small.folder.bytes(file) == bytes)
    }

    @Test("two damaged places are two quarantine files")
    func twoPlaces() throws {
        let small = try Small()
        var changed = try #require(small.files["events-00000001.log"])
        for record in small.records.prefix(1) { changed[record.range.lowerBound + 9] ^= 1 }
        changed[small.records[2].range.lowerBound + 12] ^= 1
        try small.folder.write(changed, "events-00000001.log")
        var log = try small.folder.log()
        #expect(try texts(&log) == ["", "4", "number five"])
        #expect(log.damage.count == 2)
        #expect(small.folder.quarantine.count == 2)
        #expect(try texts(&log) == ["", "4", "number five"])
        #expect(log.damage.count == 2, "replaying again counts nothing twice")
    }

    @Test("a missing segment is named, the others are read")
    func missing() throws {
        let folder = try LogFolder()
        var log = try folder.log { $0.segmentBytes = 40 }
        for word in ["one", "two", "three"] { try log.put(word) }
        try FileManager.default.removeItem(atPath: "\(folder.path)/events-00000002.log")
        log = try folder.log()
        #expect(try texts(&log) == ["one", "three"])
        #expect(log.damage.map(\.kind) == [.missing])
        #expect(log.damage[0].description.contains("events-00000002.log"))
    }

    @Test("a body that looks like a record is not taken for one when its own record is damaged")
    func forgery() throws {
        let other = try LogFolder()
        var source = try other.log()
        try source.put("forged")
        let frame = Array(try other.bytes(other.segments[0])[32...])
        let folder = try LogFolder()
        var log = try folder.log()
        _ = log.stage(kind: 1, Array("before ".utf8) + frame + frame)
        try log.commit()
        try log.put("behind")
        var bytes = try folder.bytes(folder.segments[0])
        bytes[34] ^= 1
        try folder.write(bytes, folder.segments[0])
        log = try folder.log()
        #expect(try texts(&log) == ["behind"])
    }

    @Test(
        "a body made of plausible lengths cannot make the search endless",
        .timeLimit(.minutes(1))
    )
    func endlessSearch() throws {
        let folder = try LogFolder()
        var log = try folder.log()
        // Every offset of four begins a length of 65,793 with version 1 behind it.
        let body = [[UInt8]](repeating: [1, 1, 1, 0], count: 1 << 18).flatMap { $0 }
        _ = log.stage(kind: 1, body)
        try log.commit()
        var bytes = try folder.bytes(folder.segments[0])
        bytes[40] ^= 1
        try folder.write(bytes, folder.segments[0])
        log = try folder.log()
        #expect(try texts(&log) == [])
        #expect(log.damage.count == 1)
    }

    @Test("where damage cannot be set aside, the segment stays and a new one is begun")
    func noRoomForQuarantine() throws {
        let small = try Small()
        let file = "events-00000002.log"
        let torn = Array(try #require(small.files[file]).dropLast(3))
        try small.folder.write(torn, file)
        let disk = FaultyDisk()
        disk.fail(["write"])
        var log = try small.folder.log { $0.files = disk.files }
        #expect(log.damage.map(\.quarantine) == [nil])
        #expect(try small.folder.bytes(file) == torn)
        disk.fail([])
        try log.put("more")
        log = try small.folder.log()
        #expect(try texts(&log) == Self.words.dropLast() + ["more"])
    }
}
