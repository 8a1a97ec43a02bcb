import Formats
package import GitLab
import JSON

/// GitLab's deployments in memory, by the rules of facts/gitlab.md §2 to §6.
///
/// Answers calls as GitLab would, in real JSON, so that the real answer table reads it. Knows no
/// network and no faults: `Network` plays those.
package struct GitLabModel: Sendable {
    package struct Project: Sendable {
        package let id: Int
        package var path: String
        package var oldPaths: [String] = []
        package var defaultBranch: String? = "main"
        package var isArchived = false
        package var isHidden = false

        package init(id: Int, path: String, defaultBranch: String? = "main") {
            self.id = id
            self.path = path
            self.defaultBranch = defaultBranch
        }
    }

    package struct Row: Sendable {
        package let id: Int
        package let iid: Int
        package let project: Int
        package let environment: String
        package let sha: String
        package let ref: String
        package let tag: Bool
        package var status: DeploymentStatus
        package let createdAt: Int64
        /// GitLab's milliseconds, and a count that breaks ties; nil while it runs.
        package var finishedAt: (Int64, Int)?
        package var userID: Int
        package var hasDeployable = false
    }

    package enum Token: Sendable { case valid, expired, readOnly }

    package var projects: [Project] = [
        Project(id: 42, path: "fleet/deploy/parcel-config"),
        Project(id: 43, path: "fleet/services/parcel-api"),
        Project(id: 44, path: "fleet/deep/er/tracking", defaultBranch: "trunk"),
        Project(id: 45, path: "tools/labels"),
    ]
    package var rows: [Row] = []
    package var token = Token.valid
    package var userID = 7
    /// GitLab's clock minus the world's, in milliseconds.
    package var skew: Int64 = 0
    /// Commits and refs GitLab does not know yet.
    package var unknown: Set<String> = []
    package var environments: [Environment] = []
    package var nextEnvironment = 501
    /// Environments this token may not deploy to.
    package var protected: Set<String> = []
    /// Every call that was processed, as `POST /projects/…`.
    package private(set) var processed: [String] = []
    /// Calls a window of a minute may have; nil: as many as wanted.
    package var callsPerMinute: Int?
    /// Whether every answer tells how many are left, as newer versions do.
    package var showsRate = true
    private var nextID = 1000
    private var finishes = 0
    private var window: (minute: Int64, calls: Int) = (0, 0)

    package init() {}

    // MARK: - What tests look at

    /// The environment's latest success.
    package func current(_ environment: String, of project: Int) -> Row? {
        rows.filter {
            $0.project == project && $0.environment == environment && $0.status == .success
        }
        .max { ($0.finishedAt ?? (0, 0)) < ($1.finishedAt ?? (0, 0)) }
    }

    package func count(_ method: String) -> Int { processed.count { $0.hasPrefix("\(method) ") } }

    /// A row that somebody else made.
    package mutating func plant(
        _ environment: String,
        of project: Int = 42,
        sha: String,
        status: DeploymentStatus = .success,
        user: Int = 99,
        at now: Int64
    ) -> Int {
        insert(project, environment, sha, "main", false, status, at: now)
        rows[rows.count - 1].userID = user
        return rows[rows.count - 1].id
    }

    // MARK: - Calls

    /// Processes `call` at the world's time `now`, in milliseconds.
    package mutating func process(_ call: GitLabCall, at now: Int64) -> GitLabAnswer {
        guard let limit = callsPerMinute else { return answer(to: call, at: now) }
        let minute = (now + skew) / 60_000
        window = (minute, window.minute == minute ? window.calls + 1 : 1)
        let end = (minute + 1) * 60
        let fields = [
            ("RateLimit-Limit", String(limit)), ("RateLimit-Reset", String(end)),
            ("RateLimit-Remaining", String(max(0, limit - window.calls))),
        ]
        guard window.calls <= limit else {
            let left = max(1, end - (now + skew) / 1000)
            let retry = [("Retry-After", String(left))]
            return answer(429, "Retry later\n", fields + retry, at: now)
        }
        let given = answer(to: call, at: now)
        guard showsRate else { return given }
        return GitLabAnswer(
            status: given.status,
            fields: given.fields + fields.map { (name: $0.0, value: $0.1) },
            body: given.body
        )
    }

    private mutating func answer(to call: GitLabCall, at now: Int64) -> GitLabAnswer {
        processed.append("\(call.request.method) \(call.request.path)")
        switch token {
        case .expired:
            return error(401, "invalid_token", "Token is expired.", at: now)
        case .readOnly where call.isWrite:
            return error(403, "insufficient_scope", "The request requires more", at: now)
        default: break
        }
        switch call {
        case .user: return object(200, at: now) { $0.member("id", userID) }
        case .project(let text): return project(text, at: now)
        case .create(let id, let payload):
            return refusal(id, isWrite: true, at: now) ?? create(id, payload, at: now)
        case .update(let id, let deployment, let status):
            return refusal(id, isWrite: true, at: now) ?? update(deployment, status, at: now)
        case .show(let id, let deployment):
            return refusal(id, isWrite: false, at: now) ?? show(deployment, at: now)
        case .list(let id, let environment, let page):
            return refusal(id, isWrite: false, at: now) ?? list(id, environment, page, at: now)
        case .findEnvironment(let id, _), .createEnvironment(let id, _, _, _),
            .updateEnvironment(let id, _, _, _), .stopEnvironment(let id, _):
            return refusal(id, isWrite: call.isWrite, at: now) ?? environment(call, at: now)
        default: return message(404, "404 Not found", at: now)
        }
    }

    private func refusal(_ project: Int, isWrite: Bool, at now: Int64) -> GitLabAnswer? {
        guard let found = projects.first(where: { $0.id == project }), !found.isHidden else {
            return message(404, "404 Project Not Found", at: now)
        }
        return found.isArchived && isWrite ? message(403, "403 Forbidden", at: now) : nil
    }

    private func project(_ text: String, at now: Int64) -> GitLabAnswer {
        let path = text.lowercased()
        if let found = projects.first(where: { $0.oldPaths.contains(path) }) {
            let location = "https://gitlab.example.com/api/v4/projects/\(found.id)"
            let body = #"{"message":"This resource has been moved permanently to \#(location)"}"#
            return answer(301, body, [("Location", location)], at: now)
        }
        let found = projects.first { String($0.id) == text || $0.path.lowercased() == path }
        guard let found, !found.isHidden else {
            return message(404, "404 Project Not Found", at: now)
        }
        return object(200, at: now) { writer in
            writer.member("id", found.id)
            writer.member("path_with_namespace", found.path)
            writer.member("default_branch", found.defaultBranch)
            writer.member("archived", found.isArchived)
        }
    }

    private mutating func create(_ project: Int, _ payload: [UInt8], at now: Int64) -> GitLabAnswer
    {
        guard let body = try? JSONDocument(parsing: payload).root,
            let environment = body["environment"]?.string, let sha = body["sha"]?.string,
            let ref = body["ref"]?.string, let tag = body["tag"]?.bool,
            let status = body["status"]?.string.flatMap(DeploymentStatus.init(name:))
        else { return error(400, "sha is missing", nil, at: now) }
        if unknown.contains(ref) {
            let body = #"{"message":{"ref":["The branch or tag does not exist"]}}"#
            return answer(400, body, at: now)
        }
        if protected.contains(environment) { return message(403, "403 Forbidden", at: now) }
        if status == .success, let last = current(environment, of: project), last.sha == sha,
            last.ref == ref, last.tag == tag
        {
            return show(last.id, code: 201, at: now)
        }
        if unknown.contains(sha) {
            return answer(400, #"{"message":{"sha":["The commit does not exist"]}}"#, at: now)
        }
        touch(environment, of: project, by: status)
        insert(project, environment, sha, ref, tag, status, at: now)
        return show(rows[rows.count - 1].id, code: 201, at: now)
    }

    private mutating func insert(
        _ project: Int,
        _ environment: String,
        _ sha: String,
        _ ref: String,
        _ tag: Bool,
        _ status: DeploymentStatus,
        at now: Int64
    ) {
        nextID += 1
        finishes += 1
        rows.append(
            Row(
                id: nextID,
                iid: rows.count { $0.project == project } + 1,
                project: project,
                environment: environment,
                sha: sha,
                ref: ref,
                tag: tag,
                status: status,
                createdAt: now + skew,
                finishedAt: status.isEnd ? (now + skew, finishes) : nil,
                userID: userID
            )
        )
    }

    private mutating func update(
        _ deployment: Int,
        _ status: DeploymentStatus,
        at now: Int64
    ) -> GitLabAnswer {
        guard let index = rows.firstIndex(where: { $0.id == deployment }) else {
            return message(404, "404 Not found", at: now)
        }
        let events: [DeploymentStatus: String] = [
            .running: "run", .success: "succeed", .failed: "drop", .canceled: "cancel",
        ]
        guard rows[index].status != status, status != .running else {
            let event = events[status] ?? ""
            let body = #"{"message":{"status":["cannot transition via \"\#(event)\""]}}"#
            return answer(400, body, at: now)
        }
        finishes += 1
        rows[index].status = status
        rows[index].finishedAt = (now + skew, finishes)
        return show(deployment, at: now)
    }

    private func list(
        _ project: Int,
        _ environment: String,
        _ page: Int,
        at now: Int64
    ) -> GitLabAnswer {
        let all = rows.filter { $0.project == project && $0.environment == environment }
            .sorted { $0.id > $1.id }
        let start = min((page - 1) * GitLabCall.pageSize, all.count)
        let shown = all[start..<min(start + GitLabCall.pageSize, all.count)]
        var writer = JSONWriter()
        writer.array { writer in
            for row in shown { writer.object { write(row, &$0) } }
        }
        let next = start + shown.count < all.count ? String(page + 1) : ""
        let body = String(decoding: writer.bytes, as: UTF8.self)
        return answer(200, body, [("X-Next-Page", next)], at: now)
    }

    // MARK: - Answers

    private func show(_ deployment: Int, code: Int = 200, at now: Int64) -> GitLabAnswer {
        guard let row = rows.first(where: { $0.id == deployment }) else {
            return message(404, "404 Not found", at: now)
        }
        return object(code, at: now) { write(row, &$0) }
    }

    private func write(_ row: Row, _ writer: inout JSONWriter) {
        writer.member("id", row.id)
        writer.member("iid", row.iid)
        writer.member("sha", row.sha)
        writer.member("ref", row.ref)
        writer.member("status", row.status.name)
        writer.member("created_at", Timestamp(milliseconds: row.createdAt).rfc3339)
        writer.member("user") { $0.object { $0.member("id", row.userID) } }
        writer.member("environment") { writer in
            writer.object { writer in
                writer.member("name", row.environment)
                if let id = environment(row.environment, of: row.project)?.id {
                    writer.member("id", id)
                }
            }
        }
        writer.member("deployable") { writer in
            if row.hasDeployable { writer.object { $0.member("id", 1) } } else { writer.null() }
        }
    }

    func object(
        _ status: Int,
        at now: Int64,
        _ body: (inout JSONWriter) -> Void
    ) -> GitLabAnswer {
        var writer = JSONWriter()
        writer.object(body)
        return answer(status, String(decoding: writer.bytes, as: UTF8.self), at: now)
    }

    func message(_ status: Int, _ words: String, at now: Int64) -> GitLabAnswer {
        object(status, at: now) { $0.member("message", words) }
    }

    private func error(
        _ status: Int,
        _ error: String,
        _ description: String?,
        at now: Int64
    ) -> GitLabAnswer {
        object(status, at: now) { writer in
            writer.member("error", error)
            if let description { writer.member("error_description", description) }
        }
    }

    package func answer(
        _ status: Int,
        _ body: String,
        _ fields: [(name: String, value: String)] = [],
        at now: Int64
    ) -> GitLabAnswer {
        let date = Timestamp(milliseconds: (now + skew) / 1000 * 1000).httpDate
        return GitLabAnswer(
            status: status,
            fields: fields + [("Date", date)],
            body: Array(body.utf8)
        )
    }
}
