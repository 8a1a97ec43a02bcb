import Formats
import JSON
import Testing
import Webhooks

/// One case of `expected.json`, as far as a body alone decides it.
struct ExpectedCase: CustomTestStringConvertible {
    let name: String
    let file: String
    let sender: Sender
    let path: String
    /// `accepted`, `ignored` or `dead`.
    let state: String
    let status: String?
    let environment: String?
    let sha: String?
    let ref: String?
    let tag: Bool?
    let project: String?

    var testDescription: String { name }

    init?(_ value: JSONValue) {
        let senders: [String: Sender] = [
            "argocd": .argocd, "heroku": .heroku, "flux": .flux, "deployment": .flat,
            "api-v4": .flat,
        ]
        guard let name = value["name"]?.string, let file = value["file"]?.string,
            let sender = value["hook"]?.string.flatMap({ senders[$0] }),
            let path = value["path"]?.string, let state = value["expect"]?["state"]?.string,
            !file.hasSuffix(".txt"), !name.contains("a-day-late"), !name.contains("no-project")
        else { return nil }
        let wanted = value["expect"]?["deployment"]
        (self.name, self.file, self.sender, self.path) = (name, file, sender, path)
        self.state = state
        status = wanted?["status"]?.string
        environment = wanted?["environment"]?.string
        sha = wanted?["sha"]?.string
        ref = wanted?["ref"]?.string
        tag = wanted?["tag"]?.bool
        project = wanted?["project"]?.string
    }

    static let all: [ExpectedCase] = {
        let cases = (try? Fixture.json("expected.json"))?["cases"]
        return cases.map { $0.elements.compactMap(ExpectedCase.init) } ?? []
    }()
}

@Suite("What the shared bodies say")
struct ExpectedReadingTests {
    @Test("the table of expectations is there")
    func isThere() {
        #expect(ExpectedCase.all.count >= 40)
    }

    @Test("a shared body says what expected.json has", arguments: ExpectedCase.all)
    func reads(wanted: ExpectedCase) throws {
        let hosts = RepositoryHosts(gitlabURL: "https://gitlab.kestrel.example", more: [])
        let reader = SenderReader(sender: wanted.sender, argocd: ArgoCDSettings(), hosts: hosts)
        let project = wanted.path.hasPrefix("/api/v4/") ? "42" : nil
        let reading = reader.read(
            try Fixture.json(wanted.file),
            WebhookRequest(pathProject: project)
        )
        switch (wanted.state, reading) {
        case ("accepted", .report(let report)): check(report, wanted)
        case ("ignored", .ignored): break
        case ("ignored", .report(let report)):
            // Not recorded for want of a commit, or because it waits for its end.
            if case .between = report.statement { break }
            #expect(report.sha == nil && report.shaMissing != nil)
        case ("dead", .unusable(let flaw)): #expect(!flaw.hint.isEmpty)
        default: Issue.record("\(wanted.state) wanted, read \(reading)")
        }
    }

    private func check(_ report: Report, _ wanted: ExpectedCase) {
        let status: String? = report.statement == .degraded ? "failed" : "\(report.statement)"
        #expect(status == wanted.status)
        #expect(report.environment?.value == wanted.environment)
        #expect(report.sha?.value == wanted.sha)
        if let tag = wanted.tag { #expect(report.tag == tag) }
        if let ref = wanted.ref {
            switch report.ref {
            case .name(let name, _): #expect(name == ref)
            // The projects of `assumes` call theirs main.
            case .defaultBranch: #expect(ref == "main")
            case nil: Issue.record("no ref at all")
            }
        }
    }
}
