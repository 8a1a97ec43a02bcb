package import Formats

/// The present, as two clocks show it.
///
/// Waits are counted by the steady clock, which no administrator sets; what is written down or
/// compared with GitLab's words is by the wall clock.
package struct Moment: Equatable, Sendable {
    /// Milliseconds of a clock that only goes forward; its zero means nothing.
    package var steady: Int64
    /// UTC.
    package var wall: Timestamp

    package init(steady: Int64, wall: Timestamp) {
        self.steady = steady
        self.wall = wall
    }

    package func adding(milliseconds: Int64) -> Moment {
        Moment(
            steady: steady + milliseconds,
            wall: Timestamp(milliseconds: wall.milliseconds + milliseconds)
        )
    }
}
