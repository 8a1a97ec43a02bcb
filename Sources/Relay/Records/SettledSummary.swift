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
///
/// Made of the heads of its records; the few records of writes that were cut off are then read
/// whole, by `readInterrupted`.
package struct SettledSummary: Sendable {
    /// The identity map.
    package private(set) var rows: [Identity: Row] = [:]
    package var projects: [ResolvedProject] { Array(projectsByText.values) }
    private var projectsByText: [ProjectText: ResolvedProject] = [:]
    /// What environments are known to be in GitLab.
    package var environments: [EnvironmentRecord] { Array(environmentsByPlace.values) }
    private var environmentsByPlace: [LanePlace: EnvironmentRecord] = [:]
    /// The highest deployment ids seen in lanes whose rows are gone.
    package var marks: [LaneMark] { Array(marksByPlace.values) }
    private var marksByPlace: [LanePlace: LaneMark] = [:]
    private var trails: [UInt64: Trail] = [:]
    /// How deliveries ended, and where their attempts are written; the newest of them.
    package private(set) var ends: [UInt64: End] = [:]
    /// The highest delivery that anything is said of; 0: of none.
    ///
    /// Its own record may be lost to damage, and its id must not be given again all the same:
    /// what is said here of one delivery would be taken for the other's.
    package private(set) var highestDelivery: UInt64 = 0
    /// Settled (delivery, generation) pairs older than those in `ends`.
    private var settled = DeliverySet()
    /// Those that ended as dead or dropped, or were redelivered since.
    private var forgotten = DeliverySet()
    /// Where each endpoint's GitLab was when its records were written.
    private var addresses: [String: String] = [:]
    /// How many writes had been noted when an endpoint's address changed last.
    private var movedAt: [String: Int] = [:]
    private var writes = 0
    private let endLimit: Int
    /// How many ends may gather before the older ones are swept out.
    private var endCapacity: Int

    private struct ProjectText: Hashable {
        var endpoint: String
        var text: String
    }

    /// The writes of a delivery that is not over.
    private struct Trail {
        var generation: UInt32
        var first: Written
        var last: Written
        /// The last one's number among all writes.
        var number: Int
        var isOpen: Bool
        var attempts: UInt32
    }

    private enum Written {
        case read(Sending)
        case lies(at: UInt64)

        var sending: Sending? { if case .read(let sending) = self { sending } else { nil } }
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

    /// Deliveries that were being sent.
    package var interrupted: [UInt64: Interrupted] {
        trails.compactMapValues { trail in
            guard var first = trail.first.sending, var last = trail.last.sending else { return nil }
            if let moved = movedAt[last.endpoint], trail.number <= moved {
                // Of another GitLab, perhaps.
                (first.highWater, last.highWater) = (nil, nil)
            }
            return Interrupted(
                first: first,
                last: last,
                isOpen: trail.isOpen,
                attempts: trail.attempts
            )
        }
    }

    /// Takes the next record of the log; `locator` is where it lies.
    package mutating func note(_ record: SettledRecord, locator: UInt64) {
        switch record {
        case .sending(let sending):
            note(.read(sending), sending.delivery, sending.generation, sending.attempt)
        case .attempt(let attempt):
            note(
                attemptOf: attempt.delivery,
                number: attempt.number,
                attempt.outcome,
                isOfWrite: attempt.isOfWrite,
                locator
            )
        case .settled(let end):
            note(
                endOf: end.delivery,
                end.generation,
                end.state,
                end.settledAt,
                end.attempts,
                locator
            )
            ends[end.delivery]?.deployment = end.row?.deployment
            ends[end.delivery]?.written = end.row?.status
            if let row = end.row { rows[row.operation] = row }
        case .project(let project): note(project)
        case .row(let row): rows[row.operation] = row
        case .environment(let environment): note(environment)
        case .mark(let mark): note(mark)
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

    /// Takes the head of the next record of the log.
    ///
    /// - Throws: `RecordError` for a kind or a form this version does not know.
    package mutating func note(
        kind: UInt8,
        head: UnsafeRawBufferPointer,
        locator: UInt64
    ) throws(RecordError) {
        switch try SettledHead(kind: kind, head) {
        case .sending(let delivery, let generation, let attempt, _):
            note(.lies(at: locator), delivery, generation, attempt)
        case .attempt(let delivery, _, let number, let outcome, let isOfWrite):
            note(attemptOf: delivery, number: number, outcome, isOfWrite: isOfWrite, locator)
        case .settled(let delivery, let generation, let state, let settledAt, let attempts, let row):
            let settledAt = Timestamp(milliseconds: settledAt)
            note(endOf: delivery, generation, state, settledAt, attempts, locator)
            ends[delivery]?.deployment = row?.deployment
            ends[delivery]?.written = row?.status
            if let row { rows[row.operation] = row }
        case .other(let record):
            note(record, locator: locator)
        }
    }

    /// Reads the records of the writes that were cut off; to be called once all heads are noted.
    ///
    /// - Returns: How many could not be read: such a write may have been sent.
    package mutating func readInterrupted(_ read: (UInt64) -> SettledRecord?) -> Int {
        var unreadable = 0
        func whole(_ written: Written) -> Written? {
            guard case .lies(let locator) = written else { return written }
            guard case .sending(let sending) = read(locator) else { return nil }
            return .read(sending)
        }
        for (id, trail) in trails {
            guard let first = whole(trail.first), let last = whole(trail.last) else {
                unreadable += 1
                trails[id] = nil
                continue
            }
            trails[id]?.first = first
            trails[id]?.last = last
        }
        return unreadable
    }

    /// The first end that is known.
    package var oldest: Timestamp? { ends.values.compactMap(\.settledAt).min() }

    /// Whether this delivery, as last accepted, is over.
    package func isSettled(_ id: UInt64, generation: UInt32) -> Bool {
        settled.contains(id, generation: generation)
    }

    /// Whether this delivery, as accepted with this generation, ended as dead or dropped.
    ///
    /// What it said may be accepted again. Only such ones are redelivered, so an older generation
    /// ended so.
    package func isForgotten(_ id: UInt64, generation: UInt32) -> Bool {
        forgotten.contains(id, generation: generation)
    }

    private mutating func note(
        _ written: Written,
        _ delivery: UInt64,
        _ generation: UInt32,
        _ attempt: UInt32
    ) {
        let known = trails[delivery].flatMap { $0.generation == generation ? $0 : nil }
        highestDelivery = max(highestDelivery, delivery)
        writes += 1
        trails[delivery] = Trail(
            generation: generation,
            first: known?.first ?? written,
            last: written,
            number: writes,
            isOpen: true,
            attempts: attempt
        )
    }

    private mutating func note(
        attemptOf delivery: UInt64,
        number: UInt32,
        _ outcome: AttemptOutcome,
        isOfWrite: Bool,
        _ locator: UInt64
    ) {
        highestDelivery = max(highestDelivery, delivery)
        if outcome != .uncertain, let trail = trails[delivery], trail.isOpen,
            number == trail.attempts, isOfWrite
        {
            trails[delivery]?.isOpen = false
        }
        ends[delivery, default: End()].attempts = number
        ends[delivery]?.locators.append(locator)
    }

    private mutating func note(
        endOf delivery: UInt64,
        _ generation: UInt32,
        _ state: FinalState,
        _ settledAt: Timestamp,
        _ attempts: UInt32,
        _ locator: UInt64
    ) {
        highestDelivery = max(highestDelivery, delivery)
        trails[delivery] = nil
        settled.insert(delivery, generation: generation)
        if state == .dead || state == .dropped {
            forgotten.insert(delivery, generation: generation)
        } else if generation > 0 {
            forgotten.insert(delivery, generation: generation - 1)
        }
        var end = ends[delivery] ?? End()
        end.state = state
        end.generation = generation
        end.settledAt = settledAt
        end.attempts = attempts
        end.locators.append(locator)
        ends[delivery] = end
        if ends.count > endCapacity { forgetOldEnds() }
    }

    private mutating func note(_ project: ResolvedProject) {
        let text = ProjectText(endpoint: project.endpoint, text: project.text)
        projectsByText[text] = project
    }

    private mutating func note(_ record: EnvironmentRecord) {
        let place = LanePlace(
            endpoint: record.endpoint,
            project: record.project,
            environment: record.environment
        )
        environmentsByPlace[place] = record
    }

    private mutating func note(_ mark: LaneMark) {
        let place = LanePlace(
            endpoint: mark.endpoint,
            project: mark.project,
            environment: mark.environment
        )
        marksByPlace[place] = mark
    }

    /// Another address may be another GitLab: numbers are asked for again, and rows must be shown.
    private mutating func note(_ address: EndpointAddress) {
        let endpoint = address.endpoint
        let before = addresses.updateValue(address.base, forKey: endpoint)
        guard let before, before != address.base else { return }
        projectsByText = projectsByText.filter { $0.key.endpoint != endpoint }
        environmentsByPlace = environmentsByPlace.filter { $0.key.endpoint != endpoint }
        marksByPlace = marksByPlace.filter { $0.key.endpoint != endpoint }
        for (operation, row) in rows where row.endpoint == endpoint {
            rows[operation]?.isUnproven = true
        }
        movedAt[endpoint] = writes
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
    var isOfWrite: Bool { Self.isOfWrite(call) }

    static func isOfWrite(_ call: String) -> Bool {
        !call.hasPrefix("GET ") && call.contains("/deployments")
    }
}
