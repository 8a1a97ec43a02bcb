package import JSON

/// What is POSTed to make a deployment: GitLab's five fields and nothing else.
package struct DeploymentPayload: Equatable, Sendable {
    package var environment: String
    /// A full commit id, 40 or 64 hex digits in lower case: GitLab stores and compares it as sent.
    package var sha: String
    package var ref: String
    package var tag: Bool
    package var status: DeploymentStatus

    /// Takes values that are known to be good; `init(checking:)` is for what comes from outside.
    package init(
        environment: String,
        sha: String,
        ref: String,
        tag: Bool,
        status: DeploymentStatus
    ) {
        self.environment = environment
        self.sha = sha
        self.ref = ref
        self.tag = tag
        self.status = status
    }

    /// Reads a rendered payload as strictly as GitLab's newest version would, and more usefully.
    ///
    /// - Throws: the first mistake; a name that GitLab does not know comes before a missing one,
    ///   since a misspelt member explains the missing one.
    package init(checking payload: JSONValue) throws(PayloadError) {
        let members = try PayloadMembers(payload)
        environment = try members.environment()
        sha = try members.sha()
        ref = try members.ref()
        tag = try members.tag()
        status = try members.status()
    }

    /// The request's body: the five fields in GitLab's order.
    package var json: [UInt8] {
        let texts = environment.utf8.count + sha.utf8.count + ref.utf8.count
        var writer = JSONWriter(reserving: texts + 96)
        writer.object { object in
            object.member("environment", environment)
            object.member("sha", sha)
            object.member("ref", ref)
            object.member("tag", tag)
            object.member("status", status.name)
        }
        return writer.bytes
    }
}
