import Formats
import GitLab
import Testing

/// One row of the table: an answer to a call, what it means, and words that must be said.
struct AnswerRow: CustomTestStringConvertible {
    var call: GitLabCall
    var status: Int
    var body: String
    var fields: [(name: String, value: String)] = []
    /// As `Meaning.short` writes it.
    var means: String
    /// Each must stand in the reason or the remedy.
    var says: [String] = []

    init(
        _ call: GitLabCall,
        _ status: Int,
        _ body: String,
        _ fields: [(name: String, value: String)],
        _ means: String,
        says: [String] = []
    ) {
        self.call = call
        self.status = status
        self.body = body
        self.fields = fields
        self.means = means
        self.says = says
    }

    init(
        _ call: GitLabCall,
        _ status: Int,
        _ body: String,
        _ means: String,
        says: [String] = []
    ) {
        self.init(call, status, body, [], means, says: says)
    }

    var testDescription: String { "\(call.request.method) \(call.request.path) \(status) \(body)" }

    static let now = Timestamp(milliseconds: 1_776_421_230_000)  // 2026-04-17T10:20:30Z

    var meaning: Meaning {
        AnswerTable.meaning(
            of: GitLabAnswer(status: status, fields: fields, body: Array(body.utf8)),
            to: call,
            now: Self.now
        )
    }

    func check() {
        let meaning = meaning
        #expect(meaning.short == means, "\(testDescription)")
        for words in says {
            #expect(meaning.words.contains(words), "\(testDescription): \(meaning.words)")
        }
    }
}

extension Meaning {
    /// The meaning without its words.
    var short: String {
        switch self {
        case .deployment(let row): "deployment \(row.id) \(row.status)"
        case .deployments(let rows, let next):
            "deployments \(rows.map(\.id)) next \(next.map(String.init) ?? "none")"
        case .project(let project): "project \(project.id)"
        case .group(let path): "group \(path)"
        case .user(let user): "user \(user.id) \(user.username)"
        case .version(let version): "version \(version.text)"
        case .token(let token): "token \(token.id)"
        case .environment(let environment): "environment \(environment.id)"
        case .environments(let rows): "environments \(rows.map(\.id))"
        case .protectedEnvironments(let rows, let next):
            "protected \(rows.map(\.name)) next \(next.map(String.init) ?? "none")"
        case .uncertain(_, let isRailsError): isRailsError ? "uncertain rails" : "uncertain"
        case .deferred: "deferred"
        case .throttled(_, let retryAt): "throttled \(retryAt?.rfc3339 ?? "unknown")"
        case .held(let hold, _, _): "held \(hold)"
        case .rejected: "rejected"
        case .unknownRevision(let member, _): "unknown \(member)"
        case .refusedTransition: "refused transition"
        case .again: "again"
        case .gone: "gone"
        case .moved(let id): "moved \(id)"
        }
    }

    /// Reason and remedy.
    var words: String {
        switch self {
        case .uncertain(let reason, _), .throttled(let reason, _), .unknownRevision(_, let reason):
            reason
        case .deferred(let reason), .rejected(let reason), .refusedTransition(let reason),
            .again(let reason), .gone(let reason):
            reason
        case .held(_, let reason, let remedy): "\(reason) | \(remedy)"
        default: ""
        }
    }
}

/// Calls as the rows name them.
enum Call {
    static let sha = "0123456789abcdef0123456789abcdef01234567"

    static let payload = DeploymentPayload(
        environment: "production",
        sha: sha,
        ref: "main",
        tag: false,
        status: .success
    )
    static let create = GitLabCall.create(project: 42, payload: payload.json)
    static let update = GitLabCall.update(project: 42, deployment: 7, status: .success)
    static let list = GitLabCall.list(project: 42, environment: "production", page: 1)
    static let everywhere = GitLabCall.listEverywhere(project: 42, page: 2)
    static let show = GitLabCall.show(project: 42, deployment: 7)
    static let path = GitLabCall.project("group/sub/name")
    static let digits = GitLabCall.project("42")
    static let word = GitLabCall.project("name")
    static let user = GitLabCall.user
    static let version = GitLabCall.version
    static let token = GitLabCall.tokenSelf
    static let find = GitLabCall.findEnvironment(project: 42, name: "production")
    static let make = GitLabCall.createEnvironment(
        project: 42,
        name: "production",
        tier: .production,
        externalURL: "https://app.example"
    )
    static let change = GitLabCall.updateEnvironment(
        project: 42,
        environment: 9,
        tier: .staging,
        externalURL: nil
    )
    static let stop = GitLabCall.stopEnvironment(project: 42, environment: 9)
    static let protected = GitLabCall.protectedEnvironments(project: 42, page: 1)

    static let writes = [create, update, make, change, stop]
    static let reads = [
        list, everywhere, show, path, digits, word, user, version, token, find, protected,
    ]
    static let all = writes + reads

    /// A row as GitLab shows it.
    static func row(
        id: String = "7",
        sha: String = sha,
        ref: String = "main",
        status: String = "success",
        environment: String = "production"
    ) -> String {
        """
        {"id":\(id),"iid":3,"ref":"\(ref)","sha":"\(sha)",\
        "created_at":"2026-04-17T10:20:29.123Z","updated_at":"2026-04-17T10:20:29.456Z",\
        "user":{"id":5,"username":"project_42_bot"},\
        "environment":{"id":9,"name":"\(environment)","slug":"production","external_url":null},\
        "deployable":null,"status":"\(status)","pending_approval_count":0,"approvals":[]}
        """
    }
}
