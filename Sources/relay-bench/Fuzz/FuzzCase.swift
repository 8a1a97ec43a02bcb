/// One case among all: its seed and its number say what it is.
struct FuzzCase {
    /// What is tried.
    enum Target: String {
        case templates, json, http, records, all
    }

    let seed: UInt64
    let number: Int
    let target: Target

    /// Makes the case; `known` are templates to damage, at least one.
    func trial(_ known: [KnownTemplate]) -> any FuzzTrial {
        let chance = Chance(seed: seed, case: number)
        switch target {
        case .json: return JSONTrial(chance)
        case .templates: return TemplateTrial(chance, known: known)
        case .http: return HTTPTrial(chance)
        case .records: return RecordTrial(chance)
        case .all:
            switch number % 8 {
            case 0, 4: return JSONTrial(chance)
            case 1: return HTTPTrial(chance)
            case 5: return RecordTrial(chance)
            default: return TemplateTrial(chance, known: known)
            }
        }
    }

    /// The command that tries this one again.
    func command(vectors: String?) -> String {
        "relay-bench fuzz --seed \(seed) --target \(target.rawValue) --case \(number)"
            + (vectors.map { " --vectors \($0)" } ?? "")
    }
}
