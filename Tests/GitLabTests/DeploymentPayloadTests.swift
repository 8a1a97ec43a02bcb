import GitLab
import JSON
import Testing

@Suite("Deployment payload")
struct DeploymentPayloadTests {
    private func read(_ text: String) throws -> Result<DeploymentPayload, PayloadError> {
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        return Result { () throws(PayloadError) in try DeploymentPayload(checking: root) }
    }

    /// A payload with one member's JSON replaced; nil leaves it out.
    private func payload(_ name: String, _ json: String?, more: String = "") -> String {
        let good = [
            ("environment", #""production""#), ("sha", "\"\(Call.sha)\""), ("ref", #""main""#),
            ("tag", "false"), ("status", #""success""#),
        ]
        let members = good.compactMap { key, value in
            key == name ? json.map { "\"\(key)\": \($0)" } : "\"\(key)\": \(value)"
        }
        return "{\(members.joined(separator: ", "))\(more)}"
    }

    @Test("a good payload is read, and written again in GitLab's order")
    func roundTrip() throws {
        let read = try read(payload("", nil)).get()
        #expect(read == Call.payload)
        let text = String(decoding: read.json, as: UTF8.self)
        #expect(
            text == #"{"environment":"production","sha":"\#(Call.sha)","ref":"main","#
                + #""tag":false,"status":"success"}"#
        )
        #expect(try self.read(text).get() == read)
    }

    @Test("tag may be a boolean or any string that GitLab turns into one")
    func tags() throws {
        let rows: [(String, Bool)] = [
            ("true", true), ("false", false), (#""true""#, true), (#""false""#, false),
            (#""1""#, true), (#""0""#, false), (#""yes""#, true), (#""no""#, false),
            (#""on""#, true), (#""off""#, false), (#""t""#, true), (#""f""#, false),
            (#""y""#, true), (#""n""#, false), (#""True""#, true), (#""FALSE""#, false),
        ]
        for (json, tag) in rows {
            #expect(try read(payload("tag", json)).get().tag == tag, "\(json)")
        }
    }

    @Test("a sha of 40 or 64 digits is taken in lower case")
    func shas() throws {
        for length in [40, 64] {
            let sha = String(repeating: "Ab", count: length / 2)
            #expect(try read(payload("sha", "\"\(sha)\"")).get().sha == sha.lowercased())
        }
    }

    @Test("a mistake names the member, the problem and what to do")
    func mistakes() throws {
        let long = String(repeating: "x", count: 256)
        let rows: [(String, member: String, problem: String, hint: String)] = [
            ("[]", "", "is an array, not an object", "write {"),
            ("null", "", "is null, not an object", "write {"),
            ("\"x\"", "", "is a string", "write {"),
            ("{}", "environment", "is missing", #"add "environment": "production""#),
            (payload("sha", nil), "sha", "is missing", #"add "sha""#),
            (payload("ref", nil), "ref", "is missing", #"add "ref": "main""#),
            (payload("tag", nil), "tag", "is missing", #"add "tag": false"#),
            (payload("status", nil), "status", "is missing", #"add "status""#),
            (payload("ref", "null"), "ref", "is null", "add"),
            (payload("tag", "null"), "tag", "is null", "add"),
            (payload("tag", "\"\""), "tag", "neither true nor false", "write true when"),
            (payload("tag", "\"maybe\""), "tag", "\"maybe\" is neither", "write true when"),
            (payload("tag", "2"), "tag", "a number is neither", "write true when"),
            (payload("environment", "5"), "environment", "is a number, not a string", "quotes"),
            (payload("environment", "\"\""), "environment", "is blank", "production"),
            (payload("environment", "\"a:b\""), "environment", "holds \":\"", "letters"),
            (payload("environment", "\"\(long)\""), "environment", "256 characters", "1 to 255"),
            (payload("ref", "\" \""), "ref", "is blank", "main"),
            (payload("ref", "\"<no value>\""), "ref", "white space", "branch or tag"),
            (payload("ref", "\"a:b\""), "ref", "a colon", "branch or tag"),
            (payload("ref", "\"-x\""), "ref", "a dash", "branch or tag"),
            (payload("ref", "\"a\\u0000\""), "ref", "control character", "branch or tag"),
            (payload("sha", "\"abc123\""), "sha", "\"abc123\" is not a full commit id", "40"),
            (payload("sha", "\"\(Call.sha)0\""), "sha", "not a full", "40"),
            (payload("sha", "\"g\(Call.sha.dropFirst())\""), "sha", "not a full", "40"),
            (payload("sha", "[]"), "sha", "is an array", "quotes"),
            (payload("status", "\"sucess\""), "status", "sucess", #"did you mean "success"?"#),
            (payload("status", "\"cancelled\""), "status", "", #"did you mean "canceled"?"#),
            (payload("status", "\"Success\""), "status", "", #"did you mean "success"?"#),
            (payload("status", "\"skipped\""), "status", "not one", "running, success, failed"),
            (payload("", nil, more: #", "env": 1"#), "env", "not a field", #""environment"?"#),
            (payload("", nil, more: #", "Sha": 1"#), "Sha", "not a field", #""sha"?"#),
            (payload("", nil, more: #", "branch": 1"#), "branch", "not a field", #""ref"?"#),
            (payload("", nil, more: #", "description": 1"#), "description", "", "there are five"),
            (payload("status", nil, more: #", "staus": 1"#), "staus", "", #""status"?"#),
        ]
        for row in rows {
            guard case .failure(let error) = try read(row.0) else {
                Issue.record("taken: \(row.0)")
                continue
            }
            #expect(error.member == row.member, "\(row.0)")
            #expect(error.problem.contains(row.problem), "\(row.0): \(error)")
            #expect(error.hint.contains(row.hint), "\(row.0): \(error)")
        }
    }

    @Test("statuses keep their names and their numbers on disk")
    func statuses() {
        let rows: [(DeploymentStatus, String, UInt8, isEnd: Bool)] = [
            (.running, "running", 1, false), (.success, "success", 2, true),
            (.failed, "failed", 3, true), (.canceled, "canceled", 4, true),
        ]
        for (status, name, number, isEnd) in rows {
            #expect(status.name == name)
            #expect(status.rawValue == number)
            #expect(status.isEnd == isEnd)
            #expect(DeploymentStatus(name: name) == status)
        }
        #expect(DeploymentStatus(name: "Running") == nil)
    }
}

@Suite("Environment name")
struct EnvironmentNameTests {
    @Test("GitLab's rule for names is ours")
    func rule() {
        let taken = [
            "production", "a", "review/feature-1", "A b_c-d.e", "${x}", "..", ".", " a ",
            String(repeating: "x", count: 255),
        ]
        for name in taken { #expect(EnvironmentName.problem(name) == nil, "\(name)") }
        let refused: [(String, String)] = [
            ("", "blank"), ("   ", "blank"), ("/a", "begins with a slash"), ("/", "slash"),
            ("a/", "ends with a slash"), ("a:b", "\":\""), ("a@b", "\"@\""), ("a#", "\"#\""),
            ("a+b", "\"+\""), ("(a)", "\"(\""), ("prodüktion", "U+00FC"), ("a\nb", "U+000A"),
            ("a\u{0}", "U+0000"), (String(repeating: "x", count: 256), "256"),
        ]
        for (name, words) in refused {
            #expect(EnvironmentName.problem(name)?.contains(words) == true, "\(name)")
        }
    }

    @Test("an external URL is a whole web address of up to 255 characters")
    func externalURLs() {
        for url in ["https://app.example/x?y=1#z", "http://a", "HTTPS://a"] {
            #expect(ExternalURL.problem(url) == nil, "\(url)")
        }
        let refused = [
            "", "app.example", "javascript:alert(1)", "data:text/html,x", "https://", "https:/x",
            "https://a b", "https://a\n", "https://" + String(repeating: "a", count: 250),
        ]
        for url in refused { #expect(ExternalURL.problem(url) != nil, "\(url)") }
    }
}
