import HTTP
import Testing

/// Requests with a few bytes changed by chance.
///
/// The parser must not trap, and what it makes of them must not depend on how they arrive: whoever
/// reads one thing in one piece and another in two can be smuggled past.
@Suite("Mutated HTTP requests")
struct HTTPMutationTests {
    /// SplitMix64: small, seeded, the same everywhere.
    struct Chance {
        var state: UInt64

        mutating func next(below bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ word >> 31) % UInt64(bound))
        }
    }

    private static let telling: [UInt8] =
        Array("\r\n\r\n :;,\t\0/0123456789abcdefgH%\u{16}".utf8) + [0xFF]

    private func mutated(_ text: String, _ chance: inout Chance) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0...chance.next(below: 3) {
            let place = chance.next(below: bytes.count)
            let byte = Self.telling[chance.next(below: Self.telling.count)]
            switch chance.next(below: 3) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            default: bytes.remove(at: place)
            }
        }
        return bytes
    }

    @Test("what is read does not depend on the pieces", arguments: 0..<20 as Range<UInt64>)
    func anySplit(seed: UInt64) {
        var chance = Chance(state: seed)
        for row in HTTPRequestParserTests.rows {
            for _ in 0..<15 {
                let bytes = mutated(row.text, &chance)
                let whole = feed([bytes[...]])
                let single = feed(bytes.indices.map { bytes[$0...$0] })
                let text = String(decoding: bytes, as: UTF8.self).debugDescription
                switch (whole, single) {
                case (.success(let a), .success(let b)): #expect(a == b, "seed \(seed): \(text)")
                case (.failure, .failure): break
                default: Issue.record("seed \(seed): \(whole) but \(single): \(text)")
                }
            }
        }
    }
}
