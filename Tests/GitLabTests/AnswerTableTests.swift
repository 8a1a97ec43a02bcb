import Formats
import GitLab
import Testing

@Suite("Table of GitLab's answers")
struct AnswerTableTests {
    private let page = "<!DOCTYPE html><html><head><title>Sign in · GitLab</title></head></html>"

    @Test("a 2xx counts only with an id, the wanted status and what was sent")
    func success() {
        let rows: [AnswerRow] = [
            .init(Call.create, 201, Call.row(), "deployment 7 success"),
            .init(Call.create, 200, Call.row(), "deployment 7 success"),
            .init(
                Call.create,
                201,
                Call.row(sha: Call.sha.uppercased()),
                "deployment 7 success"
            ),
            .init(Call.create, 201, #"{"id":7,"status":"success"}"#, "deployment 7 success"),
            .init(
                Call.create,
                201,
                Call.row(status: "created"),
                "uncertain",
                says: [#"status "created" instead of "success""#]
            ),
            .init(
                Call.create,
                201,
                Call.row(sha: String(repeating: "b", count: 40)),
                "uncertain",
                says: ["another sha"]
            ),
            .init(Call.create, 201, Call.row(ref: "x"), "uncertain", says: ["another ref"]),
            .init(
                Call.create,
                201,
                Call.row(environment: "x"),
                "uncertain",
                says: ["another environment"]
            ),
            .init(Call.update, 200, Call.row(), "deployment 7 success"),
            .init(Call.update, 200, Call.row(id: "8"), "uncertain", says: ["another deployment"]),
            .init(
                Call.update,
                200,
                Call.row(status: "running"),
                "uncertain",
                says: [#"status "running""#]
            ),
            .init(Call.update, 204, "", "uncertain", says: ["204 without a body"]),
            .init(Call.show, 200, Call.row(status: "failed"), "deployment 7 failed"),
            .init(Call.show, 200, Call.row(id: "8"), "deferred"),
            .init(Call.make, 201, #"{"id":9,"name":"production"}"#, "environment 9"),
            .init(Call.make, 201, #"{"id":9,"name":"other"}"#, "uncertain"),
            .init(Call.change, 200, #"{"id":9,"name":"production"}"#, "environment 9"),
            .init(Call.change, 200, #"{"id":8,"name":"production"}"#, "uncertain"),
            .init(Call.stop, 200, #"{"id":9,"name":"x","state":"stopped"}"#, "environment 9"),
        ]
        rows.forEach { $0.check() }
    }

    @Test("a 2xx whose body proves nothing leaves a write uncertain and a read to be repeated")
    func unproven() {
        let bodies = [
            "null", "[]", "[\(Call.row())]", "7", "\"ok\"", "{}", #"{"id":null}"#, #"{"id":"7"}"#,
            #"{"id":7.0}"#, #"{"id":0}"#, #"{"id":-7}"#, #"{"id":99999999999999999999}"#, "",
            String(Call.row().dropLast()), String(Call.row().prefix(40)),
        ]
        for body in bodies {
            for call in [Call.create, Call.update, Call.make, Call.change, Call.stop] {
                AnswerRow(call, 201, body, "uncertain").check()
            }
            for call in [Call.show, Call.path, Call.user, Call.version, Call.token] {
                AnswerRow(call, 200, body, "deferred").check()
            }
        }
    }

    @Test("a page in answer to a 2xx read is not GitLab's API, and must be mended")
    func pages() {
        for call in Call.reads {
            AnswerRow(
                call,
                200,
                page,
                "held endpoint",
                says: ["does not look like GitLab's API: Sign in · GitLab", "GITLAB_URL"]
            ).check()
            AnswerRow(call, 200, "It works!", "held endpoint", says: ["It works!"]).check()
        }
        for call in Call.writes {
            AnswerRow(call, 200, page, "uncertain", says: ["does not look like"]).check()
        }
    }

    @Test("lists carry their rows and the next page")
    func lists() {
        let two = "[\(Call.row(id: "9")),\(Call.row(id: "8"))]"
        let full = "[\(Array(repeating: Call.row(), count: 100).joined(separator: ","))]"
        let sevens = String(describing: Array(repeating: 7, count: 100))
        let rows: [AnswerRow] = [
            .init(Call.list, 200, "[]", "deployments [] next none"),
            .init(Call.list, 200, two, [("X-Next-Page", "")], "deployments [9, 8] next none"),
            .init(Call.list, 200, two, [("x-next-page", " 2 ")], "deployments [9, 8] next 2"),
            .init(Call.list, 200, two, [("X-Next-Page", "1")], "deployments [9, 8] next none"),
            .init(Call.everywhere, 200, two, [("X-Next-Page", "3")], "deployments [9, 8] next 3"),
            .init(
                Call.everywhere,
                200,
                two,
                [("X-Next-Page", "x")],
                "deployments [9, 8] next none"
            ),
            .init(Call.list, 200, full, "deployments \(sevens) next 2"),
            .init(Call.list, 200, full, [("X-Next-Page", "")], "deployments \(sevens) next none"),
            .init(Call.list, 200, "[\(Call.row()),null]", "deferred", says: ["row 2"]),
            .init(Call.list, 200, "{}", "deferred"),
            .init(Call.list, 200, String(two.dropLast(9)), "deferred", says: ["cut or broken"]),
            .init(
                Call.find,
                200,
                #"[{"id":1,"name":"Production"},{"id":2,"name":"production"}]"#,
                "environments [2]"
            ),
            .init(Call.find, 200, "[]", "environments []"),
            .init(Call.protected, 200, #"[{"name":"prod*"}]"#, #"protected ["prod*"] next none"#),
        ]
        rows.forEach { $0.check() }
    }

    @Test("a body that was cut by our own limit proves nothing")
    func truncated() {
        let answer = GitLabAnswer(
            status: 201,
            fields: [],
            body: Array(Call.row().utf8),
            isTruncated: true
        )
        let meaning = AnswerTable.meaning(of: answer, to: Call.create, now: AnswerRow.now)
        #expect(meaning.short == "uncertain")
    }

    @Test("project, user, version and token are read")
    func facts() {
        let rows: [AnswerRow] = [
            .init(Call.path, 200, #"{"id":42,"default_branch":null}"#, "project 42"),
            .init(Call.user, 200, #"{"id":5,"username":"bot"}"#, "user 5 bot"),
            .init(Call.version, 200, #"{"version":"18.6.1-ee"}"#, "version 18.6.1-ee"),
            .init(Call.token, 200, #"{"id":3,"scopes":["api"]}"#, "token 3"),
            .init(Call.token, 404, #"{"error":"404 Not Found"}"#, "rejected"),
            .init(Call.token, 404, #"{"message":"404 Not Found"}"#, "rejected"),
            .init(Call.token, 400, #"{"error":"id is invalid"}"#, "rejected"),
            .init(Call.protected, 404, #"{"error":"404 Not Found"}"#, "rejected"),
            .init(Call.protected, 403, #"{"message":"403 Forbidden"}"#, "rejected"),
            .init(Call.protected, 404, #"{"message":"404 Project Not Found"}"#, "held project"),
        ]
        rows.forEach { $0.check() }
    }

    @Test("429 says when to come back, in each of its forms")
    func throttled() {
        let text = "Retry later\n"
        let json =
            #"{"message":{"error":"This endpoint has been requested too many times. "#
            + #"Try again later."}}"#
        let date = ("Date", "Fri, 17 Apr 2026 10:20:20 GMT")  // ten seconds behind us
        let rows: [AnswerRow] = [
            .init(
                Call.create,
                429,
                text,
                [("Retry-After", "30")],
                "throttled 2026-04-17T10:21:00.000Z",
                says: ["429 Retry later"]
            ),
            .init(
                Call.create,
                429,
                text,
                [("retry-after", "Fri, 17 Apr 2026 10:21:00 GMT")],
                "throttled 2026-04-17T10:21:00.000Z"
            ),
            .init(
                Call.create,
                429,
                text,
                [("Retry-After", "Fri, 17 Apr 2026 10:21:00 GMT"), date],
                "throttled 2026-04-17T10:21:10.000Z"
            ),
            .init(
                Call.create,
                429,
                text,
                [("RateLimit-Reset", "1776421260")],
                "throttled 2026-04-17T10:21:00.000Z"
            ),
            .init(
                Call.list,
                429,
                text,
                [("RateLimit-Reset", "1776421260"), date],
                "throttled 2026-04-17T10:21:10.000Z"
            ),
            .init(
                Call.list,
                429,
                text,
                [("RateLimit-ResetTime", "Fri, 17 Apr 2026 10:21:00 GMT")],
                "throttled 2026-04-17T10:21:00.000Z"
            ),
            .init(
                Call.create,
                429,
                text,
                [("Retry-After", "soon"), ("RateLimit-Reset", "1776421260")],
                "throttled 2026-04-17T10:21:00.000Z"
            ),
            .init(
                Call.create,
                429,
                text,
                [("Retry-After", "9223372036854775807")],
                "throttled 2026-04-18T10:20:30.000Z"
            ),
            .init(
                Call.create,
                429,
                text,
                [("RateLimit-Reset", "253402300799")],
                "throttled 2026-04-18T10:20:30.000Z"
            ),
            .init(Call.create, 429, text, [("RateLimit-Reset", "1")], "throttled unknown"),
            .init(
                Call.create,
                429,
                json,
                "throttled unknown",
                says: ["requested too many times"]
            ),
            .init(Call.user, 429, "any text the admin set", "throttled unknown"),
        ]
        rows.forEach { $0.check() }
    }

    @Test("5xx leaves a write uncertain unless GitLab says that it did nothing")
    func serverErrors() {
        let rails = #"{"message":"500 Internal Server Error"}"#
        let maintenance =
            #"{"message":"GitLab Maintenance: system is in maintenance mode"}"#
        let rows: [AnswerRow] = [
            .init(Call.create, 500, rails, "uncertain rails", says: ["500 Internal Server Error"]),
            .init(Call.update, 500, rails, "uncertain rails"),
            .init(Call.list, 500, rails, "deferred"),
            .init(Call.create, 500, page, "uncertain"),
            .init(Call.create, 500, #"{"error":"Bad Gateway","status":500}"#, "uncertain"),
            .init(Call.create, 501, "", "held endpoint"),
            .init(
                Call.create,
                502,
                "GitLab is not responding",
                "uncertain",
                says: ["502 GitLab is not responding"]
            ),
            .init(Call.create, 502, #"{"error":"Bad Gateway","status":502}"#, "uncertain"),
            .init(
                Call.create,
                502,
                "<html><head><title>502 Bad Gateway</title></head></html>",
                "uncertain",
                says: ["502 Bad Gateway"]
            ),
            .init(Call.create, 503, maintenance, "deferred", says: ["maintenance mode"]),
            .init(Call.create, 503, "<html><title>Deploy in progress</title>", "uncertain"),
            .init(Call.create, 503, #"{"message":"503 Service Unavailable"}"#, "uncertain"),
            .init(Call.create, 504, page, "uncertain"),
            .init(Call.create, 520, page, "uncertain"),
            .init(Call.create, 529, "", "uncertain", says: ["529 without a body"]),
            .init(Call.list, 502, page, "deferred"),
            .init(Call.create, 511, page, "held endpoint"),
            .init(Call.create, 0, "", "uncertain"),
            .init(Call.create, 999, "", "uncertain"),
            .init(Call.user, 100, "", "deferred"),
        ]
        rows.forEach { $0.check() }
    }

    @Test("reasons are one short line without control characters")
    func reasons() {
        let nasty = "{\"message\":\"a\\u0000b\\u001b[31m\\n\\tc \\u202e"
        let long = String(repeating: "x", count: 5000)
        let reason = AnswerRow(Call.create, 422, nasty + long + "\"}", "rejected").meaning.words
        #expect(reason.hasPrefix("422 a b [31m c xxx"))
        #expect(reason.hasSuffix("…"))
        #expect(reason.unicodeScalars.count <= 310)
        let script = "<html><script>var a = 1;</script><body>One <b>moment</b>\n</body>"
        #expect(
            AnswerRow(Call.create, 502, script, "uncertain").meaning.words == "502 One moment"
        )
    }
}
