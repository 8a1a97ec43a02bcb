import GitLab
import Testing

@Suite("Requests to GitLab")
struct GitLabCallTests {
    @Test("each call is one method, one path and one body")
    func requests() {
        let newest = "order_by=id&sort=desc&per_page=100"
        let rows: [(GitLabCall, String, String, String?)] = [
            (
                Call.create, "POST", "/projects/42/deployments",
                String(decoding: Call.payload.json, as: UTF8.self)
            ),
            (Call.update, "PUT", "/projects/42/deployments/7", #"{"status":"success"}"#),
            (
                Call.list, "GET",
                "/projects/42/deployments?environment=production&\(newest)&page=1", nil
            ),
            (Call.everywhere, "GET", "/projects/42/deployments?\(newest)&page=2", nil),
            (Call.show, "GET", "/projects/42/deployments/7", nil),
            (Call.path, "GET", "/projects/group%2Fsub%2Fname", nil),
            (Call.digits, "GET", "/projects/42", nil),
            (Call.user, "GET", "/user", nil),
            (Call.version, "GET", "/version", nil),
            (Call.token, "GET", "/personal_access_tokens/self", nil),
            (Call.find, "GET", "/projects/42/environments?name=production&per_page=100", nil),
            (
                Call.make, "POST", "/projects/42/environments",
                #"{"name":"production","tier":"production","external_url":"https://app.example"}"#
            ),
            (Call.change, "PUT", "/projects/42/environments/9", #"{"tier":"staging"}"#),
            (Call.stop, "POST", "/projects/42/environments/9/stop", "{}"),
            (
                Call.protected, "GET",
                "/projects/42/protected_environments?per_page=100&page=1", nil
            ),
        ]
        for (call, method, path, body) in rows {
            let request = call.request
            #expect(request.method == method)
            #expect(request.path == path)
            #expect(request.body.map { String(decoding: $0, as: UTF8.self) } == body)
            #expect(call.isWrite == (method != "GET"))
        }
    }

    @Test("no text of a project or an environment changes the path")
    func hostileTexts() {
        let texts = [
            "a/../b", "../../user", "a/b?private_token=x", "a/b#c", "a%2Fb", "a/b\r\nHost: x",
            "ä/ö", "a b/c", "a\u{0}/b", "a/b&environment=x", "\\..\\x/y", "a/b/", "//",
        ]
        for text in texts {
            let path = GitLabCall.project(text).request.path
            #expect(
                path.split(separator: "/", omittingEmptySubsequences: false).count == 3,
                "\(text)"
            )
            let list = GitLabCall.list(project: 1, environment: text, page: 1).request.path
            #expect(list.hasPrefix("/projects/1/deployments?environment="))
            #expect(list.count { $0 == "&" } == 4, "\(text)")
            #expect(list.count { $0 == "=" } == 5, "\(text)")
            for made in [path, list] {
                #expect(made.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(text)")
                #expect(!made.contains("#"), "\(text)")
            }
        }
    }

    @Test("a text that clients would take out of the path asks for a project nobody has")
    func dotSegments() {
        for text in ["", ".", "..", "...", "a/..", "../a", "a//b", "/", "./."] {
            #expect(GitLabCall.project(text).request.path == "/projects/0", "\(text)")
        }
        #expect(GitLabCall.project(".a/b..").request.path == "/projects/.a%2Fb..")
    }
}
