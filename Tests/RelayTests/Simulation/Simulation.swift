import Formats
import GitLab
import Relay
import Testing

/// One seeded history from its first event to its end.
struct Simulation {
    let seed: UInt64
    private(set) var world: World
    private let sender: SenderModel
    private let network: Network
    private let hasTrouble: Bool

    /// True time, in milliseconds, until which faults come.
    private static let calmFrom: Int64 = 4_500_000

    init(seed: UInt64, hooks: [Hook]) throws {
        self.seed = seed
        var chance = SeededGenerator(seed: seed)
        let faults = [0, 0.1, 0.3, 0.6][Int(chance.pick(0...3))]
        hasTrouble = faults > 0
        world = try World(at: "2026-04-17T08:00:00Z", hooks: hooks, seed: seed)
        world.gitlab.skew = chance.pick(-3_600_000...3_600_000)
        sender = SenderModel(&chance, start: world.start)
        let network = Network(seed: chance.next(), probability: faults, calmFrom: Self.calmFrom)
        self.network = network
        world.fate = { call, _ in network.fate(of: call) }
        for event in sender.events { send(event) }
        if hasTrouble { plan(&chance) }
    }

    /// As Argo CD does: tried again while nobody answers, a few times.
    private mutating func send(_ event: SenderModel.Event, tries: Int = 6) {
        world.after(event.at) { world in Self.deliver(event.body, tries: tries, &world) }
    }

    private static func deliver(_ body: [UInt8], tries: Int, _ world: inout World) {
        guard world.post("argocd", body) == nil, tries > 1 else { return }
        world.after(2000) { deliver(body, tries: tries - 1, &$0) }
    }

    // MARK: - Trouble

    private mutating func plan(_ chance: inout SeededGenerator) {
        for _ in 0..<chance.pick(0...4) { planCrash(&chance) }
        for _ in 0..<chance.pick(0...3) { planHold(&chance) }
        for _ in 0..<chance.pick(0...3) {
            let jump = chance.pick(-7_200_000...7_200_000)
            world.after(chance.pick(0...Self.calmFrom)) { $0.wallError += jump }
        }
        if chance.isLucky(0.3) {
            world.after(chance.pick(0...Self.calmFrom)) { world in
                world.gitlab.projects[1].oldPaths = [world.gitlab.projects[1].path]
                world.gitlab.projects[1].path = "fleet/moved/parcel-api"
            }
        }
        if chance.isLucky(0.3) { planUnknownCommit(&chance) }
        for _ in 0..<chance.pick(0...2) { planHand(at: chance.pick(0...Self.calmFrom), &chance) }
    }

    private mutating func planCrash(_ chance: inout SeededGenerator) {
        let at = chance.pick(0...Self.calmFrom)
        let downtime = chance.pick(0...8000)
        let records = Int(chance.pick(0...3))
        world.after(at) { world in
            guard world.relay != nil else { return }
            world.crash(records: records)
            world.after(downtime) { if $0.relay == nil { try $0.boot() } }
        }
    }

    private mutating func planHold(_ chance: inout SeededGenerator) {
        let at = chance.pick(0...Self.calmFrom)
        let isTold = chance.isLucky(0.5)
        let kind = chance.pick(0...4)
        let end = at + chance.pick(1000...400_000)
        if chance.isLucky(0.5) { planHand(at: chance.pick(at...end), &chance) }
        world.after(at) { Self.break(kind, &$0) }
        world.after(end) { world in
            Self.mend(&world)
            if isTold { _ = world.withRelay { process, _, now in process.mended(at: now) } }
        }
    }

    private static func `break`(_ kind: Int64, _ world: inout World) {
        switch kind {
        case 0: world.gitlab.token = .expired
        case 1: world.gitlab.token = .readOnly
        case 2: world.gitlab.projects[1].isArchived = true
        case 3: world.gitlab.projects[0].isHidden = true
        default: world.gitlab.protected.insert("shared")
        }
    }

    private static func mend(_ world: inout World) {
        world.gitlab.token = .valid
        world.gitlab.projects[1].isArchived = false
        world.gitlab.projects[0].isHidden = false
        world.gitlab.protected = []
    }

    private mutating func planUnknownCommit(_ chance: inout SeededGenerator) {
        guard let sha = sender.operations.flatMap({ $0 }).randomElement(using: &chance)?.sha else {
            return
        }
        world.gitlab.unknown.insert(sha)
        world.after(chance.pick(0...600_000)) { $0.gitlab.unknown.remove(sha) }
    }

    /// Somebody drops or hurries something that waits.
    private mutating func planHand(at moment: Int64, _ chance: inout SeededGenerator) {
        let isDrop = chance.isLucky(0.5)
        let isRedelivered = chance.isLucky(0.7)
        let later = chance.pick(1000...600_000)
        world.after(moment) { world in
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
                _ = world.withRelay { process, disk, now in
                    Self.redeliver(id, &process, &disk, at: now)
                }
            }
        }
    }

    /// As the admin address does for what is dead or dropped.
    private static func redeliver(
        _ id: UInt64,
        _ process: inout RelayProcess,
        _ disk: inout Disk,
        at now: Moment
    ) {
        guard let entry = process.ledger[id], entry.state == .dropped,
            let delivery = disk.delivery(entry.locator), delivery.cause == .event
        else { return }
        let webhook = Webhook(hook: delivery.hook, body: delivery.body, receivedAt: now.wall)
        let generation = delivery.generation + 1
        _ = process.retake(webhook, id: id, generation: generation, on: &disk, at: now)
    }

    // MARK: - Run

    /// Plays it to its end: the last open operations have grown too old.
    mutating func run() throws {
        while world.time < Self.calmFrom {
            network.time = world.time
            try world.pass(30_000)
        }
        network.time = Self.calmFrom
        Self.mend(&world)
        world.gitlab.unknown = []
        if world.relay == nil { try world.boot() }
        try world.pass(40 * 3_600_000)
    }
}
