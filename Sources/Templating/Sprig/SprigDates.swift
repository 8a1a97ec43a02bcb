/// Functions of time: sprig's date.go, with Go's layouts.
///
/// The clock is the world's, and the local zone is UTC.
enum SprigDates {
    static let family = FunctionFamily(
        title: "Dates",
        functions: writing + reading + spans
    )

    // MARK: - Writing

    private static let writing: [Function] =
        [
            Function("now", [], summary: "the present, UTC") { _, run in
                .opaque(TimeValue(GoTime(run.world.now)))
            },
            Function("date", [.string, .any], summary: "layout, time") {
                a,
                run throws(FunctionError) in
                try run.spend(a.text(0).count)
                return .string(moment(a[1], run).in(.local).formatted(a.text(0)))
            },
            Function("htmlDate", [.any], summary: "as 2006-01-02") { a, run in
                .string(moment(a[0], run).in(.local).formatted("2006-01-02"))
            },
            Function("htmlDateInZone", [.any, .string], summary: "time, zone: as 2006-01-02") {
                a,
                run throws(FunctionError) in
                .string(moment(a[0], run).in(try zone(a.string(1), run)).formatted("2006-01-02"))
            },
            Function("unixEpoch", [.time], summary: "seconds since 1970") { a, _ in
                .string(String(a.time(0).unixSeconds))
            },
        ]
        + .named(
            "dateInZone",
            "date_in_zone",
            taking: [.string, .any, .string],
            summary: "layout, time, zone"
        ) { a, run throws(FunctionError) in
            try run.spend(a.text(0).count)
            return .string(moment(a[1], run).in(try zone(a.string(2), run)).formatted(a.text(0)))
        }

    /// A time, or seconds since 1970; the present for anything else.
    private static func moment(_ value: Value, _ run: Run) -> GoTime {
        switch value {
        case .opaque(let value as TimeValue): value.time
        case .integer(let seconds, .int), .integer(let seconds, .int64),
            .integer(let seconds, .int32):
            GoTime(unixSeconds: seconds)
        default: GoTime(run.world.now)
        }
    }

    /// A zone that is not known is UTC, as in sprig.
    private static func zone(_ name: String, _ run: Run) throws(FunctionError) -> TimeZone {
        try run.zone(name) ?? .utc
    }

    // MARK: - Reading

    private static let reading: [Function] = [
        Function(
            "toDate",
            [.string, .string],
            summary: "layout, text; year 1 when it does not fit"
        ) {
            a,
            _ in
            do {
                return .opaque(TimeValue(try GoTime(a.text(1), layout: a.text(0))))
            } catch {
                return .opaque(TimeValue(.zero))
            }
        },
        Function("mustToDate", [.string, .string], summary: "an error when the text does not fit") {
            a,
            _ throws(FunctionError) in
            do {
                return .opaque(TimeValue(try GoTime(a.text(1), layout: a.text(0))))
            } catch {
                throw .failed("\(error)")
            }
        },
    ]

    // MARK: - Spans

    private static let spans: [Function] =
        .named("dateModify", "date_modify", taking: [.string, .time], summary: "duration, time") {
            a,
            _ in
            do {
                return .opaque(TimeValue(a.time(1).adding(try GoDuration(a.text(0)))))
            } catch {
                return a[1]
            }
        }
        + .named(
            "mustDateModify",
            "must_date_modify",
            taking: [.string, .time],
            summary: "an error for what is no duration"
        ) {
            a,
            _ throws(FunctionError) in
            do {
                return .opaque(TimeValue(a.time(1).adding(try GoDuration(a.text(0)))))
            } catch {
                throw .failed("\(error)")
            }
        }
        + [
            Function("ago", [.any], summary: "the span since then") { a, run in
                let span = GoTime(run.world.now).since(moment(a[0], run))
                return .string(
                    span.rounded(to: GoDuration(nanoseconds: GoDuration.second)).description
                )
            },
            Function("duration", [.any], summary: "seconds as 1h2m3s") { a, _ in
                .string(GoDuration(nanoseconds: seconds(a[0]) &* GoDuration.second).description)
            },
            Function("durationRound", [.any], summary: "the largest unit: 2h, 3mo") { a, run in
                .string(span(a[0], run).largestUnit)
            },
        ]

    private static func seconds(_ value: Value) -> Int64 {
        switch value {
        case .string(let text): GoNumber.parseInt(text, base: 10) ?? 0
        case .integer(let value, .int64): value
        default: 0
        }
    }

    /// A duration's text, nanoseconds as int64, or the span since a time; 0 for anything else.
    private static func span(_ value: Value, _ run: Run) -> GoDuration {
        switch value {
        case .string(let text):
            do {
                return try GoDuration(text)
            } catch {
                return GoDuration(nanoseconds: 0)
            }
        case .integer(let value, .int64): return GoDuration(nanoseconds: value)
        case .opaque(let value as TimeValue): return GoTime(run.world.now).since(value.time)
        default: return GoDuration(nanoseconds: 0)
        }
    }
}
