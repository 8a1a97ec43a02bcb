/// The variables in sight while a template is read; each has a place in the run's memory.
struct Scope {
    private struct Entry {
        let name: String
        /// nil when the parser knows the name but no value stands behind it: it was declared in a
        /// branch that is not taken, or only assigned to.
        var slot: Int?
    }

    private var entries = [Entry(name: "$", slot: 0)]
    /// The most variables alive at once.
    private(set) var highest = 1

    var mark: Int { entries.count }

    /// - Returns: The new variable's slot.
    mutating func declare(_ name: String) -> Int {
        let slot = (entries.lazy.compactMap(\.slot).max() ?? -1) + 1
        entries.append(Entry(name: name, slot: slot))
        highest = max(highest, slot + 1)
        return slot
    }

    /// Lets the parser know a name that has no value.
    mutating func mention(_ name: String) { entries.append(Entry(name: name)) }

    mutating func leave(_ mark: Int) { entries.removeLast(entries.count - mark) }

    /// At the end of a branch: its names stay known in the other one, without their values.
    mutating func forget(since mark: Int) {
        for index in mark..<entries.count { entries[index].slot = nil }
    }

    mutating func withdraw(_ names: [String], since mark: Int) {
        for name in names {
            if let index = entries[mark...].firstIndex(where: { $0.name == name && $0.slot == nil })
            {
                entries.remove(at: index)
            }
        }
    }

    enum Sight: Equatable {
        case slot(Int)
        /// Known to the parser, absent when it runs.
        case gone
        case unknown
    }

    func find(_ name: String) -> Sight {
        if let slot = entries.last(where: { $0.name == name && $0.slot != nil })?.slot {
            return .slot(slot)
        }
        return entries.contains { $0.name == name } ? .gone : .unknown
    }

    /// Names that can be used, for hints.
    var names: [String] { entries.filter { $0.slot != nil }.map(\.name) }
}
