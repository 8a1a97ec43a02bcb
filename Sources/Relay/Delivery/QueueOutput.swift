package import GitLab
import JSON

/// What the queue asks of the thread that owns it.
package enum QueueOutput: Sendable {
    /// Goes to the `settled` log in this turn's one commit.
    case record(SettledRecord)
    /// Leaves after that commit; its result comes back by `finish`.
    case call(id: UInt64, endpoint: String, GitLabCall)
    /// Something stands still until somebody mends it; also sent when its words change.
    case held(HoldScope, Hold)
    case released(HoldScope)
}

/// How a call ended.
package enum CallResult: Sendable {
    case answer(GitLabAnswer, milliseconds: Int)
    /// No whole answer came; `isUncertain` when GitLab may have acted all the same.
    case failure(isUncertain: Bool, message: String, milliseconds: Int)

    package var milliseconds: Int {
        switch self {
        case .answer(_, let milliseconds), .failure(_, _, let milliseconds): milliseconds
        }
    }

    package var httpStatus: Int {
        if case .answer(let answer, _) = self { answer.status } else { 0 }
    }

    /// The same answer, and of its list of deployments only this one.
    func keeping(_ deployment: Int) -> CallResult {
        guard case .answer(let answer, let milliseconds) = self,
            let list = try? JSONDocument(parsing: answer.body).root,
            let row = list.elements.first(where: { $0["id"]?.number?.int64 == Int64(deployment) })
        else { return self }
        let one = GitLabAnswer(status: answer.status, fields: answer.fields, body: row.text)
        return .answer(one, milliseconds: milliseconds)
    }

    /// What GitLab said, shortened for the ledger.
    var excerpt: [UInt8] {
        if case .answer(let answer, _) = self { Array(answer.body.prefix(4096)) } else { [] }
    }
}

/// What the queue needs of the configuration; times as there.
package struct QueueSettings: Equatable, Sendable {
    package struct Endpoint: Equatable, Sendable {
        package var name: String
        /// Calls under way at once.
        package var connections: Int
        package var requestsPerMinute: Int?

        package init(name: String, connections: Int, requestsPerMinute: Int?) {
            self.name = name
            self.connections = connections
            self.requestsPerMinute = requestsPerMinute
        }
    }

    package var endpoints: [Endpoint]
    package var doubtSeconds: Int
    package var retryHours: Int
    package var unknownRefMinutes: Int
    /// `Limits.deployments`.
    package var rows: Int

    package init(
        endpoints: [Endpoint],
        doubtSeconds: Int,
        retryHours: Int,
        unknownRefMinutes: Int,
        rows: Int
    ) {
        self.endpoints = endpoints
        self.doubtSeconds = doubtSeconds
        self.retryHours = retryHours
        self.unknownRefMinutes = unknownRefMinutes
        self.rows = rows
    }
}
