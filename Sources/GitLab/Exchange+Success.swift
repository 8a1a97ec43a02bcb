import JSON

/// 2xx: it counts only if the body proves it (DESIGN §1.4).
extension Exchange {
    var success: Meaning {
        switch call {
        case .create(_, let payload): return created(payload)
        case .update(_, let deployment, let status): return updated(deployment, status)
        case .show(_, let deployment): return shown(deployment)
        case .list(_, _, let page), .listEverywhere(_, let page):
            return rows(Deployment.init) { .deployments($0, nextPage: nextPage(page, $0.count)) }
        case .findEnvironment(_, let name):
            return rows(GitLabEnvironment.init) { rows in
                .environments(rows.filter { $0.name == name })
            }
        case .protectedEnvironments(_, let page):
            return rows(ProtectedEnvironment.init) { rows in
                .protectedEnvironments(rows, nextPage: nextPage(page, rows.count))
            }
        case .project: return one(Project.init, Meaning.project)
        case .group: return one({ $0["full_path"]?.string }, Meaning.group)
        case .user: return one(GitLabUser.init, Meaning.user)
        case .version: return one(ServerVersion.init, Meaning.version)
        case .tokenSelf: return one(AccessToken.init, Meaning.token)
        case .createEnvironment(_, let name, _, _):
            return environment("of another name") { $0.name == name }
        case .updateEnvironment(_, let id, _, _), .stopEnvironment(_, let id):
            return environment("with another id") { $0.id == id }
        }
    }

    private func created(_ payload: [UInt8]) -> Meaning {
        guard let row = body.value.flatMap(Deployment.init) else { return unproven }
        guard let sent = try? JSONDocument(parsing: payload).root else {
            return unsure("but what was sent cannot be read")
        }
        if let status = sent["status"]?.string, row.status != status {
            return unsure("with status \"\(row.status)\" instead of \"\(status)\"")
        }
        if let sha = sent["sha"]?.string, !row.sha.isEmpty, !ASCII.equal(row.sha, sha) {
            return unsure("with another sha than was sent")
        }
        if let ref = sent["ref"]?.string, !row.ref.isEmpty, row.ref != ref {
            return unsure("with another ref than was sent")
        }
        if let name = sent["environment"]?.string, let other = row.environment, other != name {
            return unsure("in another environment than was sent")
        }
        return .deployment(row)
    }

    private func updated(_ id: Int, _ status: DeploymentStatus) -> Meaning {
        guard let row = body.value.flatMap(Deployment.init) else { return unproven }
        guard row.id == id else { return unsure("with another deployment's id") }
        guard row.status == status.name else {
            return unsure("with status \"\(row.status)\" instead of \"\(status.name)\"")
        }
        return .deployment(row)
    }

    private func shown(_ id: Int) -> Meaning {
        guard let row = body.value.flatMap(Deployment.init) else { return unproven }
        return row.id == id ? .deployment(row) : unsure("with another deployment's id")
    }

    private func environment(
        _ oddity: String,
        isWanted: (GitLabEnvironment) -> Bool
    ) -> Meaning {
        guard let row = body.value.flatMap(GitLabEnvironment.init) else { return unproven }
        return isWanted(row) ? .environment(row) : unsure("with an environment \(oddity)")
    }

    private func one<Row>(_ read: (JSONValue) -> Row?, _ mean: (Row) -> Meaning) -> Meaning {
        body.value.flatMap(read).map(mean) ?? unproven
    }

    /// An array in which every element can be read: one that cannot might be the one looked for.
    private func rows<Row>(_ read: (JSONValue) -> Row?, _ mean: ([Row]) -> Meaning) -> Meaning {
        guard let array = body.value, array.kind == .array else { return unproven }
        var rows: [Row] = []
        rows.reserveCapacity(array.count)
        for element in array.elements {
            guard let row = read(element) else {
                return unsure("with a row \(rows.count + 1) that cannot be read")
            }
            rows.append(row)
        }
        return mean(rows)
    }

    /// 2xx with a body that proves nothing.
    ///
    /// A page or a text in answer to a read is not GitLab's, and somebody must mend that; after a
    /// write it is only sure that nothing is sure.
    private var unproven: Meaning {
        switch body.form {
        case .page, .text:
            call.isWrite ? unsure("does not look like GitLab's API") : notGitLab(.endpoint)
        case .empty: unsure("without a body")
        case .cutJSON: unsure("with a body that is cut or broken")
        case .object, .otherJSON: unsure("with a body that proves nothing")
        }
    }

    /// The page after this one; pages only ever go up, or a wrong field would lead in a circle.
    private func nextPage(_ page: Int, _ count: Int) -> Int? {
        guard let field = answer.field("X-Next-Page") else {
            return count >= GitLabCall.pageSize ? page + 1 : nil
        }
        return ASCII.number(field).flatMap { $0 > page ? $0 : nil }
    }
}
