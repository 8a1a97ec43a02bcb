import Foundation
import GitLab
import Relay
import Testing

/// What a deployment costs, as `Sources/README.md` says it and as the queue does it.
@Suite("Delivery queue: how many calls a deployment costs")
struct BudgetTests {
    private static func calls(
        _ play: (inout QueueBench) -> Void,
        _ prepare: (inout QueueBench) -> Void = { _ in }
    ) -> Int {
        var bench = QueueBench()
        prepare(&bench)
        bench.settle()
        let before = bench.calls.count
        play(&bench)
        bench.settle()
        return bench.calls.count - before
    }

    /// One accepted event after the other, each told before the next comes.
    private static func tell(
        _ bench: inout QueueBench,
        _ statuses: DeploymentStatus...,
        project: String = "42",
        ref: String? = "main",
        operation: Int = 1
    ) {
        for status in statuses {
            bench.accept(operation, status, project: project, ref: ref)
            bench.settle()
        }
    }

    private static let path = "fleet/services/parcel-api"

    private static let rows: [String: Int] = [
        "`running`, then its end": calls { tell(&$0, .running, .success) },
        "an end alone": calls { tell(&$0, .success) },
        "a status that GitLab has already": calls(
            { tell(&$0, .success) },
            { tell(&$0, .running, .success) }
        ),
        "an end that comes while its `running` still waits": calls { bench in
            bench.accept(1, .running)
            bench.accept(1, .success)
        },
        "a project's first deployment, the project named by its path": calls {
            tell(&$0, .running, .success, project: path)
        },
        "each later one": calls(
            { tell(&$0, .running, .success, project: path, operation: 2) },
            { tell(&$0, .running, .success, project: path) }
        ),
        "a project's first one on its default branch, the project named by its number": calls {
            tell(&$0, .running, .success, ref: nil)
        },
        "one more after a restart": calls(
            { bench in
                bench.restart()
                tell(&bench, .running, .success, project: path, ref: nil, operation: 2)
            },
            { tell(&$0, .running, .success, project: path, ref: nil) }
        ),
    ]

    @Test("each row of the page's table is what the queue does")
    func table() throws {
        let told = try ArchitecturePage.table(under: "**What a deployment costs**")
        #expect(Set(told.map(\.0)) == Set(Self.rows.keys))
        for (what, calls) in told {
            #expect(Int(calls) == Self.rows[what], "\(what)")
        }
    }

    @Test("a hundred deployments of one environment cost two hundred calls")
    func many() {
        var bench = QueueBench()
        for number in 0..<100 {
            let application = "app-\(number)"
            bench.accept(number % 10, .running, application: application)
            bench.settle()
            bench.accept(number % 10, .failed, application: application)
            bench.settle()
        }
        #expect(bench.calls.count == 200)
        #expect(bench.reads.isEmpty)
    }
}

/// The tables of `Sources/README.md`.
enum ArchitecturePage {
    struct NoTable: Error { let mark: String }

    /// Rows of the first table behind `mark`, two columns, without head.
    static func table(under mark: String) throws -> [(String, String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            contentsOf: root.appending(path: "Sources/README.md"),
            encoding: .utf8
        )
        guard let start = page.range(of: mark) else { throw NoTable(mark: mark) }
        let lines = page[start.upperBound...].split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let rows = lines.drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        guard !rows.isEmpty else { throw NoTable(mark: mark) }
        return rows.map { row in
            let cells = row.dropFirst().dropLast().split(separator: "|")
                .map { $0.trimmingCharacters(in: .whitespaces) }
            return (cells[0], cells[1])
        }
    }
}
