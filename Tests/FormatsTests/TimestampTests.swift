import Formats
import Testing

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 is read with any offset and written in UTC with milliseconds",
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
            ("1985-04-12T23:20:50.52Z", 482_196_050_520, "1985-04-12T23:20:50.520Z"),
            ("1996-12-19T16:39:57-08:00", 851_042_397_000, "1996-12-20T00:39:57.000Z"),
            ("1937-01-01T12:00:27.87+00:20", -1_041_337_172_130, "1937-01-01T11:40:27.870Z"),
            ("2026-04-17t10:20:30.123456789z", 1_776_421_230_123, "2026-04-17T10:20:30.123Z"),
            ("2026-04-17 10:20:30+02:00", 1_776_414_030_000, "2026-04-17T08:20:30.000Z"),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999, "2000-02-29T23:59:59.999Z"),
            ("1990-12-31T23:59:60Z", 662_687_999_000, "1990-12-31T23:59:59.000Z"),
            ("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.9-00:00", 253_402_300_799_900, "9999-12-31T23:59:59.900Z"),
        ] as [(String, Int64, String)]
    )
    func rfc3339(text: String, milliseconds: Int64, written: String) throws {
        let moment = try #require(Timestamp(rfc3339: text))
        #expect(moment.milliseconds == milliseconds)
        #expect(moment.rfc3339 == written)
        #expect(Timestamp(rfc3339: written) == moment)
    }

    @Test(
        "what is no moment of RFC 3339 is refused",
        arguments: [
            "", "2026-04-17", "2026-04-17T10:20:30", "2026-04-17T10:20Z", "2026-04-17T10:20:30.Z",
            "2026-4-17T10:20:30Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z", "2026-04-17T24:00:00Z", "2026-04-17T10:60:00Z",
            "2026-04-17T10:20:61Z",
            "2026-04-17T10:20:30+2:00", "2026-04-17T10:20:30+24:00", "2026-04-17T10:20:30+02:60",
            "2026-04-17T10:20:30Zx",
            " 2026-04-17T10:20:30Z", "+026-04-17T10:20:30Z", "-001-04-17T10:20:30Z", "null",
            "<no value>",
            "2026-04-17T10:20:30,5Z", "٢٠٢٦-04-17T10:20:30Z",
        ]
    )
    func rfc3339Refused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test(
        "HTTP dates are read in all three forms and written in the first (RFC 9110 §5.6.7)",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000),
            ("Sun Nov  6 08:49:37 1994", 784_111_777_000),
            ("Fri Apr 17 10:20:30 2026", 1_776_421_230_000),
            ("Friday, 17-Apr-26 10:20:30 GMT", 1_776_421_230_000),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] as [(String, Int64)]
    )
    func httpDate(text: String, milliseconds: Int64) throws {
        let moment = try #require(Timestamp(httpDate: text))
        #expect(moment.milliseconds == milliseconds)
        #expect(Timestamp(httpDate: moment.httpDate) == moment)
    }

    @Test("the date that we write is the RFC's example")
    func httpDateWritten() {
        #expect(
            Timestamp(milliseconds: 784_111_777_000).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT"
        )
        #expect(Timestamp(milliseconds: 0).httpDate == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    @Test(
        "what is no HTTP date is refused",
        arguments: [
            "", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 99999999999999999 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun Nov  6 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT", "a b c d e f g GMT",
        ]
    )
    func httpDateRefused(text: String) { #expect(Timestamp(httpDate: text) == nil) }

    @Test("days and dates agree, forwards and back, over leap years and centuries")
    func calendar() {
        var before = CivilDate(milliseconds: -86_400_000 * 800_000)
        for day in (-799_999...800_000) where day % 7 == 0 || abs(day) < 800 {
            let date = CivilDate(milliseconds: Int64(day) * 86_400_000 + 43_200_000)
            #expect(date.days == day)
            #expect(date.hour == 12)
            #expect((date.year, date.month, date.day) > (before.year, before.month, before.day))
            before = date
        }
        #expect(CivilDate(milliseconds: 0).weekday == 4)
        #expect(CivilDate(milliseconds: -86_400_000 * 4).weekday == 0)
    }

    @Test("adding seconds stays within what can be counted")
    func adding() {
        let moment = Timestamp(milliseconds: 1000)
        #expect(moment.adding(seconds: 1.5).milliseconds == 2500)
        #expect(moment.adding(seconds: -2).milliseconds == -1000)
        #expect(moment.adding(seconds: 1e300).milliseconds == .max)
        #expect(moment.adding(seconds: -1e300).milliseconds == .min)
        #expect(moment.adding(seconds: 9.2e15).milliseconds > 0)
        #expect(Timestamp(milliseconds: .max).adding(seconds: 1).milliseconds == .max)
        #expect(moment < moment.adding(seconds: 0.001))
    }
}

@Suite("Version numbers")
struct VersionNumberTests {
    @Test(
        "whole versions are told from branches, ranges and bare numbers",
        arguments: [
            ("v2", true), ("V2", true), ("v1.2", true), ("1.2", true), ("1.2.3", true),
            ("v1.2.3", true),
            ("1.2.3-rc.1", true), ("1.2.3-rc.1+build.5", true), ("1.2.3+build", true),
            ("v10.20.30", true),
            ("1.2.3-x-y-z.4", true), ("2", false), ("v", false), ("", false), ("main", false),
            ("1.", false), (".1", false),
            ("1..2", false), ("1.2.3.4", false), ("v1.2-rc1", false), ("1.2.3-", false),
            ("1.2.3+", false),
            ("1.2.3-a..b", false), ("1.2.3-a+b+c", false), ("1.2.x", false), ("^1.2.3", false),
            ("~1.2", false),
            (">=1.2.3", false), ("1.2.*", false), ("vv1", false), ("v1.2.3 ", false),
            ("version-1.2.3", false),
            ("1.2.3_4", false), ("1.2.3-ü", false), ("release/1.2.3", false),
        ]
    )
    func isWhole(name: String, isWhole: Bool) { #expect(VersionNumber.isWhole(name) == isWhole) }
}
