package import Formats

/// A body that came to a hook, as the listener hands it over.
package struct Webhook: Sendable {
    package var hook: String
    /// The project of `/api/v4/projects/:id/deployments`, percent-decoded.
    package var pathProject: String?
    /// Field names as sent; credentials are already taken out.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]
    package var receivedAt: Timestamp
    package var traceparent: String?

    package init(
        hook: String,
        pathProject: String? = nil,
        fields: [(name: String, value: String)] = [],
        body: [UInt8],
        receivedAt: Timestamp,
        traceparent: String? = nil
    ) {
        self.hook = hook
        self.pathProject = pathProject
        self.fields = fields
        self.body = body
        self.receivedAt = receivedAt
        self.traceparent = traceparent
    }
}

/// What became of a webhook: the answer, and the records that must be on disk before it.
package struct Reception: Sendable {
    package enum Outcome: Sendable {
        /// 202 once the records are on disk. In a box, as it is handed on several times.
        indirect case accepted(AcceptedDelivery)
        /// 200: says nothing new.
        case duplicate(of: UInt64?, reason: String)
        /// 200: deliberately not recorded.
        case ignored(reason: String)
        /// 400 or 422: kept for a human.
        case dead(id: UInt64, status: Int, reason: String)
    }

    package var outcome: Outcome
    /// To be written in this order.
    package var records: [AcceptedRecord] = []
    /// Dead letters that this event has made needless.
    package var supersededLetters: [UInt64] = []
    /// Who it was about, for the log line.
    package var application: String?
    package var environment: String?
    package var project: String?

    package init(
        outcome: Outcome,
        records: [AcceptedRecord] = [],
        supersededLetters: [UInt64] = [],
        application: String? = nil,
        environment: String? = nil,
        project: String? = nil
    ) {
        self.outcome = outcome
        self.records = records
        self.supersededLetters = supersededLetters
        self.application = application
        self.environment = environment
        self.project = project
    }
}
