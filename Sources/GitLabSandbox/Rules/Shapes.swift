import Formats
import JSON

/// The JSON of GitLab's entities (lib/api/entities), members in its order.
enum Shapes {
    /// What every list shows of a deployment: no tag, no `finished_at`.
    static func write(
        _ row: SandboxDeployment,
        _ environment: SandboxEnvironment,
        _ generation: SandboxGeneration,
        to body: inout JSONWriter,
        _ call: APICall
    ) {
        body.member("id", row.id)
        body.member("iid", row.iid)
        body.member("ref", row.ref)
        body.member("sha", row.sha)
        body.member("created_at", row.createdAt.rfc3339)
        body.member("updated_at", row.updatedAt.rfc3339)
        body.member("user") { write(row.user, to: &$0, call) }
        body.member("environment") { writer in
            writer.object { writeBasic(environment, generation, to: &$0) }
        }
        body.member("deployable") { writer in
            guard row.isFromCI else { return writer.null() }
            writer.object { job in
                job.member("id", row.id * 10)
                job.member("name", "deploy")
                job.member("stage", "deploy")
                job.member("status", row.status.rawValue)
                job.member("ref", row.ref)
                job.member("tag", row.tag)
            }
        }
        body.member("status", row.status.rawValue)
    }

    /// What EE adds to one alone.
    static func writeApprovals(to body: inout JSONWriter) {
        body.member("pending_approval_count", 0)
        body.member("approvals") { $0.array { _ in } }
        body.member("approval_summary") { writer in
            writer.object { $0.member("rules") { $0.array { _ in } } }
        }
    }

    private static func writeBasic(
        _ environment: SandboxEnvironment,
        _ generation: SandboxGeneration,
        to body: inout JSONWriter
    ) {
        body.member("id", environment.id)
        body.member("name", environment.name)
        body.member("slug", environment.slug)
        body.member("external_url", environment.externalURL)
        guard generation == .current else { return }
        body.member("created_at", environment.createdAt.rfc3339)
        body.member("updated_at", environment.updatedAt.rfc3339)
    }

    static func write(
        _ environment: SandboxEnvironment,
        _ project: SandboxProject,
        _ generation: SandboxGeneration,
        to body: inout JSONWriter
    ) {
        writeBasic(environment, generation, to: &body)
        body.member("tier", environment.tier)
        body.member("state", environment.state.rawValue)
        body.member("description", environment.description)
        body.member("auto_stop_at") { $0.null() }
        body.member("auto_stop_setting", environment.autoStopSetting)
        body.member("cluster_agent") { $0.null() }
        body.member("kubernetes_namespace", environment.kubernetesNamespace)
        body.member("flux_resource_path", environment.fluxResourcePath)
        body.member("project") { writer in
            writer.object { basic in
                basic.member("id", project.id)
                basic.member("name", project.name)
                basic.member("path_with_namespace", project.path)
            }
        }
    }

    /// `isSelf`: as `GET /user` shows it, which says more.
    static func write(
        _ user: SandboxUser,
        isSelf: Bool = false,
        to writer: inout JSONWriter,
        _ call: APICall
    ) {
        writer.object { body in
            if isSelf { body.member("bot", user.isBot) }
            body.member("id", user.id)
            body.member("username", user.username)
            body.member("public_email", "")
            body.member("name", user.name)
            body.member("state", "active")
            body.member("locked", false)
            body.member("avatar_url") { $0.null() }
            body.member("web_url", "\(call.origin)/\(user.username)")
        }
    }

    static func write(_ project: SandboxProject, to body: inout JSONWriter, for call: APICall) {
        func switched(_ isOn: Bool) -> String { isOn ? "enabled" : "disabled" }
        let role = call.caller?.role(in: project.id)
        body.member("id", project.id)
        body.member("description") { $0.null() }
        body.member("name", project.name)
        body.member("path", project.name)
        body.member("path_with_namespace", project.path)
        body.member("default_branch", project.hasRepository ? project.defaultBranch : nil)
        body.member("web_url", "\(call.origin)/\(project.path)")
        body.member("visibility", project.visibility.rawValue)
        body.member("archived", project.isArchived)
        body.member("marked_for_deletion_on", project.isMarkedForDeletion ? "2030-01-01" : nil)
        body.member("empty_repo", false)
        body.member("repository_access_level", switched(project.hasRepository))
        body.member("builds_access_level", switched(project.hasBuilds))
        body.member("environments_access_level", switched(project.hasEnvironments))
        guard call.caller != nil else { return }
        body.member("permissions") { writer in
            writer.object { permissions in
                let isThroughGroup = call.caller?.isThroughGroup == true
                permissions.member("project_access") { write(isThroughGroup ? nil : role, to: &$0) }
                permissions.member("group_access") { write(isThroughGroup ? role : nil, to: &$0) }
            }
        }
    }

    private static func write(_ role: SandboxRole?, to writer: inout JSONWriter) {
        guard let role else { return writer.null() }
        writer.object { access in
            access.member("access_level", role.rawValue)
            access.member("notification_level", 3)
        }
    }

    static func write(_ protection: SandboxProtection, to body: inout JSONWriter) {
        if case .environment(let name) = protection.subject { body.member("name", name) }
        body.member("deploy_access_levels") { writer in
            writer.array { levels in
                if let role = protection.role {
                    let title = role == .developer ? "Developers + Maintainers" : "\(role.title)s"
                    writeLevel(role.rawValue, user: nil, title, to: &levels)
                }
                for user in protection.users { writeLevel(nil, user: user, "User", to: &levels) }
            }
        }
        body.member("required_approval_count", 0)
        body.member("approval_rules") { $0.array { _ in } }
    }

    private static func writeLevel(
        _ level: Int?,
        user: Int?,
        _ title: String,
        to levels: inout JSONWriter
    ) {
        levels.object { body in
            body.member("access_level", level)
            body.member("access_level_description", title)
            body.member("user_id", user)
            body.member("group_id") { $0.null() }
        }
    }

    /// A commit by the name it was asked by.
    ///
    /// A branch's name stands for itself, for the stand-in has no history to find its tip in.
    static func write(
        commit name: String,
        of project: SandboxProject,
        to body: inout JSONWriter,
        _ call: APICall
    ) {
        let sha =
            project.commits.shas.first { $0.hasPrefix(name.lowercased()) }
            ?? (SandboxCommits.isFullSHA(name)
                ? name.lowercased() : Hex.encode(SHA1.digest(Array(name.utf8))))
        body.member("id", sha)
        body.member("short_id", String(sha.prefix(8)))
        body.member("title", "Sandbox commit")
        body.member("message", "Sandbox commit\n")
        body.member("created_at", call.now.rfc3339)
        body.member("web_url", "\(call.origin)/\(project.path)/-/commit/\(sha)")
    }

    static func write(_ status: CommitStatus, to body: inout JSONWriter, _ call: APICall) {
        body.member("id", status.id)
        body.member("sha", status.sha)
        body.member("ref", status.ref)
        body.member("status", status.state)
        body.member("name", status.name)
        body.member("target_url", status.targetURL)
        body.member("description", status.description)
        body.member("created_at", status.createdAt.rfc3339)
        body.member("started_at", status.startedAt?.rfc3339)
        body.member("finished_at", status.finishedAt?.rfc3339)
        body.member("allow_failure", false)
        body.member("coverage") { $0.null() }
        body.member("pipeline_id", status.pipeline)
        body.member("author") { write(status.user, to: &$0, call) }
    }
}
