import Formats
import GitLab
import Relay
import Simulation
import Testing
import Webhooks

@Suite("Intake: flat bodies, Heroku, Flux and hooks of one's own")
struct OtherSenderTests {
    private static func flat(
        _ status: String,
        _ number: Int,
        environment: String = "production",
        more: String = ""
    ) -> String {
        """
        {"status":"\(status)","environment":"\(environment)","ref":"main",\
        "sha":"\(ArgoEvent.shas[number])"\(more)}
        """
    }

    @Test("unnamed flat bodies: an end joins what runs, repetition is known, there and back is new")
    func unnamed() throws {
        let rows: [([(String, Int)], [String])] = [
            ([("running", 1), ("success", 1)], ["accepted", "accepted"]),
            ([("running", 1), ("running", 1)], ["accepted", "duplicate"]),
            ([("success", 1), ("success", 1)], ["accepted", "duplicate"]),
            (
                [("success", 1), ("success", 2), ("success", 1)],
                ["accepted", "accepted", "accepted"]
            ),
            (
                [("running", 1), ("success", 1), ("success", 1)],
                ["accepted", "accepted", "duplicate"]
            ),
            (
                [("running", 1), ("success", 1), ("running", 1)],
                ["accepted", "accepted", "accepted"]
            ),
            ([("failed", 1), ("success", 1)], ["accepted", "accepted"]),
        ]
        for (events, words) in rows {
            var bench = try IntakeBench()
            let told = events.map { bench.post("deployment", Self.flat($0.0, $0.1)).word }
            #expect(told == words, "\(events)")
        }
    }

    @Test("an unnamed end belongs to the operation that it joins, else to one of its own")
    func joins() throws {
        var bench = try IntakeBench()
        bench.post("deployment", Self.flat("running", 1))
        bench.post("deployment", Self.flat("success", 1))
        bench.post("deployment", Self.flat("success", 2))
        let operations = bench.log.compactMap { $0.delivery?.operation.identity }
        #expect(operations[0] == operations[1])
        #expect(operations[1] != operations[2])
    }

    @Test("another commit closes what runs in that environment, and in no other")
    func closes() throws {
        var bench = try IntakeBench()
        bench.post("deployment", Self.flat("running", 1))
        bench.post("deployment", Self.flat("running", 2, environment: "staging"))
        bench.post("deployment", Self.flat("success", 3))
        #expect(bench.story == ["1 running", "2 running", "1 canceled (closing)", "3 success"])
    }

    @Test("named flat operations are told apart by their names within project and environment")
    func named() throws {
        var bench = try IntakeBench()
        let seven = #","operation":"7""#
        #expect(bench.post("deployment", Self.flat("running", 1, more: seven)).word == "accepted")
        #expect(bench.post("deployment", Self.flat("running", 1, more: seven)).word == "duplicate")
        #expect(bench.post("deployment", Self.flat("failed", 1, more: seven)).word == "accepted")
        #expect(bench.post("deployment", Self.flat("success", 1, more: seven)).word == "accepted")
        let elsewhere = Self.flat("running", 1, environment: "staging", more: seven)
        #expect(bench.post("deployment", elsewhere).word == "accepted")
    }

    @Test("a template that writes another ref leaves repetition known")
    func rewritten() throws {
        let text = """
            {"environment": "{{.deployment.environment}}", "sha": "{{.deployment.sha}}",
             "ref": "release/{{.deployment.ref}}", "tag": false, "status": "{{.deployment.status}}"}
            """
        let hooks = try RelayProcess.hooks {
            $0.template = TemplateText(name: "own.tmpl", text: Array(text.utf8))
        }
        var bench = try IntakeBench(hooks)
        let first = bench.post("deployment", Self.flat("running", 1))
        #expect(first.delivery?.place.ref == "release/main")
        #expect(bench.post("deployment", Self.flat("running", 1)).word == "duplicate")
        #expect(bench.post("deployment", Self.flat("success", 1)).word == "accepted")
        #expect(bench.post("deployment", Self.flat("success", 1)).word == "duplicate")
    }

    // MARK: - Heroku

    private static func release(
        _ id: String,
        _ status: String,
        _ number: Int,
        at created: String = "2026-04-17T10:00:00Z",
        resource: String = "release",
        current: Bool = true
    ) -> String {
        """
        {"resource":"\(resource)","data":{"id":"\(id)","status":"\(status)","current":\(current),\
        "description":"Deploy it","slug":{"commit":"\(ArgoEvent.shas[number])"},\
        "app":{"id":"a","name":"quote"},"created_at":"\(created)","updated_at":"\(created)"}}
        """
    }

    @Test("a build that fails is an operation of its own and closes nothing")
    func failedBuild() throws {
        var bench = try IntakeBench()
        bench.post("heroku", Self.release("r", "pending", 1))
        let build = Self.release("b", "failed", 2, at: "2026-04-17T10:05:00Z", resource: "build")
        bench.post("heroku", build)
        bench.post("heroku", Self.release("r", "succeeded", 1))
        #expect(bench.story == ["1 running", "2 failed", "1 success"])
    }

    @Test("an older release's late success begins nothing, yet ends what is known")
    func notCurrent() throws {
        var bench = try IntakeBench()
        let late = Self.release("r", "succeeded", 1, current: false)
        #expect(bench.post("heroku", late).word == "ignored")
        bench.post("heroku", Self.release("r", "pending", 1, current: false))
        #expect(bench.post("heroku", late).word == "accepted")
    }

    // MARK: - Flux

    private static func flux(_ number: Int, _ reason: String = "ReconciliationSucceeded") -> String
    {
        let severity = reason == "HealthCheckFailed" ? "error" : "info"
        return """
            {"involvedObject":{"kind":"Kustomization","name":"quote-api","uid":"k"},\
            "severity":"\(severity)","reason":"\(reason)",\
            "metadata":{"revision":"main@sha1:\(ArgoEvent.shas[number])"}}
            """
    }

    @Test("a revision that comes back after another one is a rollback")
    func fluxRollback() throws {
        var bench = try IntakeBench()
        let words = [1, 1, 2, 1, 1].map { bench.post("flux", Self.flux($0)).word }
        #expect(words == ["accepted", "duplicate", "accepted", "accepted", "duplicate"])
        try bench.restart()
        #expect(bench.post("flux", Self.flux(1)).word == "duplicate")
        #expect(bench.post("flux", Self.flux(2)).word == "accepted")
    }

    @Test("a failure after the success of the same revision is kept out, before it it is told")
    func fluxFailure() throws {
        var bench = try IntakeBench()
        #expect(bench.post("flux", Self.flux(1, "Progressing")).word == "accepted")
        #expect(bench.post("flux", Self.flux(1, "HealthCheckFailed")).word == "accepted")
        #expect(bench.post("flux", Self.flux(1)).word == "accepted")
        #expect(bench.post("flux", Self.flux(1, "HealthCheckFailed")).word == "ignored")
        #expect(bench.story == ["1 running", "1 failed", "1 success"])
    }

    @Test("what names no commit is passed over, not a dead letter")
    func fluxNoCommit() throws {
        var bench = try IntakeBench()
        for revision in ["", #""revision":"3.2.1""#] {
            let text = """
                {"involvedObject":{"kind":"HelmRelease","name":"cache","uid":"h"},\
                "severity":"info","reason":"UpgradeSucceeded","metadata":{\(revision)}}
                """
            #expect(bench.post("flux", text).word == "ignored")
        }
    }

    // MARK: - Hooks of one's own

    private static func own(_ name: String, _ change: (inout HookSettings) -> Void) throws -> [Hook]
    {
        var settings = HookSettings(name: name, sender: .flat)
        change(&settings)
        var endpoint = EndpointSettings(name: "default")
        endpoint.project = "42"
        return [try Hook(settings, endpoint: endpoint)]
    }

    @Test("a CDEvents body becomes a deployment by a hook's templates")
    func cdevents() throws {
        let hooks = try Self.own("cdevents") { hook in
            hook.status = "success"
            hook.environment = "{{.subject.content.environment.id}}"
            hook.project = "{{.customData.gitlab.project}}"
            hook.sha = "{{.customData.gitlab.sha}}"
            hook.ref = "{{.customData.gitlab.ref}}"
            hook.operation = "{{.context.id}}"
        }
        var bench = try IntakeBench(hooks)
        let body = try Fixture.bytes("cdevents-01-service-deployed.json")
        let place = try #require(bench.post("cdevents", body).delivery?.place)
        #expect(place.project == "fleet/services/quote-api")
        #expect(place.environment == "production")
        #expect(place.sha == "9d1bfed26fc22e2f32f4980e15b90a4d4647b64e")
        #expect(bench.post("cdevents", body).word == "duplicate")
    }

    @Test("an Argo Rollouts body becomes a deployment, or a letter when it names no commit")
    func rollouts() throws {
        let body = try Fixture.bytes("rollouts-01-completed.json")
        func hooks(sha: String) throws -> [Hook] {
            try Self.own("rollouts") { hook in
                hook.status =
                    "{{if eq .rollout.status.phase \"Healthy\"}}success{{else}}running{{end}}"
                hook.environment = "{{.rollout.metadata.namespace}}"
                hook.sha = sha
                hook.ref = "main"
            }
        }
        var bench = try IntakeBench(try hooks(sha: ArgoEvent.shas[3]))
        let delivery = try #require(bench.post("rollouts", body).delivery)
        #expect(delivery.status == .success)
        #expect(delivery.place.environment == "parcel-production")
        var without = try IntakeBench(try hooks(sha: "{{.rollout.spec.none}}"))
        #expect(without.post("rollouts", body).status == 422)
    }

    @Test("an environment's template makes previews, an image's tag the commit")
    func previews() throws {
        let hooks = try RelayProcess.hooks { hook in
            guard hook.sender == .argocd else { return }
            hook.environment = "review/{{.app.metadata.name}}"
            hook.sha = "{{index .app.metadata.annotations \"ci/commit\"}}"
        }
        var bench = try IntakeBench(hooks)
        let event = ArgoEvent(annotations: #""ci/commit":"\#(ArgoEvent.shas[9])""#)
        let place = try #require(bench.post(event).delivery?.place)
        #expect(place.environment == "review/parcel")
        #expect(place.sha == ArgoEvent.shas[9])
    }
}
