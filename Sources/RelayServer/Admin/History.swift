import JSON

/// What was delivered in each of the last minutes: a ring in fixed space, for the console's curve.
struct History {
    /// One minute.
    struct Minute: Sendable {
        /// Minutes since 1970.
        var number: Int64 = 0
        var delivered = 0
        var superseded = 0
        var dead = 0
        /// From acceptance to GitLab's confirmation, the longest of the minute.
        var longestMilliseconds: Int64 = 0
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

    /// The last six hours, oldest first; minutes in which nothing happened are there with zeros.
    func write(at now: Int64, _ writer: inout JSONWriter) {
        let last = now / 60_000
        writer.member("minutes") { writer in
            writer.array { writer in
                for number in last - Int64(Self.length) + 1...last {
                    let found = minutes[Int(number % Int64(Self.length))]
                    let minute = found.number == number ? found : Minute()
                    writer.object { writer in
                        writer.member("delivered", minute.delivered)
                        writer.member("superseded", minute.superseded)
                        writer.member("dead", minute.dead)
                        writer.member("longestMilliseconds", minute.longestMilliseconds)
                    }
                }
            }
        }
    }
}
