import GitLab

/// Decides by chance what becomes of each call while there are faults.
final class Network {
    private var chance: SeededGenerator
    private let probability: Double
    /// True time in milliseconds from which on all goes well.
    private let calmFrom: Int64
    var time: Int64 = 0
    /// Calls that met a fault.
    private(set) var struck = 0

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
        struck += 1
        return fault(processed, latency)
    }

    /// Every class of fault (facts/gitlab.md §5), before and after GitLab has processed the call.
    private func fault(_ processed: Int64, _ latency: Int64) -> World.Fate {
        let seen = chance.isLucky(0.5) ? processed : nil
        switch chance.pick(0...4) {
        case 0: return World.Fate(processed: seen, heard: latency, instead: .lost)
        case 1: return late(latency)
        case 2: return World.Fate(processed: seen, heard: latency, instead: afterwards())
        case 3: return World.Fate(processed: nil, heard: latency, instead: beforehand())
        default: return World.Fate(processed: processed, heard: latency, instead: .truncated)
        }
    }

    /// GitLab finishes what we lost sight of, up to 59 s later, or never.
    private func late(_ latency: Int64) -> World.Fate {
        let heard = chance.isLucky(0.5) ? latency : 30_000
        let finished = chance.isLucky(0.7) ? heard + chance.pick(0...59_000) : nil
        let gateway = World.Instead.answer(
            chance.isLucky(0.5) ? 502 : 504,
            "<html><title>Bad Gateway</title></html>"
        )
        let instead = chance.isLucky(0.5) ? gateway : .lost
        return World.Fate(processed: finished, heard: heard, instead: instead)
    }

    /// Answers that do not tell whether GitLab has acted.
    private func afterwards() -> World.Instead {
        switch chance.pick(0...5) {
        case 0: .answer(500, #"{"message":"500 Internal Server Error"}"#)
        case 1: .answer(201, "null")
        case 2: .answer(200, "<html><title>Sign in</title></html>")
        case 3: .answer(201, #"{"id":"17","status":"running"}"#)
        case 4: .answer(201, "")
        default: .lost
        }
    }

    /// Answers that say that GitLab has not acted.
    private func beforehand() -> World.Instead {
        switch chance.pick(0...11) {
        case 0: return .refused
        case 1:
            let fields = [("Retry-After", String(chance.pick(0...20)))]
            return .answer(429, "Retry later\n", chance.isLucky(0.7) ? fields : [])
        case 2: return .answer(429, #"{"message":{"error":"requested too many times"}}"#)
        case 3:
            let words = "GitLab Maintenance: system is in maintenance mode"
            return .answer(503, #"{"message":"\#(words)"}"#)
        case 4: return .answer(409, #"{"message":"409 Conflict: Resource lock"}"#)
        case 5: return .answer(400, #"{"message":{"name":["has already been taken"]}}"#)
        case 6:
            let words = "You cannot perform write operations on a read-only instance"
            return .answer(403, #"{"message":"\#(words)"}"#)
        case 7: return .answer(301, "", [("Location", "/")])
        case 8: return .answer(401, #"{"message":"401 Unauthorized"}"#)
        case 9: return .answer(403, #"{"message":"403 Forbidden"}"#)
        case 10: return .answer(404, #"{"message":"404 Project Not Found"}"#)
        default: return .answer(415, #"{"error":"The provided content-type is not supported."}"#)
        }
    }
}
