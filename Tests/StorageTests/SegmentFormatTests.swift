import Formats
import Storage
import Testing

/// The format of Sources/Storage/README.md, written down a second time.
@Suite("Segment format")
struct SegmentFormatTests {
    static let seed: UInt32 = 0x1234_5678
    let folder: LogFolder

    init() throws { folder = try LogFolder() }

    static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func header(version: UInt8 = 1) -> [UInt8] {
        let copy = Array("DRLOG".utf8) + [version, 0, 0] + number(seed)
        return copy + number(CRC32C.checksum(copy))
    }

    static func record(_ kind: UInt8, _ bytes: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let length = number(UInt32(bytes.count + 2))
        let rest = [version, kind] + bytes
        return length + number(CRC32C.checksum(length + rest, continuing: seed)) + rest
    }

    private func log() throws -> RecordLog {
        try folder.log {
            $0.files.seed = { Self.seed }
            $0.files.now = { 1_776_421_230_123 }
            $0.segmentBytes = 64
        }
    }

    @Test("a segment's bytes are those of the documentation")
    func golden() throws {
        var log = try log()
        try log.put("first")
        #expect(
            try folder.bytes("events-00000001.log")
                == Self.header() + Self.header() + Self.record(1, Array("first".utf8))
        )
        _ = log.stage(kind: 7, Array("the second".utf8))
        try log.commit()
        let records =
            Self.record(1, Array("first".utf8)) + Self.record(7, Array("the second".utf8))
        let index =
            Self.number(UInt32(32)) + Self.number(UInt32(5)) + [1] + Self.number(UInt32(4))
            + Array("firs".utf8) + Self.number(UInt32(47)) + Self.number(UInt32(10)) + [7]
            + Self.number(UInt32(4)) + Array("the ".utf8)
        let end =
            Self.number(UInt32(32 + records.count)) + Self.number(UInt32(2))
            + Self.number(Int64(1_776_421_230_123))
        #expect(
            try folder.bytes("events-00000001.log")
                == Self.header() + Self.header() + records + Self.record(254, index)
                + Self.record(255, end)
        )
        #expect(try folder.bytes("events-00000002.log") == [])
    }

    @Test("what a newer relay wrote is refused and left alone", arguments: [true, false])
    func newerVersion(inHeader: Bool) throws {
        let bytes =
            inHeader
            ? Self.header(version: 2) + Self.header(version: 2) + Self.record(1, [1])
            : Self.header() + Self.header() + Self.record(1, [1])
                + Self.record(1, [2], version: 2) + Self.record(1, [3])
        try folder.write(bytes, "events-00000001.log")
        let error = #expect(throws: StorageError.self) { _ = try log() }
        guard case .newerVersion(let file, version: 2) = error else { throw Unexpected(error) }
        #expect(file.hasSuffix("events-00000001.log"))
        #expect(try folder.bytes("events-00000001.log") == bytes)
    }
}
