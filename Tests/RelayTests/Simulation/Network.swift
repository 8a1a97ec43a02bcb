import GitLab

/// Decides by chance what becomes of each call while there are faults.
final class Network {
    private var chance: SeededGenerator
    private let probability: Double
    /// True time in milliseconds from which on all goes well.
    private let calmFrom: Int64
    var time: Int64 = 0

    init(seed: UInt64, probability: Double, calmFrom: Int64) {
        chance = SeededGenerator(seed: seed)
        self.probability = probability
        self.calmFrom = calmFrom
    }

    func fate(of call: GitLabCall) -> World.Fate {
        let latency = chance.pick(1...400)
        let processed = chance.pick(1...latency)
        guard time < calmFrom, chance.isLucky(probability) else {
            return World.Fate(processed: processed, heard: latency)
        }
        return fault(processed, latency)
    }

    private func fault(_ processed: Int64, _ latency: Int64) -> World.Fate {
        let isDone = chance.isLucky(0.5)
        let seen = isDone ? processed : nil
        let lost = World.Instead.failure(isUncertain: true)
        switch chance.pick(0...12) {
        case 0:
            return World.Fate(processed: nil, heard: latency, instead: .failure(isUncertain: false))
        case 1: return World.Fate(processed: seen, heard: latency, instead: lost)
        case 2: return World.Fate(processed: seen, heard: 30_000, instead: lost)
        case 3:
            // GitLab finishes what we lost sight of, up to 59 s later.
            let late = chance.pick(0...59_000)
            return World.Fate(processed: latency + late, heard: latency, instead: lost)
        case 4:
            let late = 30_000 + chance.pick(0...59_000)
            return World.Fate(processed: late, heard: 30_000, instead: lost)
        case 5:
            let body = #"{"message":"500 Internal Server Error"}"#
            return World.Fate(processed: seen, heard: latency, instead: .answer(500, body))
        case 6:
            let body = "<html><title>502 Bad Gateway</title></html>"
            let late = isDone ? chance.pick(0...59_000) : nil
            return World.Fate(
                processed: late.map { $0 + latency },
                heard: latency,
                instead: .answer(502, body)
            )
        case 7: return World.Fate(processed: seen, heard: latency, instead: .answer(201, "null"))
        case 8: return World.Fate(processed: processed, heard: latency, instead: .truncated)
        case 9:
            let fields = [("Retry-After", String(chance.pick(0...20)))]
            let instead = World.Instead.answer(
                429,
                "Retry later\n",
                chance.isLucky(0.7) ? fields : []
            )
            return World.Fate(processed: nil, heard: latency, instead: instead)
        case 10:
            let body = #"{"message":"GitLab Maintenance: system is in maintenance mode"}"#
            return World.Fate(processed: nil, heard: latency, instead: .answer(503, body))
        case 11:
            let body = #"{"message":"409 Conflict: Resource lock"}"#
            return World.Fate(processed: nil, heard: latency, instead: .answer(409, body))
        default:
            let body = #"{"message":{"name":["has already been taken"]}}"#
            return World.Fate(processed: nil, heard: latency, instead: .answer(400, body))
        }
    }
}
