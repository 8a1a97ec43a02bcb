/// Who is connected to one address, by network, so that whoever has most gives way first.
///
/// Every step costs the same however many there are: networks stand in ranks by how many
/// connections they have, and a network's connections in the order in which they were last of use.
struct Crowd {
    /// The connections of one network: an IPv4 address, or the first half of one of IPv6.
    final class Party {
        let network: UInt64
        fileprivate(set) var count = 0
        /// Where it stands in its rank.
        fileprivate var place = 0
        fileprivate unowned var oldest: Connection?
        fileprivate unowned var newest: Connection?

        fileprivate init(_ network: UInt64) { self.network = network }
    }

    private(set) var count = 0
    private var parties: [UInt64: Party] = [:]
    /// By number of connections; nobody stands in rank 0.
    private var ranks: [[Party]] = [[]]
    private var largest = 0
    /// Where the last look at a rank ended.
    private var cursor = 0

    /// How many networks there are, and how many connections the largest has.
    var spread: (networks: Int, largest: Int) { (parties.count, largest) }

    mutating func add(_ connection: Connection) {
        let party = parties[connection.network] ?? Party(connection.network)
        parties[connection.network] = party
        leaveRank(party)
        party.count += 1
        enterRank(party)
        largest = max(largest, party.count)
        count += 1
        connection.party = party
        append(connection, to: party)
    }

    mutating func remove(_ connection: Connection) {
        guard let party = connection.party else { return }
        unlink(connection, from: party)
        connection.party = nil
        leaveRank(party)
        if party.count == largest, ranks[largest].isEmpty { largest -= 1 }
        party.count -= 1
        count -= 1
        if party.count == 0 {
            parties[party.network] = nil
        } else {
            enterRank(party)
        }
    }

    /// It was of use just now: others of its network give way before it.
    func touch(_ connection: Connection) {
        guard let party = connection.party, party.newest !== connection else { return }
        unlink(connection, from: party)
        append(connection, to: party)
    }

    /// Whose place a newcomer from `network` takes; nil: nobody's, and it has to go itself.
    ///
    /// The network with most connections gives way; the newcomer's own, unless another has more.
    /// Of that network it is a connection that is idle, or else, when that network has more than
    /// its share, one that has been at its request for longest.
    mutating func givingWay(to network: UInt64) -> Connection? {
        let own = parties[network]
        guard largest > own?.count ?? 0 else { return own.flatMap { victim(of: $0, idle: false) } }
        let mustBeIdle = largest == (own?.count ?? 0) + 1
        let rank = ranks[largest]
        for _ in 0..<min(rank.count, Self.partiesLookedAt) {
            cursor = (cursor + 1) % rank.count
            if let found = victim(of: rank[cursor], idle: mustBeIdle) { return found }
        }
        return own.flatMap { victim(of: $0, idle: false) }
    }

    private static let partiesLookedAt = 8
    private static let connectionsLookedAt = 32

    /// Those that are owed an answer do not give way: they go to the end, so that the next look
    /// begins behind them.
    private func victim(of party: Party, idle mustBeIdle: Bool) -> Connection? {
        var oldestAtWork: Connection?
        for _ in 0..<min(party.count, Self.connectionsLookedAt) {
            guard let connection = party.oldest else { break }
            if connection.isIdle { return connection }
            if connection.isReadingOnly, oldestAtWork == nil { oldestAtWork = connection }
            touch(connection)
        }
        return mustBeIdle ? nil : oldestAtWork
    }

    // MARK: - Ranks and orders

    private mutating func enterRank(_ party: Party) {
        if ranks.count == party.count { ranks.append([]) }
        party.place = ranks[party.count].count
        ranks[party.count].append(party)
    }

    private mutating func leaveRank(_ party: Party) {
        guard party.count > 0 else { return }
        let last = ranks[party.count].removeLast()
        guard last !== party else { return }
        ranks[party.count][party.place] = last
        last.place = party.place
    }

    private func append(_ connection: Connection, to party: Party) {
        connection.older = party.newest
        connection.newer = nil
        party.newest?.newer = connection
        party.newest = connection
        if party.oldest == nil { party.oldest = connection }
    }

    private func unlink(_ connection: Connection, from party: Party) {
        if party.oldest === connection { party.oldest = connection.newer }
        if party.newest === connection { party.newest = connection.older }
        connection.older?.newer = connection.newer
        connection.newer?.older = connection.older
        connection.older = nil
        connection.newer = nil
    }
}
