import GitLab
import Relay
import Simulation
import Testing

@Suite("Delivery queue: limits.deployments")
struct RowLimitTests {
    /// Four operations, each over before the next; of the last one the row stands in GitLab.
    private static func bench(keeping rows: Int) -> QueueBench {
        var settings = RelayProcess.queueSettings()
        settings.rows = rows
        var bench = QueueBench(settings)
        for (operation, end) in [(1, DeploymentStatus.failed), (2, .success), (3, .failed)] {
            bench.accept(operation, end)
            bench.settle()
        }
        bench.accept(4, .running)
        bench.settle()
        return bench
    }

    /// What goes to GitLab for a later word of an operation: PUT when its row is known.
    private static func method(of operation: Int, in bench: inout QueueBench) -> String? {
        let before = bench.writes.count
        bench.accept(operation, .canceled)
        bench.settle()
        let writes = bench.writes.dropFirst(before)
        #expect(writes.count == 1)
        return writes.first.map { String($0.prefix { $0 != " " }) }
    }

    @Test("as many as it says are known, the oldest forgotten first", arguments: [3, 4])
    func oldest(rows: Int) {
        var bench = Self.bench(keeping: rows)
        #expect(Self.method(of: 3, in: &bench) == "PUT")
        #expect(Self.method(of: 1, in: &bench) == (rows == 4 ? "PUT" : "POST"))
    }

    @Test("what runs and what is current stays, whatever the limit", arguments: [2, 4])
    func needed(operation: Int) {
        var bench = Self.bench(keeping: 1)
        #expect(Self.method(of: operation, in: &bench) == "PUT")
    }

    @Test("a reload changes it")
    func reload() {
        var bench = Self.bench(keeping: 4)
        var settings = RelayProcess.queueSettings()
        settings.rows = 2
        bench.configure(settings)
        bench.accept(5, .failed)
        bench.settle()
        #expect(Self.method(of: 3, in: &bench) == "POST")
    }
}
