import HTTP

/// GET /sandbox: what there is, for somebody who has just found it.
enum WelcomePage {
    static func text(_ sandbox: Sandbox, host: String) -> String {
        let projects = sandbox.allProjects.prefix(20).map { "\($0.id) \($0.path)" }
        return """
            A stand-in of GitLab's Deployments API (\(sandbox.settings.version)), with faults on
            demand. Nothing here is GitLab, and nothing is kept when the process ends.

            The API: http://\(host)\(sandbox.settings.relativeRoot)/api/v4
            Tokens: \(sandbox.allTokens.map(\.text).joined(separator: ", "))
            Projects: \(projects.joined(separator: ", "))
            Deployments: \(sandbox.deploymentRows.count); requests so far: \(sandbox.exchangeCount)

            \(looking)

            \(steering)

            Faults by name
            \(faults)

            """
    }

    private static let looking = """
        Look (JSON)
          GET    /sandbox/deployments    every deployment by id, with tag and finished_at
          GET    /sandbox/environments   every environment by id
          GET    /sandbox/requests       the newest requests to the API and their answers
          GET    /sandbox/faults         the faults that wait
          GET    /sandbox/tokens
          GET    /sandbox/projects
        """

    private static let steering = """
        Steer (JSON; one object or a list of them)
          POST   /sandbox/faults
                 {"name": "502-after", "count": 2, "method": "POST"}, or
                 {"status": 503, "retry_after": 7, "text": "busy", "process": true}
                 meant for: method, path, body, skip, probability, count (null: for ever)
                 effect:    status, headers, retry_after, json, text, html, null, process,
                            delay_ms, delay_after_ms, cut (before, after, first), truncate,
                            slow_ms, slow_bytes, hang, pretend
          DELETE /sandbox/faults
          POST   /sandbox/projects
                 {"id": 42, "path": "group/new", "archived": true, "builds": false,
                  "commits": [], "branches": [], "tags": [], "unknown": [],
                  "protected": [{"name": "production", "access_level": "maintainer"}]}
          POST   /sandbox/tokens
                 {"token": "glpat-sandbox", "role": "developer", "scopes": ["api"],
                  "state": "expired", "kind": "access", "projects": [42]}
                 state: active, expired, revoked, blocked; kind: access, job
          POST   /sandbox/environments
                 {"project": 42, "name": "production", "tier": "staging", "state": "stopped"}
          POST   /sandbox/deployments
                 {"project": 42, "environment": "production", "sha": "0a1b", "ci": true}
          POST   /sandbox/switch
                 {"maintenance": true, "read_only": false, "accepts_any_commit": false,
                  "creates_projects": true, "generation": "older",
                  "rate_limit": {"limit": 10, "period_seconds": 60}}
          POST   /sandbox/reset          back to the beginning
        """

    private static let faults = PreparedFault.allCases.map { fault in
        let gap = String(repeating: " ", count: max(1, 18 - fault.rawValue.count))
        return "  \(fault.rawValue)\(gap)\(fault.summary)"
    }.joined(separator: "\n")
}
