import Formats
import GitLabSandbox
import JSON
import Testing

/// Each row breaks one more rule than the next: the answer must be that of the first in GitLab's
/// order (facts §2, §9.1).
@Suite("Order of checks")
struct OrderTests {
    /// What is wrong with a POST, first things first.
    enum Wrong: Int, CaseIterable, Sendable {
        case malformed, readOnly, rate, route, method, type, token, scope, parameter, project,
            ability
        case ref, environment, protection, sha

        var expected: String {
            switch self {
            case .malformed: "400 Bad Request"
            case .readOnly: #"503 {"message":"GitLab Maintenance: system is in maintenance mode"}"#
            case .rate: "429 Retry later\n"
            case .route: #"404 {"error":"404 Not Found"}"#
            case .method: #"405 {"error":"405 Not Allowed"}"#
            case .type: #"400 {"error":"message body does not match declared format"}"#
            case .token: #"401 {"message":"401 Unauthorized"}"#
            case .scope:
                #"403 {"error":"insufficient_scope","error_description":"The request requires higher "#
                    + #"privileges than provided by the access token.","scope":"api"}"#
            case .parameter: #"400 {"error":"status is missing"}"#
            case .project: #"404 {"message":"404 Project Not Found"}"#
            case .ability: #"403 {"message":"403 Forbidden"}"#
            case .ref: #"400 {"message":{"ref":["The branch or tag does not exist"]}}"#
            case .environment:
                #"400 {"message":{"name":["can contain only letters, digits, '-', '_', '/', '$', '{', "#
                    + #"'}', '.', and spaces, but it cannot start or end with '/'"]}}"#
            case .protection: #"403 {"message":"403 Forbidden"}"#
            case .sha: #"400 {"message":{"sha":["The commit does not exist"]}}"#
            }
        }
    }

    @Test("the first thing wrong is the one that is told", arguments: Wrong.allCases)
    func order(first: Wrong) {
        func isWrong(_ wrong: Wrong) -> Bool { wrong.rawValue >= first.rawValue }
        var driver = Driver { settings in
            if isWrong(.scope) { settings.tokens[0].scopes = ["read_api"] }
            if isWrong(.ability) { settings.projects[0].isArchived = true }
            if isWrong(.project) { settings.projects[0].path = "else/where" }
            // Of the environment "pro:d" nothing exists that could be protected; see below.
            settings.projects[0].protections = [SandboxProtection(.tier("production"))]
        }
        if isWrong(.readOnly) { driver.sandbox.mode = .maintenance }
        if isWrong(.rate) {
            driver.sandbox.rateLimit = SandboxRateLimit(limit: 0, periodSeconds: 60)
        }
        if isWrong(.token) { driver.token = "nonsense" }
        let project = isWrong(.project) ? "fleet%2Fgone" : "42"
        var target = "/api/v4/projects/\(project)/deployments"
        if isWrong(.route) { target += "/1/nothing" }
        if isWrong(.malformed) { target += "?a=%00" }
        // A prefix of the wrong ones cannot hold together with those behind: a name that is refused
        // is never protected.
        let environment = isWrong(.environment) ? "pro:d" : "prod"
        var members = [
            #""environment":"\#(environment)""#,
            #""sha":"\#(isWrong(.sha) ? "nope" : Driver.sha)""#,
            #""ref":"\#(isWrong(.ref) ? "a..b" : "main")""#, #""tag":false"#,
        ]
        if !isWrong(.parameter) { members.append(#""status":"success""#) }
        let body = isWrong(.type) ? "{" : "{\(members.joined(separator: ","))}"
        if first == .sha { driver.sandbox.changeProject(42) { $0.protections = [] } }
        let method = isWrong(.method) ? "PATCH" : "POST"
        #expect("\(driver.send(method, target, json: body))" == first.expected)
    }

    @Test(
        "a malformed string anywhere is a plain Bad Request",
        arguments: [
            ("/api/v4/projects/42%00/deployments", nil, ""),
            ("/api/v4/projects/42/deployments?x=%ff", nil, ""),
            ("/api/v4/projects/42/deployments", "application/json", #"{"a":["b\u0000"]}"#),
            ("/api/v4/projects/42/deployments", "application/x-www-form-urlencoded", "a=%00"),
        ]
    )
    func malformed(target: String, type: String?, body: String) {
        var driver = Driver()
        let answer = driver.send(
            "POST",
            target,
            json: body,
            fields: type.map { [("Content-Type", $0)] } ?? []
        )
        #expect("\(answer)" == "400 Bad Request")
        #expect(answer["Content-Type"] == "text/plain")
    }

    @Test(
        "a body of a type that is not understood is 415",
        arguments: [("text/plain", "'text/plain'"), ("", "''")]
    )
    func unsupported(type: String, shown: String) {
        var driver = Driver()
        let request = SandboxRequest(
            "POST",
            Driver.deployments,
            fields: type.isEmpty ? [] : [("Content-Type", type)],
            body: Array("x".utf8)
        )
        let answer = Answer(driver.sandbox.respond(to: request, at: driver.time))
        #expect(
            "\(answer)" == #"415 {"error":"The provided content-type \#(shown) is not supported."}"#
        )
    }
}
