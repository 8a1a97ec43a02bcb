/// A delivery that waits beyond the ledger's limit.
struct DistantEntry: Sendable {
    let id: UInt64
    /// Where its accepted record lies; 0: it is over.
    var locator: UInt64
    /// Seconds since 1970.
    private let receivedSecond: UInt32
    /// Size of its accepted record.
    let byteCount: UInt32
    var place: UInt32
    let generation: UInt32

    /// Milliseconds since 1970, to the second.
    var receivedAt: Int64 { Int64(receivedSecond) * 1000 }

    init(
        id: UInt64,
        locator: UInt64,
        receivedAt: Int64,
        byteCount: UInt32,
        place: UInt32,
        generation: UInt32
    ) {
        self.id = id
        self.locator = locator
        receivedSecond = UInt32(clamping: receivedAt / 1000)
        self.byteCount = byteCount
        self.place = place
        self.generation = generation
    }

    /// - Precondition: It is a delivery, which has a place.
    init(_ entry: PackedEntry) {
        guard let place = entry.place else { preconditionFailure("a dead letter does not wait") }
        self.init(
            id: entry.id,
            locator: entry.locator,
            receivedAt: entry.receivedAt,
            byteCount: entry.byteCount,
            place: place,
            generation: entry.generation
        )
    }
}

/// What waits beyond the ledger's limit, by id: 32 bytes each, for there may be a million.
struct DistantEntries: Sendable {
    /// By id, rising; those that are over stay until they are half of all.
    private var entries: [DistantEntry] = []
    private var over = 0
    /// How many at the front are over.
    private var start = 0

    private func index(of id: UInt64) -> Int? {
        let place = place(of: id)
        guard place < entries.count, entries[place].id == id, entries[place].locator != 0 else {
            return nil
        }
        return place
    }

    private func place(of id: UInt64) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(id: UInt64) -> DistantEntry? { index(of: id).map { entries[$0] } }

    /// The one with the lowest id.
    var first: DistantEntry? { start < entries.count ? entries[start] : nil }
    var all: some Sequence<DistantEntry> { entries.lazy.filter { $0.locator != 0 } }

    /// - Precondition: It is not there.
    mutating func add(_ entry: DistantEntry) {
        guard let last = entries.last, last.id >= entry.id else { return entries.append(entry) }
        let place = place(of: entry.id)
        if entries[place].id == entry.id {
            entries[place] = entry
            over -= 1
        } else {
            entries.insert(entry, at: place)
        }
        start = min(start, place)
    }

    /// Takes one out, if it is there as accepted with this generation or an earlier one.
    ///
    /// - Returns: What it was.
    mutating func remove(_ id: UInt64, upTo generation: UInt32 = .max) -> DistantEntry? {
        guard let index = index(of: id), entries[index].generation <= generation else {
            return nil
        }
        let found = entries[index]
        entries[index].locator = 0
        over += 1
        while start < entries.count, entries[start].locator == 0 { start += 1 }
        if over > 1024, over * 2 > entries.count {
            entries.removeAll { $0.locator == 0 }
            (over, start) = (0, 0)
        }
        return found
    }

    mutating func move(_ id: UInt64, from old: UInt64, to new: UInt64) {
        guard let index = index(of: id), entries[index].locator == old else { return }
        entries[index].locator = new
    }

    mutating func renumber(_ number: (UInt32) -> UInt32) {
        for index in entries.indices { entries[index].place = number(entries[index].place) }
    }
}
