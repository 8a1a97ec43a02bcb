/// Chance that a seed repeats (Steele, Lea and Flood: SplitMix).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    package mutating func isLucky(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }

    package mutating func pick(_ range: ClosedRange<Int64>) -> Int64 {
        .random(in: range, using: &self)
    }

    mutating func pick<Element>(from elements: [Element]) -> Element {
        elements[Int(pick(0...Int64(elements.count - 1)))]
    }
}
