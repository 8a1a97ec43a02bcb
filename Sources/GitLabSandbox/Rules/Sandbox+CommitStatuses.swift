import Formats
import HTTP
import JSON

/// A status that an outside tool has given to a commit.
struct CommitStatus: Sendable {
    let id: Int
    let project: Int
    let sha: String
    let ref: String
    let name: String
    let pipeline: Int
    var state: String
    var targetURL: String?
    var description: String?
    let user: SandboxUser
    let createdAt: Timestamp
    var startedAt: Timestamp?
    var finishedAt: Timestamp?

    var isComplete: Bool { state != "pending" && state != "running" }
}

/// `POST /projects/:id/statuses/:sha` (facts §7).
extension Sandbox {
    mutating func createCommitStatus(
        of sha: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        var check = Validation(call.parameters)
        let states = ["pending", "running", "success", "failed", "canceled", "skipped"]
        let state = check.requiredChoice("state", of: states)
        let label = check.text("name") ?? check.text("context") ?? "default"
        let targetURL = check.text("target_url")
        let description = check.text("description")
        let ref = check.text("ref")
        let wantedPipeline = check.integer("pipeline_id")
        try check.finish()
        let project = try project(name, call)
        try authorize(.writeCommitStatuses, in: project, call)
        guard let caller = call.caller else { throw .unauthorized }
        guard !call.pretences.contains(.commitUnknown), knows(sha, in: project, isRef: false) else {
            throw .message(404, "404 Commit Not Found")
        }
        if let text = description, text.count > 255 {
            throw .invalid([("description", ["is too long (maximum is 255 characters)"])])
        }
        let branch = ref ?? project.defaultBranch
        let mine = { (status: CommitStatus) in
            status.project == project.id && status.sha == sha && status.ref == branch
        }
        // One external pipeline for each commit and ref.
        let pipeline =
            wantedPipeline ?? commitStatuses.last(where: mine)?.pipeline ?? commitStatuses.count + 1
        let open = commitStatuses.lastIndex {
            mine($0) && $0.name == label && $0.pipeline == pipeline && !$0.isComplete
        }
        if let open { try Self.checkMove(from: commitStatuses[open].state, to: state) }
        let index = open ?? commitStatuses.count
        if open == nil {
            commitStatuses.append(
                CommitStatus(
                    id: index + 1,
                    project: project.id,
                    sha: sha,
                    ref: branch,
                    name: label,
                    pipeline: pipeline,
                    state: state,
                    user: caller.user,
                    createdAt: call.now
                )
            )
        }
        commitStatuses[index].state = state
        if let targetURL { commitStatuses[index].targetURL = targetURL }
        if let description { commitStatuses[index].description = description }
        if state == "running" { commitStatuses[index].startedAt = call.now }
        if commitStatuses[index].isComplete { commitStatuses[index].finishedAt = call.now }
        let status = commitStatuses[index]
        return .json(201) { Shapes.write(status, to: &$0, call) }
    }

    /// The same state again is refused, and so is the way back to pending.
    private static func checkMove(from old: String, to new: String) throws(Refusal) {
        guard old == new || new == "pending" else { return }
        let event = new == "running" ? "run" : "enqueue"
        throw .message(
            400,
            "Cannot transition status via :\(event) from :\(old) "
                + "(Reason(s): Status cannot transition via \"\(event)\")"
        )
    }
}
