package import Formats
package import GitLab

/// Why a delivery exists.
package enum Cause: Equatable, Sendable {
    /// A sender said so.
    case event
    /// The relay closes an operation whose end was never told; in words why.
    case closing(String)
    /// The sender's object is gone: its environment is stopped, or stays; in words why.
    case deletion(String, stops: Bool)

    package var words: String? {
        switch self {
        case .event: nil
        case .closing(let words), .deletion(let words, _): words
        }
    }
}

/// The operation of a sender's object: what all its events are recorded under.
package struct OperationName: Equatable, Sendable {
    /// The Application (Argo CD's uid, Heroku's app, …) within its hook.
    package var application: Identity
    package var applicationName: String
    /// The operation within the Application, and which revision of it (`retry.refresh`).
    package var identity: Identity
    package var name: String
    /// Which of two operations of one Application is the older: the smaller.
    ///
    /// The start in milliseconds where the sender tells it, else the order of arrival.
    package var order: Int64
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?

    package init(
        application: Identity,
        applicationName: String,
        identity: Identity,
        name: String,
        order: Int64,
        startedAt: Timestamp?,
        finishedAt: Timestamp?
    ) {
        self.application = application
        self.applicationName = applicationName
        self.identity = identity
        self.name = name
        self.order = order
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

/// Where a deployment is recorded and of what: fixed by an operation's first accepted event.
package struct Place: Equatable, Sendable {
    /// Name of the GitLab in the configuration.
    package var endpoint: String
    /// Digits or a path, as it was chosen.
    package var project: String
    package var environment: String
    /// 40 or 64 hex digits, lower case.
    package var sha: String
    /// nil: the project's default branch, asked for when the delivery's turn comes.
    package var ref: String?
    package var tag: Bool

    package init(
        endpoint: String,
        project: String,
        environment: String,
        sha: String,
        ref: String?,
        tag: Bool
    ) {
        self.endpoint = endpoint
        self.project = project
        self.environment = environment
        self.sha = sha
        self.ref = ref
        self.tag = tag
    }
}

/// An event that was promised to its sender: everything its delivery needs, now or after a
/// restart.
package struct AcceptedDelivery: Equatable, Sendable {
    /// Unique for ever in this data folder; rises with acceptance.
    package var id: UInt64
    /// 0 at first; each redelivery by hand adds one.
    package var generation: UInt32
    package var receivedAt: Timestamp
    package var cause: Cause
    package var hook: String
    package var operation: OperationName
    package var place: Place
    package var status: DeploymentStatus
    /// Not to be told before: `settleSeconds` after it came.
    package var notBefore: Timestamp?
    /// Whether the sha is a revision of the source, which `retry.refresh` may change.
    package var isShaFromRevision: Bool
    /// Which of the sender's sources the sha is of.
    package var sourceKey: String
    /// GitLab's five members as JSON; `DefaultBranch.mark` stands where the default branch goes.
    package var payload: [UInt8]
    package var tier: String?
    package var externalURL: String?
    /// Each choice in words: "sha: syncResult.revision".
    package var choices: [String]
    package var traceparent: String?
    /// What came in, byte for byte; empty for closings.
    package var body: [UInt8]

    package init(
        id: UInt64,
        generation: UInt32 = 0,
        receivedAt: Timestamp,
        cause: Cause,
        hook: String,
        operation: OperationName,
        place: Place,
        status: DeploymentStatus,
        notBefore: Timestamp? = nil,
        isShaFromRevision: Bool = false,
        sourceKey: String = "",
        payload: [UInt8],
        tier: String? = nil,
        externalURL: String? = nil,
        choices: [String] = [],
        traceparent: String? = nil,
        body: [UInt8] = []
    ) {
        self.id = id
        self.generation = generation
        self.receivedAt = receivedAt
        self.cause = cause
        self.hook = hook
        self.operation = operation
        self.place = place
        self.status = status
        self.notBefore = notBefore
        self.isShaFromRevision = isShaFromRevision
        self.sourceKey = sourceKey
        self.payload = payload
        self.tier = tier
        self.externalURL = externalURL
        self.choices = choices
        self.traceparent = traceparent
        self.body = body
    }
}

/// A body that cannot become a deployment, kept for a human.
package struct DeadLetter: Equatable, Sendable {
    package var id: UInt64
    package var generation: UInt32
    package var receivedAt: Timestamp
    package var hook: String
    /// What makes two letters the same one: the body's hash, or object, operation and reason.
    package var key: Identity
    /// The operation it speaks of, where that much was readable: when that operation is accepted
    /// after all, this letter has done its duty.
    package var operation: Identity?
    package var operationName: String?
    /// 400 or 422, as it was answered.
    package var httpStatus: UInt16
    package var reason: String
    package var pathProject: String?
    package var body: [UInt8]

    package init(
        id: UInt64,
        generation: UInt32 = 0,
        receivedAt: Timestamp,
        hook: String,
        key: Identity,
        operation: Identity?,
        operationName: String?,
        httpStatus: UInt16,
        reason: String,
        pathProject: String?,
        body: [UInt8]
    ) {
        self.id = id
        self.generation = generation
        self.receivedAt = receivedAt
        self.hook = hook
        self.key = key
        self.operation = operation
        self.operationName = operationName
        self.httpStatus = httpStatus
        self.reason = reason
        self.pathProject = pathProject
        self.body = body
    }
}

/// What the `accepted` log holds.
///
/// One kind byte each, the environments' deliveries apart from those of deployments; fields as
/// `FieldWriter` writes them. The kinds 1 to 4 are of an earlier form, which had the payload (or a
/// letter's body) before what a start needs; they are read, and written no more. 9 to 11 are memos
/// of deliveries that are over and gone from the ledger: what they said must stay known.
package enum AcceptedRecord: Equatable, Sendable {
    /// In a box, as it is handed on several times.
    indirect case delivery(AcceptedDelivery)
    case deadLetter(DeadLetter)

    package var kind: UInt8 {
        switch self {
        case .delivery(let delivery):
            switch delivery.cause {
            case .event, .closing: 5
            case .deletion(_, let stops): stops ? 7 : 8
            }
        case .deadLetter: 6
        }
    }

    package var id: UInt64 {
        switch self {
        case .delivery(let delivery): delivery.id
        case .deadLetter(let letter): letter.id
        }
    }

    /// 0 at first; each redelivery by hand adds one.
    package var generation: UInt32 {
        switch self {
        case .delivery(let delivery): delivery.generation
        case .deadLetter(let letter): letter.generation
        }
    }

    /// The fields' bytes; the log adds length, checksum and kind.
    package var bytes: [UInt8] {
        switch self {
        case .delivery(let delivery): delivery.fields
        case .deadLetter(let letter): letter.fields
        }
    }

    /// - Throws: `RecordError` for a kind or a form this version does not know.
    package init(kind: UInt8, bytes: [UInt8]) throws(RecordError) {
        var reader = FieldReader(bytes, kind: kind)
        switch kind {
        case 1, 5, 9: self = .delivery(try AcceptedDelivery(&reader, kind))
        case 2, 6: self = .deadLetter(try DeadLetter(&reader, kind))
        case 3, 4, 7, 8, 10, 11:
            var delivery = try AcceptedDelivery(&reader, kind)
            let stops = kind == 3 || kind == 7 || kind == 10
            delivery.cause = .deletion(delivery.cause.words ?? "", stops: stops)
            self = .delivery(delivery)
        default: throw RecordError(kind: kind, offset: 0)
        }
    }
}

extension AcceptedDelivery {
    /// What must stay known of it once its record goes: all but what was sent and received.
    package var memo: (kind: UInt8, bytes: [UInt8]) {
        var short = self
        (short.payload, short.choices, short.body, short.traceparent) = ([], [], [], nil)
        return (AcceptedRecord.delivery(self).kind == 5 ? 9 : isStopping ? 10 : 11, short.fields)
    }

    private var isStopping: Bool {
        if case .deletion(_, stops: true) = cause { true } else { false }
    }

    fileprivate var fields: [UInt8] {
        var writer = FieldWriter(reserving: body.count + payload.count + 512)
        writer.put(id)
        writer.put(generation)
        writer.put(receivedAt)
        writer.put(cause.words)
        writer.put(hook)
        writer.put(operation.application)
        writer.put(operation.applicationName)
        writer.put(operation.identity)
        writer.put(operation.name)
        writer.put(operation.order)
        writer.put(operation.startedAt)
        writer.put(operation.finishedAt)
        writer.put(place.endpoint)
        writer.put(place.project)
        writer.put(place.environment)
        writer.put(place.sha)
        writer.put(place.ref)
        writer.put(place.tag)
        writer.put(status.rawValue)
        writer.put(notBefore)
        writer.put(isShaFromRevision)
        writer.put(sourceKey)
        writer.put(tier)
        writer.put(externalURL)
        writer.put(payload)
        writer.put(choices)
        writer.put(traceparent)
        writer.put(body)
        return writer.bytes
    }

    fileprivate init(_ reader: inout FieldReader, _ kind: UInt8) throws(RecordError) {
        id = try reader.number()
        generation = try reader.number()
        receivedAt = try reader.moment()
        cause = try reader.optionalText().map(Cause.closing) ?? .event
        hook = try reader.text()
        operation = OperationName(
            application: try reader.identity(),
            applicationName: try reader.text(),
            identity: try reader.identity(),
            name: try reader.text(),
            order: try reader.number(),
            startedAt: try reader.optionalMoment(),
            finishedAt: try reader.optionalMoment()
        )
        place = Place(
            endpoint: try reader.text(),
            project: try reader.text(),
            environment: try reader.text(),
            sha: try reader.text(),
            ref: try reader.optionalText(),
            tag: try reader.flag()
        )
        status = try reader.choice(DeploymentStatus.self)
        notBefore = try reader.optionalMoment()
        isShaFromRevision = try reader.flag()
        sourceKey = try reader.text()
        let isOldForm = kind <= 4
        payload = isOldForm ? try reader.run() : []
        tier = try reader.optionalText()
        externalURL = try reader.optionalText()
        if !isOldForm { payload = try reader.run() }
        choices = try reader.texts()
        traceparent = try reader.optionalText()
        body = try reader.run()
    }
}

extension DeadLetter {
    fileprivate var fields: [UInt8] {
        var writer = FieldWriter(reserving: body.count + 256)
        writer.put(id)
        writer.put(generation)
        writer.put(receivedAt)
        writer.put(hook)
        writer.put(key)
        writer.put(operation) { $0.put($1) }
        writer.put(operationName)
        writer.put(httpStatus)
        writer.put(reason)
        writer.put(pathProject)
        writer.put(bodyIdentity)
        writer.put(body)
        return writer.bytes
    }

    /// Tells the same body at the same hook from others.
    var bodyIdentity: Identity { Self.identity(of: body, at: hook) }

    static func identity(of body: [UInt8], at hook: String) -> Identity {
        Identity(of: [hook, Hex.encode(SHA256.digest(body))])
    }

    fileprivate init(_ reader: inout FieldReader, _ kind: UInt8) throws(RecordError) {
        id = try reader.number()
        generation = try reader.number()
        receivedAt = try reader.moment()
        hook = try reader.text()
        key = try reader.identity()
        operation = try reader.flag() ? try reader.identity() : nil
        operationName = try reader.optionalText()
        httpStatus = try reader.number()
        reason = try reader.text()
        pathProject = try reader.optionalText()
        if kind == 6 { _ = try reader.identity() }
        body = try reader.run()
    }
}
