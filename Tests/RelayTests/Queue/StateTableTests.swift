import Formats
import GitLab
import Relay
import Simulation
import Testing

/// The state table of `Sources/README.md` against the queue: each row is played.
@Suite("Delivery queue: the state table of the architecture's page")
struct StateTableTests {
    /// What is played for a row, and the word of the row's second column that it shows.
    private typealias Play = @Sendable (inout QueueBench) -> String

    private static func word(_ bench: QueueBench, _ id: UInt64) -> String {
        bench.state(of: id)?.name ?? "waits"
    }

    private static let before: [String: Play] = [
        "the operation's row was learnt of under another address of the endpoint": { bench in
            bench.restart(address: "https://a/api/v4")
            bench.accept(1, .running)
            bench.settle()
            bench.restart(address: "https://b/api/v4")
            bench.accept(1, .success)
            bench.settle()
            return bench.reads.count == 1 && bench.rows(of: 1) == [.success]
                ? "the row is read" : "\(bench.calls)"
        },
        "it is told again by hand (`retell`), and by our own records its row has the wanted status":
            {
                bench in
                let ids = (1...3).map { bench.accept($0, .success, environment: "env-\($0)") }
                bench.settle()
                bench.gitlab.rows[1].status = .running
                bench.gitlab.rows[1].finishedAt = nil
                bench.gitlab.rows.remove(at: 2)
                let before = bench.calls.count
                for (operation, id) in zip(1...3, ids) {
                    bench.accept(
                        operation,
                        .success,
                        environment: "env-\(operation)",
                        generation: 1,
                        id: id
                    )
                }
                bench.settle()
                // All are read; only what is otherwise is written.
                let methods = bench.calls[before...].map { String($0.prefix(4)) }.sorted()
                let isAsTold = bench.gitlab.rows.map(\.status) == [.success, .success, .success]
                let isRead = methods == ["GET ", "GET ", "GET ", "POST", "PUT "] && isAsTold
                return isRead && ids.allSatisfy { word(bench, $0) == "delivered" }
                    ? "the row is read" : "\(bench.calls)"
            },
        "an attempt of it may have reached GitLab": { bench in
            bench.canned = [.lost(isDone: true)]
            bench.accept(1, .running)
            bench.settle()
            let isRead = bench.calls.dropFirst().allSatisfy { $0.hasPrefix("GET ") }
            return isRead && bench.reads.count == 2 ? "look" : "\(bench.calls)"
        },
        "a later status of the same operation waits, and no attempt can have delivered this one": {
            bench in
            bench.accept(2, .running)
            _ = bench.turn()
            let first = bench.accept(1, .running)
            bench.accept(1, .success)
            _ = bench.turn()
            return word(bench, first)
        },
        "`settleSeconds` have not passed": { bench in
            let first = bench.accept(1, .success, notBefore: 60)
            let other = bench.accept(2, .success, application: "other")
            bench.pass(seconds: 30)
            return word(bench, first) == "waits" && word(bench, other) == "delivered"
                ? "wait" : "goes"
        },
        "it has been tried for `retryHours` (held time not counted)": { bench in
            bench.canned = Array(repeating: .unreachable, count: 10_000)
            let first = bench.accept(1, .success)
            bench.pass(seconds: 73 * 3600)
            return word(bench, first)
        },
        "it stops an environment (`onDelete`)": { bench in
            bench.accept(1, .success)
            bench.settle()
            let stop = bench.accept(2, .canceled, deletion: true)
            bench.settle()
            let isStopped = bench.calls.contains { $0.hasSuffix("/stop") }
            return isStopped && word(bench, stop) == "delivered" ? "stopped" : "\(bench.calls)"
        },
        "it wants a tier or external URL that the environment is not known to have": { bench in
            bench.accept(1, .success, tier: "staging")
            bench.settle()
            let isFound = bench.calls.first?.contains("/environments") == true
            let tier = bench.gitlab.environment("production")?.tier
            return isFound && tier == .staging ? "found by name, made" : "\(bench.calls)"
        },
        "its record is damaged": { bench in
            let first = bench.accept(1, .success)
            bench.damaged = [first]
            bench.settle()
            return word(bench, first)
        },
        "its record cannot be read now": { bench in
            let first = bench.accept(1, .success)
            bench.unreadable = "EMFILE"
            bench.pass(seconds: 60)
            bench.unreadable = nil
            bench.settle()
            return word(bench, first) == "delivered" ? "again" : word(bench, first)
        },
        "the operation's row has the wanted status already": { bench in
            bench.accept(1, .success)
            bench.settle()
            let again = bench.accept(1, .success)
            bench.settle()
            return bench.calls.count == 1 ? word(bench, again) : "\(bench.calls)"
        },
        "`running` is wanted, and the row has ended": { bench in
            bench.accept(1, .success)
            bench.settle()
            let late = bench.accept(1, .running)
            bench.settle()
            return word(bench, late)
        },
        "a closing, and the operation has no row": { bench in
            let closing = bench.accept(1, .canceled, isClosing: true)
            bench.settle()
            return word(bench, closing)
        },
        "its success, and a newer operation's success of this Application stands in the environment":
            { bench in
                bench.accept(1, .running)
                bench.settle()
                bench.accept(2, .success)
                bench.settle()
                bench.accept(1, .success)
                bench.settle()
                return bench.rows(of: 1).map(\.name).joined()
            },
        "the operation has a row of its own": { bench in
            bench.accept(1, .running)
            bench.settle()
            bench.accept(1, .failed)
            bench.settle()
            return bench.calls.count == 2 ? String(bench.calls[1].prefix(3)) : "\(bench.calls)"
        },
        "it has none, or shares it with another operation and differs now": { bench in
            bench.accept(1, .success)
            bench.settle()
            bench.accept(1, .success, application: "other")
            bench.settle()
            bench.accept(1, .failed, application: "other")
            bench.settle()
            return Set(bench.calls.map { $0.prefix(4) }) == ["POST"] ? "POST" : "\(bench.calls)"
        },
    ]

    @Test("a success that came too late is asked for as what it was written as")
    func retoldTooLate() {
        var bench = QueueBench()
        let late = bench.acceptOvertakenSuccess()
        #expect(bench.rows(of: 1) == [.canceled])
        bench.gitlab.rows.removeAll { $0.status == .canceled }
        bench.accept(1, .success, generation: 1, id: late)
        bench.settle()
        #expect(bench.rows(of: 1) == [.canceled], "\(bench.calls)")
    }

    @Test("before anything is sent")
    func beforeSending() throws {
        try Self.check("**Before anything is sent**", Self.before)
    }

    // MARK: - Answers

    private static let html = "<html><title>502</title></html>"

    private static func answered(
        _ bench: inout QueueBench,
        _ status: Int,
        _ body: String,
        _ fields: [(name: String, value: String)] = []
    ) -> UInt64 {
        bench.canned = [.answer(status, body, fields)]
        let id = bench.accept(1, .success)
        bench.pass(seconds: 0)
        return id
    }

    private static let answers: [String: Play] = [
        "`deployment`": { bench in
            let id = bench.accept(1, .success)
            bench.pass(seconds: 0)
            return word(bench, id)
        },
        "`uncertain`": { bench in
            _ = answered(&bench, 502, html)
            bench.settle()
            return bench.calls.dropFirst().first?.hasPrefix("GET") == true ? "look" : "writes"
        },
        "`deferred`": { bench in
            let id = answered(&bench, 409, #"{"message":"409 Conflict: Resource lock"}"#)
            bench.pass(seconds: 1)
            return word(bench, id) == "delivered" ? "again" : word(bench, id)
        },
        "`throttled`": { bench in
            _ = answered(&bench, 429, "Retry later\n", [("Retry-After", "30")])
            bench.accept(2, .success, environment: "another")
            bench.pass(seconds: 29)
            return bench.calls.count == 1 ? "pauses" : "goes on"
        },
        "`held`": { bench in
            let id = answered(&bench, 401, #"{"message":"401 Unauthorized"}"#)
            return bench.held.count == 1 && word(bench, id) == "waits" ? "stands still" : "goes"
        },
        "`rejected`": { bench in
            let id = answered(&bench, 400, #"{"error":"sha is empty"}"#)
            return word(bench, id)
        },
        "`unknownRevision`": { bench in
            let body = #"{"message":{"sha":["The commit does not exist"]}}"#
            let id = answered(&bench, 400, body)
            let early = word(bench, id)
            bench.canned = Array(repeating: .answer(400, body), count: 10_000)
            bench.pass(seconds: 16 * 60)
            return early == "waits" ? word(bench, id) : early
        },
        "`refusedTransition`": { bench in
            bench.accept(1, .running)
            bench.settle()
            let body = #"{"message":{"status":["cannot transition via \"succeed\""]}}"#
            _ = answered(&bench, 400, body)
            let read = bench.calls.count > 2 ? bench.calls[2] : ""
            return read.hasPrefix("GET") ? "row is read" : "\(bench.calls)"
        },
        "`again`": { bench in
            let id = answered(&bench, 400, #"{"message":{"name":["has already been taken"]}}"#)
            bench.wait(milliseconds: 50)
            bench.pass(seconds: 0)
            return word(bench, id) == "delivered" ? "50 ms" : word(bench, id)
        },
        "`gone`": { bench in
            bench.accept(1, .running)
            bench.settle()
            let id = answered(&bench, 404, #"{"message":"404 Not found"}"#)
            bench.settle()
            let methods = bench.calls.map { $0.prefix(4) }
            return methods.last == "POST" && word(bench, id) == "delivered"
                ? "POSTed anew" : "\(bench.calls)"
        },
    ]

    @Test("what the answer to a write does")
    func afterAnswer() throws {
        try Self.check("**What the answer to a write does**", Self.answers)
    }

    private static func check(_ mark: String, _ plays: [String: Play]) throws {
        let told = try ArchitecturePage.table(under: mark)
        #expect(Set(told.map(\.0)) == Set(plays.keys), "a row for each play, a play for each row")
        for (condition, consequence) in told {
            guard let play = plays[condition] else { continue }
            var bench = QueueBench()
            let seen = play(&bench)
            #expect(consequence.contains(seen), "\(condition): \(seen), the page: \(consequence)")
        }
    }

    /// A new meaning does not compile here before it has its row.
    private static func row(of meaning: Meaning) -> String? {
        switch meaning {
        case .deployment: "`deployment`"
        case .uncertain: "`uncertain`"
        case .deferred: "`deferred`"
        case .throttled: "`throttled`"
        case .held: "`held`"
        case .rejected: "`rejected`"
        case .unknownRevision: "`unknownRevision`"
        case .refusedTransition: "`refusedTransition`"
        case .again: "`again`"
        case .gone: "`gone`"
        // What reads are answered.
        case .deployments, .project, .group, .user, .version, .token, .environment, .environments,
            .protectedEnvironments, .moved:
            nil
        }
    }

    @Test("every meaning that a write's answer can have stands in the table")
    func meanings() throws {
        let told = try ArchitecturePage.table(under: "**What the answer to a write does**")
        let meanings: [Meaning] = [
            .uncertain(reason: "", isRailsError: false), .deferred(reason: ""),
            .throttled(reason: "", retryAt: nil), .held(.lane, reason: "", remedy: ""),
            .rejected(reason: ""), .unknownRevision(member: "", reason: ""),
            .refusedTransition(reason: ""), .again(reason: ""), .gone(reason: ""),
        ]
        let names = meanings.compactMap { Self.row(of: $0) } + ["`deployment`"]
        #expect(Set(names) == Set(told.map(\.0)))
    }
}
