/// The faults that wait, oldest first: the first one that is meant for a request strikes it.
package struct FaultQueue: Sendable {
    package private(set) var faults: [SandboxFault] = []
    private var chance: UInt64

    init(seed: UInt64) { chance = seed }

    package mutating func add(_ fault: SandboxFault) { faults.append(fault) }

    package mutating func removeAll() { faults = [] }

    /// The fault for this request; it has one less to strike then.
    mutating func strike(_ request: SandboxRequest) -> SandboxFault? {
        for index in faults.indices where faults[index].match.takes(request) {
            if faults[index].count == 0 { continue }
            if faults[index].skip > 0 {
                faults[index].skip -= 1
                continue
            }
            if faults[index].probability < 1, draw() >= faults[index].probability { continue }
            let fault = faults[index]
            faults[index].count = fault.count.map { $0 - 1 }
            if faults[index].count == 0 { faults.remove(at: index) }
            return fault
        }
        return nil
    }

    /// A number in 0..<1 (splitmix64).
    private mutating func draw() -> Double {
        chance &+= 0x9E37_79B9_7F4A_7C15
        var word = chance
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((word ^ (word >> 31)) >> 11) / Double(1 << 53)
    }
}
