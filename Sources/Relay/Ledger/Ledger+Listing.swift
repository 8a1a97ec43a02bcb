package import Formats

/// Looking through the ledger, newest first.
extension Ledger {
    /// What a listing asks for; nil: whatever it be.
    package struct Filter: Sendable {
        package var state: DeliveryState?
        package var project: String?
        package var environment: String?
        package var since: Timestamp?
        /// Only ids below this one.
        package var before: UInt64?
        package var limit = 50

        package init() {}
    }

    /// The newest entries that fit, newest first, none below `floor`; `next` continues with
    /// `before`.
    package func list(
        _ filter: Filter,
        downTo floor: UInt64 = 0
    ) -> (entries: [LedgerEntry], next: UInt64?) {
        var found: [LedgerEntry] = []
        var places: [UInt32: Bool] = [:]
        for packed in entries.reversed() {
            if let before = filter.before, packed.id >= before { continue }
            if packed.id < floor { break }
            if let since = filter.since, packed.receivedAt < since.milliseconds { continue }
            guard fits(packed, filter, &places) else { continue }
            guard found.count < filter.limit else { return (found, found.last?.id) }
            found.append(LedgerEntry(packed, texts))
        }
        return (found, nil)
    }

    /// As `fits`, without making texts of an entry's own; `places` remembers what was compared.
    private func fits(
        _ entry: PackedEntry,
        _ filter: Filter,
        _ places: inout [UInt32: Bool]
    ) -> Bool {
        if filter.project != nil || filter.environment != nil {
            guard let number = entry.place else { return false }
            let known = places[number]
            let isWanted = known ?? isWanted(texts.places.name(number), filter)
            if known == nil { places[number] = isWanted }
            guard isWanted else { return false }
        }
        guard let state = filter.state else { return true }
        guard entry.state == .accepted else { return entry.state == state }
        let isHeld = entry.place.flatMap { holds.over(texts.places.name($0)) } != nil
        return state == (isHeld ? .held : .accepted)
    }

    private func isWanted(_ place: PlaceName, _ filter: Filter) -> Bool {
        filter.project.map { $0 == place.project } ?? true
            && filter.environment.map { $0 == place.environment } ?? true
    }

    /// Whether an entry is one that a listing asks for.
    package func fits(_ entry: LedgerEntry, _ filter: Filter) -> Bool {
        if let before = filter.before, entry.id >= before { return false }
        if let since = filter.since, entry.receivedAt < since { return false }
        if let project = filter.project, entry.project != project { return false }
        if let environment = filter.environment, entry.environment != environment { return false }
        return filter.state.map { state(of: entry) == $0 } ?? true
    }
}
