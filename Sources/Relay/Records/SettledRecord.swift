package import Formats
package import GitLab

/// Where a delivery ended.
package enum FinalState: UInt8, Sendable, CaseIterable {
    case delivered = 1
    case superseded = 2
    case dead = 3
    case dropped = 4

    package var name: String {
        switch self {
        case .delivered: "delivered"
        case .superseded: "superseded"
        case .dead: "dead"
        case .dropped: "dropped"
        }
    }
}

/// What one attempt came to (DESIGN §3.2).
package enum AttemptOutcome: UInt8, Sendable, CaseIterable {
    case delivered = 1
    case deferred = 2
    case uncertain = 3
    case held = 4
    case rejected = 5

    package var name: String {
        switch self {
        case .delivered: "delivered"
        case .deferred: "deferred"
        case .uncertain: "uncertain"
        case .held: "held"
        case .rejected: "rejected"
        }
    }
}

/// GitLab's deployment that an operation is recorded as.
package struct Row: Equatable, Sendable {
    package var application: Identity
    package var operation: Identity
    /// `OperationName.order`.
    package var order: Int64
    package var endpoint: String
    /// GitLab's numeric id.
    package var project: Int
    package var environment: String
    /// GitLab's id of the deployment.
    package var deployment: Int
    /// The last status GitLab confirmed.
    package var status: DeploymentStatus
    /// GitLab answered two operations with this one row: it is never changed again.
    package var isShared: Bool
    /// The endpoint's address has changed since: believed again once the GitLab there shows it.
    package var isUnproven = false

    package init(
        application: Identity,
        operation: Identity,
        order: Int64,
        endpoint: String,
        project: Int,
        environment: String,
        deployment: Int,
        status: DeploymentStatus,
        isShared: Bool
    ) {
        self.application = application
        self.operation = operation
        self.order = order
        self.endpoint = endpoint
        self.project = project
        self.environment = environment
        self.deployment = deployment
        self.status = status
        self.isShared = isShared
    }
}

/// A write that is about to leave: on disk before its first byte is.
package struct Sending: Equatable, Sendable {
    package var delivery: UInt64
    package var generation: UInt32
    /// 1 for the first.
    package var attempt: UInt32
    package var sentAt: Timestamp
    package var endpoint: String
    /// GitLab's numeric id.
    package var project: Int
    package var environment: String
    /// The row to be changed; nil when a new one is made.
    package var deployment: Int?
    package var status: DeploymentStatus
    /// The payload as sent; empty when a row is changed.
    package var payload: [UInt8]
    /// The id of the user our token belongs to, once GitLab has shown it.
    package var user: Int?
    /// The highest deployment id seen in this lane.
    package var highWater: Int?
    /// GitLab's clock, by its last `Date` and the time passed since.
    package var gitlabTime: Timestamp?

    package init(
        delivery: UInt64,
        generation: UInt32,
        attempt: UInt32,
        sentAt: Timestamp,
        endpoint: String,
        project: Int,
        environment: String,
        deployment: Int?,
        status: DeploymentStatus,
        payload: [UInt8],
        user: Int?,
        highWater: Int?,
        gitlabTime: Timestamp?
    ) {
        self.delivery = delivery
        self.generation = generation
        self.attempt = attempt
        self.sentAt = sentAt
        self.endpoint = endpoint
        self.project = project
        self.environment = environment
        self.deployment = deployment
        self.status = status
        self.payload = payload
        self.user = user
        self.highWater = highWater
        self.gitlabTime = gitlabTime
    }
}

/// One try and what came of it, for the ledger.
package struct Attempt: Equatable, Sendable {
    package var delivery: UInt64
    package var generation: UInt32
    package var number: UInt32
    package var finishedAt: Timestamp
    /// What was asked: "POST /projects/42/deployments".
    package var call: String
    package var outcome: AttemptOutcome
    /// GitLab's status code; 0 when there was no answer.
    package var httpStatus: UInt16
    package var reason: String
    /// How long it took, in milliseconds.
    package var milliseconds: UInt32

    package init(
        delivery: UInt64,
        generation: UInt32,
        number: UInt32,
        finishedAt: Timestamp,
        call: String,
        outcome: AttemptOutcome,
        httpStatus: UInt16,
        reason: String,
        milliseconds: UInt32
    ) {
        self.delivery = delivery
        self.generation = generation
        self.number = number
        self.finishedAt = finishedAt
        self.call = call
        self.outcome = outcome
        self.httpStatus = httpStatus
        self.reason = reason
        self.milliseconds = milliseconds
    }
}

/// The end of a delivery.
package struct Settlement: Equatable, Sendable {
    package var delivery: UInt64
    package var generation: UInt32
    package var state: FinalState
    package var settledAt: Timestamp
    package var reason: String
    package var attempts: UInt32
    /// GitLab's code of the last answer; 0 when none was needed or none came.
    package var httpStatus: UInt16
    /// The operation's row after this; nil when nothing stands in GitLab.
    package var row: Row?
    /// Whether this delivery made the row.
    package var madeRow: Bool
    /// GitLab's words or object, shortened.
    package var answer: [UInt8]

    package init(
        delivery: UInt64,
        generation: UInt32,
        state: FinalState,
        settledAt: Timestamp,
        reason: String,
        attempts: UInt32,
        httpStatus: UInt16,
        row: Row?,
        madeRow: Bool,
        answer: [UInt8]
    ) {
        self.delivery = delivery
        self.generation = generation
        self.state = state
        self.settledAt = settledAt
        self.reason = reason
        self.attempts = attempts
        self.httpStatus = httpStatus
        self.row = row
        self.madeRow = madeRow
        self.answer = answer
    }
}

extension Settlement {
    /// An end for which GitLab was not asked.
    package init(
        of delivery: UInt64,
        generation: UInt32,
        as state: FinalState,
        reason: String,
        at moment: Timestamp
    ) {
        self.init(
            delivery: delivery,
            generation: generation,
            state: state,
            settledAt: moment,
            reason: reason,
            attempts: 0,
            httpStatus: 0,
            row: nil,
            madeRow: false,
            answer: []
        )
    }
}

/// What a project text turned out to be.
package struct ResolvedProject: Equatable, Sendable {
    package var endpoint: String
    /// As chosen: digits or a path.
    package var text: String
    package var id: Int
    package var path: String?
    package var defaultBranch: String?

    package init(
        endpoint: String,
        text: String,
        id: Int,
        path: String?,
        defaultBranch: String?
    ) {
        self.endpoint = endpoint
        self.text = text
        self.id = id
        self.path = path
        self.defaultBranch = defaultBranch
    }
}

/// An environment of GitLab's, so that what it is already need not be written again.
package struct EnvironmentRecord: Equatable, Sendable {
    package var endpoint: String
    /// GitLab's numeric id.
    package var project: Int
    package var environment: String
    package var known: KnownEnvironment

    package init(endpoint: String, project: Int, environment: String, known: KnownEnvironment) {
        self.endpoint = endpoint
        self.project = project
        self.environment = environment
        self.known = known
    }
}

/// Where an endpoint's GitLab is: what other records say of the endpoint is about the GitLab there.
package struct EndpointAddress: Equatable, Sendable {
    package var endpoint: String
    /// Scheme, host and path: "https://gitlab.example.com/api/v4".
    package var base: String

    package init(endpoint: String, base: String) {
        self.endpoint = endpoint
        self.base = base
    }
}

/// The highest deployment id seen in a lane, where no row on disk shows it any more.
package struct LaneMark: Equatable, Sendable {
    package var endpoint: String
    /// GitLab's numeric id.
    package var project: Int
    package var environment: String
    package var deployment: Int

    package init(endpoint: String, project: Int, environment: String, deployment: Int) {
        self.endpoint = endpoint
        self.project = project
        self.environment = environment
        self.deployment = deployment
    }
}

/// What the `settled` log holds.
package enum SettledRecord: Equatable, Sendable {
    case sending(Sending)
    case attempt(Attempt)
    case settled(Settlement)
    case project(ResolvedProject)
    /// An operation stands in GitLab although the delivery that found it is not over yet.
    case row(Row)
    /// What an environment is in GitLab, as far as the relay has seen or made it so.
    case environment(EnvironmentRecord)
    /// From here on an endpoint's GitLab is there.
    case address(EndpointAddress)
    case mark(LaneMark)

    package var kind: UInt8 {
        switch self {
        case .sending: 1
        case .attempt: 2
        case .settled: 3
        case .project: 4
        case .row: 5
        case .environment: 6
        case .address: 8
        case .mark: 9
        }
    }

    /// The delivery it is about; nil for what concerns projects and rows alone.
    package var delivery: UInt64? {
        switch self {
        case .sending(let sending): sending.delivery
        case .attempt(let attempt): attempt.delivery
        case .settled(let settlement): settlement.delivery
        case .project, .row, .environment, .mark, .address: nil
        }
    }

    package var bytes: [UInt8] {
        var writer = FieldWriter(reserving: 256)
        switch self {
        case .sending(let sending): writer.put(sending)
        case .attempt(let attempt): writer.put(attempt)
        case .settled(let settlement): writer.put(settlement)
        case .project(let project): writer.put(project)
        case .row(let row): writer.put(row)
        case .environment(let environment): writer.put(environment)
        case .address(let address):
            writer.put(address.endpoint)
            writer.put(address.base)
        case .mark(let mark): writer.put(mark)
        }
        return writer.bytes
    }

    /// - Throws: `RecordError` for a kind or a form this version does not know.
    package init(kind: UInt8, bytes: [UInt8]) throws(RecordError) {
        var reader = FieldReader(bytes, kind: kind)
        switch kind {
        case 1: self = .sending(try reader.sending())
        case 2: self = .attempt(try reader.attempt())
        case 3: self = .settled(try reader.settlement())
        case 4: self = .project(try reader.project())
        case 5: self = .row(try reader.row())
        case 6: self = .environment(try reader.environment())
        case 8:
            let endpoint = try reader.text()
            self = .address(EndpointAddress(endpoint: endpoint, base: try reader.text()))
        case 9: self = .mark(try reader.mark())
        default: throw RecordError(kind: kind, offset: 0)
        }
    }
}
