import Formats
import Relay
import Simulation
import Testing
import Webhooks

@Suite("Intake: dead letters")
struct LetterTests {
    private static let event = ArgoEvent.running(1, at: "2026-04-17T10:20:30Z")

    @Test(
        "what is not JSON, or no object, is 400 with its position",
        arguments: [
            ("", "line 1, column 1"), ("{\"a\":\n  x}", "line 2, column 3"),
            ("[]", "line 1, column 1"), ("7", "line 1, column 1"), ("{} {}", "line 1, column 4"),
        ]
    )
    func broken(text: String, place: String) throws {
        var bench = try IntakeBench()
        let reception = bench.post("argocd", text)
        #expect(reception.status == 400)
        #expect(reception.reason?.hasPrefix(place) ?? false, "\(reception.reason ?? "")")
    }

    @Test("nesting beyond limits.jsonDepth is 400, a byte order mark is passed over")
    func depth() throws {
        var limits = Limits()
        limits.jsonDepth = 16
        var bench = try IntakeBench(limits: limits)
        let deep =
            #"{"a":"# + String(repeating: "[", count: 16) + String(repeating: "]", count: 16) + "}"
        #expect(bench.post("argocd", deep).status == 400)
        #expect(bench.post("argocd", [0xEF, 0xBB, 0xBF] + Self.event.body).word == "accepted")
    }

    @Test("a broken body says what makes broken bodies impossible")
    func remedy() throws {
        var bench = try IntakeBench()
        let body = try Fixture.bytes("argocd-42-invalid-json-unescaped-message.txt")
        #expect(bench.post("argocd", body).reason?.contains("toJson") ?? false)
    }

    @Test("the same body is kept once and counted, also over a restart")
    func once() throws {
        var bench = try IntakeBench()
        let first = bench.post("argocd", "{")
        for _ in 0..<3 { #expect(bench.post("argocd", "{").records.isEmpty) }
        bench.post("argocd", "{ ")
        bench.post("deployment", "{")
        #expect(bench.letters == 3)
        guard case .dead(let id, _, _) = first.outcome else {
            Issue.record("\(first)")
            return
        }
        #expect(bench.intake.repeats(of: id) == 4)
        try bench.restart()
        #expect(bench.post("argocd", "{").records.isEmpty)
        #expect(bench.letters == 3)
    }

    @Test("422 is kept once per object, operation, phase and reason, with the newest body")
    func perReason() throws {
        let hooks = try RelayProcess.hooks(project: nil)
        var bench = try IntakeBench(hooks)
        #expect(bench.post(Self.event).status == 422)
        let newer = Self.event.changed { $0.health = "Progressing" }
        let second = bench.post(newer)
        #expect(second.records.count == 1)
        #expect(bench.letters == 1)
        #expect(bench.post(newer).records.isEmpty)
        bench.post(Self.event.ended("Failed"))
        bench.post(Self.event.changed { $0.uid = "other" })
        bench.post(Self.event.changed { $0.startedAt = "2026-04-17T10:29:00Z" })
        #expect(bench.letters == 4)
    }

    @Test("a failing template's letters are told apart by their Applications")
    func failingTemplate() throws {
        let hooks = try RelayProcess.hooks { $0.sha = "{{index .app.metadata.none.list 7}}" }
        var bench = try IntakeBench(hooks)
        let reception = bench.post(Self.event)
        #expect(reception.status == 422)
        #expect(
            reception.reason?.contains("hooks.argocd.sha") ?? false,
            "\(reception.reason ?? "")"
        )
        bench.post(Self.event.changed { $0.uid = "other" })
        #expect(bench.letters == 2)
    }

    @Test("a body of another sender names its hook, and not the template that it would break")
    func misdirected() throws {
        let hooks = try RelayProcess.hooks { $0.sha = "{{index .app.metadata.none.list 7}}" }
        var bench = try IntakeBench(hooks)
        let body = try Fixture.bytes("flux-01-kustomization-succeeded.json")
        let reception = bench.post("argocd", body)
        #expect(reception.status == 422)
        #expect(reception.reason?.contains("/hooks/flux") ?? false, "\(reception.reason ?? "")")
        #expect(reception.reason?.contains("template") == false)
        #expect(bench.letters == 1)
    }

    @Test("what is passed over anyway is not held up by a failing template")
    func passedOver() throws {
        let hooks = try RelayProcess.hooks { $0.sha = "{{index .app.metadata.none.list 7}}" }
        var bench = try IntakeBench(hooks)
        #expect(bench.post(Self.event.changed { $0.sync = #","dryRun":true"# }).word == "ignored")
    }

    @Test("once the configuration is mended a letter becomes a delivery with the same id")
    func redelivered() throws {
        var bench = try IntakeBench(try RelayProcess.hooks(project: nil))
        guard case .dead(let id, _, _) = bench.post(Self.event).outcome else {
            Issue.record("not dead")
            return
        }
        #expect(bench.retake(id)?.status == 422)
        bench.replace(try RelayProcess.hooks())
        let again = bench.retake(id, generation: 2)
        let reception = try #require(again)
        #expect(reception.delivery?.id == id)
        #expect(reception.delivery?.generation == 2)
        #expect(bench.intake.repeats(of: id) == nil)
        #expect(bench.post(Self.event).word == "duplicate")
        try bench.restart()
        #expect(bench.post(Self.event).word == "duplicate")
        #expect(bench.intake.repeats(of: id) == nil)
    }

    @Test("a letter has done its duty when its operation is accepted after all")
    func superseded() throws {
        var bench = try IntakeBench(try RelayProcess.hooks(project: nil))
        guard case .dead(let id, _, _) = bench.post(Self.event).outcome else {
            Issue.record("not dead")
            return
        }
        bench.replace(try RelayProcess.hooks())
        #expect(bench.post(Self.event.ended("Succeeded")).supersededLetters == [id])
        #expect(bench.intake.repeats(of: id) == nil)
    }

    @Test("a letter that is dropped, or superseded before a restart, is not known any more")
    func forgotten() throws {
        var bench = try IntakeBench(try RelayProcess.hooks(project: nil))
        guard case .dead(let id, _, _) = bench.post(Self.event).outcome else {
            Issue.record("not dead")
            return
        }
        bench.replace(try RelayProcess.hooks())
        bench.post(Self.event)
        try bench.restart()
        #expect(bench.intake.repeats(of: id) == nil)
    }

    struct Row: CustomTestStringConvertible {
        let annotations: String
        let words: String

        var testDescription: String { annotations }
    }

    @Test(
        "places that GitLab or the hook refuses are refused before they are sent",
        arguments: [
            Row(annotations: #""deployment-relay/environment":"prod:eu""#, words: "\":\""),
            Row(annotations: #""deployment-relay/environment":"/prod""#, words: "slash"),
            Row(
                annotations: #""deployment-relay/project":"parcel""#,
                words: "neither a number nor a path"
            ),
            Row(
                annotations: #""deployment-relay/project":"/parcel""#,
                words: "neither a number nor a path"
            ),
            Row(
                annotations: #""deployment-relay/project":"a//b""#,
                words: "neither a number nor a path"
            ),
            Row(
                annotations: #""deployment-relay/project":"-1""#,
                words: "neither a number nor a path"
            ),
        ]
    )
    func refusedPlaces(row: Row) throws {
        var bench = try IntakeBench()
        let reception = bench.post(Self.event.changed { $0.annotations = row.annotations })
        #expect(reception.status == 422)
        #expect(reception.reason?.contains(row.words) ?? false, "\(reception.reason ?? "")")
    }

    @Test(
        "a hook's patterns bound what it may write to",
        arguments: [
            ("fleet/a", "review/7", true), ("Fleet/A", "review/7", true),
            ("fleet/a", "production", false),
            ("other/a", "review/7", false), ("42", "review/7", false),
            ("fleet/a", "Review/7", false),
        ]
    )
    func patterns(project: String, environment: String, isFine: Bool) throws {
        let hooks = try RelayProcess.hooks {
            ($0.projects, $0.environments) = (["fleet/*", "x/y"], ["review/*", "staging"])
        }
        var bench = try IntakeBench(hooks)
        let reception = bench.post(
            Self.event.changed {
                $0.annotations =
                    #""deployment-relay/project":"\#(project)","#
                    + #""deployment-relay/environment":"\#(environment)""#
            }
        )
        #expect(reception.status == (isFine ? 202 : 422))
        if !isFine { #expect(reception.reason?.contains("hooks.argocd.") ?? false) }
    }
}
