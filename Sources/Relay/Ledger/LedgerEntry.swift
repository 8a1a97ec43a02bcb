package import Formats
package import GitLab

/// Where a delivery stands, as the ledger says it.
package enum DeliveryState: UInt8, Sendable, CaseIterable {
    case accepted = 0
    case delivered = 1
    case superseded = 2
    case dead = 3
    case dropped = 4
    /// Accepted, and waiting for somebody to mend something.
    case held = 5

    package var name: String {
        switch self {
        case .accepted: "accepted"
        case .delivered: "delivered"
        case .superseded: "superseded"
        case .dead: "dead"
        case .dropped: "dropped"
        case .held: "held"
        }
    }

    package init?(name: String) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    init(_ end: FinalState) {
        switch end {
        case .delivered: self = .delivered
        case .superseded: self = .superseded
        case .dead: self = .dead
        case .dropped: self = .dropped
        }
    }
}

/// One delivery as the index in memory has it; its texts are in the logs (`LedgerWords`).
package struct LedgerEntry: Sendable {
    package let id: UInt64
    package var generation: UInt32
    /// Where the accepted record lies.
    package var locator: UInt64
    /// Where its attempts and its end lie in the `settled` log, oldest first.
    package var settledLocators: [UInt64] = []
    /// Never `held`: that follows from what is held at present.
    package var state: DeliveryState
    package var isDeadLetter: Bool
    package var receivedAt: Timestamp
    package var settledAt: Timestamp?
    package var hook: String
    package var endpoint: String
    package var project: String?
    package var environment: String?
    package var status: DeploymentStatus?
    package var application: String?
    /// Tells one operation from another; 0 for dead letters.
    package var operationKey: UInt64 = 0
    package var attempts: UInt32 = 0
    package var deployment: Int?
    /// The status GitLab confirmed: `canceled` for a success that came too late to be one.
    package var written: DeploymentStatus?
    package var lastStatus: UInt16 = 0

    package init(_ delivery: AcceptedDelivery, locator: UInt64) {
        id = delivery.id
        generation = delivery.generation
        self.locator = locator
        state = .accepted
        isDeadLetter = false
        receivedAt = delivery.receivedAt
        hook = delivery.hook
        endpoint = delivery.place.endpoint
        project = delivery.place.project
        environment = delivery.place.environment
        // A deletion is of an environment, not of a deployment.
        if case .deletion = delivery.cause { status = nil } else { status = delivery.status }
        application = delivery.operation.applicationName
        operationKey = delivery.operation.identity.low
    }

    package init(_ letter: DeadLetter, locator: UInt64) {
        id = letter.id
        generation = letter.generation
        self.locator = locator
        state = .dead
        isDeadLetter = true
        receivedAt = letter.receivedAt
        settledAt = letter.receivedAt
        hook = letter.hook
        endpoint = ""
    }

    package init(_ record: AcceptedRecord, locator: UInt64) {
        switch record {
        case .delivery(let delivery): self.init(delivery, locator: locator)
        case .deadLetter(let letter): self.init(letter, locator: locator)
        }
    }

    init(_ packed: PackedEntry, _ texts: LedgerTexts) {
        id = packed.id
        generation = packed.generation
        locator = packed.locator
        settledLocators = packed.settled.all
        state = packed.state
        isDeadLetter = packed.isDeadLetter
        receivedAt = Timestamp(milliseconds: packed.receivedAt)
        settledAt = packed.settledAt.map { Timestamp(milliseconds: $0) }
        hook = texts.text(packed.hook)
        let place = packed.place.map { texts.places.name($0) }
        endpoint = place?.endpoint ?? ""
        (project, environment) = (place?.project, place?.environment)
        status = packed.status
        application = packed.application.map { texts.text($0) }
        operationKey = packed.operationKey
        attempts = packed.attempts
        deployment = packed.deployment == 0 ? nil : Int(packed.deployment)
        written = packed.written
        lastStatus = packed.lastStatus
    }
}

/// What is said of a delivery in words: read from the logs when somebody looks.
package struct LedgerWords: Sendable {
    package var sha: String?
    package var operation: String?
    package var cause: String?
    package var reason: String?

    /// - Parameters:
    ///   - accepted: Its record; nil when it cannot be read.
    ///   - last: The newest record about it in the `settled` log.
    package init(_ accepted: AcceptedRecord?, last: SettledRecord?) {
        switch accepted {
        case .delivery(let delivery):
            if case .deletion = delivery.cause {} else { sha = delivery.place.sha }
            operation = delivery.operation.name
            cause = delivery.cause.words
        case .deadLetter(let letter):
            operation = letter.operationName
            reason = letter.reason
        case nil: break
        }
        // What was said before it was taken in anew is not true any more.
        let generation = accepted?.generation ?? 0
        switch last {
        case .attempt(let attempt) where attempt.generation >= generation: reason = attempt.reason
        case .settled(let end) where end.generation >= generation: reason = end.reason
        default: break
        }
    }
}

/// A ledger's entry in little room: there are a hundred thousand.
struct PackedEntry: Sendable {
    let id: UInt64
    var locator: UInt64
    /// Milliseconds since 1970.
    var receivedAt: Int64
    private var endedAt = Int64.min
    /// GitLab's id; 0: none.
    var deployment: Int64 = 0
    var settled = SettledLocators()
    let operationKey: UInt64
    var generation: UInt32
    var attempts: UInt32 = 0
    private var placeNumber: UInt32
    private var applicationNumber: UInt32
    var hook: UInt32
    /// Size of its accepted record.
    let byteCount: UInt32
    var lastStatus: UInt16 = 0
    var state: DeliveryState
    var status: DeploymentStatus?
    /// In which GitLab's deployment was left.
    var written: DeploymentStatus?
    var isDeadLetter: Bool

    private static let none = UInt32.max

    init(
        id: UInt64,
        generation: UInt32,
        locator: UInt64,
        byteCount: UInt32,
        receivedAt: Int64,
        hook: UInt32,
        place: UInt32?,
        application: UInt32?,
        operationKey: UInt64,
        status: DeploymentStatus?,
        isDeadLetter: Bool
    ) {
        self.operationKey = operationKey
        self.id = id
        self.generation = generation
        self.locator = locator
        self.byteCount = byteCount
        self.receivedAt = receivedAt
        self.hook = hook
        placeNumber = place ?? Self.none
        applicationNumber = application ?? Self.none
        self.status = status
        self.isDeadLetter = isDeadLetter
        state = isDeadLetter ? .dead : .accepted
        if isDeadLetter { endedAt = receivedAt }
    }

    var place: UInt32? {
        get { placeNumber == Self.none ? nil : placeNumber }
        set { placeNumber = newValue ?? Self.none }
    }
    var application: UInt32? {
        get { applicationNumber == Self.none ? nil : applicationNumber }
        set { applicationNumber = newValue ?? Self.none }
    }
    var settledAt: Int64? {
        get { endedAt == .min ? nil : endedAt }
        set { endedAt = newValue ?? .min }
    }
}

/// Where a delivery's records lie in the `settled` log, the oldest first.
///
/// Most deliveries have one, and that one takes no memory of its own.
struct SettledLocators: Sendable {
    /// 0, where no record lies: none.
    private var first: UInt64 = 0
    private var others: [UInt64] = []

    init() {}

    init(_ all: [UInt64]) {
        first = all.first ?? 0
        others = Array(all.dropFirst())
    }

    var all: [UInt64] { first == 0 ? [] : [first] + others }

    mutating func append(_ locator: UInt64) {
        if first == 0 { first = locator } else { others.append(locator) }
    }

    mutating func replace(_ old: UInt64, by new: UInt64) {
        if first == old { first = new }
        if let place = others.firstIndex(of: old) { others[place] = new }
    }
}

/// The texts that entries have in common.
struct LedgerTexts: Sendable {
    private var table = BytesTable()
    var places = PlaceTable()

    var count: Int { table.count + places.count }

    func text(_ number: UInt32) -> String { table.text(number) }
    mutating func number(of text: String) -> UInt32 { table.number(of: text) }
    mutating func number(of bytes: UnsafeRawBufferPointer) -> UInt32 { table.number(of: bytes) }
}

/// An event that made no delivery.
package struct PassedOver: Sendable {
    package var receivedAt: Timestamp
    package var hook: String
    /// "ignored" or "duplicate".
    package var state: String
    package var application: String?
    package var reason: String

    package init(
        receivedAt: Timestamp,
        hook: String,
        state: String,
        application: String?,
        reason: String
    ) {
        self.receivedAt = receivedAt
        self.hook = hook
        self.state = state
        self.application = application
        self.reason = reason
    }
}
