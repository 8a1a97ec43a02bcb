import Formats
import GitLab
import Relay
import Simulation
import Testing
import Webhooks

@Suite("Intake: operations of an Application")
struct OperationTests {
    private static let first = ArgoEvent.running(1, at: "2026-04-17T10:20:30Z")
    private static let second = ArgoEvent.running(2, at: "2026-04-17T10:25:00Z")

    private static func hooks(_ change: (inout ArgoCDSettings) -> Void) throws -> [Hook] {
        try RelayProcess.hooks { change(&$0.argocd) }
    }

    @Test("the first four statuses of the shared bodies, in any order, end the same")
    func anyOrder() throws {
        let names = [
            "01-running-initial", "03-running-retry-wait", "04-succeeded-progressing",
            "05-succeeded-healthy",
        ]
        let bodies = try names.map { try Fixture.bytes("argocd-\($0).json") }
        for order in Self.permutations([0, 1, 2, 3]) {
            var world = try World()
            for index in order + order {
                try world.post("argocd", bodies[index])
                try world.settle()
            }
            #expect(world.gitlab.rows.map(\.status) == [.success], "\(order)")
        }
    }

    private static func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.flatMap { first in
            permutations(items.filter { $0 != first }).map { [first] + $0 }
        }
    }

    @Test(
        "an older one that is open is closed before a newer one begins",
        arguments: [
            (true, "1 success (closing)"), (false, "1 canceled (closing)"),
        ]
    )
    func closesOlder(isTold: Bool, closing: String) throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        bench.post(Self.second.changed { $0.history = isTold ? [Self.first.startedAt] : [] })
        #expect(bench.story == ["1 running", closing, "2 running"])
        let ids = bench.log.map(\.id)
        #expect(ids == ids.sorted())
    }

    @Test("the end of a closed one that comes after all is still accepted, once")
    func endAfterClosing() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        bench.post(Self.second)
        #expect(bench.post(Self.first.ended("Succeeded")).word == "accepted")
        #expect(bench.post(Self.first.ended("Succeeded")).word == "duplicate")
        #expect(bench.post(Self.first).word == "duplicate")
        #expect(bench.story.last == "1 success")
    }

    @Test("an unseen one that began before the newest is passed over")
    func older() throws {
        var bench = try IntakeBench()
        bench.post(Self.second)
        let reception = bench.post(Self.first.ended("Succeeded"))
        #expect(reception.word == "ignored")
        #expect(reception.reason?.contains("2026-04-17T10:20:30") ?? false)
    }

    @Test("what is not recorded itself closes an older one only as success, shown and healthy")
    func tellsEnds() throws {
        let history = [Self.first.startedAt]
        let dryRun = Self.second.changed { ($0.sync, $0.history) = (#","dryRun":true"#, history) }
        let noCommit = Self.second.changed { ($0.sha, $0.history) = ("", history) }
        for event in [dryRun, noCommit] {
            var bench = try IntakeBench()
            bench.post(Self.first)
            #expect(bench.post(event.changed { $0.health = "Degraded" }).records.isEmpty)
            #expect(bench.post(event.changed { $0.history = [] }).records.isEmpty)
            #expect(bench.post(event).word == "ignored")
            #expect(bench.story == ["1 running", "1 success (closing)"])
            #expect(bench.post(event).records.isEmpty)
        }
    }

    @Test("what turns out to be none to record is brought to its end once it was begun")
    func begunAppOfApps() throws {
        // At its first sync an app of apps has no resources yet.
        var bench = try IntakeBench()
        bench.post(Self.first)
        let resources = #""sync":{},"summary":{"isAppOfApps":true}"#
        func isAppOfApps(_ event: ArgoEvent) -> [UInt8] {
            let text = String(decoding: event.body, as: UTF8.self)
            return Array(text.replacing(#""health":"#, with: resources + #","health":"#).utf8)
        }
        #expect(bench.post("argocd", isAppOfApps(Self.first.ended("Succeeded"))).word == "accepted")
        #expect(bench.post("argocd", isAppOfApps(Self.second)).word == "ignored")
        #expect(bench.story == ["1 running", "1 success"])
    }

    @Test("an Application that is deleted leaves nothing running")
    func deleted() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        let deletion = Self.first.changed {
            $0.metadata = #","deletionTimestamp":"2026-04-17T11:00:00Z""#
        }
        #expect(bench.post(deletion).word == "ignored")
        #expect(bench.post(deletion).records.isEmpty)
        #expect(bench.story == ["1 running", "1 canceled (closing)"])
    }

    @Test("a commit that changes under an operation makes a row of its own")
    func refreshed() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        let other = Self.first.changed { $0.sha = ArgoEvent.shas[7] }
        #expect(bench.post(other).word == "accepted")
        #expect(bench.post(other).word == "duplicate")
        bench.post(other.ended("Succeeded"))
        #expect(bench.story == ["1 running", "1 canceled (closing)", "7 running", "7 success"])
        let operations = Set(bench.log.compactMap { $0.delivery?.operation.identity })
        #expect(operations.count == 2)
    }

    @Test("what an operation's first event fixed stays, whatever is annotated later")
    func fixedPlace() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        let moved = Self.first.ended("Succeeded").changed {
            $0.annotations =
                #""deployment-relay/environment":"elsewhere","#
                + #""deployment-relay/project":"43","deployment-relay/sha":"\#(ArgoEvent.shas[8])""#
        }
        let place = bench.post(moved).delivery?.place
        #expect(place == bench.log[0].delivery?.place)
    }

    @Test("a closing goes where the operation stands, also when the Application has moved")
    func movedApplication() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        bench.post(
            Self.second.changed {
                $0.annotations = #""deployment-relay/environment":"elsewhere""#
            }
        )
        let places = bench.log.compactMap { $0.delivery?.place.environment }
        #expect(places == ["parcel", "parcel", "elsewhere"])
    }

    @Test("degraded after success is kept out, unless it is to be recorded")
    func degraded() throws {
        let events = [Self.first.ended("Succeeded"), Self.first.ended("Succeeded", "Degraded")]
        var keep = try IntakeBench()
        #expect(events.map { keep.post($0).word } == ["accepted", "ignored"])
        var failed = try IntakeBench(try Self.hooks { $0.degradedAfterSuccess = .failed })
        #expect(events.map { failed.post($0).word } == ["accepted", "accepted"])
        #expect(failed.post(events[1]).word == "duplicate")
        var turned = try IntakeBench()
        #expect(events.reversed().map { turned.post($0).word } == ["accepted", "accepted"])
        #expect(turned.story == ["1 failed", "1 success"])
    }

    @Test("a success that settles is not recorded yet: a failure takes its place in time")
    func settling() throws {
        let hooks = try Self.hooks { $0.settleSeconds = 60 }
        for (seconds, word) in [(59, "accepted"), (61, "ignored")] {
            var bench = try IntakeBench(hooks)
            let success = bench.post(Self.first.ended("Succeeded"))
            #expect(success.delivery?.notBefore == bench.now.adding(seconds: 60))
            bench.now = bench.now.adding(seconds: Double(seconds))
            #expect(bench.post(Self.first.ended("Succeeded", "Degraded")).word == word)
        }
    }

    // MARK: - Age

    @Test(
        "what is old and unknown is passed over, what is known is not",
        arguments: [
            (24, "accepted"), (25, "ignored"),
        ]
    )
    func age(hours: Int, word: String) throws {
        var bench = try IntakeBench(at: "2026-04-17T10:20:30Z")
        bench.now = bench.now.adding(seconds: Double(hours) * 3600)
        #expect(bench.post(Self.first).word == word)
        var known = try IntakeBench(at: "2026-04-17T10:20:30Z")
        known.post(Self.first)
        known.now = known.now.adding(seconds: Double(hours) * 3600)
        #expect(known.post(Self.first.ended("Succeeded")).word == "accepted")
    }

    @Test("what runs for maximumAgeHours is closed, once, and only when that is on disk")
    func expires() throws {
        var bench = try IntakeBench(at: "2026-04-17T10:30:00Z")
        bench.post(Self.first)
        let due = try #require(bench.intake.nextExpiry())
        #expect(due.rfc3339 == "2026-04-18T10:20:30.000Z")
        bench.now = due.adding(seconds: -1)
        #expect(bench.expire().isEmpty)
        bench.now = due
        #expect(bench.expireInVain() == 1)
        // A disk that was full has hardly room at once.
        #expect(bench.expire().isEmpty)
        bench.now = due.adding(seconds: 1)
        #expect(bench.expire().map(\.status) == [.canceled])
        #expect(bench.expire().isEmpty)
        #expect(bench.intake.nextExpiry() == nil)
    }

    @Test("a flat running without a time of its own grows too old from when it came")
    func flatExpires() throws {
        var bench = try IntakeBench(at: "2026-04-17T10:30:00Z")
        bench.post("deployment", flat("running", 1))
        bench.now = bench.now.adding(seconds: 24 * 3600)
        #expect(bench.expire().map(\.status) == [.canceled])
    }

    @Test("what ended, or is forgotten, is not closed by age; what is open again is")
    func expiryOfEnded() throws {
        var bench = try IntakeBench()
        let running = try #require(bench.post(Self.first).delivery)
        let success = try #require(bench.post(Self.first.ended("Succeeded")).delivery)
        bench.now = bench.now.adding(seconds: 30 * 3600)
        #expect(bench.expire().isEmpty)
        bench.forget(success)
        #expect(bench.expire().map(\.status) == [.canceled])
        bench.forget(running)
        #expect(bench.expire().isEmpty)
    }

    @Test("another maximumAgeHours counts for what is open already")
    func reconfiguredAge() throws {
        var bench = try IntakeBench()
        bench.post(Self.first)
        bench.replace(try Self.hooks { $0.maximumAgeHours = 1 })
        #expect(bench.intake.nextExpiry()?.rfc3339 == "2026-04-17T11:20:30.000Z")
    }

    // MARK: - Memory

    @Test("a turn whose commit failed never happened")
    func rollsBack() throws {
        var bench = try IntakeBench()
        #expect(bench.postInVain(Self.first).word == "accepted")
        #expect(bench.post(Self.first).word == "accepted")
        #expect(bench.postInVain(Self.second).records.count == 2)
        #expect(bench.postInVain(Self.first.ended("Succeeded")).word == "accepted")
        #expect(bench.post(Self.second).records.count == 2)
        #expect(bench.story == ["1 running", "1 canceled (closing)", "2 running"])
        let ids = bench.log.map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test("a delivery that is dead may be accepted again, also beside a turn that fails")
    func forgets() throws {
        var bench = try IntakeBench()
        let running = try #require(bench.post(Self.first).delivery)
        bench.forget(running)
        #expect(bench.postInVain(Self.second).word == "accepted")
        #expect(bench.post(Self.first).word == "accepted")
    }

    @Test("replay gives the same answers as before the restart")
    func replays() throws {
        var bench = try IntakeBench()
        let events = [
            Self.first, Self.second, Self.first.ended("Succeeded"), Self.second.ended("Failed"),
            Self.first.changed { $0.uid = "other" },
        ]
        for event in events { bench.post(event) }
        let before = events.map { bench.post($0).word }
        let expiry = bench.intake.nextExpiry()
        let next = bench.intake.nextID
        try bench.restart()
        #expect(events.map { bench.post($0).word } == before)
        #expect(bench.intake.nextID == next)
        #expect(try #require(bench.intake.nextExpiry()) >= #require(expiry))
    }

    @Test("replay leaves out what ended as dead or dropped")
    func replaysForgotten() throws {
        var bench = try IntakeBench()
        let running = try #require(bench.post(Self.first).delivery)
        try bench.restart(forgotten: [running.id])
        #expect(bench.post(Self.first).word == "accepted")
    }

    @Test("a redelivery's place is the one that is known, also after a restart")
    func redeliveredPlace() throws {
        var bench = try IntakeBench(try RelayProcess.hooks(project: "41"))
        let running = try #require(bench.post(Self.first).delivery)
        bench.forget(running)
        bench.replace(try RelayProcess.hooks())
        let again = bench.retake(running.id)
        #expect(again?.delivery?.place.project == "42")
        try bench.restart()
        #expect(bench.post(Self.first.ended("Succeeded")).delivery?.place.project == "42")
    }

    @Test("beyond limits.applications the oldest idle ones are forgotten, open ones never")
    func limit() throws {
        var limits = Limits()
        limits.applications = 20
        var bench = try IntakeBench(limits: limits)
        bench.post(Self.first.changed { $0.uid = "open" })
        for number in 0..<100 {
            bench.post(Self.first.ended("Succeeded").changed { $0.uid = "app-\(number)" })
        }
        #expect(bench.post(Self.first.changed { $0.uid = "open" }).word == "duplicate")
        let newest = Self.first.ended("Succeeded").changed { $0.uid = "app-99" }
        #expect(bench.post(newest).word == "duplicate")
        let oldest = Self.first.ended("Succeeded").changed { $0.uid = "app-0" }
        #expect(bench.post(oldest).word == "accepted")
    }

    private func flat(_ status: String, _ number: Int) -> String {
        #"{"status":"\#(status)","environment":"e","sha":"\#(ArgoEvent.shas[number])","ref":"main"}"#
    }
}
