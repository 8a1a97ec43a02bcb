/// A seeded source of choices (SplitMix64): the same seed makes the same choices everywhere.
struct Chance {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The choices of one case: neighbouring seeds and numbers have nothing in common.
    init(seed: UInt64, case number: Int) {
        self.init(seed: seed)
        let mixed = next()
        state = mixed ^ UInt64(bitPattern: Int64(number)) &* 0xD1B5_4A32_D192_ED03
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number below `bound`; 0 when that is 0 or less.
    mutating func below(_ bound: Int) -> Int {
        bound < 1 ? 0 : Int(next() % UInt64(bound))
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.count)
    }

    mutating func isOne(in count: Int) -> Bool { below(count) == 0 }

    /// - Precondition: `choices` is not empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

    /// A part of `0..<count`, short ones more often.
    mutating func span(of count: Int) -> Range<Int> {
        let start = below(count + 1)
        let longest = min(count - start, 1 << below(9))
        return start..<start + below(longest + 1)
    }
}
