import JSON
import Testing

/// The commands of DESIGN §2.1, with their exit codes.
@Suite("Commands", .serialized)
struct CommandTests {
    @Test("demo tells the whole life cycle and ends with GitLab's list")
    func demo() throws {
        let run = try CommandRun.relay(["demo", "--once"])
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        for words in [
            "deployment 1 made", "is failed", "rolls back", "a duplicate of delivery 6",
            "GitLab is back", "the attempt had reached GitLab", "is held: 401", "five rows",
        ] {
            #expect(run.output.contains(words), "\(run.output)")
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var words: [String]
        var environment: [String: String] = [:]
        var input = ""
        var code: Int32
        var output = ""
        var errors = ""

        var testDescription: String { words.joined(separator: " ") }
    }

    static let flat = """
        {"status":"success","environment":"production","ref":"main","tag":"false",
        "sha":"3558C191D74BAAF8D3D6F62FC0EEC1524D4AA29E"}
        """

    static let rows = [
        Row(words: [], code: 64, errors: "usage"),
        Row(words: ["help"], code: 0, output: "demo"),
        Row(words: ["help", "serve"], code: 0, output: "--sandbox"),
        Row(words: ["version"], code: 0, output: "deployment-relay 0."),
        Row(words: ["serv"], code: 64, errors: "did you mean serve"),
        Row(words: ["serve", "--sandbx"], code: 64, errors: "--sandbx"),
        Row(words: ["render"], code: 64, errors: "--hook"),
        Row(
            words: ["render", "--hook", "deployment", "-"],
            environment: ["GITLAB_PROJECT": "42"],
            input: flat,
            code: 0,
            output: "3558c191d74baaf8d3d6f62fc0eec1524d4aa29e"
        ),
        Row(
            words: ["render", "--hook", "deployment"],
            input: "{}",
            code: 65,
            output: "status"
        ),
        Row(words: ["health", "--url", "http://127.0.0.1:9"], code: 1, errors: "not ready"),
        Row(
            words: ["deliveries", "--url", "http://127.0.0.1:9"],
            code: 1,
            errors: "cannot be reached"
        ),
        Row(words: ["deliveries", "show"], code: 64, errors: "ID"),
        Row(
            words: ["check", "--offline"],
            environment: ["RELAY_DATA": "./data"],
            code: 0,
            output: "nothing is wrong"
        ),
        Row(
            words: ["check"],
            environment: ["RELAY_DATA": "./data"],
            code: 1,
            output: "GITLAB_TOKEN"
        ),
        Row(
            words: ["serve"],
            environment: ["RELAY_LISTN": "127.0.0.1:0"],
            code: 78,
            errors: "did you mean RELAY_LISTEN"
        ),
    ]

    @Test("each command says what it should, with its code", arguments: rows)
    func commands(_ row: Row) throws {
        let run = try CommandRun.relay(row.words, environment: row.environment, input: row.input)
        #expect(run.code == row.code, "\(run.output)\(run.errors)")
        #expect(run.output.contains(row.output), "\(run.output)")
        #expect(run.errors.contains(row.errors), "\(run.errors)")
    }

    @Test("a wrong setting ends the start with file, line, setting and remedy")
    func wrongSetting() throws {
        let folder = try Folder()
        let file = try folder.write(
            "{\n  \"version\": 1,\n  \"lisen\": \"127.0.0.1:0\"\n}\n",
            to: "c"
        )
        let run = try CommandRun.relay(["serve", "--config", file])
        #expect(run.code == 78)
        #expect(run.errors.contains("\(file):3:3: lisen:"), "\(run.errors)")
        #expect(run.errors.contains("did you mean \"listen\""), "\(run.errors)")
    }

    @Test("check asks GitLab and says what to do")
    func check() throws {
        let stage = try Stage()
        let right = try CommandRun.relay(
            ["check"],
            environment: stage.environment,
            in: stage.folder
        )
        #expect(right.code == 0, "\(right.output)\(right.errors)")
        #expect(right.output.contains("role Developer"), "\(right.output)")
        let environment = stage.environment.merging(["GITLAB_TOKEN": "glpat-wrong"]) { $1 }
        let wrong = try CommandRun.relay(["check"], environment: environment, in: stage.folder)
        #expect(wrong.code == 1)
        #expect(wrong.output.contains("to do"), "\(wrong.output)")
    }

    @Test("notify and deliveries talk to a running relay")
    func notify() async throws {
        let relay = try await Stage(["RELAY_ADMIN_TOKEN": "admin-token"]).start()
        let hooks = ["--url", "http://\(relay.hooks.address)"]
        let sent = try CommandRun.relay(
            ["notify", "--hook", "deployment"] + hooks,
            input: Self.flat
        )
        #expect(sent.code == 0, "\(sent.output)\(sent.errors)")
        #expect(sent.output.contains("\"gitlab\""), "\(sent.output)")
        let admin = ["--url", "http://\(relay.admin.address)"]
        let listed = try CommandRun.relay(["deliveries"] + admin)
        #expect(listed.output.contains("delivered"), "\(listed.output)\(listed.errors)")
        let shown = try CommandRun.relay(["deliveries", "show", "1"] + admin)
        #expect(shown.output.contains("GitLab made deployment 1"), "\(shown.output)")
        let dropped = try CommandRun.relay(
            ["deliveries", "drop", "1"] + admin,
            environment: ["RELAY_ADMIN_TOKEN": "admin-token"]
        )
        #expect(dropped.code == 1)
        #expect(dropped.errors.contains("delivered already"), "\(dropped.errors)")
        let health = try CommandRun.relay(["health"] + admin)
        #expect(health.code == 0)
    }
}
