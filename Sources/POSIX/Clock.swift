import Glibc

/// The two clocks (clock_gettime(2)).
package enum Clock {
    /// Milliseconds since 1970, UTC; an administrator may set it.
    package static func now() -> Int64 { nanoseconds(CLOCK_REALTIME) / 1_000_000 }

    /// Milliseconds that only go forward; their zero means nothing.
    package static func monotonic() -> Int64 { nanoseconds(CLOCK_MONOTONIC) / 1_000_000 }

    package static func monotonicNanoseconds() -> Int64 { nanoseconds(CLOCK_MONOTONIC) }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
