import GitLab
import Relay

/// What goes wrong in a history beside single calls: crashes, holds, clocks, hands.
extension World {
    mutating func plan(
        for sender: SenderModel,
        until end: Int64,
        isLarge: Bool,
        _ chance: inout SeededGenerator
    ) {
        let often: Int64 = isLarge ? 3 : 1
        for _ in 0..<chance.pick(0...4 * often) { planCrash(until: end, &chance) }
        for _ in 0..<chance.pick(0...3 * often) { planHold(until: end, &chance) }
        for _ in 0..<chance.pick(0...3) {
            let jump = chance.pick(-7_200_000...7_200_000)
            after(chance.pick(0...end)) { $0.wallError += jump }
        }
        if chance.isLucky(0.3) { planMove(until: end, &chance) }
        if chance.isLucky(0.3) { planUnknownCommit(sender, &chance) }
        if chance.isLucky(0.2) {
            after(chance.pick(0...end)) { $0.address = "https://gitlab.example.org/api/v4" }
        }
        for _ in 0..<chance.pick(0...2 * often) { planHand(at: chance.pick(0...end), &chance) }
        if chance.isLucky(0.2) {
            gitlab.callsPerMinute = Int(chance.pick(10...120))
            gitlab.showsRate = chance.isLucky(0.5)
        }
        for _ in 0..<chance.pick(0...2 * often) { planRepair(at: chance.pick(0...end), &chance) }
    }

    /// The process ends in the middle of the next commit to one of its logs.
    private mutating func planCrash(until end: Int64, _ chance: inout SeededGenerator) {
        let death = Death(
            log: chance.isLucky(0.3) ? .accepted : .settled,
            tear: Disk.Tear(
                kept: chance.pick(from: [0, 1, Double(chance.pick(0...1000)) / 1000]),
                hasZeros: chance.isLucky(0.2)
            ),
            downtime: chance.pick(0...8000)
        )
        after(chance.pick(0...end)) { if $0.relay != nil { $0.death = death } }
    }

    /// Both logs' oldest segments are let go at some moments, with a chance of its own so that
    /// histories are what they were without it.
    mutating func planLettingGo(until end: Int64, seed: UInt64) {
        var chance = SeededGenerator(seed: seed ^ 0x5E67_AE27)
        for _ in 0..<chance.pick(4...24) {
            let closes = chance.isLucky(0.3)
            // While events come; and when all of them have grown old.
            let moment = chance.pick(0...end) + (chance.isLucky(0.2) ? 30 * 3_600_000 : 0)
            after(moment) { world in
                _ = try world.withRelay { process, disk, now in
                    if closes { disk.closeSegments() }
                    try process.letGo(on: disk, at: now)
                }
            }
        }
    }

    private mutating func planMove(until end: Int64, _ chance: inout SeededGenerator) {
        let index = Int(chance.pick(1...3))
        after(chance.pick(0...end)) { world in
            world.gitlab.projects[index].oldPaths.append(world.gitlab.projects[index].path)
            world.gitlab.projects[index].path = "fleet/moved/number-\(index)"
        }
    }

    private mutating func planHold(until end: Int64, _ chance: inout SeededGenerator) {
        let begin = chance.pick(0...end)
        let over = begin + chance.pick(1000...400_000)
        let isTold = chance.isLucky(0.5)
        let kind = chance.pick(0...4)
        if chance.isLucky(0.5) { planHand(at: chance.pick(begin...over), &chance) }
        after(begin) { $0.break(kind) }
        after(over) { world in
            world.mendHolds()
            if isTold { _ = world.withRelay { process, _, now in process.mended(at: now) } }
        }
    }

    private mutating func `break`(_ kind: Int64) {
        switch kind {
        case 0: gitlab.token = .expired
        case 1: gitlab.token = .readOnly
        case 2: gitlab.projects[1].isArchived = true
        case 3: gitlab.projects[0].isHidden = true
        default: gitlab.protected.insert("shared")
        }
    }

    private mutating func mendHolds() {
        gitlab.token = .valid
        gitlab.projects[1].isArchived = false
        gitlab.projects[0].isHidden = false
        gitlab.protected = []
    }

    /// All is well from now on.
    mutating func mend() {
        mendHolds()
        gitlab.unknown = []
        death = nil
    }

    private mutating func planUnknownCommit(
        _ sender: SenderModel,
        _ chance: inout SeededGenerator
    ) {
        let operations = sender.operations.flatMap { $0 }
        guard !operations.isEmpty else { return }
        let sha = chance.pick(from: operations).sha
        gitlab.unknown.insert(sha)
        after(chance.pick(0...600_000)) { $0.gitlab.unknown.remove(sha) }
    }

    /// Somebody drops or hurries something that waits.
    private mutating func planHand(at moment: Int64, _ chance: inout SeededGenerator) {
        let isDrop = chance.isLucky(0.5)
        let isRedelivered = chance.isLucky(0.7)
        let later = chance.pick(1000...600_000)
        after(moment) { world in
            let dropped = world.withRelay { process, _, now -> UInt64? in
                let waiting = process.ledger.list(Ledger.Filter()).entries
                    .first { $0.state == .accepted }
                guard let entry = waiting else { return nil }
                guard isDrop else {
                    _ = process.retryNow(entry.id, at: now)
                    return nil
                }
                return process.drop(entry.id, at: now) ? entry.id : nil
            }
            guard isRedelivered, let dropped, let id = dropped else { return }
            world.after(later) { world in
                _ = try world.withRelay { process, disk, now in
                    try Self.redeliver(id, &process, disk, at: now)
                }
            }
        }
    }

    /// Somebody damages a row in GitLab, and an audit repairs it by telling it again.
    private mutating func planRepair(at moment: Int64, _ chance: inout SeededGenerator) {
        let damage = chance.pick(0...2)
        let index = Int(chance.pick(0...7))
        after(moment) { world in
            guard let delivery = try world.repairable(index) else { return }
            let row = world.gitlab.rows.firstIndex { $0.sha == delivery.place.sha }
            switch (damage, row) {
            case (0, .some(let row)): world.gitlab.rows.remove(at: row)
            case (1, .some(let row)):
                world.gitlab.rows[row].status = .running
                world.gitlab.rows[row].finishedAt = nil
            default: break
            }
            try world.retell(delivery)
        }
    }

    /// Tells it again, as often as it takes until that is written down.
    private mutating func retell(_ delivery: AcceptedDelivery) throws {
        let isTaken = try withRelay { process, disk, now in
            try process.retell(delivery, on: disk, at: now)
        }
        guard isTaken != true else { return }
        after(1000) { try $0.retell(delivery) }
    }

    /// A delivery that an audit would tell again: the last word on an operation that shares its
    /// commit with no other.
    private mutating func repairable(_ index: Int) throws -> AcceptedDelivery? {
        let accepted = try disk.deliveries
        return withRelay { process, disk, _ -> AcceptedDelivery? in
            var filter = Ledger.Filter()
            filter.state = .delivered
            let told = process.ledger.list(filter).entries
                .compactMap { disk.delivery($0.locator) }
                .filter { delivery in
                    let name = delivery.operation
                    let last = process.intake.latestDelivery(
                        of: name.identity,
                        in: name.application
                    )
                    let ofCommit = accepted.filter { $0.place.sha == delivery.place.sha }
                    return delivery.cause == .event && last == delivery.id
                        && Set(ofCommit.map(\.operation.identity)).count == 1
                }
            return index < told.count ? told[index] : nil
        } ?? nil
    }

    /// As the admin address does for what is dead or dropped.
    private static func redeliver(
        _ id: UInt64,
        _ process: inout RelayProcess,
        _ disk: Disk,
        at now: Moment
    ) throws {
        guard let entry = process.ledger[id], entry.state == .dropped,
            let delivery = disk.delivery(entry.locator), delivery.cause == .event
        else { return }
        let webhook = Webhook(hook: delivery.hook, body: delivery.body, receivedAt: now.wall)
        let generation = delivery.generation + 1
        _ = try process.retake(webhook, id: id, generation: generation, on: disk, at: now)
    }
}
