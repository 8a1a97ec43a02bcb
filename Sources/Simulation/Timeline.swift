/// Things that happen, in the order of their time and then of their coming.
struct Timeline<Item> {
    private var items: [(due: Int64, number: Int, item: Item)] = []
    private var count = 0

    var nextDue: Int64? { items.first?.due }

    mutating func add(_ item: Item, due: Int64) {
        count += 1
        let new = (due, count, item)
        let place = items.firstIndex { $0.due > due } ?? items.count
        items.insert(new, at: place)
    }

    /// Brings forward what would come later than `end`.
    mutating func hurry(until end: Int64, _ isMeant: (Item) -> Bool) {
        let late = items.filter { $0.due > end && isMeant($0.item) }
        items.removeAll { $0.due > end && isMeant($0.item) }
        for (_, _, item) in late { add(item, due: end) }
    }

    mutating func popDue(at now: Int64) -> Item? {
        guard let first = items.first, first.due <= now else { return nil }
        return items.removeFirst().item
    }
}
