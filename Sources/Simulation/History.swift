import Formats
import GitLab
import Relay
import Webhooks

/// One seeded history from its first event to its end.
package struct History {
    /// What all histories share, for templates are slow to read.
    package struct Hooks: Sendable {
        let plain: [Hook]
        /// With `settleSeconds`, and a Degraded after the success that is recorded.
        let settling: [Hook]

        package init() throws {
            plain = try RelayProcess.hooks { $0.argocd.onDelete = .stop }
            settling = try RelayProcess.hooks { hook in
                hook.argocd.settleSeconds = 90
                hook.argocd.degradedAfterSuccess = .failed
            }
        }
    }

    package let seed: UInt64
    package var world: World
    /// Whether one of the disk's calls goes wrong besides.
    package var hasDiskFault = false
    let sender: SenderModel
    let network: Network
    /// Whether anything goes wrong in it.
    package var hasTrouble: Bool { hasPlannedTrouble || hasDiskFault }
    private let hasPlannedTrouble: Bool
    /// Whether it has hundreds of operations.
    package let isLarge: Bool
    /// True time, in milliseconds, until which trouble comes.
    let calmFrom: Int64

    /// Makes the history of `seed`; with `keepsTrace` all that happens is written down for people.
    ///
    /// `segmentBytes`: when the logs' segments are closed; nil: by chance.
    package init(
        seed: UInt64,
        hooks: Hooks,
        segmentBytes: Int? = nil,
        trouble: DiskTrouble = .none,
        keepsTrace: Bool = false
    ) throws {
        self.seed = seed
        isLarge = seed % 40 == 39
        var chance = SeededGenerator(seed: seed)
        let faults = chance.pick(from: [0, 0.1, 0.3, 0.6])
        hasPlannedTrouble = faults > 0
        let settles = chance.isLucky(0.2)
        let bySeed = chance.isLucky(0.3) ? 16_384 : 1 << 26
        world = try World(
            at: "2026-04-17T08:00:00Z",
            hooks: settles ? hooks.settling : hooks.plain,
            segmentBytes: segmentBytes ?? bySeed,
            trouble: trouble,
            seed: seed
        )
        world.keepsTrace = keepsTrace
        world.gitlab.skew = chance.pick(-3_600_000...3_600_000)
        sender = SenderModel(&chance, start: world.start, isLarge: isLarge)
        calmFrom = max(4_500_000, (sender.events.map(\.at).max() ?? 0) + 600_000)
        let network = Network(seed: chance.next(), probability: faults, calmFrom: calmFrom)
        self.network = network
        world.fate = { network.fate(of: $0) }
        for event in sender.events { send(event) }
        if bySeed < 1 << 26 || segmentBytes != nil {
            world.planLettingGo(until: calmFrom + 3_600_000, seed: seed)
        }
        if hasPlannedTrouble { world.plan(for: sender, until: calmFrom, isLarge: isLarge, &chance) }
    }

    /// As Argo CD does: tried again while nobody answers, a few times.
    private mutating func send(_ event: SenderModel.Event, tries: Int = 6) {
        world.after(event.at) { world in try Self.deliver(event.body, tries: tries, &world) }
    }

    private static func deliver(_ body: [UInt8], tries: Int, _ world: inout World) throws {
        guard try world.post("argocd", body) == nil, tries > 1 else { return }
        world.after(2000) { try deliver(body, tries: tries - 1, &$0) }
    }

    /// When events are sent first, in milliseconds of true time, rising.
    package var eventTimes: [Int64] { sender.events.map(\.at).sorted() }

    package var operationCount: Int { sender.operations.reduce(0) { $0 + $1.count } }

    /// Calls that met a fault.
    var struck: Int { network.struck }

    /// Plays it to its end: the last open operations have grown too old.
    package mutating func run() throws {
        while world.time < calmFrom {
            network.time = world.time
            try world.pass(30_000)
        }
        network.time = calmFrom
        world.mend()
        try world.reboot()
        try world.pass(40 * 3_600_000)
    }
}
