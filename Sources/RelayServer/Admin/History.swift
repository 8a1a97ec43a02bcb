import JSON

/// What came and what became of it in each of the last minutes: a ring in fixed space, for the
/// console's chart.
struct History {
    /// One minute.
    struct Minute: Sendable {
        /// Minutes since 1970.
        var number: Int64 = 0
        /// Deliveries taken, dead letters and closings included.
        var taken = 0
        var delivered = 0
        var superseded = 0
        var dead = 0
        var dropped = 0
        /// Calls to GitLab that did not do what they were to: an outage shows here first.
        var failedAttempts = 0
        /// From acceptance to GitLab's confirmation, the longest of the minute.
        var longestMilliseconds: Int64 = 0
        /// The same, of all that were delivered together.
        var totalMilliseconds: Int64 = 0

        var meanMilliseconds: Int64 { delivered == 0 ? 0 : totalMilliseconds / Int64(delivered) }
    }

    /// Six hours.
    private static let length = 360
    private var minutes = [Minute](repeating: Minute(), count: History.length)

    /// Changes the minute in which `now` lies, in milliseconds since 1970.
    mutating func note(at now: Int64, _ change: (inout Minute) -> Void) {
        let number = now / 60_000
        let place = Int(number % Int64(Self.length))
        if minutes[place].number != number {
            minutes[place] = Minute()
            minutes[place].number = number
        }
        change(&minutes[place])
    }

    /// How many died in the last six hours.
    func dead(at now: Int64) -> Int {
        let last = now / 60_000
        return minutes.reduce(0) { sum, minute in
            sum + (minute.number > last - Int64(Self.length) ? minute.dead : 0)
        }
    }

    /// The last six hours, oldest first; minutes in which nothing happened are there with zeros.
    func write(at now: Int64, _ writer: inout JSONWriter) {
        let last = now / 60_000
        writer.member("lastMinuteAt", last * 60_000)
        writer.member("minutes") { writer in
            writer.array { writer in
                for number in last - Int64(Self.length) + 1...last {
                    let found = minutes[Int(number % Int64(Self.length))]
                    let minute = found.number == number ? found : Minute()
                    writer.object { Self.write(minute, &$0) }
                }
            }
        }
    }

    private static func write(_ minute: Minute, _ writer: inout JSONWriter) {
        writer.member("taken", minute.taken)
        writer.member("delivered", minute.delivered)
        writer.member("superseded", minute.superseded)
        writer.member("dead", minute.dead)
        writer.member("dropped", minute.dropped)
        writer.member("failedAttempts", minute.failedAttempts)
        writer.member("longestMilliseconds", minute.longestMilliseconds)
        writer.member("meanMilliseconds", minute.meanMilliseconds)
    }
}
