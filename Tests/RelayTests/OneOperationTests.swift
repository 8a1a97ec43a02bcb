import GitLab
import Relay
import Simulation
import Testing

/// With default settings, what is said of one operation ends the same in whatever order and however
/// often it is said.
@Suite("One operation, in any order and with any repetition")
struct OneOperationTests {
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        let hook: String
        let bodies: [[UInt8]]
        let end: DeploymentStatus

        var testDescription: String { name }
    }

    private static func argo(_ name: String, _ events: [ArgoEvent], _ end: DeploymentStatus)
        -> Story
    {
        Story(name: "Argo CD: \(name)", hook: "argocd", bodies: events.map(\.body), end: end)
    }

    private static func texts(
        _ name: String,
        _ hook: String,
        _ texts: [String],
        _ end: DeploymentStatus
    ) -> Story {
        Story(name: "\(hook): \(name)", hook: hook, bodies: texts.map { Array($0.utf8) }, end: end)
    }

    private static let running = ArgoEvent.running(1, at: "2026-04-17T10:20:30Z")
    private static let waiting = running.changed { $0.health = "Missing" }
    private static let progressing = running.ended("Succeeded", "Progressing")
    private static let healthy = running.ended("Succeeded")
    private static let degraded = running.ended("Succeeded", "Degraded")
    private static let suspended = running.ended("Succeeded", "Suspended")
    private static let terminating = running.ended("Terminating")

    static let argocd = [
        argo("healthy", [running, waiting, progressing, healthy], .success),
        argo("healthy, then degraded", [running, progressing, healthy, degraded], .success),
        argo("degraded before any success", [running, progressing, degraded], .failed),
        argo("suspended, then healthy", [running, suspended, healthy], .success),
        argo("failed", [running, waiting, running.ended("Failed")], .failed),
        argo("an error", [running, running.ended("Error", "Unknown")], .failed),
        argo("being terminated", [running, terminating, waiting], .running),
        argo("begun only", [running, waiting], .running),
    ]

    private static func flat(_ status: String) -> String {
        #"{"status":"\#(status)","environment":"e","sha":"\#(ArgoEvent.shas[1])","ref":"main","#
            + #""operation":"7"}"#
    }

    private static func heroku(_ status: String, _ action: String = "update") -> String {
        """
        {"resource":"release","action":"\(action)","data":{"id":"r","status":"\(status)",\
        "current":true,"description":"Deploy it","slug":{"commit":"\(ArgoEvent.shas[1])"},\
        "app":{"id":"a","name":"quote"},"created_at":"2026-04-17T10:00:00Z",\
        "updated_at":"2026-04-17T10:00:00Z"}}
        """
    }

    private static func flux(_ reason: String, severity: String = "info") -> String {
        """
        {"involvedObject":{"kind":"Kustomization","name":"quote","uid":"k"},\
        "severity":"\(severity)","reason":"\(reason)",\
        "metadata":{"revision":"main@sha1:\(ArgoEvent.shas[1])"}}
        """
    }

    static let others = [
        texts("named, over", "deployment", [flat("running"), flat("success")], .success),
        texts("named, failed", "deployment", [flat("running"), flat("failed")], .failed),
        texts("named, canceled", "deployment", [flat("running"), flat("canceled")], .canceled),
        texts(
            "a release",
            "heroku",
            [heroku("pending", "create"), heroku("pending"), heroku("succeeded")],
            .success
        ),
        texts(
            "a plain release, told twice",
            "heroku",
            [heroku("succeeded", "create"), heroku("succeeded")],
            .success
        ),
        texts("a release that fails", "heroku", [heroku("pending"), heroku("failed")], .failed),
        texts(
            "reconciled",
            "flux",
            [flux("Progressing"), flux("ReconciliationSucceeded")],
            .success
        ),
        texts(
            "failed",
            "flux",
            [flux("Progressing"), flux("HealthCheckFailed", severity: "error")],
            .failed
        ),
        texts(
            "failed, then reconciled",
            "flux",
            [flux("HealthCheckFailed", severity: "error"), flux("ReconciliationSucceeded")],
            .success
        ),
    ]

    @Test("it ends the same", arguments: argocd + others)
    func endsTheSame(story: Story) throws {
        for seed in 0..<60 as Range<UInt64> {
            var chance = SeededGenerator(seed: seed)
            // Each body at least once, some again, in any order.
            var bodies = story.bodies
            for _ in 0..<chance.pick(0...4) {
                bodies.append(story.bodies[Int(chance.pick(0...Int64(story.bodies.count - 1)))])
            }
            bodies.shuffle(using: &chance)
            var world = try World(at: "2026-04-17T10:30:00Z", seed: seed)
            for body in bodies {
                let word = try world.post(story.hook, body)?.word
                #expect(word != "dead", "seed \(seed)")
                switch chance.pick(0...2) {
                case 0: break
                case 1: try world.pass(chance.pick(0...20))
                default: try world.settle()
                }
            }
            try world.settle()
            #expect(world.gitlab.rows.map(\.status) == [story.end], "seed \(seed)")
        }
    }
}
