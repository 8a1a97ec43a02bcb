/// How many deliveries there are by state, and how much waits where.
struct DeliveryTally: Sendable {
    /// By final state, waiting ones under `accepted`; all since the data began.
    private var counts: [DeliveryState: Int] = [:]
    /// Size of the records of what waits.
    private(set) var waitingBytes = 0
    /// Waiting deliveries by the number of their place.
    private var waitingByPlace: [Int] = []

    var waiting: Int { counts[.accepted] ?? 0 }

    /// Counts one more, or with a `step` of -1 one less; dead letters have no place.
    mutating func count(
        _ state: DeliveryState,
        _ place: UInt32?,
        _ byteCount: UInt32,
        by step: Int
    ) {
        counts[state, default: 0] += step
        guard state == .accepted else { return }
        waitingBytes += Int(byteCount) * step
        if let place { count(place, by: step) }
    }

    private mutating func count(_ place: UInt32, by step: Int) {
        while waitingByPlace.count <= Int(place) { waitingByPlace.append(0) }
        waitingByPlace[Int(place)] += step
    }

    /// Places have other numbers now: these, one for each delivery that waits.
    mutating func recount(_ places: some Sequence<UInt32>) {
        waitingByPlace = []
        for place in places { count(place, by: 1) }
    }

    /// By state; those that wait where `isHeld` apart from the accepted ones.
    func totals(_ isHeld: (UInt32) -> Bool) -> [DeliveryState: Int] {
        var totals: [DeliveryState: Int] = [:]
        for state in DeliveryState.allCases { totals[state] = counts[state] ?? 0 }
        var held = 0
        for (place, count) in waitingByPlace.enumerated() where count > 0 {
            if isHeld(UInt32(place)) { held += count }
        }
        totals[.held] = held
        totals[.accepted, default: 0] -= held
        return totals
    }
}
