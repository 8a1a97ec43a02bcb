package import Formats
package import GitLab

/// The first and the last write of a delivery that is not over.
package struct Interrupted: Equatable, Sendable {
    package var first: Sending
    package var last: Sending
    /// Whether the last one's outcome is unknown.
    package var isOpen: Bool
    package var attempts: UInt32
}

/// What the `settled` log says, read from its beginning: all that a restart needs.
package struct SettledSummary: Sendable {
    /// The identity map.
    package private(set) var rows: [Identity: Row] = [:]
    package var projects: [ResolvedProject] { Array(projectsByText.values) }
    private var projectsByText: [ProjectText: ResolvedProject] = [:]
    /// What environments are known to be in GitLab.
    package var environments: [EnvironmentRecord] { Array(environmentsByPlace.values) }
    private var environmentsByPlace: [EnvironmentPlace: EnvironmentRecord] = [:]
    /// Deliveries that were being sent.
    package private(set) var interrupted: [UInt64: Interrupted] = [:]
    /// How deliveries ended, and where their attempts are written; the newest of them.
    package private(set) var ends: [UInt64: End] = [:]
    /// Settled (delivery, generation) pairs older than those in `ends`.
    private var settled = DeliverySet()
    /// Where each endpoint's GitLab was when its records were written.
    private var addresses: [String: String] = [:]
    private let endLimit: Int
    /// How many ends may gather before the older ones are swept out.
    private var endCapacity: Int

    private struct ProjectText: Hashable {
        var endpoint: String
        var text: String
    }

    private struct EnvironmentPlace: Hashable {
        var endpoint: String
        var project: Int
        var environment: String
    }

    /// What the ledger needs of a delivery's past.
    package struct End: Sendable {
        package var state: FinalState?
        package var generation: UInt32 = 0
        package var settledAt: Timestamp?
        package var attempts: UInt32 = 0
        /// GitLab's deployment, and the status it was left in.
        package var deployment: Int?
        package var written: DeploymentStatus?
        /// Positions of its records in the `settled` log, oldest first.
        package var locators: [UInt64] = []
    }

    /// - Parameter endLimit: How many ends are kept in `ends`, the newest ones.
    package init(endLimit: Int) {
        self.endLimit = endLimit
        endCapacity = endLimit * 2
    }

    /// Takes the next record of the log; `locator` is where it lies.
    package mutating func note(_ record: SettledRecord, locator: UInt64) {
        switch record {
        case .sending(let sending): note(sending)
        case .attempt(let attempt): note(attempt, locator)
        case .settled(let settlement): note(settlement, locator)
        case .project(let project): note(project)
        case .row(let row): rows[row.operation] = row
        case .environment(let environment): note(environment)
        case .address(let address): note(address)
        }
    }

    /// Says where an endpoint's GitLab is now.
    ///
    /// - Returns: What the log must hold before anything is sent there; empty when it knows. The
    ///   rows come first: torn in the middle, the rest is said again at the next start.
    package mutating func begin(at address: EndpointAddress) -> [SettledRecord] {
        guard addresses[address.endpoint] != address.base else { return [] }
        note(address)
        let rows = rows.values.filter { $0.endpoint == address.endpoint && $0.isUnproven }
        return rows.map(SettledRecord.row) + [.address(address)]
    }

    /// Whether this delivery, as last accepted, is over.
    package func isSettled(_ id: UInt64, generation: UInt32) -> Bool {
        settled.contains(id, generation: generation)
    }

    /// Whether this delivery, as accepted with this generation, ended as dead or dropped.
    ///
    /// What it said may be accepted again. Only such ones are redelivered, so an older generation
    /// ended so.
    package func isForgotten(_ id: UInt64, generation: UInt32) -> Bool {
        guard isSettled(id, generation: generation), let end = ends[id] else { return false }
        return end.generation > generation || end.state == .dead || end.state == .dropped
    }

    private mutating func note(_ sending: Sending) {
        let known = interrupted[sending.delivery]
        let first = known.flatMap { $0.first.generation == sending.generation ? $0.first : nil }
        interrupted[sending.delivery] = Interrupted(
            first: first ?? sending,
            last: sending,
            isOpen: true,
            attempts: sending.attempt
        )
    }

    private mutating func note(_ attempt: Attempt, _ locator: UInt64) {
        if attempt.outcome != .uncertain, interrupted[attempt.delivery]?.isOpen == true,
            attempt.number == interrupted[attempt.delivery]?.attempts,
            attempt.isOfWrite
        {
            interrupted[attempt.delivery]?.isOpen = false
        }
        ends[attempt.delivery, default: End()].attempts = attempt.number
        ends[attempt.delivery]?.locators.append(locator)
    }

    private mutating func note(_ settlement: Settlement, _ locator: UInt64) {
        interrupted[settlement.delivery] = nil
        if let row = settlement.row { rows[row.operation] = row }
        settled.insert(settlement.delivery, generation: settlement.generation)
        var end = ends[settlement.delivery] ?? End()
        end.state = settlement.state
        end.generation = settlement.generation
        end.settledAt = settlement.settledAt
        end.attempts = settlement.attempts
        end.deployment = settlement.row?.deployment
        end.written = settlement.row?.status
        end.locators.append(locator)
        ends[settlement.delivery] = end
        if ends.count > endCapacity { forgetOldEnds() }
    }

    private mutating func note(_ project: ResolvedProject) {
        let text = ProjectText(endpoint: project.endpoint, text: project.text)
        projectsByText[text] = project
    }

    private mutating func note(_ record: EnvironmentRecord) {
        let place = EnvironmentPlace(
            endpoint: record.endpoint,
            project: record.project,
            environment: record.environment
        )
        environmentsByPlace[place] = record
    }

    /// Another address may be another GitLab: numbers are asked for again, and rows must be shown.
    private mutating func note(_ address: EndpointAddress) {
        let endpoint = address.endpoint
        let before = addresses.updateValue(address.base, forKey: endpoint)
        guard let before, before != address.base else { return }
        projectsByText = projectsByText.filter { $0.key.endpoint != endpoint }
        environmentsByPlace = environmentsByPlace.filter { $0.key.endpoint != endpoint }
        for (operation, row) in rows where row.endpoint == endpoint {
            rows[operation]?.isUnproven = true
        }
        for (delivery, found) in interrupted where found.last.endpoint == endpoint {
            interrupted[delivery]?.first.highWater = nil
            interrupted[delivery]?.last.highWater = nil
        }
    }

    private mutating func forgetOldEnds() {
        let newest = Set(ends.keys.sorted(by: >).prefix(endLimit))
        ends = ends.filter { newest.contains($0.key) || $0.value.state == nil }
        endCapacity = ends.count + max(endLimit, ends.count / 2, 1)
    }
}

/// Which deliveries are over: a bit each, since ids are dense; redelivered ones by generation.
private struct DeliverySet: Sendable {
    private var words: [UInt64] = []
    private var generations: [UInt64: UInt32] = [:]

    mutating func insert(_ id: UInt64, generation: UInt32) {
        if generation > 0 {
            generations[id] = max(generation, generations[id] ?? 0)
            return
        }
        let word = Int(id / 64)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << (id % 64)
    }

    func contains(_ id: UInt64, generation: UInt32) -> Bool {
        if let known = generations[id], known >= generation { return true }
        guard generation == 0, Int(id / 64) < words.count else { return false }
        return words[Int(id / 64)] & 1 << (id % 64) != 0
    }
}

extension Attempt {
    /// Only what became of a deployment's own write ends the doubt about it: reads are attempts too,
    /// and so are writes about its environment.
    var isOfWrite: Bool { !call.hasPrefix("GET ") && call.contains("/deployments") }
}
