import Formats
import GitLab
import JSON
import Relay
import Simulation
import Testing

/// One request of `expected.json`, and what must come of it.
struct ExpectedStep {
    let file: String
    let hook: String
    let path: String
    let state: String
    let http: Int
    let deployment: JSONValue?
    let gitlabCall: JSONValue?

    init?(_ value: JSONValue) {
        let names = ["argocd", "heroku", "flux", "deployment", "api-v4"]
        guard let file = value["file"]?.string, let hook = value["hook"]?.string,
            names.contains(hook), value["method"] == nil, let path = value["path"]?.string,
            let expect = value["expect"], let state = expect["state"]?.string,
            let http = expect["http"]?.number?.int64
        else { return nil }
        (self.file, self.path, self.state) = (file, path, state)
        self.hook = hook == "api-v4" ? "deployment" : hook
        self.http = Int(http)
        deployment = expect["deployment"]
        gitlabCall = expect["gitlab_call"]
    }

    func post(to world: inout World) throws -> Reception? {
        let project = path.hasPrefix("/api/v4/") ? "42" : nil
        return try world.post(hook, Fixture.bytes(file), project: project)
    }
}

/// A case of `expected.json`: one request to a relay that has seen nothing.
struct ExpectedCase: CustomTestStringConvertible {
    let name: String
    let at: String?
    let step: ExpectedStep
    let gitlabURL: String?
    let hasProject: Bool

    var testDescription: String { name }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let step = ExpectedStep(value) else { return nil }
        self.name = name
        self.step = step
        at = value["at"]?.string
        gitlabURL = value["env"]?["GITLAB_URL"]?.string
        hasProject = value["env"]?["GITLAB_PROJECT"].map { !$0.isNull } ?? true
    }

    static let all: [ExpectedCase] = {
        let cases = (try? Fixture.json("expected.json"))?["cases"]
        return cases.map { $0.elements.compactMap(ExpectedCase.init) } ?? []
    }()
}

/// Several requests to one relay.
struct ExpectedSequence: CustomTestStringConvertible {
    let name: String
    let at: String?
    let isBurst: Bool
    let steps: [ExpectedStep]
    let final: JSONValue

    var testDescription: String { name }

    init?(_ value: JSONValue) {
        guard let name = value["name"]?.string, let steps = value["steps"],
            let final = value["final"]
        else { return nil }
        self.name = name
        self.final = final
        self.steps = steps.elements.compactMap(ExpectedStep.init)
        guard self.steps.count == steps.count else { return nil }
        at = value["at"]?.string
        isBurst = value["pace"]?.string == "burst"
    }

    static let all: [ExpectedSequence] = {
        let sequences = (try? Fixture.json("expected.json"))?["sequences"]
        return sequences.map { $0.elements.compactMap(ExpectedSequence.init) } ?? []
    }()
}

@Suite("The shared expectations, decided and told to a model of GitLab")
struct ExpectedTests {
    @Test("the tables are there, whole")
    func areThere() {
        #expect(ExpectedCase.all.count >= 46)
        #expect(ExpectedSequence.all.count == 21)
    }

    private static func project(_ text: String?) -> Int? {
        switch text {
        case "42", "fleet/deploy/parcel-config": 42
        case "43", "fleet/services/parcel-api": 43
        default: nil
        }
    }

    private static func isFine(_ row: GitLabModel.Row, _ wanted: JSONValue) -> Bool {
        func fits(_ member: String, _ value: String) -> Bool {
            wanted[member].map { $0.string == value } ?? true
        }
        return fits("status", row.status.name) && fits("environment", row.environment)
            && fits("sha", row.sha) && fits("ref", row.ref)
            && (wanted["tag"]?.bool).map { $0 == row.tag } ?? true
            && project(wanted["project"]?.string) == row.project
    }

    @Test("a single request becomes what it must", arguments: ExpectedCase.all)
    func single(wanted: ExpectedCase) throws {
        let hooks = try RelayProcess.hooks(
            url: wanted.gitlabURL?.replacing("PORT", with: "8929") ?? "http://127.0.0.1:8929",
            project: wanted.hasProject ? "42" : nil
        )
        var world = try World(at: wanted.at ?? "2026-04-20T00:00:00Z", hooks: hooks)
        let reception = try #require(try wanted.step.post(to: &world))
        #expect(reception.word == wanted.step.state, "\(reception.reason ?? "")")
        #expect(reception.status == wanted.step.http)
        try world.settle()
        guard let deployment = wanted.step.deployment, !deployment.isNull else {
            #expect(world.gitlab.rows.isEmpty)
            return
        }
        if let place = reception.delivery?.place {
            #expect(place.environment == deployment["environment"]?.string)
            #expect(place.sha == deployment["sha"]?.string)
            #expect(place.project == deployment["project"]?.string)
        }
        try #require(world.gitlab.rows.count == 1)
        #expect(Self.isFine(world.gitlab.rows[0], deployment), "\(world.gitlab.rows[0])")
        if let call = wanted.step.gitlabCall?.string {
            #expect(world.gitlab.count(call) == 1)
            #expect(world.gitlab.count("POST") + world.gitlab.count("PUT") == 1)
        }
    }

    @Test("a sequence ends as it must", arguments: ExpectedSequence.all)
    func sequence(wanted: ExpectedSequence) throws {
        var world = try World(at: wanted.at ?? "2026-04-20T00:00:00Z")
        for step in wanted.steps {
            let reception = try #require(try step.post(to: &world))
            #expect(reception.word == step.state, "\(step.file): \(reception.reason ?? "")")
            #expect(reception.status == step.http)
            if !wanted.isBurst { try world.settle() }
        }
        try world.settle()
        try Self.check(world, wanted.final)
    }

    @Test("a restart after every step changes nothing", arguments: ExpectedSequence.all)
    func restarted(wanted: ExpectedSequence) throws {
        var world = try World(at: wanted.at ?? "2026-04-20T00:00:00Z")
        for step in wanted.steps {
            let reception = try #require(try step.post(to: &world))
            #expect(reception.word == step.state, "\(step.file): \(reception.reason ?? "")")
            if !wanted.isBurst { try world.settle() }
            try world.crash()
            try world.boot()
        }
        try world.settle()
        try Self.check(world, wanted.final)
    }

    private static func check(_ world: World, _ final: JSONValue) throws {
        var left = world.gitlab.rows
        let wanted = try #require(final["deployments"])
        #expect(left.count == wanted.count)
        for deployment in wanted.elements {
            let place = left.firstIndex { isFine($0, deployment) }
            guard let place else {
                Issue.record("missing: \(String(decoding: deployment.text, as: UTF8.self))")
                continue
            }
            left.remove(at: place)
        }
        for (method, count) in final["calls"]?.members ?? [] {
            #expect(world.gitlab.count(method) == Int(count.number?.int64 ?? -1), "\(method)")
        }
        if let current = final["current"] {
            for (environment, sha) in current.members {
                #expect(world.gitlab.current(environment, of: 42)?.sha == sha.string)
            }
            if current.count == 0 { #expect(!world.gitlab.rows.contains { $0.status == .success }) }
        }
        if final["noRunning"]?.bool == true {
            #expect(!world.gitlab.rows.contains { $0.status == .running })
        }
        if let letters = final["deadLetters"]?.number?.int64 {
            var filter = Ledger.Filter()
            filter.state = .dead
            #expect(world.relay?.ledger.list(filter).entries.count == Int(letters))
        }
    }
}
