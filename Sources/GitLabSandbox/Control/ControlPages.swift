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
            body.member("deployments", row.deployments.count)
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

    static func write(_ project: SandboxProject, to list: inout JSONWriter) {
        list.object { body in
            body.member("id", project.id)
            body.member("path", project.path)
            body.member("default_branch", project.defaultBranch)
            body.member("visibility", project.visibility.rawValue)
            body.member("archived", project.isArchived)
            body.member("builds", project.hasBuilds)
            body.member("deployments", project.deployments.count)
        }
    }

    /// GET /sandbox: what there is, for somebody who has just found it.
    static func welcome(_ sandbox: Sandbox, host: String) -> String {
        let faults = PreparedFault.allCases.map { fault in
            let name = fault.rawValue
            return
                "  \(name)\(String(repeating: " ", count: max(1, 18 - name.count)))\(fault.summary)"
        }
        return """
            A stand-in of GitLab's Deployments API (\(sandbox.settings.version)), with faults on demand.
            Nothing here is GitLab, and nothing is kept when the process ends.

            The API: http://\(host)\(sandbox.settings.relativeRoot)/api/v4
            Tokens: \(sandbox.allTokens.map(\.text).joined(separator: ", "))
            Projects: \(sandbox.allProjects.prefix(20).map { "\($0.id) \($0.path)" }.joined(separator: ", "))
            Deployments: \(sandbox.deploymentRows.count); requests so far: \(sandbox.exchangeCount)

            Look (JSON):
              GET    /sandbox/deployments    every deployment by id, with tag and finished_at
              GET    /sandbox/environments   every environment by id
              GET    /sandbox/requests       the newest requests to the API and their answers
              GET    /sandbox/faults         the faults that wait
              GET    /sandbox/tokens, /sandbox/projects

            Steer (JSON; one object or a list of them):
              POST   /sandbox/faults         {"name": "502-after", "count": 2, "method": "POST"}, or
                                             {"status": 503, "retry_after": 7, "text": "busy", "process": true}
                                             match: method, path, body, skip, probability, count (null: for ever)
                                             effect: status, headers, retry_after, json|text|html, null, process,
                                             delay_ms, delay_after_ms, cut (before|after|first), truncate,
                                             slow_ms, slow_bytes, hang, pretend
              DELETE /sandbox/faults         no more faults
              POST   /sandbox/projects       {"id": 42, "path": "group/new", "archived": true, "builds": false,
                                             "commits": [...], "branches": [...], "tags": [...], "unknown": [...],
                                             "protected": [{"name": "production", "access_level": "maintainer"}]}
              POST   /sandbox/tokens         {"token": "glpat-…", "role": "developer", "scopes": ["api"],
                                             "state": "active|expired|revoked|blocked", "kind": "access|job",
                                             "projects": [42]}
              POST   /sandbox/environments   {"project": 42, "name": "production", "state": "stopped"}
              POST   /sandbox/deployments    {"project": 42, "environment": "production", "sha": "…", "ci": true}
              POST   /sandbox/switch         {"maintenance": true, "read_only": true, "accepts_any_commit": false,
                                             "creates_projects": true, "generation": "current|older",
                                             "rate_limit": {"limit": 10, "period_seconds": 60}}
              POST   /sandbox/reset          back to the beginning

            Faults by name:
            \(faults.joined(separator: "\n"))

            """
    }
}
