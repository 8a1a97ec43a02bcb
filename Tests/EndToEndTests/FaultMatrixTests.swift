import Foundation
import GitLabSandbox
import Testing

/// Every fault the stand-in knows against every kind of call, with the real program, killed in
/// between: one true row for each deployment.
///
/// `FAULT_MATRIX=long swift test --filter FaultMatrixTests` plays each fault once and three times
/// in a row, kills more often, and prints the table.
@Suite("Fault matrix", .serialized)
struct FaultMatrixTests {
    enum Step: String, CaseIterable {
        case create, finish
        /// The look after a creation whose answer was cut off.
        case lookUp = "look-up"

        var method: String {
            switch self {
            case .create: "POST"
            case .finish: "PUT"
            case .lookUp: "GET"
            }
        }
    }

    /// One deployment, in a project of its own so that its fault strikes nobody else's calls.
    struct Case {
        let fault: PreparedFault
        let step: Step
        let count: Int
        let project: Int

        var label: String { "\(fault.rawValue) at \(step.rawValue), \(count) times" }

        var rule: SandboxFault {
            var rule = SandboxFault(fault, count: count)
            rule.label = label
            rule.match = SandboxFault.Match(
                methods: [step.method],
                path: "/projects/\(project)/deployments"
            )
            return rule
        }

        func body(_ status: String) -> FlatBody {
            FlatBody(
                project: String(project),
                environment: "production",
                status: status,
                operation: "deployment of \(project)"
            )
        }
    }

    private static let isLong = ProcessInfo.processInfo.environment["FAULT_MATRIX"] == "long"

    /// The application limiter's 429 tells no time and pauses the whole token for up to 16 s: the
    /// short form plays it once.
    private static let cases: [Case] = {
        let kinds = PreparedFault.allCases.flatMap { fault in
            Step.allCases.flatMap { step in
                (isLong ? [1, 3] : [1]).map { (fault, step, $0) }
            }
        }
        let played = kinds.filter { fault, step, _ in
            isLong || fault != .tooManyForApplication || step == .create
        }
        return played.enumerated().map { number, kind in
            Case(fault: kind.0, step: kind.1, count: kind.2, project: 5000 + number)
        }
    }()

    @Test("whatever GitLab does at whatever call, each deployment is one row with its end")
    func matrix() async throws {
        let stage = try Stage()
        stage.sandbox.withSandbox { sandbox in
            for one in Self.cases {
                sandbox.put(SandboxProject(id: one.project, path: "matrix/number-\(one.project)"))
            }
        }
        var run = try await Run(stage)
        for one in Self.cases where one.step != .finish {
            if one.step == .lookUp { stage.sandbox.add(Self.doubt(one)) }
            stage.sandbox.add(one.rule)
        }
        try await run.post("running", killsAfter: Self.isLong ? [0.1, 0.9, 2.2] : [0.3])
        for one in Self.cases where one.step == .finish { stage.sandbox.add(one.rule) }
        try await run.post("success", killsAfter: Self.isLong ? [0.05, 0.7, 1.6] : [0.2])
        try run.check()
    }

    /// The creation is done, and its answer is cut off.
    private static func doubt(_ one: Case) -> SandboxFault {
        var rule = SandboxFault(PreparedFault.cutAfter)
        rule.match = SandboxFault.Match(
            methods: ["POST"],
            path: "/projects/\(one.project)/deployments"
        )
        return rule
    }

    /// A relay that is killed and started again.
    private struct Run {
        let stage: Stage
        let arguments: [String]
        var relay: RelayProcess
        var kills = 0

        init(_ stage: Stage) async throws {
            self.stage = stage
            let text = """
                {"limits": {"doubtSeconds": 2}, "gitlab": {"default": {"timeoutSeconds": 1}}}
                """
            arguments = ["--config", try stage.folder.write(text, to: "relay.jsonc")]
            relay = try await stage.start(arguments: arguments)
        }

        /// Sends one event for each case and waits until all are over, killing it meanwhile.
        mutating func post(_ status: String, killsAfter delays: [Double]) async throws {
            for one in FaultMatrixTests.cases {
                let answer = try relay.hooks.post("/hooks/deployment", one.body(status).bytes)
                #expect(answer.status == 202, "\(answer.text)")
            }
            for delay in delays {
                // A moment like any other; nothing is waited for that could come true.
                try await Task.sleep(nanoseconds: UInt64(delay * 1e9))
                relay.kill9()
                kills += 1
                relay = try await stage.start(arguments: arguments)
            }
            let started = Date()
            var told = started
            let running = relay
            _ = try await eventually("every delivery is over", seconds: 120) {
                // A reload asks what is held at once: who mends something may say so.
                if Date().timeIntervalSince(told) > 0.5 {
                    running.signal(SIGHUP)
                    told = Date()
                }
                let waiting = try running.metric("deployment_relay_deliveries{state=\"accepted\"}")
                let held = try running.metric("deployment_relay_deliveries{state=\"held\"}")
                return waiting == 0 && held == 0 ? true : nil
            }
        }

        func check() throws {
            let exchanges = stage.sandbox.exchanges
            let rows = Dictionary(grouping: stage.sandbox.deployments, by: \.project)
            var table: [String] = []
            for one in FaultMatrixTests.cases {
                let struck = exchanges.count { $0.fault == one.label }
                let calls = exchanges.count { $0.path.contains("/projects/\(one.project)/") }
                let ends = (rows[one.project] ?? []).map(\.status.rawValue)
                #expect(ends == ["success"], "\(one.label)")
                #expect(struck > 0, "\(one.label) has struck nothing")
                let name = one.label.padding(toLength: 44, withPad: " ", startingAt: 0)
                table.append("\(name) struck \(struck)  calls \(calls)  rows \(ends)")
            }
            #expect(try relay.metric("deployment_relay_unaccounted_deliveries") == 0)
            let dead = try relay.deliveries("?state=dead")
            #expect(dead.isEmpty)
            guard FaultMatrixTests.isLong else { return }
            print(table.joined(separator: "\n"))
            print("\(table.count) cases, \(kills) kills, \(exchanges.count) calls")
        }
    }
}
