/// Which refusals the log tells: the first of each reason, then few, with a count of the others.
///
/// A flood of bad requests must not fill a disk with lines. The table is small and of fixed size:
/// beyond `reasonLimit` reasons share one place.
package struct RefusalLines {
    private struct Place {
        /// Lines that may still be written.
        var left = RefusalLines.atOnce
        /// Steady milliseconds from which `left` has grown.
        var countedFrom: Int64
        var leftOut = 0
    }

    /// So many lines of one reason come at once, and then one each `interval` milliseconds.
    package static let atOnce = 10
    package static let interval: Int64 = 15_000
    package static let reasonLimit = 64

    private var places: [String: Place] = [:]

    /// Whether a refusal for `reason` is told: how many were left out since the last that was.
    ///
    /// nil: this one is left out too.
    package init() {}

    package mutating func admit(_ reason: String, at now: Int64) -> Int? {
        let known = places[reason] != nil || places.count < Self.reasonLimit
        let key = known ? reason : ""
        var place = places[key] ?? Place(countedFrom: now)
        defer { places[key] = place }
        let grown = (now - place.countedFrom) / Self.interval
        place.countedFrom += grown * Self.interval
        place.left = min(Self.atOnce, place.left + Int(clamping: grown))
        guard place.left > 0 else {
            place.leftOut += 1
            return nil
        }
        place.left -= 1
        defer { place.leftOut = 0 }
        return place.leftOut
    }
}
