import JSON
import Testing
import Webhooks

@Suite("Flat bodies")
struct FlatReaderTests {
    static let commit = ApplicationBody.commit

    static func read(_ text: String, choices: HookChoices = HookChoices()) throws -> Reading {
        let reader = SenderReader(
            sender: .flat,
            argocd: ArgoCDSettings(),
            hosts: RepositoryHosts(gitlabURL: "https://gitlab.com", more: [])
        )
        return reader.read(try json(text), WebhookRequest(), choices: choices)
    }

    /// The recipe's body, with members changed, added or (by nil) left out.
    static func body(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String?] = [
            "status": #""success""#, "environment": #""production""#, "sha": "\"\(commit)\"",
            "ref": #""main""#, "tag": #""false""#,
        ]
        for (name, value) in changes { members[name] = value }
        let pairs = members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return "{\(pairs.sorted().joined(separator: ","))}"
    }

    @Test("the documented recipe is understood")
    func recipe() throws {
        let report = try Self.read(Self.body()).asReport
        #expect(report.statement == .success)
        #expect(report.operation == nil)
        #expect(report.environment?.value == "production")
        #expect(report.sha?.value == Self.commit)
        #expect(report.refWord == "main")
        #expect(!report.tag)
    }

    @Test(
        "the four statuses are taken as they are",
        arguments: ["running", "success", "failed", "canceled"]
    )
    func statuses(word: String) throws {
        let report = try Self.read(Self.body(["status": "\"\(word)\""])).asReport
        #expect(report.statement.description == word)
    }

    struct Wrong: CustomTestStringConvertible {
        let member: String
        let value: String?
        let problem: String

        var testDescription: String { "\(member) \(value ?? "missing")" }
    }

    @Test(
        "a member that is missing, null or wrong is named",
        arguments: [
            Wrong(member: "status", value: nil, problem: "is missing"),
            Wrong(member: "status", value: "null", problem: "is null"),
            Wrong(member: "status", value: "7", problem: "is a number, not a string"),
            Wrong(member: "status", value: #""Success""#, problem: "none of GitLab's"),
            Wrong(member: "status", value: #""cancelled""#, problem: "none of GitLab's"),
            Wrong(member: "environment", value: nil, problem: "is missing"),
            Wrong(member: "environment", value: #""""#, problem: "is empty"),
            Wrong(member: "environment", value: #"["a"]"#, problem: "is an array, not a"),
            Wrong(member: "sha", value: nil, problem: "is missing"),
            Wrong(member: "sha", value: #""<no value>""#, problem: "<no value>"),
            Wrong(member: "sha", value: #""<nil>""#, problem: "<nil>"),
            Wrong(member: "sha", value: #""07aa5a0d""#, problem: "40 or 64 hex digits"),
            Wrong(member: "sha", value: "{}", problem: "is an object, not a string"),
            Wrong(member: "ref", value: nil, problem: "is missing"),
            Wrong(member: "ref", value: #""<no value>""#, problem: "<no value>"),
            Wrong(member: "tag", value: #""maybe""#, problem: "no boolean"),
            Wrong(member: "tag", value: "2", problem: "no boolean"),
            Wrong(member: "tag", value: "[]", problem: "is an array, not a"),
            Wrong(member: "project", value: "true", problem: "is a boolean, not a string"),
            Wrong(member: "operation", value: "{}", problem: "is an object, not a string"),
        ]
    )
    func wrong(row: Wrong) throws {
        let flaw = try Self.read(Self.body([row.member: row.value])).asFlaw
        #expect(flaw.member == row.member)
        #expect(flaw.problem.contains(row.problem), "\(flaw.problem)")
    }

    @Test("two environments' flaws are told apart")
    func object() throws {
        let one = try Self.read(Self.body(["sha": nil])).asFlaw
        let two = try Self.read(Self.body(["sha": nil, "environment": #""staging""#])).asFlaw
        #expect(one.object != two.object)
        #expect(one.phase == "success")
    }

    @Test(
        "a tag is what GitLab would take for one; without it the ref's name decides",
        arguments: [
            ("true", "main", true), (#""true""#, "main", true), (#""1""#, "main", true),
            ("1", "main", true), (#""F""#, "v1.0", false), ("false", "v1.0", false),
            ("0", "v1.0", false), ("null", "v1.0", true), (#""""#, "v1.0", true),
            (#""<no value>""#, "main", false),
        ]
    )
    func tag(value: String, ref: String, isTag: Bool) throws {
        let report = try Self.read(Self.body(["tag": value, "ref": "\"\(ref)\""])).asReport
        #expect(report.tag == isTag)
        let without = try Self.read(Self.body(["tag": nil, "ref": "\"refs/tags/x\""])).asReport
        #expect(without.tag)
        #expect(without.refWord == "x")
    }

    @Test("a HEAD, a commit and a range as ref are the default branch")
    func defaultBranch() throws {
        for ref in ["HEAD", Self.commit, String(Self.commit.prefix(8)), "refs/pull/7/head"] {
            #expect(try Self.read(Self.body(["ref": "\"\(ref)\""])).asReport.refWord == "default")
        }
    }

    @Test("numbers are the text they are, as GitLab coerces them")
    func numbers() throws {
        let text = Self.body(["project": "42", "operation": "7", "environment": "2026"])
        let report = try Self.read(text).asReport
        #expect(report.project?.value == "42")
        #expect(report.operation == "7")
        #expect(report.environment?.value == "2026")
    }

    @Test("of repeated members the last one counts")
    func repeated() throws {
        let text = Self.body().dropLast() + #","environment":"staging"}"#
        #expect(try Self.read(String(text)).asReport.environment?.value == "staging")
    }

    @Test("a hook's own templates make any JSON flat")
    func choices() throws {
        var choices = HookChoices()
        choices.project = "fleet/api"
        choices.environment = "production"
        choices.sha = Self.commit.uppercased()
        choices.ref = "main"
        choices.status = "success"
        choices.operation = "17"
        choices.tag = "false"
        choices.tier = "production"
        choices.externalURL = "https://api.example.com"
        let report = try Self.read(#"{"rollout":{}}"#, choices: choices).asReport
        #expect(report.project?.value == "fleet/api")
        #expect(report.environment?.value == "production")
        #expect(report.sha?.value == Self.commit)
        #expect(report.operation == "17")
        #expect(report.statement == .success)
        #expect(report.tier?.value == "production")
        #expect(report.externalURL?.value == "https://api.example.com")
    }
}
