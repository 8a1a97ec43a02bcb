import Templating
import Testing

@Suite("Time zone rules")
struct TimeZoneRulesTests {
    /// A zone's file with two transitions (RFC 8536 §3), written here byte by byte.
    private static func file(version: UInt8, footer: String) -> [UInt8] {
        func word(_ number: Int64, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: number >> Int64(8 * (size - 1 - $0))) }
        }
        func block(timeSize: Int) -> [UInt8] {
            var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
            // UTC and standard indicators, leap seconds, times, types, characters.
            for count: Int64 in [0, 0, 0, 2, 2, 8] { bytes += word(count, 4) }
            bytes += word(1000, timeSize) + word(2000, timeSize) + [1, 0]
            bytes += word(3600, 4) + [0, 0] + word(7200, 4) + [1, 4]
            return bytes + Array("AAA\0BBB\0".utf8)
        }
        if version == 0 { return block(timeSize: 4) }
        return block(timeSize: 4) + block(timeSize: 8) + Array("\n\(footer)\n".utf8)
    }

    @Test("a period begins with its transition", arguments: [UInt8(0), 0x32, 0x33])
    func periods(version: UInt8) throws {
        let rules = try #require(TimeZoneRules(Self.file(version: version, footer: "AAA-1")))
        #expect(rules.period(at: -5).abbreviation == "AAA")
        #expect(rules.period(at: 999).offset == 3600)
        #expect(rules.period(at: 1000).abbreviation == "BBB")
        #expect(rules.period(at: 1999).isDaylightSaving)
        #expect(rules.period(at: 2000).abbreviation == "AAA")
        #expect(rules.period(at: 4_000_000_000).offset == 3600)
    }

    struct Row: CustomTestStringConvertible {
        let rule: String
        let moment: String
        let shown: String

        init(_ rule: String, _ moment: String, _ shown: String) {
            (self.rule, self.moment, self.shown) = (rule, moment, shown)
        }

        var testDescription: String { "\(rule) at \(moment)" }
    }

    static let rows = [
        Row("CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T00:59:59Z", "01:59:59 CET"),
        Row("CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T01:00:00Z", "03:00:00 CEST"),
        Row("CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T00:59:59Z", "02:59:59 CEST"),
        Row("CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T01:00:00Z", "02:00:00 CET"),
        Row("EST5EDT,M3.2.0,M11.1.0", "2040-07-01T00:00:00Z", "20:00:00 EDT"),
        // The southern half's summer goes over the year's end.
        Row("AEST-10AEDT,M10.1.0,M4.1.0/3", "2040-01-01T00:00:00Z", "11:00:00 AEDT"),
        Row("AEST-10AEDT,M10.1.0,M4.1.0/3", "2040-07-01T00:00:00Z", "10:00:00 AEST"),
        Row("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2040-01-01T00:00:00Z", "11:00:00 +11"),
        Row("IST-5:30", "2040-01-01T00:00:00Z", "05:30:00 IST"),
        Row("XXX0YYY,J60/0,J61/0", "2040-03-01T12:00:00Z", "13:00:00 YYY"),
        Row("XXX0YYY,59/0,60/0", "2040-02-29T12:00:00Z", "13:00:00 YYY"),
        Row("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2040-07-01T00:00:00Z", "23:00:00 -01"),
    ]

    @Test("behind the last transition the footer's rule holds", arguments: rows)
    func footer(row: Row) throws {
        let rules = try #require(TimeZoneRules(Self.file(version: 0x32, footer: row.rule)))
        let moment = try GoTime(row.moment, layout: "2006-01-02T15:04:05Z07:00")
        #expect(moment.in(.named("X", rules)).formatted("15:04:05 MST") == row.shown)
    }

    @Test("the farthest moments there are have a period too", arguments: [Int64.min, .max])
    func farthest(seconds: Int64) throws {
        let file = Self.file(version: 0x32, footer: "CET-1CEST,M3.5.0,M10.5.0/3")
        let zone = TimeZone.named("X", try #require(TimeZoneRules(file)))
        #expect(!GoTime(unixSeconds: seconds, zone: zone).description.isEmpty)
    }

    @Test("what is cut short anywhere is refused or falls back to its transitions")
    func prefixes() {
        let file = Self.file(version: 0x32, footer: "AAA-1")
        for count in 0..<(file.count - 7) {
            #expect(TimeZoneRules(Array(file.prefix(count))) == nil, "\(count) bytes")
        }
    }

    @Test("bytes that point outside are refused")
    func broken() {
        let file = Self.file(version: 0, footer: "")
        for index in file.indices {
            var broken = file
            broken[index] = 0xFF
            // Whatever the answer, it must come without a trap.
            _ = TimeZoneRules(broken)?.period(at: 1500)
        }
        var type = file
        type[44 + 8] = 9
        #expect(TimeZoneRules(type) == nil)
    }

    @Test("UTC and Local need no data, and no name leads out of the zones' folder")
    func names() {
        #expect(TimeZone(named: "UTC", data: nil) != nil)
        #expect(TimeZone(named: "", data: nil) != nil)
        #expect(TimeZone(named: "Local", data: nil) != nil)
        #expect(TimeZone(named: "Europe/Berlin", data: nil) == nil)
        let file = Self.file(version: 0x32, footer: "AAA-1")
        #expect(TimeZone(named: "X/Y", data: { _ in file }) != nil)
        for name in ["../secret", "/etc/zone", "a/../b", "a\\b"] {
            #expect(TimeZone(named: name, data: { _ in file }) == nil, "\(name)")
        }
    }
}
