/// Where entries lie by a key that stands in them: four bytes an entry, the keys being elsewhere.
///
/// Open addressing. The owner gives the hash of a key and says whether an entry has it; a digest
/// or a rising number is its own hash.
struct SlotTable: Sendable {
    private var slots: [Int32]
    private var used = 0
    private(set) var count = 0

    private static let free: Int32 = -1
    private static let removed: Int32 = -2

    init() { slots = [Int32](repeating: Self.free, count: 64) }

    /// The entry that `isWanted` says is the one; nil when there is none.
    func find(hash: UInt64, _ isWanted: (Int32) -> Bool) -> Int32? {
        var place = Self.place(hash, slots.count)
        while slots[place] != Self.free {
            if slots[place] >= 0, isWanted(slots[place]) { return slots[place] }
            place = (place + 1) & (slots.count - 1)
        }
        return nil
    }

    /// Puts an entry that is not there; `hash` tells the hashes of those that are.
    mutating func insert(_ entry: Int32, hash: UInt64, _ hashOf: (Int32) -> UInt64) {
        if used * 3 >= slots.count * 2 { rebuild(hashOf) }
        var place = Self.place(hash, slots.count)
        while slots[place] >= 0 { place = (place + 1) & (slots.count - 1) }
        if slots[place] == Self.free { used += 1 }
        slots[place] = entry
        count += 1
    }

    /// Lets `entry` take the place of the one that is wanted; false when there is none.
    mutating func replace(with entry: Int32, hash: UInt64, _ isWanted: (Int32) -> Bool) -> Bool {
        var place = Self.place(hash, slots.count)
        while slots[place] != Self.free {
            if slots[place] >= 0, isWanted(slots[place]) {
                slots[place] = entry
                return true
            }
            place = (place + 1) & (slots.count - 1)
        }
        return false
    }

    mutating func remove(_ entry: Int32, hash: UInt64) {
        var place = Self.place(hash, slots.count)
        while slots[place] != Self.free {
            if slots[place] == entry {
                slots[place] = Self.removed
                count -= 1
                return
            }
            place = (place + 1) & (slots.count - 1)
        }
    }

    private mutating func rebuild(_ hashOf: (Int32) -> UInt64) {
        var size = 64
        while size < count * 2 + 2 { size *= 2 }
        var fresh = [Int32](repeating: Self.free, count: size)
        for entry in slots where entry >= 0 {
            var place = Self.place(hashOf(entry), size)
            while fresh[place] >= 0 { place = (place + 1) & (size - 1) }
            fresh[place] = entry
        }
        slots = fresh
        used = count
    }

    private static func place(_ hash: UInt64, _ size: Int) -> Int {
        let mixed = hash &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 20) & (size - 1)
    }
}
