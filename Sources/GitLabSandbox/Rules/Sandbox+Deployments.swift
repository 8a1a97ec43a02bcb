import Formats
import HTTP
import JSON

/// Making, updating and deleting deployments (facts §2, §3, §9.4 to §9.7).
extension Sandbox {
    /// What a POST asks for.
    struct DeploymentWish {
        let environment: String
        let sha: String
        let ref: String
        let tag: Bool?
        let status: String

        init(_ parameters: Parameters, takesBlank: Bool) throws(Refusal) {
            var check = Validation(parameters, takesBlank: takesBlank)
            environment = check.requiredText("environment")
            sha = check.requiredText("sha")
            ref = check.requiredText("ref")
            tag = check.requiredFlag("tag")
            status = check.requiredChoice("status", of: SandboxStatus.writable)
            try check.finish()
        }
    }

    mutating func createDeployment(in name: String, _ call: APICall) throws(Refusal) -> HTTPResponse
    {
        let isOlder = generation == .older
        let wish = try DeploymentWish(call.parameters, takesBlank: isOlder)
        let project = try project(name, call)
        try authorize(.writeDeployments, in: project, call)
        let refProblems = problems(ofRef: wish.ref, in: project, call)
        guard isOlder || refProblems.isEmpty else { throw .invalid(refProblems) }
        let environment = try findOrCreate(wish.environment, in: project, call)
        try admit(call, to: environment, of: project)
        if let same = lastSuccess(of: environment, like: wish) {
            return show(same, environment, 201, call)
        }
        let problems = problems(ofSHA: wish.sha, in: project, call) + refProblems
        guard problems.isEmpty else { throw .invalid(problems) }
        guard let tag = wish.tag, let user = call.caller?.user,
            let status = SandboxStatus(rawValue: wish.status),
            !call.pretences.contains(.rowNotSaved)
        else {
            // The row could not be saved, and nothing that validates says why.
            return .json(201, Array("null".utf8))
        }
        let row = insert(
            in: environment,
            sha: wish.sha,
            ref: wish.ref,
            tag: tag,
            status: status,
            by: user,
            at: call.now
        )
        return show(row, environment, 201, call)
    }

    private func problems(
        ofRef ref: String,
        in project: SandboxProject,
        _ call: APICall
    ) -> [(field: String, texts: [String])] {
        let isKnown =
            !call.pretences.contains(.refUnknown) && knows(ref, in: project, isRef: true)
        return isKnown ? [] : [("ref", ["The branch or tag does not exist"])]
    }

    private func problems(
        ofSHA sha: String,
        in project: SandboxProject,
        _ call: APICall
    ) -> [(field: String, texts: [String])] {
        let isKnown =
            !call.pretences.contains(.commitUnknown) && knows(sha, in: project, isRef: false)
        return isKnown ? [] : [("sha", ["The commit does not exist"])]
    }

    /// Dedupe: the environment's last success, when nothing about it differs.
    private func lastSuccess(
        of environment: SandboxEnvironment,
        like wish: DeploymentWish
    ) -> SandboxDeployment? {
        guard wish.status == SandboxStatus.success.rawValue,
            let last = environment.lastSuccess.flatMap({ deploymentRows[$0] }),
            last.sha == wish.sha, last.ref == wish.ref, last.tag == wish.tag
        else { return nil }
        return last
    }

    mutating func updateDeployment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        var check = Validation(call.parameters)
        let wanted = check.requiredChoice("status", of: SandboxStatus.writable)
        try check.finish()
        let project = try project(name, call)
        try authorize(.readDeployments, in: project, call)
        let (row, environment) = try deployment(Int(id), in: project)
        try authorize(.writeDeployments, in: project, call)
        try admit(call, to: environment, of: project)
        guard !row.isFromCI else {
            throw .forbidden("Deployments created using GitLab CI can not be updated using the API")
        }
        guard let status = SandboxStatus(rawValue: wanted), !call.pretences.contains(.rowNotSaved)
        else {
            return .json(200, Array("null".utf8))
        }
        guard row.status.canBecome(status) else {
            throw .invalid([("status", ["cannot transition via \"\(status.event)\""])])
        }
        let updated = move(row.id, to: status, at: call.now)
        return show(updated, environment, 200, call)
    }

    mutating func deleteDeployment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let id = try Self.deploymentID(id)
        let project = try project(name, call)
        try authorize(.readDeployments, in: project, call)
        let (row, environment) = try deployment(id, in: project)
        try authorize(.destroyDeployments, in: project, call)
        if row.status == .running { throw .message(400, "Cannot destroy running deployment") }
        if environment.lastSuccess == row.id {
            throw .message(400, "Deployment currently deployed to environment")
        }
        remove(row)
        return HTTPResponse(status: 204)
    }

    mutating func showDeployment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let id = try Self.deploymentID(id)
        let project = try project(name, call)
        try authorize(.readDeployments, in: project, call)
        let (row, environment) = try deployment(id, in: project)
        return show(row, environment, 200, call)
    }

    private func show(
        _ row: SandboxDeployment,
        _ environment: SandboxEnvironment,
        _ status: Int,
        _ call: APICall
    ) -> HTTPResponse {
        .json(status) { body in
            Shapes.write(row, environment, generation, to: &body, call)
            if generation == .current { Shapes.writeApprovals(to: &body) }
        }
    }

    /// Linking of merge requests is left out, so there never are any.
    mutating func showMergeRequests(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        let id = try Self.deploymentID(id)
        var check = Validation(call.parameters)
        let pagination = Pagination(&check)
        try check.finish()
        let project = try project(name, call)
        try authorize(.readDeployments, in: project, call)
        _ = try deployment(id, in: project)
        return pagination.answer([], call) { _, _ in }
    }

    /// Only CI jobs make deployments that wait for approval.
    mutating func approveDeployment(
        _ id: String,
        in name: String,
        _ call: APICall
    ) throws(Refusal) -> HTTPResponse {
        var check = Validation(call.parameters)
        _ = check.requiredChoice("status", of: ["approved", "rejected"])
        try check.finish()
        let project = try project(name, call)
        try authorize(.readDeployments, in: project, call)
        _ = try deployment(Int(id), in: project)
        throw .message(400, "This deployment is not waiting for approvals.")
    }

    static func deploymentID(_ text: String) throws(Refusal) -> Int {
        // Too large for a row's id, but a number: there is no such row.
        guard let id = Int(text) ?? (isDigits(text) ? Int.max : nil) else {
            throw .error(400, "deployment_id is invalid")
        }
        return id
    }

    private static func isDigits(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private func deployment(
        _ id: Int?,
        in project: SandboxProject
    ) throws(Refusal) -> (SandboxDeployment, SandboxEnvironment) {
        guard let row = id.flatMap({ deploymentRows[$0] }), row.project == project.id,
            let environment = environmentRows[row.environment]
        else { throw .notFound }
        return (row, environment)
    }
}
