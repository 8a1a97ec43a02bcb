import Formats
import HTTP
import JSON

/// What the control surface shows.
enum ControlPages {
    static func write(_ row: SandboxDeployment, of sandbox: Sandbox, to list: inout JSONWriter) {
        list.object { body in
            body.member("id", row.id)
            body.member("iid", row.iid)
            body.member("project", row.project)
            body.member("project_path", sandbox.project(row.project)?.path)
            body.member("environment", row.environmentName)
            body.member("sha", row.sha)
            body.member("ref", row.ref)
            body.member("tag", row.tag)
            body.member("status", row.status.rawValue)
            body.member("user_id", row.user.id)
            body.member("ci", row.isFromCI)
            body.member("created_at", row.createdAt.rfc3339)
            body.member("updated_at", row.updatedAt.rfc3339)
            body.member("finished_at", row.finishedAt?.rfc3339)
        }
    }

    static func write(_ row: SandboxEnvironment, of sandbox: Sandbox, to list: inout JSONWriter) {
        list.object { body in
            body.member("id", row.id)
            body.member("project", row.project)
            body.member("project_path", sandbox.project(row.project)?.path)
            body.member("name", row.name)
            body.member("slug", row.slug)
            body.member("tier", row.tier)
            body.member("state", row.state.rawValue)
            body.member("external_url", row.externalURL)
            body.member("last_success", row.lastSuccess)
            body.member("deployments", sandbox.environmentDeployments[row.id]?.count ?? 0)
        }
    }

    static func write(_ exchange: SandboxExchange, to list: inout JSONWriter) {
        list.object { body in
            body.member("number", exchange.number)
            body.member("at", exchange.receivedAt.rfc3339)
            body.member("method", exchange.method)
            body.member("path", exchange.path)
            body.member("query", exchange.query)
            body.member("token", exchange.token)
            body.member("body") { $0.string(utf8: exchange.body) }
            body.member("fault", exchange.fault)
            body.member("processed", exchange.isProcessed)
            body.member("status", exchange.status)
            body.member("answered_at", exchange.answeredAt?.rfc3339)
        }
    }

    static func write(_ fault: SandboxFault, to list: inout JSONWriter) {
        list.object { body in
            body.member("label", fault.label)
            body.member("count", fault.count)
            body.member("skip", fault.skip)
            body.member("probability", fault.probability)
            body.member("method") { names in
                names.array { for method in fault.match.methods { $0.string(method) } }
            }
            body.member("path", fault.match.path)
            body.member("body", fault.match.body)
        }
    }

    static func write(_ token: SandboxToken, to list: inout JSONWriter) {
        list.object { body in
            body.member("token", token.text)
            body.member("kind", token.kind.rawValue)
            body.member("state", token.state.rawValue)
            body.member("role", token.role.title.lowercased())
            body.member("scopes") { names in
                names.array { for scope in token.scopes { $0.string(scope) } }
            }
            body.member("user_id", token.user.id)
            body.member("username", token.user.username)
            body.member("expires_at", token.expiresOn)
        }
    }

    static func write(_ project: SandboxProject, of sandbox: Sandbox, to list: inout JSONWriter) {
        list.object { body in
            body.member("id", project.id)
            body.member("path", project.path)
            body.member("default_branch", project.defaultBranch)
            body.member("visibility", project.visibility.rawValue)
            body.member("archived", project.isArchived)
            body.member("builds", project.hasBuilds)
            body.member("deployments", sandbox.books[project.id]?.deployments.count ?? 0)
        }
    }
}
