import Relay
import Simulation
import Testing
import Webhooks

@Suite("Intake: environments that go with their Applications")
struct DeletionTests {
    private static let first = ArgoEvent.running(1, at: "2026-04-17T10:20:30Z")

    private static func hooks() throws -> [Hook] {
        try RelayProcess.hooks { $0.argocd.onDelete = .stop }
    }

    private static func deleted(_ event: ArgoEvent) -> ArgoEvent {
        event.changed { $0.metadata = #","deletionTimestamp":"2026-04-17T11:00:00Z""# }
    }

    private static func named(_ uid: String, _ environment: String, project: String = "42")
        -> ArgoEvent
    {
        first.changed {
            ($0.uid, $0.name) = (uid, uid)
            $0.annotations =
                #""deployment-relay/environment":"\#(environment)","#
                + #""deployment-relay/project":"\#(project)""#
        }
    }

    /// What the deletions became: `true` stops, `false` stays.
    private static func stops(_ bench: IntakeBench) -> [Bool] {
        bench.log.compactMap { record in
            guard case .deletion(_, let stops) = record.delivery?.cause else { return nil }
            return stops
        }
    }

    @Test("what is open is closed, then the environment is stopped, once")
    func stops() throws {
        var bench = try IntakeBench(try Self.hooks())
        bench.post(Self.first)
        let reception = bench.post(Self.deleted(Self.first))
        #expect(reception.word == "ignored")
        #expect(reception.records.count == 2)
        let delivery = try #require(reception.records.last?.delivery)
        #expect(delivery.cause.words?.contains("onDelete") ?? false)
        #expect(delivery.place == bench.log.first?.delivery?.place)
        #expect(bench.post(Self.deleted(Self.first)).records.isEmpty)
        try bench.restart(try Self.hooks())
        #expect(bench.post(Self.deleted(Self.first)).records.isEmpty)
        #expect(Self.stops(bench) == [true])
    }

    @Test("by default nothing is stopped; of what was never known neither")
    func ignored() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        bench.post(Self.deleted(Self.first))
        #expect(Self.stops(bench).isEmpty)
        var unknown = try IntakeBench(try Self.hooks())
        #expect(unknown.post(Self.deleted(Self.first)).records.isEmpty)
    }

    @Test("an environment that another known Application uses stays, until that one goes too")
    func shared() throws {
        var bench = try IntakeBench(try Self.hooks())
        bench.post(Self.named("a", "shared"))
        bench.post(Self.named("b", "shared"))
        let stays = bench.post(Self.deleted(Self.named("a", "shared")))
        #expect(stays.records.last?.delivery?.cause.words?.contains("b uses it") ?? false)
        try bench.restart(try Self.hooks())
        bench.post(Self.deleted(Self.named("b", "shared")))
        #expect(Self.stops(bench) == [false, true])
    }

    @Test(
        "another project or environment is another one; a number and a path may be the same",
        arguments: [
            ("42", "e", "43", "e", true), ("42", "e", "42", "f", true),
            ("a/b", "e", "A/B", "e", false), ("a/b", "e", "a/c", "e", true),
            ("42", "e", "a/b", "e", false),
        ]
    )
    func places(project: String, name: String, other: String, otherName: String, stops: Bool) throws
    {
        var bench = try IntakeBench(try Self.hooks())
        bench.post(Self.named("a", name, project: project))
        bench.post(Self.named("b", otherName, project: other))
        bench.post(Self.deleted(Self.named("a", name, project: project)))
        #expect(Self.stops(bench) == [stops])
    }

    @Test("an Application that has moved leaves the environment it was in to itself")
    func moved() throws {
        var bench = try IntakeBench(try Self.hooks())
        bench.post(Self.named("a", "old"))
        let next = Self.named("a", "new").changed {
            ($0.startedAt, $0.sha) = ("2026-04-17T10:25:00Z", ArgoEvent.shas[2])
        }
        bench.post(next)
        bench.post(Self.deleted(next))
        #expect(bench.log.last?.delivery?.place.environment == "new")
    }

    @Test("a stop that is dead may be asked for again, and one whose turn failed never was")
    func forgotten() throws {
        var bench = try IntakeBench(try Self.hooks())
        bench.post(Self.first)
        #expect(bench.postInVain(Self.deleted(Self.first)).records.count == 2)
        let delivery = try #require(bench.post(Self.deleted(Self.first)).records.last?.delivery)
        bench.forget(delivery)
        #expect(bench.post(Self.deleted(Self.first)).records.count == 1)
        try bench.restart(try Self.hooks(), forgotten: [delivery.id])
        #expect(bench.post(Self.deleted(Self.first)).records.isEmpty)
    }
}
