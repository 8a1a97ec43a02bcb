import Formats

/// What an Argo CD would send in a seeded history: bodies and when they come.
struct SenderModel {
    struct Event: Sendable {
        /// Milliseconds after the world's start.
        var at: Int64
        var body: [UInt8]
    }

    struct Application {
        let uid: String
        let environment: String
        let project: String
        let target: String
        let tier: String?
    }

    struct Operation {
        /// Milliseconds after the world's start, whole seconds.
        let startedAt: Int64
        let sha: String
        let end: End
        let endedAt: Int64
        /// Partial syncs, and those beyond the history's length, do not stand in it.
        let isInHistory: Bool
    }

    enum End: CaseIterable { case success, failed, canceled, degraded, lost, lostSuccess }

    private(set) var applications: [Application] = []
    private(set) var operations: [[Operation]] = []
    private(set) var events: [Event] = []
    private let start: Timestamp
    /// How often the beginning of an operation is told, and how late an event may come.
    private var toldBeginnings = 0.9
    private var latest: Int64 = 120_000
    private var longestPause: Int64 = 900

    /// How projects are named: by number, by path, in any case; some of them are the same one.
    private static let projects = [
        "42", "fleet/services/parcel-api", "43", "Fleet/Services/Parcel-API", "44",
        "fleet/deep/er/tracking", "tools/labels",
    ]
    private static let environments = ["shared", "review/one", "production"]

    /// Invents a history; `isLarge`: hundreds of operations, where others have a few.
    init(_ chance: inout SeededGenerator, start: Timestamp, isLarge: Bool) {
        self.start = start
        let count = Int(isLarge ? chance.pick(8...14) : chance.pick(1...5))
        for number in 0..<count {
            let isAlone = chance.isLucky(0.7)
            applications.append(
                Application(
                    uid: "app-\(number)",
                    environment: isAlone
                        ? "env-\(number)" : chance.pick(from: Self.environments),
                    project: chance.pick(from: Self.projects),
                    target: chance.isLucky(0.2) ? "HEAD" : "main",
                    tier: chance.isLucky(0.4) ? "staging" : nil
                )
            )
            operations.append([])
            toldBeginnings = chance.isLucky(0.3) ? 0.3 : 0.9
            (latest, longestPause) = chance.isLucky(0.3) ? (600_000, 20) : (120_000, 900)
            let operations = isLarge ? chance.pick(10...25) : chance.pick(1...5)
            addOperations(Int(operations), of: number, &chance)
            if chance.isLucky(0.3) { addDeletion(of: number, &chance) }
        }
    }

    private mutating func addOperations(
        _ count: Int,
        of application: Int,
        _ chance: inout SeededGenerator
    ) {
        var startedAt = chance.pick(0...60) * 1000
        for number in 0..<count {
            let ends = End.allCases + [.success, .success, .success]
            let isAgain = number > 0 && chance.isLucky(0.2)
            let operation = Operation(
                startedAt: startedAt,
                sha: isAgain
                    ? operations[application][number - 1].sha
                    : Self.sha(application * 100 + number, &chance),
                end: chance.pick(from: ends),
                endedAt: startedAt + chance.pick(5...180) * 1000,
                isInHistory: chance.isLucky(0.7)
            )
            operations[application].append(operation)
            addEvents(of: operation, application, &chance)
            startedAt = operation.endedAt + chance.pick(1...longestPause) * 1000
        }
    }

    private static func sha(_ number: Int, _ chance: inout SeededGenerator) -> String {
        let digits = String(chance.next(), radix: 16) + String(chance.next(), radix: 16)
        let text = String(number, radix: 16) + digits + String(repeating: "0", count: 40)
        return String(text.prefix(40))
    }

    private mutating func addEvents(
        of operation: Operation,
        _ application: Int,
        _ chance: inout SeededGenerator
    ) {
        if chance.isLucky(toldBeginnings) {
            add(application, operation, "Running", "Healthy", at: operation.startedAt, &chance)
        }
        if chance.isLucky(0.3) {
            let at = operation.endedAt - 1000
            add(application, operation, "Succeeded", "Progressing", at: at, &chance)
        }
        let at = operation.endedAt
        switch operation.end {
        case .success:
            add(application, operation, "Succeeded", "Healthy", at: at, &chance)
            guard chance.isLucky(0.1) else { return }
            add(application, operation, "Succeeded", "Degraded", at: at + 60_000, &chance)
        case .failed: add(application, operation, "Failed", "Healthy", at: at, &chance)
        case .canceled: add(application, operation, "Failed", "Missing", at: at, &chance)
        case .degraded: add(application, operation, "Succeeded", "Degraded", at: at, &chance)
        case .lost, .lostSuccess: break
        }
    }

    private mutating func addDeletion(of application: Int, _ chance: inout SeededGenerator) {
        guard let last = operations[application].last else { return }
        let body = body(application, last, "Succeeded", "Healthy", isDeleted: true)
        let at = max(0, last.endedAt + chance.pick(-30_000...300_000))
        events.append(Event(at: at, body: body))
        events.append(Event(at: at + chance.pick(0...60_000), body: body))
    }

    /// Comes a little late, perhaps twice: later events may overtake it.
    private mutating func add(
        _ application: Int,
        _ operation: Operation,
        _ phase: String,
        _ health: String,
        at moment: Int64,
        _ chance: inout SeededGenerator
    ) {
        let body = body(application, operation, phase, health)
        let late = chance.isLucky(0.2) ? chance.pick(0...latest) : chance.pick(0...2000)
        events.append(Event(at: moment + late, body: body))
        guard chance.isLucky(0.25) else { return }
        events.append(Event(at: moment + late + chance.pick(0...90_000), body: body))
    }

    private func body(
        _ application: Int,
        _ operation: Operation,
        _ phase: String,
        _ health: String,
        isDeleted: Bool = false
    ) -> [UInt8] {
        let told = applications[application]
        let done = operations[application].filter { older in
            older.startedAt < operation.startedAt && older.isInHistory
                && [.success, .degraded, .lostSuccess].contains(older.end)
        }
        let history = done.map { #"{"deployStartedAt":"\#(time($0.startedAt))"}"# }
        let tier = told.tier.map { #","deployment-relay/tier":"\#($0)""# } ?? ""
        let deletion = isDeleted ? #","deletionTimestamp":"2026-04-17T09:00:00Z""# : ""
        let message = health == "Missing" ? "Operation terminated" : "told"
        return Array(
            """
            {"app":{"metadata":{"name":"\(told.uid)","uid":"\(told.uid)","annotations":{\
            "deployment-relay/environment":"\(told.environment)",\
            "deployment-relay/project":"\(told.project)"\(tier)}\(deletion)},"spec":{"source":{"repoURL":\
            "https://elsewhere.example/a/b","targetRevision":"\(told.target)"}},"status":{\
            "health":{"status":"\(health)"},"history":[\(history.joined(separator: ","))],\
            "operationState":{"phase":"\(phase)","message":"\(message)",\
            "startedAt":"\(time(operation.startedAt))","finishedAt":"\(time(operation.endedAt))",\
            "operation":{"sync":{"revision":"\(operation.sha)"}}}}}}
            """.utf8
        )
    }

    private func time(_ milliseconds: Int64) -> String {
        Timestamp(milliseconds: start.milliseconds + milliseconds).rfc3339
    }
}
