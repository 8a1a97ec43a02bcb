package import Formats

/// Who speaks: which shape a body has.
package enum Sender: String, Sendable, CaseIterable {
    case argocd
    case heroku
    case flux
    case flat

    /// The address a body of this sender belongs to.
    var address: String { self == .flat ? "/hooks/deployment" : "/hooks/\(rawValue)" }
}

/// A value, and in words where it came from: "syncResult.revisions[1]".
package struct Choice: Equatable, Sendable {
    package var value: String
    package var origin: String

    package init(value: String, origin: String) {
        self.value = value
        self.origin = origin
    }
}

/// The branch or tag of a deployment.
package enum Ref: Equatable, Sendable {
    /// Without `refs/heads/` or `refs/tags/`.
    case name(String, origin: String)
    /// The project's default branch, whatever it is called.
    case defaultBranch(origin: String)
}

/// What a body says about its operation's progress.
package enum Statement: Equatable, Sendable, CustomStringConvertible {
    case running
    case success
    case failed
    case canceled
    /// Succeeded, and Degraded.
    case degraded
    /// Neither begun nor ended anything: in words why (Terminating, not yet healthy).
    case between(String)

    package var description: String {
        switch self {
        case .running: "running"
        case .success: "success"
        case .failed: "failed"
        case .canceled: "canceled"
        case .degraded: "degraded"
        case .between: "between"
        }
    }
}

/// What a body says about a deployment.
///
/// Stateless: what was said before is not known here.
package struct Report: Sendable {
    package var sender: Sender
    /// Identity of the sender's object; "" for flat bodies, where project and environment count.
    package var object: String
    /// The object for people.
    package var objectName: String
    /// Identity of the operation within the object; nil when a flat body names none.
    package var operation: String?
    package var statement: Statement
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// All but the endpoint's own fallback.
    package var project: Choice?
    package var environment: Choice?
    /// 40 or 64 hex digits, lower case; nil: `shaMissing` says why.
    package var sha: Choice?
    package var shaMissing: String?
    /// Whether the sha is a revision of a source, which a retry with `refresh` may change.
    package var isShaFromRevision = false
    /// Which source the revision is of.
    package var sourceKey = ""
    package var ref: Ref?
    package var tag = false
    package var tagOrigin = "default"
    /// What the environment is to be in GitLab; whether GitLab takes it is not known here.
    package var tier: Choice?
    package var externalURL: Choice?
    package var isRollback = false
    package var initiatedBy: String?
    package var url: String?
    package var message: String?
    /// Starts of operations that the sender's history shows as done.
    package var finishedStarts: [Timestamp] = []
    package var isHealthy = false
    /// Whether a failure after the success of the same operation is kept out.
    package var endsStand = false
    /// Whether it leaves other operations of its object open (a build that failed).
    package var closesNothing = false
    /// Why it may end an operation that is known, but begins none.
    package var beginsNothing: String?
    package var notes: [String] = []

    init(sender: Sender, object: String, objectName: String, statement: Statement) {
        self.sender = sender
        self.object = object
        self.objectName = objectName
        self.statement = statement
    }
}

/// Deliberately not recorded; yet it may tell how an older operation ended.
package struct Aside: Sendable {
    /// For people: why, and what would change it.
    package var reason: String
    package var object: String
    package var objectName: String
    package var startedAt: Timestamp?
    package var finishedStarts: [Timestamp]
    package var isHealthy: Bool
    /// What it says of an operation that was recorded before it turned out to be none to record:
    /// what was begun is brought to its end.
    package var report: Report?

    init(
        _ reason: String,
        object: String = "",
        objectName: String = "",
        startedAt: Timestamp? = nil,
        finishedStarts: [Timestamp] = [],
        isHealthy: Bool = false
    ) {
        self.reason = reason
        self.object = object
        self.objectName = objectName
        self.startedAt = startedAt
        self.finishedStarts = finishedStarts
        self.isHealthy = isHealthy
    }
}

/// What a body is.
package enum Reading: Sendable {
    case report(Report)
    case ignored(Aside)
    /// The object is being deleted.
    case deleted(Aside)
    /// Cannot become a deployment: 422.
    case unusable(Flaw)
}

/// What keeps a body from becoming a deployment, and whom it was about as far as that can be read.
package struct Flaw: Error, Equatable, Sendable {
    /// The member's path: `app.metadata.name`.
    package var member: String
    package var problem: String
    package var hint: String
    /// As `Report.object`; for flat bodies project and environment.
    package var object: String?
    package var operation: String?
    /// The status or phase it tells.
    package var phase: String?
    /// It is a body of another sender's: nothing of this hook's was made for it.
    package var isMisdirected = false

    package var description: String { "\(member): \(problem); \(hint)" }

    init(_ member: String, _ problem: String, hint: String) {
        self.member = member
        self.problem = problem
        self.hint = hint
    }
}

/// What a hook's own templates say; nil where they say nothing.
package struct HookChoices: Equatable, Sendable {
    package var project: String?
    package var environment: String?
    package var sha: String?
    package var ref: String?
    package var tag: String?
    package var tier: String?
    package var externalURL: String?
    package var status: String?
    package var operation: String?

    package init() {}
}

/// What came with a body.
package struct WebhookRequest: Sendable {
    /// The project of GitLab's own path, percent-decoded.
    package var pathProject: String?
    package var fields: [(name: String, value: String)]

    package init(pathProject: String? = nil, fields: [(name: String, value: String)] = []) {
        self.pathProject = pathProject
        self.fields = fields
    }
}
