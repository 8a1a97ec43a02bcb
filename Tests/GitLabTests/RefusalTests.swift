import Formats
import GitLab
import Testing

@Suite("GitLab's refusals")
struct RefusalTests {
    private let page = "<!DOCTYPE html><html><head><title>Sign in · GitLab</title></head></html>"

    @Test("400 is told apart by who speaks and about what")
    func badRequests() {
        let name = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces"
        let rows: [AnswerRow] = [
            .init(
                Call.create,
                400,
                #"{"message":{"sha":["The commit does not exist"]}}"#,
                "unknown sha",
                says: ["400 sha: The commit does not exist"]
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"ref":["The branch or tag does not exist"]}}"#,
                "unknown ref"
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"ref":["The branch or tag does not exist"],"#
                    + #""sha":["The commit does not exist"]}}"#,
                "unknown sha",
                says: ["branch or tag", "commit does not"]
            ),
            .init(Call.create, 400, #"{"message":{"sha":["can't be blank"]}}"#, "rejected"),
            .init(
                Call.create,
                400,
                #"{"message":{"name":["has already been taken"]}}"#,
                "again"
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"name":["has already been taken"],"slug":["has already been taken"]}}"#,
                "again"
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"name":["has already been taken"],"tier":["is wrong"]}}"#,
                "rejected"
            ),
            .init(
                Call.make,
                400,
                #"{"message":{"name":["has already been taken"]}}"#,
                "again"
            ),
            .init(
                Call.make,
                400,
                #"{"message":{"external_url":["javascript scheme is not allowed"]}}"#,
                "rejected"
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"name":["\#(name)"]}}"#,
                "rejected",
                says: [name]
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"name":["is too long (maximum is 255 characters)"]}}"#,
                "rejected"
            ),
            .init(
                Call.update,
                400,
                #"{"message":{"status":["cannot transition via \"run\""]}}"#,
                "refused transition",
                says: [#"status: cannot transition via "run""#]
            ),
            .init(
                Call.update,
                400,
                #"{"message":{"status":["cannot transition via \"succeed\""]}}"#,
                "refused transition"
            ),
            .init(
                Call.create,
                400,
                #"{"message":{"status":["cannot transition via \"run\""]}}"#,
                "uncertain"
            ),
            .init(
                Call.create,
                400,
                #"{"error":"sha is missing, ref is missing"}"#,
                "rejected",
                says: ["400 sha is missing, ref is missing"]
            ),
            .init(Call.create, 400, #"{"error":"environment is empty"}"#, "rejected"),
            .init(Call.create, 400, #"{"error":"status does not have a valid value"}"#, "rejected"),
            .init(Call.create, 400, #"{"error":"tag is invalid"}"#, "rejected"),
            .init(
                Call.list,
                400,
                #"{"message":"400 Bad request - `updated_at` filter"}"#,
                "rejected",
                says: ["400 Bad request - `updated_at`"]
            ),
            .init(Call.create, 400, "Bad Request", "rejected"),
            .init(Call.create, 400, "Bad Request\n", [("Content-Type", "text/plain")], "rejected"),
            .init(Call.create, 400, "{}", "rejected"),
            .init(Call.create, 400, "{\"mess", "deferred"),
            .init(
                Call.create,
                400,
                "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>",
                "held lane",
                says: ["plain HTTP request", "does not look like GitLab"]
            ),
            .init(Call.path, 400, "<html>no</html>", "held project"),
            .init(Call.user, 400, "<html>no</html>", "held endpoint"),
            .init(Call.create, 400, "", "held lane"),
        ]
        rows.forEach { $0.check() }
    }

    @Test("401 holds the endpoint and tells expired, revoked and unknown tokens apart")
    func unauthorized() {
        let expired =
            #"{"error":"invalid_token","error_description":"Token is expired. "#
            + #"You can either do re-authorization or token refresh."}"#
        let revoked =
            #"{"error":"invalid_token","error_description":"Token was revoked. "#
            + #"You have to re-authorize from the user."}"#
        for call in Call.all {
            AnswerRow(
                call,
                401,
                expired,
                "held endpoint",
                says: ["Token is expired", "has expired", "scope api", "GITLAB_TOKEN"]
            ).check()
            AnswerRow(call, 401, revoked, "held endpoint", says: ["was revoked"]).check()
            AnswerRow(
                call,
                401,
                #"{"message":"401 Unauthorized"}"#,
                "held endpoint",
                says: ["401 Unauthorized | GitLab does not know the token"]
            ).check()
            AnswerRow(
                call,
                401,
                #"{"error":"invalid_token","error_description":"impersonation"}"#,
                "held endpoint",
                says: ["for the reason given"]
            ).check()
            AnswerRow(call, 401, page, "held endpoint", says: ["something other than GitLab"])
                .check()
            AnswerRow(call, 401, "", "held endpoint").check()
        }
    }

    @Test("403 holds as much as it concerns, and no more")
    func forbidden() {
        let plain = #"{"message":"403 Forbidden"}"#
        let scope =
            #"{"error":"insufficient_scope","error_description":"The request requires higher "#
            + #"privileges than provided by the access token.","scope":"api"}"#
        let readOnly =
            #"{"message":"You cannot perform write operations on a read-only instance"}"#
        let byCI =
            #"{"message":"403 Forbidden - Deployments created using GitLab CI can not be "#
            + #"updated using the API"}"#
        let rows: [AnswerRow] = [
            .init(Call.create, 403, plain, "held lane", says: ["Developer", "protected"]),
            .init(Call.update, 403, plain, "held lane"),
            .init(Call.make, 403, plain, "held lane"),
            .init(Call.create, 403, #"{"message":"403 Forbidden - reason"}"#, "held lane"),
            .init(Call.list, 403, plain, "held project", says: ["Reporter", "CI/CD"]),
            .init(Call.path, 403, plain, "held project"),
            .init(Call.user, 403, plain, "held endpoint"),
            .init(Call.create, 403, scope, "held endpoint", says: ["read_api is not enough"]),
            .init(Call.list, 403, scope, "held endpoint"),
            .init(Call.token, 403, scope, "held endpoint"),
            .init(Call.create, 403, readOnly, "deferred", says: ["read-only"]),
            .init(Call.update, 403, readOnly, "deferred"),
            .init(Call.update, 403, byCI, "rejected", says: ["created using GitLab CI"]),
            .init(Call.create, 403, page, "held lane", says: ["firewall"]),
            .init(Call.user, 403, "Forbidden\n", "held endpoint", says: ["403 Forbidden"]),
        ]
        rows.forEach { $0.check() }
    }

    @Test("404 tells project, row and route apart by key and case")
    func notFound() {
        let project = #"{"message":"404 Project Not Found"}"#
        let row = #"{"message":"404 Not found"}"#
        let route = #"{"error":"404 Not Found"}"#
        let rows: [AnswerRow] = [
            .init(Call.create, 404, project, "held project", says: ["member"]),
            .init(Call.update, 404, project, "held project"),
            .init(Call.show, 404, project, "held project"),
            .init(Call.path, 404, project, "held project", says: ["a group's path is no project"]),
            .init(Call.word, 404, project, "held project", says: ["group/name"]),
            .init(Call.update, 404, row, "gone"),
            .init(Call.show, 404, row, "gone"),
            .init(Call.update, 404, #"{"message":"404 Deployment Not Found"}"#, "gone"),
            .init(Call.change, 404, #"{"message":"404 Environment Not Found"}"#, "gone"),
            .init(Call.stop, 404, row, "gone"),
            .init(Call.create, 404, row, "held project"),
            .init(Call.list, 404, row, "held project"),
            .init(Call.path, 404, route, "held project", says: ["decodes %2F", "numeric id"]),
            .init(Call.digits, 404, route, "held project", says: ["sub-path"]),
            .init(Call.update, 404, route, "held project"),
            .init(Call.user, 404, route, "held endpoint", says: ["GITLAB_URL"]),
            .init(Call.path, 404, page, "held project", says: ["AllowEncodedSlashes"]),
            .init(Call.update, 404, page, "held project", says: ["does not look like"]),
            .init(Call.version, 404, page, "held endpoint", says: ["does not look like"]),
            .init(Call.update, 404, "", "held project"),
        ]
        rows.forEach { $0.check() }
    }

    @Test("redirects are never followed: they hold, or tell a project's id")
    func redirects() {
        let old = "This resource has been moved permanently to https://g.example/api/v4/projects/42"
        let moved = "https://g.example/api/v4/projects/42"
        let rows: [AnswerRow] = [
            .init(Call.path, 301, old, [("Location", moved)], "moved 42"),
            .init(Call.path, 301, "", [("location", "/api/v4/projects/42?x=1")], "moved 42"),
            .init(
                Call.digits,
                301,
                "",
                [("Location", moved)],
                "held project",
                says: ["GitLab is served at https://g.example: set"]
            ),
            .init(
                Call.path,
                301,
                "",
                [("Location", "https://g.example/api/v4/projects/a%2Fb")],
                "held project",
                says: ["served at https://g.example"]
            ),
            .init(
                Call.create,
                308,
                "",
                [("Location", "https://g.example/git/api/v4/projects/42/deployments")],
                "held project",
                says: ["served at https://g.example/git:"]
            ),
            .init(
                Call.create,
                302,
                "",
                [("Location", "https://g.example/users/sign_in?next=secret")],
                "held project",
                says: ["login page (https://g.example/users/sign_in)"]
            ),
            .init(
                Call.path,
                302,
                "",
                [("Location", "https://sso.example/?to=/api/v4/projects/42")],
                "held project",
                says: ["login page"]
            ),
            .init(Call.create, 301, "", [("Location", "/")], "held project", says: ["led to /"]),
            .init(Call.user, 302, "", [("Location", "/elsewhere")], "held endpoint"),
            .init(Call.update, 304, "", "held project"),
            .init(Call.path, 301, "", [("Location", "/api/v4/projects/0")], "held project"),
        ]
        rows.forEach { $0.check() }
        let secret = AnswerRow(
            Call.create,
            302,
            "",
            [("Location", "/login?token=hidden#also")],
            "held project"
        )
        #expect(!secret.meaning.words.contains("hidden"))
        #expect(!secret.meaning.words.contains("also"))
    }

    @Test("other refusals hold when a stranger speaks, wait for locks, reject by GitLab's words")
    func otherRefusals() {
        let rows: [AnswerRow] = [
            .init(
                Call.create,
                405,
                #"{"message":"Non GET methods are not allowed for moved projects"}"#,
                "held project",
                says: ["renamed or moved"]
            ),
            .init(Call.update, 405, #"{"error":"405 Not Allowed"}"#, "held project"),
            .init(
                Call.list,
                405,
                #"{"error":"Keyset pagination is not yet available for this type of request"}"#,
                "held project"
            ),
            .init(Call.user, 405, page, "held endpoint"),
            .init(Call.create, 406, "", "held endpoint"),
            .init(
                Call.create,
                415,
                #"{"error":"The provided content-type 'text/plain' is not supported."}"#,
                "held endpoint",
                says: ["Content-Type"]
            ),
            .init(Call.create, 407, "", "held endpoint"),
            .init(Call.create, 408, "", "uncertain"),
            .init(Call.list, 408, "", "deferred"),
            .init(Call.create, 409, #"{"message":"409 Conflict: Resource lock"}"#, "deferred"),
            .init(Call.update, 409, "", "deferred"),
            .init(Call.create, 422, #"{"message":"422 no"}"#, "rejected", says: ["422 no"]),
            .init(Call.create, 422, page, "held lane"),
            .init(Call.create, 413, page, "held lane"),
        ]
        rows.forEach { $0.check() }
    }
}
