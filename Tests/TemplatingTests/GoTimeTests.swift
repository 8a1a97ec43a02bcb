import Templating
import Testing

@Suite("Times by Go's layouts")
struct GoTimeTests {
    /// Tuesday, 5 March 2024, 07:08:09.012345678.
    private static let moment = GoTime(unixSeconds: 1_709_622_489, nanosecond: 12_345_678)

    static let layouts: [(String, String)] = [
        ("2006-01-02T15:04:05Z07:00", "2024-03-05T07:08:09Z"),
        ("Mon Jan _2 15:04:05 2006", "Tue Mar  5 07:08:09 2024"),
        ("Monday, January 2", "Tuesday, March 5"),
        ("Month Monday Janet Jan", "Month Tuesday Janet Mar"),
        ("06/1/2 3:4:5 pm PM", "24/3/5 7:8:9 am AM"),
        ("03:04 002 __2", "07:08 065  65"),
        ("_2006", "_2024"),
        (".000 .999999 ,00 .0x .00", ".012 .012345 ,01 .0x .01"),
        ("-0700 -07:00 -07 -070000 Z0700 Z07", "+0000 +00:00 +00 +000000 Z Z"),
        ("MST", "UTC"),
        ("", ""),
    ]

    @Test("a layout's pieces are written, all else stays", arguments: layouts)
    func format(layout: String, written: String) {
        #expect(Self.moment.formatted(layout) == written)
    }

    @Test("a fraction keeps its place, and nines leave zeros out")
    func fractions() {
        let half = GoTime(unixSeconds: 0, nanosecond: 500_000_000)
        #expect(half.formatted("05.999 05.000 05.9") == "00.5 00.500 00.5")
        #expect(GoTime(unixSeconds: 0).formatted("05.999|05.0") == "00|00.0")
    }

    @Test("a zone without a name prints as its offset")
    func unnamedZone() {
        let time = Self.moment.in(.fixed(name: "", offset: -5400))
        #expect(time.description == "2024-03-05 05:38:09.012345678 -0130 -0130")
        #expect(time.formatted("Z07:00") == "-01:30")
    }

    @Test("years before Christ and far away are written as Go does")
    func farYears() {
        #expect(GoTime.zero.description == "0001-01-01 00:00:00 +0000 UTC")
        #expect(GoTime(unixSeconds: -62_167_219_201).formatted("2006 06") == "-0001 00")
        #expect(GoTime(unixSeconds: 253_402_300_800).formatted("2006") == "10000")
        #expect(!GoTime(unixSeconds: .max).description.isEmpty)
        #expect(!GoTime(unixSeconds: .min).description.isEmpty)
    }

    // MARK: - Reading

    static let read: [(String, String, String)] = [
        ("2006-01-02", "2024-02-29", "2024-02-29 00:00:00 +0000 UTC"),
        (
            "2006-01-02T15:04:05Z07:00", "2024-12-31T23:30:00-05:00",
            "2024-12-31 23:30:00 -0500 -0500"
        ),
        (
            "2006-01-02T15:04:05Z07:00", "2024-12-31T23:30:00.25Z",
            "2024-12-31 23:30:00.25 +0000 UTC"
        ),
        ("02/01/2006", "25/12/2023", "2023-12-25 00:00:00 +0000 UTC"),
        ("Jan 2 2006", "JUL 4 2021", "2021-07-04 00:00:00 +0000 UTC"),
        ("Monday, January 2, 06", "Friday, July 4, 69", "1969-07-04 00:00:00 +0000 UTC"),
        ("3:04PM", "12:30AM", "0000-01-01 00:30:00 +0000 UTC"),
        ("3:04pm", "1:30pm", "0000-01-01 13:30:00 +0000 UTC"),
        ("_2 Jan", " 5 Feb", "0000-02-05 00:00:00 +0000 UTC"),
        ("2006-002", "2024-366", "2024-12-31 00:00:00 +0000 UTC"),
        ("15:04:05 MST", "10:00:00 EST", "0000-01-01 10:00:00 +0000 EST"),
        ("15:04 MST", "10:00 UTC", "0000-01-01 10:00:00 +0000 UTC"),
        ("15:04 -0700 MST", "10:00 +0100 CET", "0000-01-01 10:00:00 +0100 CET"),
        ("15:04:05.000", "10:00:01.250", "0000-01-01 10:00:01.25 +0000 UTC"),
        ("15:04:05.999", "10:00:01", "0000-01-01 10:00:01 +0000 UTC"),
        ("15:04:05", "10:00:01.123456789012", "0000-01-01 10:00:01.123456789 +0000 UTC"),
        ("2006 -07", "2024 +02", "2024-01-01 00:00:00 +0200 +0200"),
        ("a  b 2006", "a b   2024", "2024-01-01 00:00:00 +0000 UTC"),
    ]

    @Test("a text is read by its layout", arguments: read)
    func parse(layout: String, text: String, written: String) throws {
        #expect(try GoTime(text, layout: layout).description == written)
    }

    static let refused: [(String, String, String)] = [
        ("2006-01-02", "not a date", #"cannot parse "not a date" as "2006""#),
        ("2006-01-02", "2024-13-01", ": month out of range"),
        ("2006-01-02", "2023-02-29", ": day out of range"),
        ("2006-01-02", "2024-1-01", #"cannot parse "1-01" as "01""#),
        ("2006-01-02", "2024-01-01x", #": extra text: "x""#),
        ("15:04", "25:00", ": hour out of range"),
        ("15:04", "10:60", ": minute out of range"),
        ("Jan", "Foo", #"cannot parse "Foo" as "Jan""#),
        ("2006-002", "2023-366", ": day-of-year out of range"),
        ("2006-01 002", "2023-02 001", ": day-of-year does not match month"),
        ("15:04:05.000", "10:00:01.2", #"cannot parse ".2" as ".000""#),
        ("-07:00", "+25:00", ": time zone offset hour out of range"),
        ("MST", "toolong", #"cannot parse "toolong" as "MST""#),
        ("", "x", #": extra text: "x""#),
    ]

    @Test("a text that does not fit is refused in Go's words", arguments: refused)
    func refuses(layout: String, text: String, problem: String) {
        #expect {
            _ = try GoTime(text, layout: layout)
        } throws: { error in
            "\(error)".hasPrefix("parsing time \"\(text)\"") && "\(error)".hasSuffix(problem)
        }
    }

    // MARK: - Durations

    static let durations: [(String, String)] = [
        ("0", "0s"), ("+5s", "5s"), ("1h15m30.918s", "1h15m30.918s"), ("-1.5h", "-1h30m0s"),
        ("90s", "1m30s"), ("1500ms", "1.5s"), ("300us", "300µs"), ("1.5µs", "1.5µs"),
        ("7ns", "7ns"), (".5s", "500ms"), ("1.s", "1s"), ("100h", "100h0m0s"),
        ("9223372036854775807ns", "2562047h47m16.854775807s"),
        ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ("0.100000000000000000000h", "6m0s"),
    ]

    @Test("a duration is read and written as in Go", arguments: durations)
    func duration(text: String, written: String) throws {
        #expect(try GoDuration(Array(text.utf8)).description == written)
    }

    @Test(
        "what is no duration is refused",
        arguments: ["", "5", "bogus", "1x", "1h2", ".s", "-", "9223372036854775808ns", "1e9h"]
    )
    func noDuration(text: String) {
        #expect(throws: GoDuration.ParseError.self) { _ = try GoDuration(Array(text.utf8)) }
    }

    @Test("rounding goes away from zero at halves, and stops at the largest duration")
    func rounding() {
        let second = GoDuration(nanoseconds: 1_000_000_000)
        func rounded(_ nanoseconds: Int64) -> Int64 {
            GoDuration(nanoseconds: nanoseconds).rounded(to: second).nanoseconds
        }
        #expect(rounded(1_499_999_999) == 1_000_000_000)
        #expect(rounded(1_500_000_000) == 2_000_000_000)
        #expect(rounded(-1_500_000_000) == -2_000_000_000)
        #expect(rounded(.max) == .max)
        #expect(rounded(.min) == .min)
    }

    @Test("a span too long to say is the longest there is")
    func longSpan() {
        let now = GoTime(unixSeconds: 1_709_622_489)
        #expect(now.since(.zero).nanoseconds == .max)
        #expect(GoTime.zero.since(now).nanoseconds == .min)
        #expect(now.since(GoTime(unixSeconds: 1_709_622_400)).description == "1m29s")
    }
}
